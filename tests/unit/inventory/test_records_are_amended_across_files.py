"""Changes of records by id: the right file, one refused record does not stop the others."""

from pathlib import Path

import pytest

from omlib.inventory.amend import By, Field, NewRecord, amend
from omlib.inventory.put_files import MovedFileError, copy_with, put_files

ROOT = {
    "estate.yml": "schema: 1\nname: 演示市\ntimezone: Asia/Shanghai\n",
    "vms/hrss.yml": "vms:\n  - {id: a, cloud: gov, project: hrss, volumes: [{id: a-data}]}\n",
    "vms/edu.yml": "vms:\n  - &base {id: b, cloud: gov, project: edu}\n"
    "  - {<<: *base, id: c}\n  - {id: d, cloud: gov, project: edu}\n",
    "vms.csv": "id,cloud,project\ne,gov,civil\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in ROOT.items():
        path = tmp_path / "inventory" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "inventory"


def test_fields_are_found_by_id_in_whatever_file_they_stand(root: Path) -> None:
    made = amend(
        root,
        [
            Field("vms", "a", ("volumes", By("a-data"), "bound_id"), "v1"),
            Field("vms", "d", ("bound_id",), "u4"),
        ],
    )
    assert {name: rewrite.after.decode() for name, rewrite in made.files.items()} == {
        "vms/hrss.yml": ROOT["vms/hrss.yml"].replace("a-data}", "a-data, bound_id: v1}"),
        "vms/edu.yml": ROOT["vms/edu.yml"].replace(
            "{id: d, cloud: gov, project: edu}", "{id: d, cloud: gov, project: edu, bound_id: u4}"
        ),
    }
    assert not made.refused


def test_a_record_that_cannot_take_it_is_refused_and_the_others_go_on(root: Path) -> None:
    changes = [Field("vms", name, ("bound_id",), f"u-{name}") for name in "abcdex"]
    changes.append(Field("vms", "a", ("volumes", By("gone"), "bound_id"), "v"))
    made = amend(root, changes)
    assert made.refused == {
        ("vms", "b"): "shared",  # c takes over what b says
        ("vms", "e"): "table",
        ("vms", "x"): "no_such_place",
        ("vms", "a"): "no_such_place",
    }
    assert list(made.files) == ["vms/edu.yml"]
    assert "id: c, bound_id: u-c}" in made.files["vms/edu.yml"].after.decode()


def test_a_new_record_stands_with_those_of_its_project(root: Path) -> None:
    records = [
        {"id": "n1", "cloud": "gov", "project": "edu"},
        {"id": "n2", "cloud": "gov", "project": "new"},
    ]
    made = amend(root, [NewRecord("vms", record) for record in records])
    made_group = amend(root, [NewRecord("security_groups", {"id": "web"})])
    assert made.at == {("vms", "n1"): "vms/edu.yml", ("vms", "n2"): "vms/edu.yml"}
    assert made_group.at == {("security_groups", "web"): "security_groups.yml"}
    assert made_group.files["security_groups.yml"].after == b"security_groups:\n  - id: web\n"


def test_a_copy_is_as_the_inventory_would_be_and_the_inventory_stays(root: Path) -> None:
    made = amend(root, [NewRecord("vms", {"id": "n", "cloud": "gov", "project": "hrss"})])
    (root / ".omlib").mkdir()
    with copy_with(root, made.files) as copy:
        assert "id: n" in (copy / "vms/hrss.yml").read_text(encoding="utf-8")
        assert not (copy / ".omlib").exists()
    assert not copy.exists()
    assert (root / "vms/hrss.yml").read_text(encoding="utf-8") == ROOT["vms/hrss.yml"]
    put_files(root, made.files)
    assert "id: n" in (root / "vms/hrss.yml").read_text(encoding="utf-8")


def test_a_file_that_changed_meanwhile_is_not_written_over_nor_any_other(root: Path) -> None:
    changes = [Field("vms", name, ("bound_id",), "u") for name in "ad"]
    made = amend(root, changes)
    (root / "vms/hrss.yml").write_text("vms: []\n", encoding="utf-8")
    with pytest.raises(MovedFileError):
        put_files(root, made.files)
    assert (root / "vms/edu.yml").read_text(encoding="utf-8") == ROOT["vms/edu.yml"]
