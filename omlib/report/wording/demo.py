"""Words for the demo's story."""

SAID: dict[str, tuple[str, str]] = {
    "title.demo": ("What was planted, and what was found", "制造了什么偏离，发现了什么"),
    "title.demo_times": ("How long each part took", "各步骤用时"),
    "demo.estate": (
        "{name}: {departments} departments, {systems} systems, {items} items declared.",
        "{name}：{departments} 个部门、{systems} 个业务系统，三个平面共声明 {items} 个条目。",
    ),
    "demo.lab": (
        "A lab comes up: real hosts, routers, a real OpenStack. The first time builds images.",
        "启动试验环境：真实主机、真实路由器、真实 OpenStack。首次运行需要构建镜像。",
    ),
    "demo.build": (
        "The declared estate is built in it, as its owners would have done.",
        "按声明内容在其中逐项建成，如同各单位自建。",
    ),
    "demo.stacks": (
        (
            "  The cloud was made by Pulumi: {resources} resources in {stacks} stacks; "
            "a second look finds {differ} that would still be changed."
        ),
        (
            "  云资源由 Pulumi 建成：{stacks} 个栈共 {resources} 个资源；"
            "再次预览，仍需变更 {differ} 个。"
        ),
    ),
    "demo.as_built": (
        "Is it as declared? omlib looks at all three planes.",
        "与声明一致吗？omlib 查看三个平面。",
    ),
    "demo.sound": (
        "As built: {in_sync} of {items} items in sync; {unknown} could not be seen: no guess.",
        "建成时：{items} 项中 {in_sync} 项一致；{unknown} 项无法查看，不作猜测。",
    ),
    "demo.plant": ("Now people change things by hand:", "现在有人手工改动："),
    "demo.look_again": ("omlib looks again:", "omlib 再次查看："),
    "demo.plan": (
        "A plan is made from the findings, carried out on the fakes, and checked:",
        "由发现生成变更方案，在模拟平面上实施并复核：",
    ),
    "demo.applied": (
        (
            "{done} of {planned} steps done; {drift} {drift:item|items} still "
            "{drift:differs|differ}, {unknown} could not be seen: nobody proposed anything for "
            "the undeclared, and nothing was done to what could not be seen."
        ),
        (
            "{planned} 步中完成 {done} 步；仍有 {drift} 项不一致，{unknown} 项未能看到："
            "未声明的由人决定，看不见的绝不动。"
        ),
    ),
    "demo.page": (
        "The same as a page to open in a browser, offline: {path}",
        "同样的结果，可离线用浏览器打开：{path}",
    ),
    "demo.no_lab": (
        "No lab on this machine: {reason}. What runs without one is the simulation:",
        "本机无法运行试验环境：{reason}。以下为无需试验环境的模拟：",
    ),
    "demo.exact": (
        "All {n} deviations found, and nothing else.",
        "{n} 处偏离全部发现，且没有误报。",
    ),
    "demo.not_exact": (
        "NOT as planted: {missed} not found, {besides} found that nobody planted.",
        "与制造的偏离不符：漏报 {missed} 项，误报 {besides} 项。",
    ),
    "demo.missed": ("planted and not found: {ref} {status}", "已制造但未发现：{ref} {status}"),
    "demo.besides": ("found and not planted, {n} × ", "未制造却被报告，{n} × "),
    "demo.from_start": ("so from the start", "一开始就如此"),
    "demo.next.reconcile": ("look again, only this system", "只看这一个业务系统"),
    "demo.next.reconcile_all": ("look again", "再次查看"),
    "demo.next.json": ("the same for a program", "供程序读取"),
    "demo.next.offline": ("from the last look, asking nobody", "用上次记录，不访问任何设备"),
    "demo.next.plan": (
        "what would mend it, and what cannot be planned",
        "如何恢复一致，哪些不能安排",
    ),
    "demo.next.cloud": (
        "what Pulumi would set right in the cloud, attribute by attribute",
        "Pulumi 将如何逐项恢复云资源",
    ),
    "demo.next.break": ("plant something of your own", "自己制造一处偏离"),
    "demo.next.runs": ("what earlier runs found", "历次运行结果"),
    "demo.next.down": ("end the lab; nothing is left behind", "结束试验环境，不留痕迹"),
    "demo.next.env": (
        "the lab's credentials, for the commands below",
        "试验环境的凭据，供以下命令使用",
    ),
    "demo.next.real": ("the same on real systems", "在真实系统上演示"),
    "demo.step.lab": ("lab up (hosts, routers, cloud)", "启动试验环境（主机、路由器、云）"),
    "demo.step.build": ("estate built", "建成资产"),
    "demo.step.reconcile": ("first reconcile", "首次比对"),
    "demo.step.plant": ("deviations planted", "制造偏离"),
    "demo.step.find": ("second reconcile", "再次比对"),
    "demo.step.apply": ("plan and apply", "变更方案与实施"),
    "demo.step.total": ("in all", "合计"),
    "column.planted": ("planted", "制造的偏离"),
    "column.where": ("where", "位置"),
    "column.found_as": ("found as", "判定"),
    "column.command": ("command", "命令"),
    "column.why": ("what for", "用途"),
    "step.build.by_hand": ("a bureau builds its own", "某单位自行建成"),
    "step.build.network": ("configuring the routers", "配置路由器"),
    "step.build.server": ("configuring the hosts", "配置主机"),
    "demo.plant.vm_resized": (
        "a VM was given another size in the console",
        "在控制台改了云主机规格",
    ),
    "demo.plant.shadow_vm": (
        "a VM was made by hand, under the name of a declared one",
        "手工新建云主机，名称与已声明的相同",
    ),
    "demo.plant.group_opened": (
        "a security group lets SSH in from anywhere",
        "安全组对任意来源放开 SSH",
    ),
    "demo.plant.shadow_vm_new": ("a VM was made by hand", "手工新建了云主机"),
    "demo.plant.vm_stopped": ("a VM was switched off in the console", "在控制台关掉了云主机"),
    "demo.plant.vm_renamed": ("a VM was renamed in the console", "在控制台改了云主机名称"),
    "demo.plant.vm_deleted": ("a VM was deleted in the console", "在控制台删除了云主机"),
    "demo.plant.volume_extended": ("a volume was extended in the console", "在控制台扩容了云硬盘"),
    "demo.plant.file_edited": (
        "a configuration file was edited on the host",
        "直接改了主机配置文件",
    ),
    "demo.plant.package_added": ("a package was installed by hand", "手工安装了软件包"),
    "demo.plant.listener_opened": ("a program listens on a new port", "程序监听了新端口"),
    "demo.plant.account_made": ("an account was made by hand", "手工新建了账号"),
    "demo.plant.service_stopped": ("a service was stopped", "停止了服务"),
    "demo.plant.route_changed": ("a static route was added on a router", "路由器上加了静态路由"),
    "demo.plant.host_cut_off": (
        "a host drops all SSH: it cannot be seen",
        "主机丢弃 SSH：无法查看",
    ),
    "demo.plant.project_denied": (
        "a bureau gave omlib no role in its cloud project",
        "某单位未给 omlib 云项目权限",
    ),
    "demo.plant.residue": (
        "an account of a retired system is back",
        "已下线系统的账号又出现了",
    ),
    "yibin.lab": (
        "A lab comes up: a real OpenStack, empty.",
        "启动试验环境：真实 OpenStack，尚无资源。",
    ),
    "yibin.grow": (
        "In it a city's cloud grows by hand, as it did: names as somebody typed them, no tags.",
        "在其中照当年的做法逐台手工建成：名称各凭习惯，没有任何标记。",
    ),
    "yibin.totals": (
        (
            "  {departments} departments, {services} services: {servers} servers, {vcpu} vCPU, "
            "{ram_gb} GB of memory, {storage_tb} TB in {volumes} volumes; {marked} carry a mark."
        ),
        (
            "  {departments} 个部门、{services} 项业务：{servers} 台云主机，{vcpu} vCPU，"
            "内存 {ram_gb} GB，{volumes} 块云硬盘共 {storage_tb} TB；带标记的 {marked} 台。"
        ),
    ),
    "yibin.books": (
        (
            "  The books list {listed} of the {servers} servers, {bound} with its id: {missing} "
            "were never entered, {wrong} have another size, {alike} are entered alike."
        ),
        (
            "  台账登记了 {servers} 台中的 {listed} 台，写明 ID 的 {bound} 台：漏登 {missing} 台，"
            "规格不符 {wrong} 台，登记得无法区分 {alike} 台。"
        ),
    ),
    "yibin.proposed": (
        (
            "omlib adopt, before anything is written: {adopt} items are found beyond doubt and "
            "would come in without a change; {differs} differ from the books and {ambiguous} "
            "could be several, so they stay out; {new} live things are in no book."
        ),
        (
            "omlib adopt，写入之前：{adopt} 项已确认对应，纳管后无任何变更；"
            "{differs} 项与台账不符、{ambiguous} 项有多个可能，均不纳管；{new} 项不在台账中。"
        ),
    ),
    "yibin.person": (
        (
            "  A person decides: which of the {alike} is which, and that of {differs} the live "
            "size is right."
        ),
        "  由人决定：{alike} 台各是哪一台；{differs} 台以实际规格为准。",
    ),
    "yibin.adopted": (
        (
            "Adopted: {imports} resources imported, {files} files of the books written. A "
            "preview now proposes {pending} changes; of {things} things in the cloud {touched} "
            "were touched."
        ),
        (
            "纳管完成：导入 {imports} 个资源，更新台账 {files} 个文件。"
            "再次预览，需变更 {pending} 个；云上 {things} 项资源中被改动的有 {touched} 项。"
        ),
    ),
    "yibin.plant": ("Then people change things in the console:", "此后有人在控制台改动："),
    "yibin.root": (
        "The books, now with every id, go with the lab: {path}",
        "已写明全部 ID 的台账（随试验环境删除）：{path}",
    ),
    "demo.next.yibin_env": ("the cloud's credentials", "云的凭据"),
    "demo.next.yibin_preview": (
        "what Pulumi would set right, attribute by attribute",
        "Pulumi 将如何逐项恢复",
    ),
    "demo.step.adopt": ("adopted, with proof", "纳管及核验"),
    "step.build.legacy": ("people build their cloud by hand", "手工建成云资源"),
    "title.applied": ("Plan {plan} carried out", "变更方案 {plan} 实施情况"),
    "applied.counts": (
        (
            "{planned} steps: {done} done, {already_done} found done, {failed} failed, "
            "{not_done} not begun"
        ),
        "共 {planned} 步：完成 {done}，此前已完成 {already_done}，失败 {failed}，未开始 {not_done}",
    ),
    "outcome.done": ("done", "完成"),
    "outcome.already_done": ("found done", "此前已完成"),
    "outcome.failed": ("FAILED", "失败"),
    "outcome.not_done": ("not begun", "未开始"),
    "error.not_for_the_lab": (
        "{what} cannot be built in this lab: {why}. Nothing was built.",
        "{what} 无法在此试验环境中建成：{why}。未做任何改动。",
    ),
    "error.not_for_the_lab.next": (
        "unset OMLIB_LAB_ID, or give an inventory whose addresses lie in that prefix",
        "取消 OMLIB_LAB_ID，或使用地址在该网段内的资产清单",
    ),
    "error.demo_build": (
        "the lab could not build {what}: {why}. The estate is incomplete.",
        "试验环境未能建成 {what}：{why}。资产不完整。",
    ),
    "error.demo_build.next": (
        "omlib lab logs HOST shows more; omlib demo begins anew",
        "用 omlib lab logs 查看详情；omlib demo 会重新开始",
    ),
    "error.no_secret.next": (
        "set the variable or the file; the lab's: . /run/omlib-lab/ID/env",
        "设置该变量或文件；试验环境用 . /run/omlib-lab/ID/env",
    ),
}
