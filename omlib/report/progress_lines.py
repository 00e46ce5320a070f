"""How far long work has come, in words. The live display is the command line's."""

from omlib.report.values import took_text
from omlib.report.words import Lang, has, words


def step_text(step: str, lang: Lang) -> str:
    return words(f"step.{step}", lang) if has(f"step.{step}") else words(step, lang)


def started_line(step: str, lang: Lang) -> str:
    return words("progress.started", lang, step=step_text(step, lang))


def advanced_line(step: str, done: int, total: int, lang: Lang, *, note: str = "") -> str:
    """
    >>> advanced_line("observe", 3, 12, Lang.EN, note="oa-01")
    'looking at the estate: 3 of 12 (oa-01)'
    """
    told = words("progress.of", lang, step=step_text(step, lang), done=done, total=total)
    return _noted(told, note, lang)


def ended_line(
    step: str, took_s: float, lang: Lang, *, note: str = "", failed: bool = False
) -> str:
    code = "progress.failed" if failed else "progress.done"
    took = took_text(took_s, lang)
    return _noted(words(code, lang, step=step_text(step, lang), took=took), note, lang)


def _noted(told: str, note: str, lang: Lang) -> str:
    return words("progress.note", lang, line=told, note=note) if note else told
