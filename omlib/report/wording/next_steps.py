"""Words for what to do next, by status and by reason of not knowing."""

SAID: dict[str, tuple[str, str]] = {
    "next.residue": (
        "residue: make sure nobody uses it, then remove it; `omlib plan` shows what can be planned",
        "残留：确认无人使用后清除；`omlib plan` 显示哪些可以列入方案",
    ),
    "next.missing": (
        (
            "missing: make it again, or, if it went on purpose, change the inventory; "
            "`omlib plan` shows what can be planned"
        ),
        "缺失：重建；如属有意撤除，请修改资产清单；`omlib plan` 显示哪些可以列入方案",
    ),
    "next.diverged": (
        (
            "diverged: which side is right? change the inventory, mend what is deployed, or "
            "waive it; `omlib plan` shows what can be planned"
        ),
        (
            "偏离：哪一边正确？修改资产清单，恢复实际一侧，或登记豁免；"
            "`omlib plan` 显示哪些可以列入方案"
        ),
    ),
    "next.unmanaged": (
        "unmanaged: ask its owner; declare it in the inventory, or have it removed",
        "未纳管：询问归属方；写入资产清单，或予以清理",
    ),
    "next.unreachable": (
        "unreachable: is it on, is the address right, do jump host and firewall let us through?",
        "不可达：是否开机，地址是否正确，跳板机和防火墙是否放行？",
    ),
    "next.denied": (
        "denied: check account, key or role; confirm a changed host key on the console first",
        "被拒绝：检查账号、密钥或角色；主机密钥若有变更，先在控制台核实",
    ),
    "next.unsupported": (
        "unsupported: this platform cannot answer; check by hand, or do not declare it",
        "不支持：该平台无法回答；请人工核查，或不在清单中声明",
    ),
    "next.not_checked": (
        "not_checked: nobody looked; mend what kept us from it, or run again with a wider scope",
        "未检查：没有查看；排除所列原因，或扩大范围后重新运行",
    ),
    "next.in_transition": (
        "in_transition: wait until the change has ended, then run again",
        "变更中：等变更结束后重新运行",
    ),
    "next.incomplete": (
        "incomplete: run again; if it breaks off again, look at the other side's log",
        "不完整：重新运行；若再次中断，请查看对方日志",
    ),
    "next.error": (
        "error: the answer cannot be right; look at the other side by hand",
        "应答异常：应答内容不可信，请人工查看对方",
    ),
    "next.resurfaced": (
        "waivers: {n} no longer {n:holds|hold}; mend the drift, or renew with a reason",
        "豁免：{n} 条已失效；请消除漂移，或说明理由后续期",
    ),
    "next.offline": (
        "for the state of now, run again without --offline",
        "如需当前状态，请去掉 --offline 重新运行",
    ),
    "next.interrupted": ("run again to see the whole", "重新运行以查看全部"),
    "next.nothing": ("nothing: all is as declared", "无：一切与声明一致"),
    "next.empty": (
        "nothing was declared or found in this scope: is the scope the one you mean?",
        "该范围内没有声明，也没有发现：范围是否正确？",
    ),
    "next.not_looked": (
        "nothing was in this scope; nothing was looked at",
        "该范围内没有条目；没有查看任何对象",
    ),
    "next.waived": (
        "nothing now: {n} {n:item is|items are} waived",
        "目前无需操作：{n} 个条目已豁免",
    ),
    "next.waived_until": (
        "nothing now: {n} {n:item is|items are} waived, the first until {until}",
        "目前无需操作：{n} 个条目已豁免，最早于 {until} 到期",
    ),
    "next.plan_out": (
        "`omlib plan --out FILE` writes the plan, for `omlib apply FILE` to carry out",
        "`omlib plan --out FILE` 写出方案，供 `omlib apply FILE` 实施",
    ),
    "next.plan": (
        "`omlib apply {plan}` carries it out; it looks again first and refuses what has moved",
        "`omlib apply {plan}` 实施；实施前会重新查看，有变动的一律拒绝",
    ),
}
