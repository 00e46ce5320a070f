import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from omlib.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Entry,
    Facts,
    Heading,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from omlib.report.layout import chunks, wrap
from omlib.report.neutral import width
from omlib.report.terminal import LONGEST_TEXT, to_rich, to_text
from omlib.report.words import Lang

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=120)


def _everywhere(text: str) -> Document:
    """*text* in every place a document has for text."""
    said, solid = line(text, " ", Span(text, Tone.NAME)), line(Span(text, Tone.BAD, solid=True))
    blocks: tuple[Block, ...] = (
        Heading(said),
        Paragraph(solid),
        Table(
            (Column(text), Column("NAME"), Column("COUNT", number=True)),
            ((said, solid, line("12")), (line("a"), line("b"), line("3"))),
        ),
        Facts(((text, said), ("name", solid))),
        Bullets((said, solid)),
        Entry(said, (Entry(solid), Entry(said, (Entry(said),)))),
    )
    return Document(lang=Lang.ZH, title=said, blocks=blocks, labels=(text,))


@settings(deadline=None)
@given(ANYTHING, st.integers(60, 200))
def test_no_text_reaches_the_terminal_as_a_control_or_runs_over_the_edge(
    text: str, columns: int
) -> None:
    told = to_text(_everywhere(text), columns)
    for row in told.splitlines():
        assert width(row) <= columns
        assert not [c for c in row if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
    assert to_rich(_everywhere(text), columns).plain.count("\n") == told.count("\n")


@given(ANYTHING)
def test_breaking_loses_nothing_but_blanks(text: str) -> None:
    assert "".join(chunks(text)) == text
    broken = "".join(span.text for row in wrap(line(text), 30) for span in row)
    assert broken.replace(" ", "") == text.replace(" ", "")


def test_a_megabyte_is_cut_with_a_mark_that_says_so_and_costs_nothing() -> None:
    document = Document(lang=Lang.EN, title=(), blocks=(Paragraph(line("\u202e" * 1_000_000)),))
    began = time.process_time()
    told = to_text(document, 80)
    assert time.process_time() - began < 0.5
    assert f"...(+{1_000_000 - LONGEST_TEXT} characters)" in told.replace("\n", "")
    assert len(told) < 10 * LONGEST_TEXT


@pytest.mark.parametrize("text", ["[bold red]x[/]", "[link=http://x]y[/link]", ":smile:", "[/]"])
def test_markup_in_the_data_is_shown_and_not_taken_for_markup(text: str) -> None:
    document = Document(lang=Lang.EN, title=(), blocks=(Paragraph(line(text)),))
    console = Console(force_terminal=True, highlight=False, width=80, color_system="standard")
    with console.capture() as captured:
        console.print(to_rich(document, 80), soft_wrap=True)
    assert captured.get().strip() == text


def test_colours_change_nothing_of_the_text() -> None:
    document = _everywhere("湖滨区 cloud/server/oa-01 at vms.yml:12")
    console = Console(no_color=True, width=80, highlight=False)
    with console.capture() as captured:
        console.print(to_rich(document, 80), soft_wrap=True)
    assert captured.get().rstrip("\n") == to_text(document, 80).rstrip("\n")


def test_a_long_ref_is_broken_after_its_slashes_and_never_shortened() -> None:
    ref = "server/file/hrss-app-01/" + "%2F".join(
        ["etc", "nginx", "conf.d", "a-very-long-name"] * 2
    )
    document = Document(lang=Lang.EN, title=(), blocks=(Entry(line(ref)),))
    rows = to_text(document, 60).splitlines()
    assert rows[0] == "  server/file/hrss-app-01/"
    assert "".join(row.strip() for row in rows) == ref


def test_a_line_number_stays_with_its_file() -> None:
    assert list(chunks("declared at systems/oa.yml:12")) == [
        "declared ",
        "at ",
        "systems/",
        "oa.yml:12",
    ]


def test_chinese_closing_punctuation_never_begins_a_line() -> None:
    document = Document(lang=Lang.ZH, title=(), blocks=(Paragraph(line("业务系统，" * 30)),))
    for columns in range(60, 80):
        rows = to_text(document, columns).splitlines()
        assert not [row for row in rows if row[0] in "，。、；："]


def test_columns_of_chinese_stand_in_line() -> None:
    table = Table(
        (Column("名称"), Column("N", number=True)),
        ((line("校园一卡通"), line("7")), (line("oa"), line("12"))),
    )
    rows = to_text(Document(lang=Lang.ZH, title=(), blocks=(table,)), 80).splitlines()
    assert {width(row) for row in rows} == {16}
    assert rows[1:] == ["  校园一卡通   7", "  oa          12"]


def test_labels_stand_first_and_last() -> None:
    document = Document(
        lang=Lang.EN, title=line("t"), blocks=(Paragraph(line("b")),), labels=("SIMULATION",)
    )
    assert to_text(document, 80).splitlines() == ["SIMULATION", "t", "b", "", "SIMULATION"]
