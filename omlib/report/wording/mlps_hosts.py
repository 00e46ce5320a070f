"""Words of the checks of hosts in the multi-level protection scheme."""

_ROWS = {
    1: ("no empty password, no uid twice, one uid 0", "无空口令，UID 唯一，仅一个 UID 0"),
    2: ("new passwords are long and mixed", "口令复杂度达标"),
    3: ("passwords age", "口令定期更换"),
    4: ("logins lock after failures", "登录失败锁定"),
    5: ("idle sessions end", "空闲会话自动退出"),
    6: ("nothing in the clear, no root over SSH", "无明文远程管理，禁止 root 经 SSH 登录"),
    7: ("a second factor, or bastions only", "双因素认证，或仅堡垒机可达"),
    8: ("no default, expired or ownerless account", "无默认、过期、无主账号"),
    9: ("sudo asks for a password", "sudo 不免密、可追责"),
    10: ("sensitive files are kept", "敏感文件权限"),
    11: ("audited: identity, privilege, time, modules", "审计覆盖身份、权限、时间、内核模块"),
    12: ("records reach the log server", "日志与审计记录送达日志服务器"),
    14: ("the clock keeps declared time", "时钟与声明的时间源同步"),
    15: ("packages and services as declared", "软件包与服务符合声明"),
    16: ("listeners as declared", "监听端口符合声明"),
    17: ("management from some addresses only", "限制管理来源地址"),
    18: ("no old security update waits", "无逾期未装的安全更新"),
    19: ("a guard against malware runs", "恶意代码防护在运行"),
    20: ("how it booted is on record", "启动可信状态有记录（仅供参考）"),
    21: ("TLS 1.2 or later, certificates in date", "TLS 1.2 以上，证书有效"),
}
_EVIDENCE = {
    "unseen_fact": ("{fact} was not seen: {reason}", "{fact} 未能看到：{reason}"),
    "setting": ("{name}: {value} (needed: {needed})", "{name}：{value}（要求：{needed}）"),
    "setting_wrong": (
        "{name}: {value}, but needed is {needed}",
        "{name}：{value}，不符合要求 {needed}",
    ),
    "quality": ("new passwords are tried by {module}", "新口令由 {module} 检查"),
    "no_quality": (
        "nothing tries new passwords: pam_pwquality is not in the stack of passwd",
        "新口令无人检查：passwd 的栈中没有 pam_pwquality",
    ),
    "empty_password": ("empty password: {names}", "空口令：{names}"),
    "no_empty_password": ("no password is empty", "没有空口令"),
    "duplicate_uid": ("one uid, several accounts: {names}", "UID 重复：{names}"),
    "no_duplicate_uid": ("each account has its own uid", "UID 各不相同"),
    "not_ageing": ("passwords that do not age: {names}", "口令未设更换周期：{names}"),
    "no_not_ageing": ("each account's password ages", "各账号口令均有更换周期"),
    "lockless_auth": (
        "the auth stack does not count failures: {names}",
        "auth 栈不计登录失败：{names}",
    ),
    "no_lockless_auth": ("the auth stacks count failures", "auth 栈计登录失败"),
    "lockless_account": (
        "the account stack has no lock: {names}",
        "account 栈没有锁定模块：{names}",
    ),
    "no_lockless_account": ("the account stacks have the lock", "account 栈有锁定模块"),
    "plain_listener": ("listens in the clear: {names}", "明文服务在监听：{names}"),
    "no_plain_listener": ("nobody listens in the clear", "没有明文服务在监听"),
    "root_in_match": (
        "a Match block lets root in: {names}",
        "Match 段允许 root 登录：{names}",
    ),
    "no_root_in_match": ("no Match block lets root in", "没有 Match 段允许 root 登录"),
    "second_factor": ("asks for two: {how}", "需两种凭据：{how}"),
    "only_bastions": ("only bastions reach SSH: {names}", "仅堡垒机可达 SSH：{names}"),
    "beyond_bastions": (
        "one factor, and SSH is reached from {names}",
        "单因素认证，且 SSH 可由 {names} 到达",
    ),
    "rules_unsure": (
        "from where {port} is reached cannot be read off the firewall: {reason}",
        "无法由防火墙规则判定 {port} 的可达来源：{reason}",
    ),
    "open_to_all": ("{name} is reached from anywhere", "{name} 任何地址可达"),
    "open_to": ("{name} is reached from {names}", "{name} 仅 {names} 可达"),
    "default_account": ("default accounts can log in: {names}", "默认账号可登录：{names}"),
    "no_default_account": ("no default account can log in", "默认账号均不可登录"),
    "expired_account": (
        "expired, but not locked: {names}",
        "已过期而未锁定：{names}",
    ),
    "no_expired_account": ("no expired account is open", "过期账号均已锁定"),
    "no_staff_ledger": (
        "whose the accounts are: no staff ledger says",
        "账号归属：尚无人员台账",
    ),
    "sudo_elsewhere": (
        "sudo also takes rules from {source}, which were not read: {reason}",
        "sudo 还从 {source} 取规则，未能读取：{reason}",
    ),
    "blanket_rule": ("everything without a password: {names}", "免密执行一切：{names}"),
    "no_blanket_rule": ("no rule gives everything without a password", "没有免密执行一切的规则"),
    "rule_for_all": ("a rule for everybody: {names}", "规则授予所有人：{names}"),
    "no_rule_for_all": ("each rule names whose it is", "规则均指明授予何人"),
    "loose_file": ("too open: {names}", "权限过宽：{names}"),
    "no_loose_file": ("modes and owners of sensitive files", "敏感文件权限与属主符合要求"),
    "not_audited_loaded": ("not audited now: {names}", "当前未审计：{names}"),
    "no_not_audited_loaded": ("audited now: all that is asked for", "当前审计齐全"),
    "not_audited_at_boot": ("not audited after a boot: {names}", "重启后不审计：{names}"),
    "no_not_audited_at_boot": (
        "audited after a boot: all that is asked for",
        "重启后审计齐全",
    ),
    "sent_to": ("{what}: sent to {names}", "{what}：发往 {names}"),
    "not_sent": ("{what}: sent nowhere", "{what}：未外发"),
    "no_log_server": (
        "no log server is declared, so nobody can say what arrived",
        "未声明日志服务器，无从判断是否送达",
    ),
    "arrived": (
        "{server} wrote of this host {hours} h ago",
        "{server} 于 {hours} 小时前收到本机日志",
    ),
    "not_arrived": (
        "{names} has nothing of this host from the last {needed} h",
        "{names} 最近 {needed} 小时没有本机日志",
    ),
    "unseen_copy": (
        "what {server} received was not seen: {reason}",
        "{server} 收到的日志未能看到：{reason}",
    ),
    "no_declared_clock": ("no time servers are declared for it", "未声明其时间源"),
    "drift_package": ("packages not as declared: {names}", "软件包与声明不符：{names}"),
    "no_drift_package": ("no package differs", "软件包没有差异"),
    "drift_service": ("services not as declared: {names}", "服务与声明不符：{names}"),
    "no_drift_service": ("no service differs", "服务没有差异"),
    "drift_listener": ("listeners not as declared: {names}", "监听端口与声明不符：{names}"),
    "no_drift_listener": ("no listener differs", "监听端口没有差异"),
    "unseen_items": (
        "{kind}: {n} declared {n:item was|items were} not seen: {reason}",
        "{kind}：{n} 项已声明而未能看到：{reason}",
    ),
    "not_in_full": (
        "not all of {kind} is declared (`full`), so more may be there",
        "{kind} 未声明为完整（`full`），可能还有其他",
    ),
    "old_lists": (
        "the lists of updates are {days} days old: {reason}",
        "更新列表已有 {days} 天：{reason}",
    ),
    "no_update_waits": (
        "no security update waits, by lists of {days} days ago",
        "没有待装安全更新（{days} 天前的列表）",
    ),
    "updates_wait": (
        "security updates have waited for {days} days or more: {names}",
        "安全更新待装已 {days} 天以上：{names}",
    ),
    "updates_new": (
        "security updates came out at most {days} days ago: {names}",
        "安全更新发布不超过 {days} 天：{names}",
    ),
    "guard": ("runs: {names}", "运行中：{names}"),
    "no_guard": (
        "no known guard runs, and its role asks for one: {roles}",
        "没有已知的防护程序在运行，而角色 {roles} 要求防护",
    ),
    "secure_boot": ("secure boot: {state}", "安全启动：{state}"),
    "measured": (
        "TPM: {tpm}; measurements of IMA: {count}",
        "TPM：{tpm}；IMA 度量 {count} 条",
    ),
    "no_certificate": ("{path} is not there", "{path} 不存在"),
    "no_declared_certificate": ("no certificate is declared for it", "未声明其证书"),
    "no_declared_names": (
        "which names {path} should have is not declared",
        "未声明 {path} 应有的名称",
    ),
    "name_not_covered": ("the certificate lacks {names}", "证书不含 {names}"),
    "no_name_not_covered": ("the certificate has its names", "证书含所声明的名称"),
}
_REMEDIES = {
    "look_at_host": (
        "See that {subject} can be read in full (by an account that may become root); check again.",
        "确保可完整读取 {subject}（账号可提权为 root），再检查一次。",
    ),
    "baseline": (
        "The role `baseline` sets it: `ansible-playbook playbooks/baseline.yml -l {subject}`.",
        "角色 `baseline` 可设置：`ansible-playbook playbooks/baseline.yml -l {subject}`。",
    ),
    "declare": (
        "Declare what belongs there, name the kind under `full`, and mend what differs.",
        "声明应有之物，将该类写入 `full`，并消除差异。",
    ),
    "row_1": (
        "Lock or remove these accounts, or give each a password and a uid of its own.",
        "锁定或删除这些账号，或各设口令与独立 UID。",
    ),
    "row_7": (
        (
            "Set AuthenticationMethods of sshd to two methods, or let only the site's declared"
            " `jump` addresses reach SSH."
        ),
        "将 sshd 的 AuthenticationMethods 设为两种方法，或仅允许站点声明的 `jump` 地址访问 SSH。",
    ),
    "row_8": (
        "Lock what is named; of the others a person must say whose they are.",
        "锁定所列账号；其余账号须人工确认归属。",
    ),
    "row_12": (
        (
            "Forward syslog and audit records, and name the receiving server in"
            " `policy.log_servers` of estate.yml."
        ),
        "外发 syslog 与审计记录，并在 estate.yml 的 `policy.log_servers` 中写明接收服务器。",
    ),
    "row_14": (
        "Declare `time_sync: {{servers: [...]}}` for {subject}, and bring its clock in step.",
        "为 {subject} 声明 `time_sync: {{servers: [...]}}`，并使其时钟同步。",
    ),
    "row_17": (
        "Drop by default in the input chain, and accept these ports from named addresses only.",
        "入向链默认丢弃，仅对指定来源地址放行这些端口。",
    ),
    "row_18": (
        "Install the security updates.",
        "安装安全更新。",
    ),
    "row_19": (
        "Install and start a guard against malware on {subject}.",
        "在 {subject} 上安装并启动恶意代码防护。",
    ),
    "row_21": (
        "Turn off TLS before 1.2, renew the certificate, and declare it with its names.",
        "关闭 TLS 1.2 之前的版本，更新证书，并声明证书及其名称。",
    ),
}
SAID: dict[str, tuple[str, str]] = {
    **{f"mlps.row.{row}": said for row, said in _ROWS.items()},
    **{f"mlps.evidence.{code}": said for code, said in _EVIDENCE.items()},
    **{f"mlps.remedy.{code}": said for code, said in _REMEDIES.items()},
}
