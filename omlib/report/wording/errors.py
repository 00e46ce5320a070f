"""Words for errors: what happened and what did not (`error.CODE`), what to do next (`.next`).

Where an error brings its own `next` fact, that one is shown.
"""

SAID: dict[str, tuple[str, str]] = {
    "error.omlib": ("Something went wrong.", "出现错误。"),
    "error.usage": (
        "The command cannot be carried out as written: {what}. Nothing was done.",
        "命令无法执行：{what}。没有进行任何操作。",
    ),
    "error.usage.what.no_such_system": (
        'no system has the id "{name}"',
        '没有编号为 "{name}" 的系统',
    ),
    "error.usage.what.no_such_department": (
        'no department has the id "{name}"',
        '没有编号为 "{name}" 的部门',
    ),
    "error.usage.what.no_such_host": (
        'no server has the id "{name}"',
        '没有编号为 "{name}" 的服务器',
    ),
    "error.usage.what.no_such_plane": (
        '"{name}" is no plane; there are cloud, server, network',
        '没有 "{name}" 平面；可用 cloud、server、network',
    ),
    "error.usage.what.no_such_status": (
        '"{name}" is no drift; there are {known}',
        '"{name}" 不是漂移状态；可用 {known}',
    ),
    "error.usage.next": ("See the command's --help.", "请查看该命令的 --help。"),
    "error.run_failed": (
        "The run ended without a verdict: {what}.",
        "运行未得出结论：{what}。",
    ),
    "error.run_failed.what.plan_not_read": (
        "the plan {path} cannot be read ({why})",
        "无法读取变更方案 {path}（{why}）",
    ),
    "error.run_failed.what.plan_not_written": (
        "the plan cannot be written to {path} ({why})",
        "无法将变更方案写入 {path}（{why}）",
    ),
    "error.refused": (
        "Refused: {what}. Nothing was changed.",
        "已拒绝：{what}。没有更改任何内容。",
    ),
    "error.bad_ref": (
        'Not a ref: "{text}": {why}.',
        '不是有效的条目名称 "{text}"：{why}。',
    ),
    "error.bad_ref.why.shape": (
        "a ref is plane/kind/owner or plane/kind/owner/part",
        "应为 平面/类型/所属 或 平面/类型/所属/部分",
    ),
    "error.bad_ref.why.plane": (
        "the plane is one of cloud, server, network",
        "平面应为 cloud、server、network 之一",
    ),
    "error.bad_ref.why.percent": (
        "% must be followed by two digits 0-9A-F (write %25 for % and %2F for /)",
        "% 后须为两位 0-9A-F（% 写作 %25，/ 写作 %2F）",
    ),
    "error.bad_ref.next": (
        "Copy the ref from a report; `omlib reconcile --all` shows every one.",
        "请从报告中复制条目名称；`omlib reconcile --all` 会列出全部。",
    ),
    "error.bad_listener": (
        'Not a listener: "{text}"; it is written as tcp/198.18.0.11:8443 or tcp/*:22.',
        '不是有效的监听端口 "{text}"；写法如 tcp/198.18.0.11:8443 或 tcp/*:22。',
    ),
    "error.invalid_inventory": (
        "The inventory {root} has {count} {count:problem|problems} ({first}). Nothing was done.",
        "资产清单 {root} 有 {count} 个问题，第一个在 {first}。没有进行任何操作。",
    ),
    "error.invalid_inventory.next": (
        "`omlib validate` shows them all.",
        "`omlib validate` 会列出全部问题。",
    ),
    "error.no_inventory": (
        "No inventory (estate.yml) was found from {looked}.",
        "从 {looked} 起没有找到资产清单（estate.yml）。",
    ),
    "error.no_inventory.next": (
        "Name its directory: --inventory DIRECTORY, or OMLIB_INVENTORY.",
        "请指定目录：--inventory DIRECTORY，或 OMLIB_INVENTORY。",
    ),
    "error.unknown_collection": (
        'There is no collection "{given}" (nearest: {nearest}).',
        '没有 "{given}" 这一类别（最接近：{nearest}）。',
    ),
    "error.unknown_collection.without_nearest": (
        'There is no collection "{given}".',
        '没有 "{given}" 这一类别。',
    ),
    "error.unknown_collection.next": (
        "`omlib schema` lists the collections.",
        "`omlib schema` 会列出全部类别。",
    ),
    "error.no_such_record": (
        'Nothing declared has the id "{given}" (nearest: {nearest}).',
        '没有编号为 "{given}" 的声明（最接近：{nearest}）。',
    ),
    "error.no_such_record.without_nearest": (
        'Nothing declared has the id "{given}".',
        '没有编号为 "{given}" 的声明。',
    ),
    "error.no_such_record.next": (
        "`omlib inventory list COLLECTION` shows the ids.",
        "`omlib inventory list COLLECTION` 会列出编号。",
    ),
    "error.write_back": (
        "{file} could not be changed in place at {pointer}: {why}. Nothing was written.",
        "无法就地修改 {file} 的 {pointer}：{why}。没有写入任何内容。",
    ),
    "error.write_back.next": (
        "Make the change by hand, then run `omlib validate`.",
        "请手工修改，再运行 `omlib validate`。",
    ),
    "error.template_failed": (
        "The intended configuration could not be rendered: {problems}.",
        "无法生成目标配置：{problems}。",
    ),
    "error.template_failed.next": (
        "Mend the template or the device's vars; the place is named above.",
        "请修改模板或设备的 vars；位置见上。",
    ),
    "error.no_secret": (
        "No value behind {reference}: {why}. The value itself is never shown.",
        "{reference} 没有取到值：{why}。值本身从不显示。",
    ),
    "error.no_secret.why.unset": (
        "the environment variable is not set",
        "环境变量没有设置",
    ),
    "error.no_secret.why.scheme": (
        "a reference begins with env: or file:",
        "引用应以 env: 或 file: 开头",
    ),
    "error.no_secret.why.FileNotFoundError": ("there is no such file", "没有该文件"),
    "error.no_secret.why.PermissionError": ("the file cannot be read", "无权读取该文件"),
    "error.nothing_remembered": (
        "There is no observation on record in {records}, so nothing can be compared offline.",
        "{records} 中没有任何观测记录，无法离线比对。",
    ),
    "error.nothing_remembered.next": (
        "Run `omlib reconcile` once without --offline.",
        "请先不带 --offline 运行一次 `omlib reconcile`。",
    ),
    "error.nothing_compared": (
        "Run {run} ({verb}, {state}) came to no comparison, so there is nothing to report.",
        "运行 {run}（{verb}，{state}）没有得出比对结果，无可报告。",
    ),
    "error.nothing_compared.next": (
        "`omlib runs show {run}` tells how it ended; `omlib runs list` lists the others.",
        "`omlib runs show {run}` 查看其结果；`omlib runs list` 列出其他运行。",
    ),
    "error.access": (
        "The host could not be reached or read: {fault} {detail}",
        "无法访问或读取该主机：{fault} {detail}",
    ),
    "error.cloud_fault": (
        "The cloud did not answer as it should: {condition} {detail}",
        "云平台应答异常：{condition} {detail}",
    ),
    "error.cloud_read_only": (
        "The cloud is only read here: {ref} was not touched.",
        "此处只读取云平台：没有改动 {ref}。",
    ),
    "error.fake_fault": (
        "The fake refused {ref}: {why}. Nothing was changed.",
        "仿真对象拒绝操作 {ref}：{why}。没有更改任何内容。",
    ),
    "error.lab": ("The lab could not do it: {what}.", "试验环境未能完成：{what}。"),
    "error.lab_unsupported": (
        "This machine cannot hold a lab: {what}.",
        "本机无法运行试验环境：{what}。",
    ),
    "error.lab_unsupported.next": (
        "`omlib doctor` shows what is missing; `omlib demo --simulated` needs no lab.",
        "`omlib doctor` 会列出缺少的内容；`omlib demo --simulated` 不需要试验环境。",
    ),
    "error.lab_busy": (
        "Another process is working on this lab: {what}. Nothing was done.",
        "另一个进程正在操作该试验环境：{what}。没有进行任何操作。",
    ),
}
