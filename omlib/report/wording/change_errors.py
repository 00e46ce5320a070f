"""Words for errors of plans, of carrying them out, and of the records."""

SAID: dict[str, tuple[str, str]] = {
    "error.bad_plan": ("This is no plan to carry out: {why}.", "无法作为变更方案实施：{why}。"),
    "error.bad_plan.why.not_a_plan": ("the file is not a plan", "该文件不是变更方案"),
    "error.bad_plan.why.schema": (
        "another version of omlib wrote it ({detail})",
        "由另一版本的 omlib 生成（{detail}）",
    ),
    "error.bad_plan.why.damaged": ("it was changed or damaged", "内容被改动或损坏"),
    "error.bad_plan.next": ("Make it anew with `omlib plan`.", "请用 `omlib plan` 重新生成。"),
    "error.guard": (
        "Refused: {rule} ({would_delete} of {of} would be deleted). Nothing was changed.",
        "已拒绝：{rule}（共 {of} 个，将删除 {would_delete} 个）。没有更改任何内容。",
    ),
    "error.guard.rule.allow_destroy": (
        "the plan deletes and --allow-destroy was not given",
        "方案含有删除，而未指定 --allow-destroy",
    ),
    "error.guard.rule.empty_declaration": (
        "nothing is declared, and an empty declaration never deletes",
        "没有任何声明；空声明绝不删除",
    ),
    "error.guard.rule.delete_share": (
        "the plan deletes more than the limit of {limit}",
        "方案删除的数量超过上限 {limit}",
    ),
    "error.guard.next": (
        "Narrow the scope, or have the limit raised by whoever answers for it.",
        "请缩小范围，或由负责人调整上限。",
    ),
    "error.plan_cycle": (
        "These steps wait for each other: {refs}. No plan was made.",
        "以下步骤互相等待：{refs}。没有生成方案。",
    ),
    "error.plan_cycle.next": (
        "Take one of the dependencies out of the inventory.",
        "请在资产清单中去掉其中一个依赖。",
    ),
    "error.stale_plan": (
        "Refused: what the plan stands on has moved: {moved}. Nothing was changed.",
        "已拒绝：方案的依据已变动：{moved}。没有更改任何内容。",
    ),
    "error.stale_plan.next": (
        "Look at what moved, then make a new plan with `omlib plan`.",
        "请查看变动，再用 `omlib plan` 重新生成方案。",
    ),
    "error.no_plane": (
        "Refused: the plan needs {planes}, which is not at hand. Nothing was changed.",
        "已拒绝：方案需要的平面 {planes} 不可用。没有更改任何内容。",
    ),
    "error.no_plane.next": (
        "Run it where that plane's credentials are; `omlib doctor` tells.",
        "请在具备该平面凭据的机器上运行；可用 `omlib doctor` 检查。",
    ),
    "error.held": (
        "Refused: {holder} has been working on {scope} for {age_s} s. Nothing was changed.",
        "已拒绝：{holder} 正在操作 {scope}，已 {age_s} 秒。没有更改任何内容。",
    ),
    "error.locked": (
        "Refused: {holder} has been working on {scope} since {since}. Nothing was changed.",
        "已拒绝：{holder} 自 {since} 起正在操作 {scope}。没有更改任何内容。",
    ),
    "error.locked.next": (
        "Wait until it has ended, or ask its holder.",
        "请等其结束，或联系占用者。",
    ),
    "error.not_mended": (
        "Ansible did not mend {ref}: {how}. {words}",
        "Ansible 没有修复 {ref}：{how}。{words}",
    ),
    "error.not_mended.how.failed": ("a task failed", "任务失败"),
    "error.not_mended.how.unreachable": ("the host could not be reached", "无法连接主机"),
    "error.not_mended.how.unchanged": (
        "it found nothing to change, and the last look did",
        "它没有发现需要更改的内容，而最近一次查看发现了",
    ),
    "error.not_mended.how.not_run": ("it did not run", "没有运行"),
    "error.not_mended.how.no_way_back": (
        "what was there before cannot be made again",
        "无法恢复原有内容",
    ),
    "error.not_mended.next": (
        "Mend the cause, then run `omlib apply` on the same plan again: it goes on from here.",
        "请排除原因，再对同一方案运行 `omlib apply`：将从此处继续。",
    ),
    "error.not_seen": (
        "{ref} could not be looked at: {reason}. {detail}",
        "无法查看 {ref}：{reason}。{detail}",
    ),
    "error.not_seen.next": (
        "See docs/faults.md for the reason, then run `omlib apply` on the same plan again.",
        "原因见 docs/faults.md；然后对同一方案再次运行 `omlib apply`。",
    ),
    "error.no_playbooks": (
        "{path} is not with this omlib, so it cannot change servers.",
        "本 omlib 缺少 {path}，无法更改服务器。",
    ),
    "error.no_playbooks.next": (
        "Run it from its clone, or install it with pip, which brings them.",
        "请在其克隆目录中运行，或用 pip 安装，pip 会一并带上。",
    ),
    "error.records": (
        "The records {path} cannot be used: {detail}.",
        "记录库 {path} 无法使用：{detail}。",
    ),
    "error.records_locked": (
        "The records {path} stayed locked for {waited_s} s. Nothing was written.",
        "记录库 {path} 被锁定超过 {waited_s} 秒。没有写入任何内容。",
    ),
    "error.records_locked.next": (
        "Wait for the other omlib to end, then try again.",
        "请等另一个 omlib 结束后重试。",
    ),
    "error.records_full": (
        "There is no room for the records {path}: {detail}. What was there stands.",
        "记录库 {path} 空间不足：{detail}。原有内容完好。",
    ),
    "error.records_full.next": (
        "Make room, or name another place: --records FILE.",
        "请腾出空间，或指定其他位置：--records FILE。",
    ),
    "error.records_damaged": (
        "The records {path} are not whole: {detail}. The file was not touched.",
        "记录库 {path} 已损坏：{detail}。没有改动该文件。",
    ),
    "error.records_damaged.next": (
        "Restore it from a copy, or move it away to start anew.",
        "请从备份恢复，或移走后重新开始。",
    ),
    "error.records_foreign": (
        "{path} is another program's file ({detail}). It was not touched.",
        "{path} 是其他程序的文件（{detail}）。没有改动。",
    ),
    "error.records_foreign.next": (
        "Name another place: --records FILE.",
        "请指定其他位置：--records FILE。",
    ),
    "error.records_newer": (
        "A newer omlib wrote the records {path} (revision {revision}). The file was not touched.",
        "记录库 {path} 由更新版本的 omlib 写成（版本 {revision}）。没有改动该文件。",
    ),
    "error.records_newer.next": (
        "Use that newer omlib, or name another place: --records FILE.",
        "请使用该更新版本，或指定其他位置：--records FILE。",
    ),
    "error.records_unwritable": (
        "The records {path} cannot be opened or written: {detail}.",
        "记录库 {path} 无法打开或写入：{detail}。",
    ),
    "error.records_unwritable.next": (
        "Check the rights, or name another place: --records FILE.",
        "请检查权限，或指定其他位置：--records FILE。",
    ),
    "error.no_such_run": ('No run "{run}" is on record.', '没有 "{run}" 的运行记录。'),
    "error.no_such_run.without_run": ("No comparison is on record.", "没有比对记录。"),
    "error.no_such_run.next": (
        "`omlib runs list` shows the runs there are.",
        "`omlib runs list` 会列出已有的运行。",
    ),
}
