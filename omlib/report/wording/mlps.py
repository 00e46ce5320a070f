"""Words of the checks of the multi-level protection scheme."""

SAID: dict[str, tuple[str, str]] = {
    "title.mlps": ("MLPS checks: {estate}", "等保检查：{estate}"),
    "heading.mlps": ("Row {row} ({clause}): {title}", "第 {row} 项（{clause}）：{title}"),
    "mlps.row.24": (
        "a level-3 system has at least two running instances on different hosts",
        "三级系统至少有两个运行实例，且位于不同宿主机",
    ),
    "mlps.counts": (
        "{yes} yes, {no} no, {unknown} unknown",
        "是 {yes}，否 {no}，未知 {unknown}",
    ),
    "mlps.nothing": (
        "No system of level 3 or above is declared here: no check applies.",
        "此范围内没有三级及以上系统，没有适用的检查。",
    ),
    "mlps.because": ("{answer} ({reason})", "{answer}（{reason}）"),
    "mlps.evidence.runs_on": ("{ref} runs on host {host}", "{ref} 运行于宿主机 {host}"),
    "mlps.evidence.runs": (
        "{ref} runs; the cloud does not tell on which host",
        "{ref} 正在运行；云平台未告知其宿主机",
    ),
    "mlps.evidence.own_machine": ("{server} is a machine of its own", "{server} 是独立的物理机"),
    "mlps.evidence.not_running": (
        "{ref} does not run: {power}",
        "{ref} 没有运行：{power}",
    ),
    "mlps.evidence.missing": ("{ref} is not there", "{ref} 不存在"),
    "mlps.evidence.unseen": ("{ref} was not seen: {reason}", "{ref} 未能看到：{reason}"),
    "mlps.evidence.apart": (
        "{one} and {other} stand on different hosts",
        "{one} 与 {other} 位于不同宿主机",
    ),
    "mlps.evidence.one_host": ("all of them stand on one host", "全部位于同一宿主机"),
    "mlps.evidence.too_few": (
        "{n} running {n:instance|instances}; two are needed",
        "运行实例 {n} 个，需要两个",
    ),
    "mlps.evidence.not_comparable": (
        "whether their hosts differ cannot be told: a host has another id in each project",
        "无法判断宿主机是否不同：同一宿主机在各项目中标识不同",
    ),
    "mlps.evidence.no_server": ("no server of it is declared", "没有声明它的任何服务器"),
    "mlps.remedy.declare_servers": (
        "Declare its servers: `system: {subject}` on each VM (vms.yml) or machine (servers.yml).",
        "声明它的服务器：在每台云主机（vms.yml）或物理机（servers.yml）上写 `system: {subject}`。",
    ),
    "mlps.remedy.add_instance": (
        (
            "See that two run: declare a second one with `system: {subject}`, make or start what is"
            " declared. Two VMs belong into a server group of policy anti-affinity"
            " (`server_groups` of the cloud, `server_group` of the VM)."
        ),
        (
            "应有两台在运行：声明第二台 `system: {subject}` 的服务器；已声明的，请创建或开机。"
            "两台云主机应放入策略为 anti-affinity 的云主机组（云的 `server_groups`，云主机的"
            " `server_group`）。"
        ),
    ),
    "mlps.remedy.separate": (
        (
            "Declare a server group of policy anti-affinity in the cloud's `server_groups` and name"
            " it as `server_group` of two VMs of {subject} in one project; or let the account that"
            " looks see hypervisor names."
        ),
        (
            "在云的 `server_groups` 中声明策略为 anti-affinity 的云主机组，并在同一项目中 {subject}"
            " 的两台云主机上写 `server_group`；或让查看用账号能看到宿主机名称。"
        ),
    ),
    "mlps.remedy.look_again": (
        "See why a part could not be seen (`omlib reconcile --system {subject}`), and check again.",
        "查明未能看到的原因（`omlib reconcile --system {subject}`），再检查一次。",
    ),
}
