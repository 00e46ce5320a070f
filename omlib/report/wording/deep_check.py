"""Words of the deep check: `omlib server check`."""

SAID: dict[str, tuple[str, str]] = {
    "step.deep_check": ("checking hosts with Ansible", "通过 Ansible 检查主机"),
    "title.deep_check": ("Deep check: {playbook}", "深度检查：{playbook}"),
    "deep_check.took": (
        " on {hosts} {hosts:host|hosts}, {took}",
        "，共 {hosts} 台主机，用时 {took}",
    ),
    "deep_check.not_applicable": ("{n} not applicable", "{n} 不适用"),
    "deep_check.nothing": ("no task gives a verdict", "没有可得出结论的任务"),
    "deep_check.unknown": ("unknown({reason})", "未知（{reason}）"),
    "deep_check.more_lines": ("... {n} more lines, in --json", "……另有 {n} 行，见 --json"),
    "deep_check.more_tasks": ("... and {n} more, in --json", "……另有 {n} 项，见 --json"),
    "deep_check.broken": (
        "The run did not come to its end: {why}. What it said until then stands below.",
        "运行没有完成：{why}。以下是此前得到的结果。",
    ),
    "deep_check.broken.deadline": ("its deadline of {detail} passed", "已超过时限 {detail}"),
    "deep_check.broken.ansible": ("Ansible gave up: {detail}", "Ansible 中止：{detail}"),
    "deep_check.broken.fault": ("omlib's callback failed: {detail}", "omlib 回调出错：{detail}"),
    "deep_check.broken.vars_prompt": (
        "the playbook asks for {detail}; give it with -e {detail}=VALUE",
        "剧本要求输入 {detail}；请用 -e {detail}=值 提供",
    ),
    "deep_check.broken.ansible_core": (
        "ansible-core 2.19 is needed, and this is {detail}",
        "需要 ansible-core 2.19，而当前为 {detail}",
    ),
    "deep_check.why.no_check_mode": (
        "{detail} cannot tell under check mode what it would do",
        "{detail} 在检查模式下无法说明会做什么",
    ),
    "deep_check.why.check_mode_off": (
        "{detail} with check_mode: false would really have run; it was not carried out",
        "{detail} 带有 check_mode: false，会真正执行；因此未执行",
    ),
    "deep_check.why.cascade": (
        "it leans on {detail}, the result of a task that was not carried out",
        "依赖 {detail}，而得出它的任务并未执行",
    ),
    "deep_check.why.failed": (
        "it failed under check mode",
        "在检查模式下失败",
    ),
    "deep_check.why.after_failure": (
        "not come to: an earlier task failed",
        "前面的任务失败，未执行到此处",
    ),
    "deep_check.why.unreachable": ("the host: {detail}", "主机：{detail}"),
    "deep_check.why.broken_off": ("not come to: the run broke off", "运行中断，未执行到此处"),
    "deep_check.why.skipped_itself": ("the module skipped it", "模块自行跳过"),
    "deep_check.why.hidden": (
        "it differs; no_log or a vault keeps what",
        "有差异；no_log 或加密文件隐藏了内容",
    ),
    "deep_check.why.contested": (
        "another task declares the same file otherwise, so one of them always differs: {detail}",
        "另有任务以不同内容声明同一文件，因此总有一方不一致：{detail}",
    ),
    "deep_check.why.times_only": ("state: touch changes times only", "state: touch 只改变时间"),
    "deep_check.next.no_check_mode": (
        "give command and shell a creates: or removes:, which a check evaluates, or use a module",
        "为 command、shell 加上 creates: 或 removes:（检查模式会判断），或改用声明状态的模块",
    ),
    "deep_check.next.check_mode_off": (
        "replace a query by a module that only reads (stat, slurp, ..._info): these run in a check",
        "用只读模块（stat、slurp、..._info）代替查询命令：检查时会执行它们",
    ),
    "deep_check.next.cascade": (
        "make the task checkable whose result is leant on; what leans on it follows",
        "先让被依赖的任务可检查，依赖它的任务随之可得出结论",
    ),
    "deep_check.next.failed": (
        "where a task fails for want of what an earlier one makes, mend that first and check again",
        "如因前面任务尚未创建的对象而失败，请先修复再检查",
    ),
    "deep_check.next.contested": (
        "declare the whole file in one task",
        "请在一个任务中声明整个文件",
    ),
    "deep_check.next.unreachable": (
        "look at the host's address, key and known_hosts; nothing was concluded about it",
        "请检查主机的地址、密钥和 known_hosts；未对其得出任何结论",
    ),
    "error.run_failed.what.deep_check.ansible": (
        "Ansible did not begin: {detail}",
        "Ansible 未能开始：{detail}",
    ),
    "error.run_failed.what.deep_check.deadline": (
        "nothing was heard within {detail}",
        "{detail} 内没有任何结果",
    ),
    "error.run_failed.what.deep_check.fault": (
        "omlib's callback failed: {detail}",
        "omlib 回调出错：{detail}",
    ),
    "error.run_failed.what.deep_check.vars_prompt": (
        "the playbook asks for {detail}; give it with -e {detail}=VALUE",
        "剧本要求输入 {detail}；请用 -e {detail}=值 提供",
    ),
    "error.run_failed.what.deep_check.ansible_core": (
        "ansible-core 2.19 is needed, and this is {detail}",
        "需要 ansible-core 2.19，而当前为 {detail}",
    ),
    "error.run_failed.what.deep_check.no_hosts": (
        "no host of the inventory is meant by the playbook",
        "剧本没有匹配清单中的任何主机",
    ),
    "error.run_failed.what.deep_check.nothing": (
        "no server is declared",
        "没有声明任何服务器",
    ),
    "error.run_failed.what.no_run_folder": (
        "there is no folder in memory to run in; tried {tried}",
        "没有可用的内存目录；已尝试 {tried}",
    ),
    "error.usage.what.no_such_file": ('there is no "{name}"', '"{name}" 不存在'),
    "error.usage.what.needs_a_playbook": (
        "tags, variables and a vault belong to a playbook, and none is given",
        "标签、变量和密码库属于剧本，而没有给出剧本",
    ),
    "error.usage.what.extra_vars": (
        '"{name}" is neither name=value, JSON nor @FILE',
        '"{name}" 不是 名称=值、JSON 或 @文件',
    ),
}
