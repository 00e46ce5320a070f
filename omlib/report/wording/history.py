"""Words for what is on record: history, verification, pruning, and one item's story."""

SAID: dict[str, tuple[str, str]] = {
    "error.run_pruned": (
        "What the run {run} saw and found was taken away by pruning on {at}.",
        "运行 {run} 的观测和发现已于 {at} 清理。",
    ),
    "error.run_pruned.next": (
        "`omlib runs show {run}` still tells who, when and how many.",
        "`omlib runs show {run}` 仍可查看操作人、时间和数量。",
    ),
    "column.pruned": ("PRUNED", "已清理"),
}
