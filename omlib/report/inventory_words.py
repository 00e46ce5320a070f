"""The words for problems of an inventory: what is wrong, why it matters, what to do next.

Data and one function. `omlib.inventory.problem.Code` names the facts that each text may use.
"""

from collections.abc import Mapping
from typing import NamedTuple

from omlib.inventory.problem import Code, Problem


class Words(NamedTuple):
    what: str
    why: str
    next: str


_Both = tuple[Words, Words]  # English, Chinese

WORDS: Mapping[Code, _Both] = {
    Code.SYNTAX: (
        Words(
            "this is not valid: {said}",
            "nothing after it can be read",
            "mend the line, then validate again",
        ),
        Words("语法错误：{said}", "之后的内容无法读取", "改正该行后重新校验"),
    ),
    Code.NOT_UTF8: (
        Words(
            "byte {byte} is not UTF-8",
            "YAML files are UTF-8 only",
            "save the file as UTF-8 (iconv -f GB18030 -t UTF-8)",
        ),
        Words(
            "字节 {byte} 不是 UTF-8",
            "YAML 文件只能用 UTF-8",
            "另存为 UTF-8（iconv -f GB18030 -t UTF-8）",
        ),
    ),
    Code.NOT_TEXT: (
        Words(
            "byte {byte} is neither UTF-8 nor GB18030",
            "the table cannot be read as text",
            "export the table again as CSV UTF-8",
        ),
        Words(
            "字节 {byte} 既不是 UTF-8 也不是 GB18030",
            "表格无法按文本读取",
            "重新导出为 CSV UTF-8",
        ),
    ),
    Code.TOO_BIG: (
        Words(
            "the file has {bytes} bytes, more than {limit}",
            "a file of this size is not a declaration",
            "split it into NAME/*.yml",
        ),
        Words("文件 {bytes} 字节，超过 {limit}", "声明文件不应这么大", "拆分为 NAME/*.yml"),
    ),
    Code.TOO_DEEP: (
        Words(
            "nested more than {limit} levels deep",
            "no record needs that",
            "check the indentation and the brackets",
        ),
        Words("嵌套超过 {limit} 层", "任何记录都不需要这么深", "检查缩进和括号"),
    ),
    Code.ALIAS_BOMB: (
        Words(
            "aliases make more than {limit} values of this file",
            "such a file exhausts the memory of whoever reads it",
            "write the values out, or refer to fewer",
        ),
        Words(
            "别名展开后超过 {limit} 个值",
            "这种文件会耗尽读取者的内存",
            "直接写出各值，或减少引用",
        ),
    ),
    Code.ALIAS_LOOP: (
        Words("an alias lies inside what it names", "it would never end", "remove the alias"),
        Words("别名位于它自己所指的内容之中", "展开永不结束", "删除该别名"),
    ),
    Code.TAG: (
        Words(
            "the tag {tag} is not allowed",
            "values are plain; a tag can make a reader run code",
            "remove the tag; put text in quotes",
        ),
        Words(
            "不允许使用标签 {tag}", "只用普通值；标签可能让读取者执行代码", "删除标签；文本加引号"
        ),
    ),
    Code.SEVERAL_DOCUMENTS: (
        Words(
            "a second document begins here",
            "a file holds one document",
            "remove the `---`, or move what follows to a file of its own",
        ),
        Words("此处开始第二个文档", "一个文件只含一个文档", "删除 `---`，或把后文移到单独的文件"),
    ),
    Code.DUPLICATE_KEY: (
        Words(
            "the key {key} stands here again (first in line {first})",
            "one of the two would be ignored",
            "keep one of them",
        ),
        Words("键 {key} 重复（首次在第 {first} 行）", "其中一个会被忽略", "只保留一个"),
    ),
    Code.BAD_KEY: (
        Words("a key is not plain text", "fields are named by text", "write a name before the `:`"),
        Words("键不是普通文本", "字段以文本命名", "在 `:` 前写名称"),
    ),
    Code.BAD_MERGE: (
        Words(
            "`<<` merges something that is not a mapping",
            "only keys can be merged",
            "let it name an anchor of a mapping",
        ),
        Words("`<<` 合并的不是映射", "只能合并键", "让它引用映射的锚点"),
    ),
    Code.UNREADABLE: (
        Words("cannot be read: {said}", "its records are unknown", "check the file and its rights"),
        Words("无法读取：{said}", "其中的记录未知", "检查文件及其权限"),
    ),
    Code.NOT_A_FILE: (
        Words(
            "this is not a regular file",
            "reading a device or a pipe may never end",
            "replace it by a file",
        ),
        Words("不是普通文件", "读取设备或管道可能永不结束", "换成普通文件"),
    ),
    Code.PATH_OUTSIDE: (
        Words(
            "{path} leads out of the inventory",
            "an inventory holds all that it is made of",
            "move the file into the inventory and name it from its root",
        ),
        Words(
            "{path} 指向清单目录之外", "清单必须自含全部内容", "把文件移入清单，并从根目录写路径"
        ),
    ),
    Code.UNKNOWN_FILE: (
        Words(
            "no collection has this file{nearest}",
            "its records would be ignored",
            "rename it; collections: {known}",
        ),
        Words(
            "没有对应的集合{nearest}",
            "其中的记录会被忽略",
            "改名；可用集合：{known}",
        ),
    ),
    Code.NO_ROOT_FILE: (
        Words(
            "there is no estate.yml",
            "it is the root of every inventory",
            "create it with schema, name and timezone",
        ),
        Words("缺少 estate.yml", "它是清单的根文件", "创建它，写明 schema、name、timezone"),
    ),
    Code.UNKNOWN_SCHEMA: (
        Words(
            "schema {given} is not known; this omlib reads {known}",
            "the fields of another version mean other things",
            "write schema: {known}, or use a newer omlib",
        ),
        Words(
            "未知的 schema {given}；当前 omlib 支持 {known}",
            "其他版本的字段含义不同",
            "写 schema: {known}，或升级 omlib",
        ),
    ),
    Code.CSV_CELLS: (
        Words(
            "the row has {given} cells, the header {wanted}",
            "cells would land in the wrong column",
            'complete the row; put text with commas in "quotes"',
        ),
        Words(
            "该行有 {given} 个单元格，表头有 {wanted} 个",
            "内容会落入错误的列",
            "补全该行；含逗号的文本用双引号括起",
        ),
    ),
    Code.CSV_COLUMN: (
        Words(
            "column {column} has no name",
            "its cells would be ignored",
            "name it in the header, or remove it",
        ),
        Words("第 {column} 列没有名称", "该列内容会被忽略", "在表头命名，或删除该列"),
    ),
    Code.UNKNOWN_KEY: (
        Words(
            "{key} is not a field here{nearest}",
            "it would be ignored",
            "rename or remove it; fields: {known}",
        ),
        Words("此处没有字段 {key}{nearest}", "它会被忽略", "改名或删除；可用字段：{known}"),
    ),
    Code.MISSING_FIELD: (
        Words("{field} is missing", "it has no safe default", "add {field}"),
        Words("缺少 {field}", "没有安全的默认值", "补上 {field}"),
    ),
    Code.WRONG_TYPE: (
        Words(
            "{field} must be {wanted}, not {given}",
            "it cannot be compared as written",
            "write {wanted} (text that looks like a number goes in quotes)",
        ),
        Words(
            "{field} 应为{wanted}，而不是{given}",
            "按现写法无法比较",
            "改为{wanted}（形似数字的文本要加引号）",
        ),
    ),
    Code.NOT_AN_INTEGER: (
        Words(
            "{field} must be a whole number, not {given}",
            "counts and sizes are whole numbers, so that equal means equal",
            "write digits only, without unit or quotes",
        ),
        Words(
            "{field} 应为整数，而不是 {given}",
            "数量和容量都用整数，才能精确比较",
            "只写数字，不带单位和引号",
        ),
    ),
    Code.OUT_OF_RANGE: (
        Words(
            "{field} is {given}, beyond the limit {limit}",
            "no such value can be meant",
            "write a value within the limit",
        ),
        Words("{field} 为 {given}，超出界限 {limit}", "不可能是这个值", "改为界限内的值"),
    ),
    Code.UNKNOWN_WORD: (
        Words(
            "{field} cannot be {given}{nearest}", "only known words are compared", "use: {known}"
        ),
        Words("{field} 不能是 {given}{nearest}", "只比较已知的词", "可用：{known}"),
    ),
    Code.BAD_VALUE: (
        Words("{field} is {given}, which is not {wanted}", "it cannot be compared", "correct it"),
        Words("{field} 的值 {given} 不是{wanted}", "无法比较", "改正该值"),
    ),
    Code.SECRET_VALUE: (
        Words(
            "{field} holds a value where a reference is expected (the value is not shown)",
            "an inventory is in Git; a secret in it is a published secret",
            "write env:NAME or file:PATH, and change the secret if it was committed",
        ),
        Words(
            "{field} 写了值而不是引用（此处不显示该值）",
            "清单在 Git 中，写入即等于泄露",
            "写 env:名称 或 file:路径；若已提交，请更换该密钥",
        ),
    ),
    Code.EITHER_OR: (
        Words(
            "exactly one of {one} and {other} is wanted",
            "a relation is stated once",
            "keep one of the two",
        ),
        Words("{one} 与 {other} 必须且只能写一个", "一个关系只声明一次", "保留其中一个"),
    ),
    Code.BAD_REF: (
        Words(
            "{given} is not a ref ({reason})",
            "it names no item",
            "write plane/kind/owner or plane/kind/owner/part, `/` inside a part as %2F",
        ),
        Words(
            "{given} 不是有效的 ref（{reason}）",
            "它不指向任何对象",
            "写 plane/kind/owner[/part]，部分内的 `/` 写作 %2F",
        ),
    ),
    Code.BAD_LIFECYCLE: (
        Words(
            "stage {stage} does not go with status {status}",
            "where the system stands would be open to doubt",
            "with this stage the status is: {known}",
        ),
        Words(
            "阶段 {stage} 与状态 {status} 不匹配",
            "系统所处位置会有歧义",
            "该阶段可用的状态：{known}",
        ),
    ),
    Code.UNKNOWN_TIMEZONE: (
        Words(
            "there is no time zone {given}{nearest}",
            "windows would open at the wrong hour",
            "write an IANA name, Asia/Shanghai",
        ),
        Words(
            "没有时区 {given}{nearest}", "窗口会在错误的时刻打开", "写 IANA 名称，如 Asia/Shanghai"
        ),
    ),
    Code.DUPLICATE_ID: (
        Words(
            "the id {id} is taken (first at {first})",
            "an id names one thing, for ever",
            "give this one another id, or remove one of the two",
        ),
        Words(
            "标识 {id} 已被使用（首次在 {first}）",
            "一个标识永远只指一个对象",
            "换一个标识，或删除其中之一",
        ),
    ),
    Code.SAME_REF: (
        Words(
            "{given} and {other} are the same name in another spelling (Unicode)",
            "two items would have one ref",
            "rename one of them",
        ),
        Words(
            "{given} 与 {other} 只是 Unicode 写法不同的同一名称",
            "两个对象会得到同一个 ref",
            "改名其中之一",
        ),
    ),
    Code.UNKNOWN_REFERENCE: (
        Words(
            "{field} names {given}, which is not in {collection}{nearest}",
            "what depends on it cannot be judged",
            "correct the name, or declare it in {collection}",
        ),
        Words(
            "{field} 引用的 {given} 不在 {collection} 中{nearest}",
            "依赖它的内容无法判定",
            "改正名称，或在 {collection} 中声明",
        ),
    ),
    Code.DEPARTMENT_CYCLE: (
        Words(
            "departments stand above each other in a circle: {path}",
            "there is no top to roll up to",
            "correct one parent",
        ),
        Words("部门上下级成环：{path}", "无法向上汇总", "改正其中一个 parent"),
    ),
    Code.DEPENDENCY_CYCLE: (
        Words(
            "systems depend on each other in a circle: {path}",
            "no order to change or close them exists",
            "remove one dependency, or name the part that is really needed",
        ),
        Words("系统依赖成环：{path}", "不存在变更或下线的先后次序", "删除其中一个依赖"),
    ),
    Code.RETIRED_WANTS: (
        Words(
            "the retired system {system} still wants {field}",
            "retired means that nothing of it is left",
            "remove {field}; keep what it was known by under retired.identities",
        ),
        Words(
            "已下线系统 {system} 仍声明 {field}",
            "下线意味着不再保留任何内容",
            "删除 {field}；曾用标识写入 retired.identities",
        ),
    ),
    Code.RETIRED_USED: (
        Words(
            "{field} names {system}, which is retired or closed",
            "nothing may serve or need it any more",
            "remove it, or move it to the successor",
        ),
        Words(
            "{field} 引用了已下线的系统 {system}",
            "不应再有对象服务或依赖它",
            "删除，或改为承接系统",
        ),
    ),
    Code.NOT_RETIRED: (
        Words(
            "{system} has a retired: block, and its status is {status}",
            "what it lists would be taken for leftovers and removed",
            "remove the block, or retire the system",
        ),
        Words(
            "{system} 写了 retired:，但状态是 {status}",
            "所列内容会被当作残留清除",
            "删除该块，或将系统置为下线",
        ),
    ),
    Code.RETIRED_DECLARED: (
        Words(
            "{ref} is to be gone, and is declared (at {first})",
            "it cannot be both",
            "remove the declaration, or the identity",
        ),
        Words(
            "{ref} 应当消失，却又被声明（{first}）", "两者不能同时成立", "删除声明，或删除该标识"
        ),
    ),
    Code.ADDRESS_TWICE: (
        Words(
            "the address {address} is used already by {first}",
            "one of the two would be unreachable, or mistaken for the other",
            "give one of them another address",
        ),
        Words("地址 {address} 已被 {first} 使用", "其中一个会不可达，或被误认", "换一个地址"),
    ),
    Code.ADDRESS_OUTSIDE: (
        Words(
            "{address} does not lie in {network} ({cidr})",
            "the cloud would refuse it",
            "correct the address or the network",
        ),
        Words("{address} 不在网络 {network}（{cidr}）内", "云平台会拒绝", "改正地址或网络"),
    ),
    Code.NO_ADDRESS: (
        Words(
            "the VM of this server has no address",
            "so the server cannot be reached",
            "give the VM an interface, or this server access.address",
        ),
        Words(
            "该服务器所在虚拟机没有地址",
            "因此无法访问",
            "为虚拟机声明 interfaces，或写 access.address",
        ),
    ),
    Code.VM_TAKEN: (
        Words(
            "the VM {vm} already has a server (at {first})",
            "a VM runs one operating system",
            "correct vm in one of them",
        ),
        Words(
            "虚拟机 {vm} 已对应另一台服务器（{first}）",
            "一台虚拟机只运行一个系统",
            "改正其中一个 vm",
        ),
    ),
    Code.WAIVER_TOO_LONG: (
        Words(
            "the waiver lasts {days} days, policy allows {limit}",
            "a waiver without end is a hidden drift",
            "set until to {latest} at the latest",
        ),
        Words(
            "豁免为期 {days} 天，政策上限 {limit} 天",
            "无限期的豁免等于隐藏漂移",
            "until 最晚写 {latest}",
        ),
    ),
    Code.ENDS_BEFORE: (
        Words("it ends ({last}) before it begins ({first})", "it never holds", "correct the days"),
        Words("结束（{last}）早于开始（{first}）", "永远不会生效", "改正日期"),
    ),
    Code.TEMPLATE_FAILED: (
        Words(
            "the template {template} fails for {host}: {said}",
            "nobody knows what the file should hold",
            "correct the template, or declare what it needs in vars",
        ),
        Words(
            "模板 {template} 对 {host} 渲染失败：{said}",
            "无法得知文件应有的内容",
            "改正模板，或在 vars 中声明它需要的变量",
        ),
    ),
}

WANTED: Mapping[str, tuple[str, str]] = {
    "id": (
        "an id (no blanks, `:`, `/`, `%`, not beginning with @)",
        "标识（不含空白和 : / %，不以 @ 开头）",
    ),
    "text": ("visible text", "可见文本"),
    "day": ("a day like 2026-03-31", "2026-03-31 这样的日期"),
    "time": ("a time like 22:30", "22:30 这样的时刻"),
    "address": ("an IP address", "IP 地址"),
    "host": ("an IP address or a DNS name", "IP 地址或 DNS 名称"),
    "cidr": (
        "a network like 198.18.1.0/24 (host bits zero)",
        "198.18.1.0/24 这样的网段（主机位为零）",
    ),
    "yuan": ("an amount in yuan with at most two decimals", "最多两位小数的金额（元）"),
    "path": ("an absolute path without . or ..", "不含 . 和 .. 的绝对路径"),
    "name": ("a name without / or ..", "不含 / 和 .. 的名称"),
    "name_or_path": (
        "a file name without / or .., or an absolute path without . or ..",
        "不含 / 和 .. 的文件名，或不含 . 和 .. 的绝对路径",
    ),
    "program": (
        "the absolute path of a program: letters, digits and . _ + - /",
        "程序的绝对路径（字母、数字和 . _ + - /）",
    ),
    "jump": (
        "jump hosts as [user@]address[:port], with commas between them",
        "跳板机，写作 [用户@]地址[:端口]，以逗号分隔",
    ),
    "listener": ("a listener like tcp/*:22 or tcp/198.18.0.11:8443", "tcp/*:22 这样的监听"),
    "endpoint": ("a port like tcp/443", "tcp/443 这样的端口"),
    "sha256": ("64 hexadecimal digits", "64 位十六进制数字"),
    "mode": ("an octal mode like 0644", "0644 这样的八进制权限"),
    "rule": (
        "a rule like `ingress tcp 443 198.18.0.0/20`",
        "`ingress tcp 443 198.18.0.0/20` 这样的规则",
    ),
    "host_item": (
        "the ref of one thing on a host or device: plane/kind/host/name",
        "主机或设备上单个条目的名称：平面/类型/主机/名称",
    ),
    "cloud_item": ("the ref of a cloud resource: cloud/kind/name", "云资源的名称：cloud/类型/名称"),
    "metadata_key": (
        "a metadata key (1-255 of a-z, A-Z, 0-9, -_:. and blanks, not beginning with omlib_)",
        "元数据的键（1-255 个字母、数字、-_:. 或空格，不以 omlib_ 开头）",
    ),
    "ref_owner": ("the owner that stands in the ref", "条目名称中的所属"),
    "accepts": ("text, a whole number, true, false, null or a list of these", "可比较的值"),
}
_TYPES: Mapping[str, tuple[str, str]] = {
    "text": ("text", "文本"),
    "boolean": ("true or false", "布尔值"),
    "list": ("a list", "列表"),
    "mapping": ("a mapping", "映射"),
    "integer": ("a whole number", "整数"),
    "number": ("a number", "小数"),
    "null": ("nothing", "空值"),
    "valid": ("a valid value", "有效值"),
}


def problem_text(problem: Problem, lang: str) -> str:
    """One line, `file:line: what; why; next step`; *lang* is `zh` or `en`."""
    chinese = lang == "zh"
    words = WORDS[problem.code][chinese]
    facts = {name: str(value) for name, value in problem.facts.items()}
    if problem.code is Code.BAD_VALUE:
        wanted = WANTED[facts["wanted"]][chinese]
        facts["wanted"] = f" {wanted}" if chinese and wanted[0].isascii() else wanted
    if problem.code is Code.WRONG_TYPE:
        facts |= {name: _TYPES[facts[name]][chinese] for name in ("wanted", "given")}
    if "nearest" in facts:
        meant = (
            f"（是否为 {facts['nearest']}？）"
            if chinese
            else f" (did you mean {facts['nearest']}?)"
        )
        facts["nearest"] = meant if facts["nearest"] else ""
    told = ("；" if chinese else "; ").join(text.format_map(facts) for text in words)
    return f"{problem.file}:{problem.line}: {told}"
