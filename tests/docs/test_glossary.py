from pathlib import Path

import pytest

from omlib.model.kind import KINDS, SERVER_KINDS
from omlib.model.ref import Plane
from omlib.model.status import WORST_FIRST, UnknownReason, UnmanagedClass
from omlib.report.words import Lang, words

GLOSSARY = (Path(__file__).parents[2] / "docs" / "glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("field", "word"),
    [
        *(("status", status) for status in WORST_FIRST),
        *(("reason", reason) for reason in UnknownReason),
        *(("class", one) for one in UnmanagedClass),
    ],
)
def test_the_glossary_has_the_words_of_the_screens(field: str, word: str) -> None:
    assert f"| `{word}` | {words(f'{field}.{word}', Lang.ZH)} |" in GLOSSARY


@pytest.mark.parametrize(("plane", "kind"), KINDS)
def test_the_glossary_has_every_kind(plane: Plane, kind: str) -> None:
    assert f"`{kind}` {words(f'kind.{plane}.{kind}', Lang.ZH)}" in GLOSSARY


def test_the_glossary_has_every_attribute_of_a_host() -> None:
    rows = GLOSSARY.split("| attribute |", 1)[1].split("\n\n", 1)[0]
    attributes = {attribute for kind in SERVER_KINDS for attribute in kind.attributes}
    assert {attribute for attribute in attributes if f"`{attribute}`" not in rows} == set()


def test_the_glossary_lists_the_statuses_worst_first() -> None:
    places = [GLOSSARY.index(f"| `{status}` |") for status in WORST_FIRST]
    assert places == sorted(places)
