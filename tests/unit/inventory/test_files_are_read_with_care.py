"""What Git does not keep: bytes, links, pipes, sizes; and where the inventory is found."""

import os
from pathlib import Path

import pytest

from omlib.inventory.load import find_root, load
from omlib.inventory.problem import Code, InvalidInventoryError, NoInventoryError
from omlib.inventory.tree import MAX_FILE_BYTES

ROOT_FILE = "schema: 1\nname: 测试市\ntimezone: Asia/Shanghai\n"
DEPARTMENTS = "departments:\n  - {id: city, name: 市}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "estate"
    root.mkdir()
    (root / "estate.yml").write_text(ROOT_FILE, encoding="utf-8")
    (root / "departments.yml").write_text(DEPARTMENTS, encoding="utf-8")
    return root


def told(root: Path) -> list[tuple[str, int, Code]]:
    return [(problem.file, problem.line, problem.code) for problem in load(root).problems]


def test_a_byte_order_mark_and_windows_line_ends_are_read(root: Path) -> None:
    text = DEPARTMENTS.replace("\n", "\r\n").encode("utf-8-sig")
    (root / "departments.yml").write_bytes(text)
    assert load(root).checked().departments["city"].name == "市"


def test_yaml_in_gb18030_is_refused_with_line_and_byte(root: Path) -> None:
    (root / "departments.yml").write_bytes(DEPARTMENTS.encode("gb18030"))
    (problem,) = load(root).problems
    assert (problem.file, problem.line, problem.code) == ("departments.yml", 2, Code.NOT_UTF8)
    assert problem.facts["byte"] == "0xca"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_in_either_encoding(root: Path, encoding: str) -> None:
    table = "id,name,parent\r\nhrss,人社局,city\r\n"
    (root / "departments.csv").write_bytes(table.encode(encoding))
    estate = load(root).checked()
    assert estate.departments["hrss"].name == "人社局"
    assert str(estate.departments["hrss"].source) == "departments.csv:2"


def test_bytes_that_are_no_text_are_refused(root: Path) -> None:
    (root / "rooms.csv").write_bytes(b"id\n\xff\xff\n")
    assert told(root) == [("rooms.csv", 2, Code.NOT_TEXT)]


def test_a_cell_of_several_lines_does_not_shift_the_lines_below(root: Path) -> None:
    (root / "departments.csv").write_text('id,name\na,"甲\n乙"\nb,\n', encoding="utf-8")
    assert ("departments.csv", 4, Code.MISSING_FIELD) in told(root)


def test_a_file_that_is_too_big_is_not_read(root: Path) -> None:
    with (root / "vms.yml").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    assert told(root) == [("vms.yml", 1, Code.TOO_BIG)]


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "vms.yml")
    assert told(root) == [("vms.yml", 1, Code.NOT_A_FILE)]


def test_links_that_leave_the_tree_are_refused(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "vms.yml").write_text("vms: []\n", encoding="utf-8")
    (root / "vms.yml").symlink_to(outside / "vms.yml")
    (root / "systems").symlink_to(outside)
    assert told(root) == [
        ("systems", 1, Code.PATH_OUTSIDE),
        ("vms.yml", 1, Code.PATH_OUTSIDE),
    ]


def test_a_link_inside_the_tree_is_followed(root: Path) -> None:
    (root / "files").mkdir()
    (root / "departments.yml").rename(root / "files" / "shared.yml")
    (root / "departments.yml").symlink_to("files/shared.yml")
    assert load(root).checked().departments.keys() == {"city"}


def test_a_content_that_lies_outside_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    (root / "files").mkdir()
    (root / "files" / "link").symlink_to(tmp_path / "secret")
    roles = "roles:\n  - id: base\n    files:\n      /etc/x: {source: files/link}\n"
    (root / "roles.yml").write_text(roles, encoding="utf-8")
    assert told(root) == [("roles.yml", 4, Code.PATH_OUTSIDE)]


def test_what_may_stand_in_an_unreadable_file_is_not_reported_as_unknown(root: Path) -> None:
    (root / "departments.yml").write_text("departments: [\n", encoding="utf-8")
    (root / "rooms.yml").write_text(
        "rooms: [{id: r, name: 机房, department: city, target: keep}]\n", encoding="utf-8"
    )
    assert [code for _, _, code in told(root)] == [Code.SYNTAX]


def test_a_folder_without_its_root_file_is_no_inventory(root: Path) -> None:
    (root / "estate.yml").unlink()
    assert told(root) == [("estate.yml", 1, Code.NO_ROOT_FILE)]
    with pytest.raises(InvalidInventoryError) as error:
        load(root).checked()
    assert error.value.facts["count"] == 1


def test_hidden_files_and_other_kinds_of_files_are_left_alone(root: Path) -> None:
    for name in ("README.md", ".hidden.yml", "memo.pdf"):
        (root / name).write_text(": not : yaml", encoding="utf-8")
    assert load(root).problems == ()


def test_the_file_by_which_ansible_finds_the_inventory_holds_no_records(root: Path) -> None:
    (root / "omlib.yml").write_text("plugin: omlib\n", encoding="utf-8")
    assert told(root) == []
    assert load(root).files == ("departments.yml", "estate.yml")
    (root / "systems").mkdir()
    (root / "systems" / "omlib.yml").write_text("plugin: omlib\n", encoding="utf-8")
    assert {file for file, _, _ in told(root)} == {"systems/omlib.yml"}


def test_the_inventory_is_found_by_argument_then_environment_then_upwards(
    root: Path, tmp_path: Path
) -> None:
    below = root / "systems" / "old"
    below.mkdir(parents=True)
    env = {"OMLIB_INVENTORY": str(root)}
    assert find_root(root / "estate.yml", env={}, cwd=tmp_path) == root
    assert find_root(env=env, cwd=tmp_path) == root
    assert find_root(env={}, cwd=below) == root
    root.rename(tmp_path / "inventory")
    assert find_root(env={}, cwd=tmp_path) == tmp_path / "inventory"
    with pytest.raises(NoInventoryError):
        find_root(tmp_path / "nowhere", env=env, cwd=tmp_path)
