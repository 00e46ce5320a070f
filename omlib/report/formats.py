"""The formats of a report, by the names the command line has for them."""

from enum import StrEnum


class Format(StrEnum):
    SCREEN = "screen"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    HTML = "html"
    XLSX = "xlsx"


TELLS_CHANGES = frozenset({Format.SARIF, Format.MARKDOWN, Format.HTML, Format.XLSX})
