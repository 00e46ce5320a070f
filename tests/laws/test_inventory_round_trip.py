"""What is written reads back the same, and a change in place changes nothing else."""

import io
import string
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from omlib.inventory.scalars import value_of
from omlib.inventory.writeback import changed_text
from omlib.inventory.yaml_read import read_yaml
from omlib.inventory.yaml_write import dump, round_trip

LOOKS_LIKE = st.sampled_from(
    [
        "0644",
        "12:30",
        "no",
        "off",
        "~",
        "null",
        "1.5",
        "0x1f",
        "0o17",
        "1e3",
        ".inf",
        "=",
        "<<",
        "---",
        "- a",
        ": b",
        "a: b",
        "#c",
        "a #b",
        " x",
        "x ",
        "a\n b",
        "a\u2028b",
        "\x85",
        "\ufeff",
        "中文，值",
        "2026-01-01",
        "52:54:00:12:34:56",
        "&a",
        "*a",
        "!x",
        "[",
        "}",
        "a,b",
        "'",
        '"',
        "\\",
        "%",
        "@a",
    ]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | LOOKS_LIKE
SCALARS = TEXTS | st.integers(-(10**30), 10**30) | st.booleans() | st.none()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
FILE = """\
# 云平台上的虚拟机
vms: # 列表
  - id: a   # 注释
    vcpu: 2
    power:
    ifs: [{n: "x", a: 198.18.1.11}]
    sg: &groups [web, 'db']  # 两个

  # b 的说明
  - id: b
    vcpu: 4 # 核
    sg: *groups
    notes: |
      第一行

      第二行

  # 结尾
"""
PLACES = st.sampled_from(
    [
        ("vms", 0, "vcpu"),
        ("vms", 0, "power"),
        ("vms", 0, "bound_id"),
        ("vms", 0, "ifs"),
        ("vms", 0, "ifs", 0, "n"),
        ("vms", 0, "ifs", 0, "更多"),
        ("vms", 0, "ifs", 1),
        ("vms", 1, "vcpu"),
        ("vms", 1, "notes"),
        ("vms", 1, "sg"),
        ("vms", 1, "new"),
        ("vms", 2),
    ]
)


@given(VALUES)
def test_what_is_dumped_reads_back_the_same(value: object) -> None:
    read = read_yaml(dump(value))
    assert not read.faults
    assert read.value == value


@given(VALUES)
def test_reader_and_writer_mean_the_same_by_a_text(value: object) -> None:
    text = dump({"v": value})
    assert _plain(round_trip().load(text)) == read_yaml(text).value


@given(st.text(string.digits + "+-.eExXoOabcfnulTRUEFALSs:~ ", min_size=1))
def test_reader_and_writer_resolve_a_plain_scalar_alike(scalar: str) -> None:
    text = f"v: {scalar}\n"
    read = read_yaml(text)
    if not read.faults and isinstance(read.value, dict):
        written = io.StringIO()
        yaml = round_trip()
        yaml.dump(yaml.load(text), written)
        assert repr(read_yaml(written.getvalue()).value) == repr(read.value)


@given(PLACES, VALUES)
def test_a_change_in_place_keeps_every_other_line(
    pointer: tuple[str | int, ...], new: object
) -> None:
    changed = changed_text(FILE, pointer, new)
    before, after = FILE.splitlines(), changed.split("\n")
    assert [line for line in before if "#" in line and line.lstrip()[0] == "#"] == [
        line for line in after if line.lstrip().startswith("#")
    ]
    kept = sum(line in after for line in before)
    lost = 4 if pointer == ("vms", 1, "notes") else 1
    assert kept >= len(before) - lost


def test_writing_back_the_value_that_is_there_changes_no_declared_file() -> None:
    for path in Path(__file__).parents[2].joinpath("inventory").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        value = read_yaml(text).value
        assert isinstance(value, dict)
        for key, held in value.items():
            if isinstance(held, str):
                assert read_yaml(changed_text(text, (key,), held)).value == value


def test_a_value_keeps_its_meaning_on_the_core_schema() -> None:
    assert [value_of(t) for t in ("0644", "0", "-7", "1.5", "yes", "True", "")] == [
        *("0644", 0, -7, 1.5, "yes", True, None)
    ]


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_plain(held) for held in value]
    return value
