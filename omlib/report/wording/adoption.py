"""Words for `omlib adopt`: what speaks for a match and against it, and what became of it."""

SAID: dict[str, tuple[str, str]] = {
    "title.adopt": ("Adoption: {estate}", "纳管：{estate}"),
    "adopt.summary": (
        "To adopt {adopt}; adopted {done}; refused {refused}; for a person {open}; absent {absent}",
        "纳管 {adopt}，已纳管 {done}，拒绝 {refused}，待人工确认 {open}，未找到 {absent}",
    ),
    "adopt.proved": (
        "Proved by a preview: {n} {n:resource is|resources are} imported, and that is all.",
        "预览已证实：仅导入 {n} 个资源，不做其他任何操作。",
    ),
    "adopt.settled": (
        "{n} {n:resource|resources} imported; a second look found nothing to do.",
        "已导入 {n} 个资源；再次预览没有任何待办。",
    ),
    "adopt.unsettled": (
        "{n} {n:resource|resources} imported; a second look did not come out empty.",
        "已导入 {n} 个资源；但再次预览并非全部一致。",
    ),
    "adopt.bound": ("the inventory has its id", "资产清单已记录其标识"),
    "adopt.accepts": ("The live values go into the books of", "将实际值写入清单："),
    "adopt.candidate": ("{live}: {score} points", "{live}：{score} 分"),
    "adopt.difference": ("declared {declared}, live {live}", "声明 {declared}，实际 {live}"),
    "adopt.outside": (
        "{n} live {n:thing is|things are} not in the inventory.",
        "另有 {n} 个实际资源不在资产清单中。",
    ),
    "adopt.absent": (
        "Declared, and nothing live is like that: {refs}. Adoption makes nothing.",
        "已声明但未找到对应的实际资源：{refs}。纳管不会新建任何资源。",
    ),
    "adopt.confirm": (
        "Write {files} {files:file|files} and import {imports} {imports:resource|resources}?",
        "写入 {files} 个文件并导入 {imports} 个资源？",
    ),
    "adopt.why.held_elsewhere": (
        "its stack has another live thing under this name",
        "其资源栈在此名称下已有另一个实际资源",
    ),
    "adopt.why.shared": (
        "its record, or the value, is shared through an anchor",
        "其记录或取值通过锚点与他处共用",
    ),
    "adopt.why.table": ("its record stands in a table", "其记录位于表格文件中"),
    "adopt.why.no_such_place": ("its record has no place for it", "其记录中没有相应位置"),
    "adopt.why.unsound": ("its file has a problem", "其文件存在问题"),
    "adopt.why.not_faithful": (
        "it cannot be written without changing something else",
        "无法在不改动其他内容的情况下写入",
    ),
    "column.item": ("ITEM", "条目"),
    "column.live": ("LIVE", "实际资源"),
    "column.score": ("SCORE", "得分"),
    "column.because": ("BECAUSE", "依据"),
    "heading.adopting": ("To adopt ({n})", "将纳管（{n}）"),
    "heading.adopted": ("Adopted ({n})", "已纳管（{n}）"),
    "heading.adopt_refused": ("Refused ({n})", "已拒绝（{n}）"),
    "heading.adopt_open": ("For a person to decide ({n})", "待人工确认（{n}）"),
    "heading.adopt_new": ("New records ({n})", "新增记录（{n}）"),
    "heading.adopt_no_record": ("Live, and without a record ({n})", "实际存在但无法立项（{n}）"),
    "heading.adopt_gaps": ("Not seen whole ({n})", "未能完整查看（{n}）"),
    "heading.files_to_write": ("Files to write ({n})", "将写入的文件（{n}）"),
    "heading.files_written": ("Files written ({n})", "已写入的文件（{n}）"),
    "fate.differs": ("the inventory says something else", "资产清单的声明与实际不同"),
    "fate.unwritten": ("its record cannot take the change", "其记录无法写入"),
    "fate.ambiguous": ("no clear winner", "没有明确的对应者"),
    "fate.weak": ("too little speaks for it", "依据不足"),
    "fate.blocked": ("something speaks against it", "存在矛盾"),
    "fate.unseen": ("could not be seen", "无法看到"),
    "fate.part": (
        "a part that it cannot do without was not found, or is left out",
        "其必需的组成部分未找到或未纳管",
    ),
    "evidence.mark": ("carries its id", "带有其标识"),
    "evidence.mac": ("MAC {value}", "MAC {value}"),
    "evidence.addresses": ("address {value}", "地址 {value}"),
    "evidence.some_addresses": ("shares address {value}", "部分地址 {value}"),
    "evidence.floating": ("floating address {value}", "浮动地址 {value}"),
    "evidence.attached": ("hangs on {value}", "挂载于 {value}"),
    "evidence.name": ("name {value}", "名称 {value}"),
    "evidence.like_name": ("name like {value}", "名称近似 {value}"),
    "evidence.rules": ("the same {value} rules", "{value} 条规则相同"),
    "evidence.volumes": ("volumes of {value} GiB", "云盘 {value} GiB"),
    "evidence.size": ("size {value}", "规格 {value}"),
    "evidence.image": ("image {value}", "镜像 {value}"),
    "evidence.system": ("names system {value}", "注明系统 {value}"),
    "evidence.metadata": ("metadata {value}", "元数据 {value}"),
    "evidence.security_groups": ("groups {value}", "安全组 {value}"),
    "evidence.rest": ("the same {value}", "{value} 相同"),
    "against.other_project": ("it stands in another project", "位于另一个项目"),
    "against.marked_for_another": ("it carries another item's id", "带有另一项的标识"),
    "against.other_addresses": ("its addresses are others", "其地址完全不同"),
    "against.address_elsewhere": (
        "another live thing has the declared address",
        "声明的地址为另一个实际资源所有",
    ),
    "against.address_of_another": (
        "it has an address that another item declares",
        "其地址由另一项声明",
    ),
    "against.attached_elsewhere": (
        "it hangs on a server that is another item",
        "挂载于另一项的云主机",
    ),
    "need.no_system": (
        "nobody says which system it serves: fill in `system`",
        "未知所属业务系统：请补填 `system`",
    ),
    "need.no_network": (
        "it stands on a network that the inventory does not have, so its interfaces are left out",
        "其所在网络不在清单中，未写入网卡",
    ),
    "need.no_group": (
        "a security group of it has no record, so its groups are left out",
        "其安全组没有记录，未写入安全组",
    ),
    "need.no_floating": ("it has several floating addresses", "其有多个浮动地址"),
    "need.of_record": (
        "it hangs on a server whose record does not have it: add it to `volumes` there",
        "挂载于已立项的云主机，但其记录未列出：请补入该记录的 `volumes`",
    ),
    "need.loose": ("a volume that hangs on no server", "未挂载到任何云主机的云盘"),
    "need.no_kind": ("no record is proposed for this kind of thing", "此类资源不自动生成记录"),
    "need.not_seen": ("its size could not be read", "无法读取其规格"),
    "need.changing": ("it is being changed right now", "正在变更中"),
    "need.not_stated": (
        "the inventory has no words for what it is",
        "资产清单无法表述其现状",
    ),
    "need.spoils": ("its record would make the inventory invalid", "其记录会使资产清单无效"),
    "next.adopt": (
        "Run it again without --dry-run to write the files and import.",
        "去掉 --dry-run 再次运行，即写入文件并导入。",
    ),
    "next.adopt_confirm": ("Nothing is written until you say yes.", "确认之前不会写入任何内容。"),
    "next.adopted": (
        "Commit the inventory; `omlib cloud preview` shows what is declared against what is there.",
        "请提交资产清单；可用 `omlib cloud preview` 查看声明与实际的对照。",
    ),
    "next.adopt_differs": (
        "What differs: correct the inventory or the cloud, or take what is live: --accept-live.",
        "不一致项：修正清单或云上资源，或用 --accept-live 采用实际值。",
    ),
    "next.adopt_unwritten": (
        "What cannot be written: give the record a place of its own, or write `bound_id` by hand.",
        "无法写入项：请将该记录独立出来，或手工填写 `bound_id`。",
    ),
    "next.adopt_ambiguous": (
        "Where there is no clear winner: write the right id as `bound_id` into the record.",
        "没有明确对应者的：请将正确的标识写入记录的 `bound_id`。",
    ),
    "next.adopt_weak": (
        "Where too little speaks for it: look, then write `bound_id`, or lower --min-score.",
        "依据不足的：核实后填写 `bound_id`，或降低 --min-score。",
    ),
    "next.adopt_blocked": (
        "Where something speaks against it: find out which side is wrong.",
        "存在矛盾的：请查明哪一方有误。",
    ),
    "next.adopt_unseen": (
        "What could not be seen: run it again when the cloud answers in full.",
        "无法看到的：待云平台完整响应后重试。",
    ),
    "next.adopt_part": (
        "What lacks a part: adopt or declare that part first.",
        "缺少组成部分的：请先纳管或声明该部分。",
    ),
    "next.adopt_new": (
        "`omlib adopt --new` proposes records for what is not in the inventory.",
        "`omlib adopt --new` 可为清单外的资源生成记录。",
    ),
    "next.adopt_rest": (
        "Nothing by adoption; what is told above is for a person.",
        "无可纳管；以上所列请人工处理。",
    ),
    "next.adopt_nothing": ("Nothing: all is adopted.", "无：均已纳管。"),
    "error.not_confirmed": (
        "Nobody confirmed it. Nothing was written.",
        "未经确认，没有写入任何内容。",
    ),
    "error.not_confirmed.next": (
        "Look with --dry-run; give --yes where nobody can be asked.",
        "请先用 --dry-run 查看；无人可确认时使用 --yes。",
    ),
    "error.adoption_unsound": (
        "Refused: the inventory would no longer be valid ({first}). Nothing was written.",
        "已拒绝：写入后资产清单将无效（{first}）。没有写入任何内容。",
    ),
    "error.adoption_failed": (
        "Stack {stack} could not be looked at or imported into: {said}",
        "资源栈 {stack} 无法查看或导入：{said}",
    ),
    "error.adoption_failed.next": (
        "Run `omlib adopt` again: it goes on from where it stopped.",
        "请再次运行 `omlib adopt`，将从中断处继续。",
    ),
    "error.adoption_stopped": (
        "Refused by stack {stack}: {said}. Nothing was imported.",
        "资源栈 {stack} 拒绝：{said}。没有导入任何内容。",
    ),
    "error.inventory_moved": (
        "Refused: {file} changed since it was read. Nothing was written.",
        "已拒绝：{file} 在读取之后被改动。没有写入任何内容。",
    ),
    "error.inventory_moved.next": ("Run it again.", "请重新运行。"),
    "error.usage.what.no_such_subject": (
        "no ref, system or project is called {name}",
        "没有名为 {name} 的标识、业务系统或项目",
    ),
}
