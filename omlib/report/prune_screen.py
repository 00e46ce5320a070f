"""What pruning took away, or would take away."""

from dataclasses import dataclass
from datetime import datetime

from omlib.report.document import Block, Document, Facts, Line, Paragraph, line
from omlib.report.values import moment_json, moment_text
from omlib.report.words import Lang, words


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneTold:
    """What went, or (*dry_run*) would go. *size_bytes* is what was stored in it.

    *freed_bytes* is what the file shrank by; None where it was not made smaller.
    """

    before: datetime
    dry_run: bool
    runs: int
    observations: int
    findings: int
    entries: int
    size_bytes: int
    freed_bytes: int | None
    open_plan: str


def prune_report(it: PruneTold, lang: Lang) -> Document:
    told = "prune.nothing" if not (it.runs or it.entries) else "prune.done"
    if told == "prune.done" and it.dry_run:
        told = "prune.dry_run"
    rows: list[tuple[str, Line]] = [
        (words("prune.before", lang), line(moment_text(it.before))),
        *(
            (words(f"prune.{name}", lang), line(str(getattr(it, name))))
            for name in ("runs", "observations", "findings", "entries")
        ),
        (words("prune.size", lang), line(_mib(it.size_bytes))),
    ]
    if it.freed_bytes is not None:
        rows.append((words("prune.freed", lang), line(_mib(it.freed_bytes))))
    blocks: list[Block] = [Paragraph(line(words(told, lang))), Facts(tuple(rows))]
    if it.open_plan:
        blocks.append(Paragraph(line(words("prune.open_plan", lang, plan=it.open_plan[:12]))))
    if it.freed_bytes is None and not it.dry_run and it.runs:
        blocks.append(Paragraph(line(words("prune.not_compacted", lang))))
    return Document(lang=lang, title=line(words("title.prune", lang)), blocks=tuple(blocks))


def prune_json(it: PruneTold) -> dict[str, object]:
    return {
        "schema": "omlib.prune/1.0",
        "before": moment_json(it.before),
        "dry_run": it.dry_run,
        "runs": it.runs,
        "observations": it.observations,
        "findings": it.findings,
        "entries": it.entries,
        "size_bytes": it.size_bytes,
        "freed_bytes": it.freed_bytes,
        "open_plan": it.open_plan,
    }


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / (1 << 20):.1f} MiB"
