"""What a host says reaches nobody's terminal as it came."""

import pytest

from omlib.planes.access.text import clean, decode, visible


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_is_read_in_the_encoding_it_is_in(encoding: str) -> None:
    assert decode("人力资源和社会保障局".encode(encoding)) == "人力资源和社会保障局"


def test_a_byte_that_is_no_text_is_kept_as_its_number() -> None:
    assert decode(b"a\xff") == "a\\xff"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("a\r\n\tb\x00c", "a bc"),
        ("evil\u202etxt.exe", "eviltxt.exe"),
        ("\x1b]0;never ends", ""),
        ("拒绝访问", "拒绝访问"),
    ],
)
def test_words_lose_what_would_act(said: str, shown: str) -> None:
    assert clean(said) == shown
    assert clean(said.encode()) == shown


def test_words_are_cut_to_two_hundred_characters() -> None:
    assert len(clean("数" * 10_000_000)) == 200


def test_a_value_keeps_every_character_as_an_escape() -> None:
    assert visible("a\x1b[2J\u202e\udcff数") == "a\\x1b[2J\\u202e\\udcff数"
