import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omlib.report.json_text import json_text
from omlib.report.neutral import cut, neutral


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J\x1b[31m", "\\x1b[2J\\x1b[31m"),
        ("\x9b31m", "\\x9b31m"),  # the one-byte CSI
        ("a\r\n\tb\0", "a\\r\\n\\tb\\x00"),
        ("evil\u202etxt.exe", "evil\\u202etxt.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("lone \ud800", "lone \\ud800"),
        ("no\u00a0break", "no\\xa0break"),
        ("e\u0301", "e\\u0301"),  # é in two characters: not the é of one
        ("tag\U000e0041", "tag\\U000e0041"),
        ("\u3164", "\\u3164"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_shown(hostile: str, shown: str) -> None:
    assert neutral(hostile) == shown


@pytest.mark.parametrize(
    "text", ["", "plain", "é", "湖滨区教育局　办公室", "𠮷野家", "\ue000 造字", "[bold]x[/]"]
)
def test_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


def test_a_cut_text_says_how_much_is_missing() -> None:
    assert cut("abcdef", 4, "...(+{left})") == "abcd...(+2)"
    assert cut("abcd", 4, "...(+{left})") == "abcd"


@given(st.text(st.characters()))
def test_making_it_neutral_twice_changes_nothing_more(text: str) -> None:
    assert neutral(neutral(text)) == neutral(text)


@given(st.text(st.characters(exclude_categories=())))
def test_json_brings_back_the_exact_text_and_is_always_utf8(text: str) -> None:
    told = json_text({"value": text})
    told.encode("utf-8")
    assert not set(told) & set("\x1b\x7f\x9b\u202e\u2066\u2028\ufeff")
    assert json.loads(told)["value"] == text
