"""Words for the HTML report. Those under `html.js` are told by the page itself."""

SAID: dict[str, tuple[str, str]] = {
    "html.kicker": ("Declared against deployed", "声明与实际比对"),
    "html.estate": ("The estate", "资产全景"),
    "html.estate.how": (
        (
            "Departments and their systems, each with its verdict, the worst of its items; "
            "2/40 means that 2 of 40 items are not in sync. Choose one to see its items."
        ),
        (
            "部门与所属业务系统，各以其条目中最重的结论标示；"
            "2/40 表示 40 个条目中有 2 个未一致。点选即可查看其条目。"
        ),
    ),
    "html.estate.no_department": ("no department", "未归属部门"),
    "html.estate.no_items": ("nothing to see", "无可查看条目"),
    "html.estate.open": ("{n}/{total}", "{n}/{total}"),
    "html.estate.items": ("{n} {n:item|items}", "{n} 个条目"),
    "html.estate.told": (
        "{name}: {verdict}; {n} of {total} {total:item|items} not in sync",
        "{name}：{verdict}；{total} 个条目中 {n} 个未一致",
    ),
    "html.changes": ("Since the last run", "与上次运行相比"),
    "html.changes.same": ("Nothing changed.", "没有变化。"),
    "html.changes.new.means": ("in sync before, or not there", "此前一致，或不存在"),
    "html.changes.changed.means": ("open before, and now otherwise", "此前未一致，现状不同"),
    "html.changes.gone.means": (
        "in sync now, or no longer there",
        "现已一致，或已不存在",
    ),
    "html.changes.lost.means": (
        "open before; its listing broke off, so nobody knows",
        "此前未一致；所在清单本次中断，无从得知",
    ),
    "html.changes.unchanged": (
        "{n} {n:finding is|findings are} as before.",
        "其余 {n} 条与上次相同。",
    ),
    "html.changes.more": ("and {n} more", "另有 {n} 条"),
    "html.changes.was": ("was {status}", "此前{status}"),
    "html.items": ("Items", "条目"),
    "html.items.no_script": (
        (
            "The full table needs JavaScript. Here are the {shown} worst of {n} findings that are "
            "not in sync; `omlib report --format xlsx` writes all of them as a table."
        ),
        (
            "完整表格需要 JavaScript。以下是 {n} 条未一致结论中最重的 {shown} 条；"
            "`omlib report --format xlsx` 可将全部写成表格。"
        ),
    ),
    "html.coverage.seen": ("{seen} of {items} items seen", "{items} 个条目中看到 {seen} 个"),
    "html.coverage.listings": (
        "{complete} of {scopes} {scopes:listing|listings} complete",
        "{scopes} 份清单中 {complete} 份完整",
    ),
    "html.coverage.gaps": ("Gaps ({n})", "缺口（{n}）"),
    "html.coverage.whole": ("No gap: every listing was read to its end.", "没有缺口：清单均完整。"),
    "html.coverage.show": ("show its items", "查看其条目"),
    "html.column.place": ("Place", "位置"),
    "html.column.what": ("Listings", "清单"),
    "html.column.why": ("Why", "原因"),
    "html.column.said": ("It said", "对方应答"),
    "html.column.ticket": ("Ticket", "单号"),
    "html.column.path": ("Attribute", "属性"),
    "html.column.reason": ("Reason", "理由"),
    "html.column.owner": ("Owner", "责任人"),
    "html.column.accepts": ("Accepts", "接受的值"),
    "html.column.until": ("Until", "截止"),
    "html.column.item": ("Item", "条目"),
    "html.column.status": ("Status", "状态"),
    "html.waivers": ("Waivers", "豁免"),
    "html.trend": ("Trend", "趋势"),
    "html.trend.whole": ("the whole estate", "全部资产"),
    "html.trend.how": (
        "Items that drift at the end of each day, {first} to {last}.",
        "{first} 至 {last}，每日末处于漂移的条目数。",
    ),
    "html.trend.told": (
        "{first} at first, {last} now, {most} at most",
        "起初 {first}，现在 {last}，最多 {most}",
    ),
    "html.evidence": ("Evidence", "留痕"),
    "html.evidence.run": ("Run", "运行"),
    "html.evidence.when": ("Started", "开始"),
    "html.evidence.took": ("Took", "用时"),
    "html.evidence.actor": ("By", "操作人"),
    "html.evidence.revision": ("Inventory", "清单版本"),
    "html.evidence.clean": ("nothing uncommitted", "无未提交改动"),
    "html.evidence.unclean": ("with uncommitted changes", "含未提交的改动"),
    "html.evidence.tool": ("Tool", "工具"),
    "html.evidence.scope": ("Scope", "范围"),
    "html.evidence.whole": ("everything declared", "全部声明"),
    "html.evidence.exit": ("Exit code", "退出码"),
    "html.evidence.oldest": ("Oldest look", "最早的观测"),
    "html.evidence.seen": ("Seen", "可见性"),
    "html.evidence.complete": ("everything in scope", "范围内全部"),
    "html.evidence.incomplete": ("not everything in scope", "范围内未能全部看到"),
    "html.evidence.how": (
        (
            "`omlib runs verify` proves that this run is on record unaltered. Long values are cut "
            "here; `omlib report {run} --format json` gives them exactly."
        ),
        (
            "`omlib runs verify` 可验证本次运行的记录未被改动。过长的值在此截断；"
            "`omlib report {run} --format json` 给出原值。"
        ),
    ),
    "html.jump": ("Jump to", "跳至"),
    "html.summary.bar": ("Items by status", "各状态条目占比"),
    "html.js.search": ("Search", "搜索"),
    "html.js.search.hint": ("ref, system, owner, value …", "编号、系统、责任人、值……"),
    "html.js.status": ("Status", "状态"),
    "html.js.item": ("Item", "条目"),
    "html.js.kind": ("Kind", "类型"),
    "html.js.system": ("System", "系统"),
    "html.js.department": ("Department", "部门"),
    "html.js.what": ("What differs, or why unknown", "差异，或未知的原因"),
    "html.js.plane": ("Plane", "平面"),
    "html.js.change": ("Since the last run", "与上次相比"),
    "html.js.any": ("all", "全部"),
    "html.js.reset": ("Show everything", "显示全部"),
    "html.js.shown": ("{n} of {total} {total:item|items}", "显示 {n} 个，共 {total} 个条目"),
    "html.js.page": ("page {page} of {pages}", "第 {page} 页，共 {pages} 页"),
    "html.js.previous": ("Previous", "上一页"),
    "html.js.next": ("Next", "下一页"),
    "html.js.empty": ("No item fits these filters.", "没有符合筛选条件的条目。"),
    "html.js.open": ("Details of {ref}", "{ref} 的详情"),
    "html.js.declared": ("Declared", "声明"),
    "html.js.actual": ("Actual", "实际"),
    "html.js.attribute": ("Attribute", "属性"),
    "html.js.presence": ("presence", "存在"),
    "html.js.there": ("there", "存在"),
    "html.js.not_there": ("not there", "不存在"),
    "html.js.skipped": ("{n} equal {n:line|lines}", "{n} 行相同"),
    "html.js.left_out": (
        "{n} more {n:line is|lines are} not shown here",
        "另有 {n} 行未在此显示",
    ),
    "html.js.order": ("same lines in another order", "内容相同，顺序不同"),
    "html.js.lines": (
        "{n} {n:line differs|lines differ}",
        "{n} 行不同",
    ),
    "html.js.why": ("Why", "原因"),
    "html.js.said": ("It said", "对方应答"),
    "html.js.unseen": ("Not seen", "未能看到"),
    "html.js.where": ("Seen at", "查看位置"),
    "html.js.source": ("Declared at", "声明位置"),
    "html.js.nobody": ("nobody declares it", "没有声明"),
    "html.js.live": ("Live id", "实际标识"),
    "html.js.label": ("Calls itself", "自称"),
    "html.js.of": ("Belongs to", "所属"),
    "html.js.owner": ("Owner", "责任人"),
    "html.js.owner.business": ("business: {name}", "业务：{name}"),
    "html.js.owner.technical": ("technical: {name}", "技术：{name}"),
    "html.js.waiver": ("Waiver", "豁免"),
    "html.js.waiver.told": (
        "{ticket}: {path}, accepted {value} until {until}; {reason} ({owner})",
        "{ticket}：{path}，接受 {value}，至 {until}；{reason}（{owner}）",
    ),
    "html.js.children": ("With it", "附带"),
    "html.js.contested": ("Claimed by", "认领方"),
    "html.js.stacks": ("In the state of", "所在栈"),
    "html.js.first_seen": ("First seen", "首次看到"),
    "html.js.last_seen": ("Last seen", "最近看到"),
    "html.js.two_marks": ("Carry its mark", "带有其标记者"),
    "html.js.before": ("Before", "此前"),
    "html.js.then": ("Next", "下一步"),
    "html.js.story": ("Its whole story", "完整来历"),
    "html.js.folded": ("{n} {n:item|items}", "{n} 个条目"),
    "html.running": ("{labels}run {run}, {at}", "{labels}运行 {run}，{at}"),
    "html.js.unprinted": (
        "{n} more {n:item is|items are} not printed; filter to print them.",
        "另有 {n} 个条目未打印；请筛选后打印。",
    ),
    "html.js.more": ("{text}, and {n} more", "{text}，另有 {n} 处"),
    "html.js.differs": ("{path}: {declared} ≠ {actual}", "{path}：{declared} ≠ {actual}"),
}
