"""Words of a host written down: `omlib server snapshot`."""

SAID: dict[str, tuple[str, str]] = {
    "step.snapshot": ("looking at all of the host", "查看整台主机"),
    "snapshot.taken": (
        "Taken from {host} ({address}) on {taken} by omlib {version}: as it stood, right or wrong.",
        "由 omlib {version} 于 {taken} 取自 {host}（{address}）：仅为当时的实际状态，不代表正确。",
    ),
    "snapshot.review": (
        "Review it, put it into roles.yml, and name {role} among the roles of {host}.",
        "请审阅后并入 roles.yml，并在 {host} 的角色（roles）中写上 {role}。",
    ),
    "snapshot.gaps": ("Not in here:", "未包含："),
    "snapshot.gap": ("{where}: {why}", "{where}：{why}"),
    "snapshot.detail": (" ({detail})", "（{detail}）"),
    "snapshot.why.secret": (
        "looks like it holds a secret; declare it by hand",
        "疑似含有机密，请手工声明",
    ),
    "snapshot.why.not_of_the_form": (
        "cannot be declared as it stands",
        "无法照原样声明",
    ),
    "snapshot.why.in_transition": ("was changing just then", "当时正在变化"),
    "error.run_failed.what.snapshot": (
        "{host} could not be looked at: {detail}",
        "无法查看 {host}：{detail}",
    ),
    "error.usage.what.no_such_collection": (
        '"{name}" is nothing that a snapshot takes; there are {known}',
        '快照不包含 "{name}"；可用 {known}',
    ),
    "error.usage.what.bad_role_id": (
        '"{name}" is no id for a role',
        '"{name}" 不能用作角色编号',
    ),
    "error.usage.what.file_exists": (
        "{name} is there already; nothing was written",
        "{name} 已存在，未写入任何内容",
    ),
}
