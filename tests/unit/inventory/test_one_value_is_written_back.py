"""A change in place: what stays, what is refused."""

from pathlib import Path

import pytest

from omlib.inventory.writeback import WriteBackError, changed_text, edited_text, set_value
from omlib.inventory.yaml_edit import Append, Edit, Put

SHARED = "a: &x {v: 1} # one\nb: *x\nc: {<<: *x, w: 2}\nn: &n 5\nm: *n\n"


def test_only_the_line_with_the_value_changes(tmp_path: Path) -> None:
    file = tmp_path / "vms.yml"
    before = "\ufeff# 说明\r\nvms:\r\n  - id: 甲   # 注释\r\n    vcpu: 2 # 核\r\n  # 结尾\r\n"
    file.write_bytes(before.encode())
    file.chmod(0o640)
    set_value(file, ("vms", 0, "vcpu"), 4)
    set_value(file, ("vms", 0, "bound_id"), "0644")
    after = (
        "\ufeff# 说明\r\nvms:\r\n  - id: 甲   # 注释\r\n    vcpu: 4 # 核\r\n    bound_id: 0644\r\n"
    )
    assert file.read_bytes().decode() == after + "  # 结尾\r\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_field_stands_before_the_comments_that_follow() -> None:
    before = "vms:\n  - id: a\n    notes: |\n      one\n\n  # about b\n  - id: b\n"
    after = "vms:\n  - id: a\n    notes: |\n      one\n    bound_id: x\n\n  # about b\n  - id: b\n"
    assert changed_text(before, ("vms", 0, "bound_id"), "x") == after


def test_a_record_and_the_last_thing_in_it_both_get_a_field() -> None:
    before = "vms:\n  - id: a\n    volumes:\n      - id: d\n        size_gib: 1\n"
    edits: list[Edit] = [
        Put(("vms", 0, "bound_id"), "x"),
        Put(("vms", 0, "volumes", 0, "bound_id"), "y"),
        Append(("vms",), {"id": "b"}),
    ]
    after = before + "        bound_id: y\n    bound_id: x\n  - id: b\n"
    for order in (edits, edits[::-1]):
        assert edited_text(before, order) == after


def test_a_user_of_an_alias_gets_its_own_value_and_the_others_keep_theirs() -> None:
    assert changed_text(SHARED, ("b",), 7) == SHARED.replace("b: *x", "b: 7")
    assert changed_text(SHARED, ("c", "v"), 7) == SHARED.replace("w: 2}", "w: 2, v: 7}")


@pytest.mark.parametrize(
    ("pointer", "why"),
    [
        (("a", "v"), "shared"),
        (("b", "v"), "shared"),
        (("n",), "shared"),
        (("c", "w", "deep"), "no_such_place"),
        (("missing", "x"), "no_such_place"),
        ((), "unsound"),
    ],
)
def test_a_value_that_others_share_or_that_has_no_place_is_refused(
    pointer: tuple[str, ...], why: str
) -> None:
    with pytest.raises(WriteBackError) as error:
        changed_text(SHARED, pointer, 7)
    assert error.value.facts["why"] == why


def test_a_file_with_a_problem_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "x.yml"
    file.write_text("a: 1\na: 2\n", encoding="utf-8")
    with pytest.raises(WriteBackError):
        set_value(file, ("a",), 3)
    assert file.read_text(encoding="utf-8") == "a: 1\na: 2\n"
