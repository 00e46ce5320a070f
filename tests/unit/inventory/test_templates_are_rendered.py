"""Files made from templates: what a template sees, and what it can never reach."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from omlib.inventory.load import Loaded, load
from omlib.inventory.problem import Code
from omlib.inventory.yaml_write import dump

BASE: dict[str, Any] = {
    "departments": [{"id": "city", "name": "市"}],
    "sites": [{"id": "ssh", "name": "主机", "user": "ops", "key": "env:KEY"}],
}


def loaded(root: Path, templates: dict[str, str | bytes], **collections: object) -> Loaded:
    estate = {"schema": 1, "name": "测试市", "timezone": "Asia/Shanghai"}
    (root / "estate.yml").write_text(dump(estate), encoding="utf-8")
    for name, records in {**BASE, **collections}.items():
        (root / f"{name}.yml").write_text(dump({name: records}), encoding="utf-8")
    (root / "files").mkdir(exist_ok=True)
    for name, text in templates.items():
        raw = text if isinstance(text, bytes) else text.encode("utf-8")
        (root / "files" / name).write_bytes(raw)
    return load(root)


def server(name: str, **more: object) -> dict[str, object]:
    access = {"site": "ssh", "address": f"198.18.0.{len(name)}"}
    return {"id": name, "os": "debian-12", "access": access, "department": "city", **more}


def failed(root: Path, template: str | bytes, **state: object) -> dict[str, str | int]:
    files = {"/etc/x": {"template": "files/x"}}
    (problem,) = loaded(
        root, {"x": template}, servers=[server("h", state={"files": files, **state})]
    ).problems
    assert problem.code is Code.TEMPLATE_FAILED
    assert problem.file == "servers.yml"
    return dict(problem.facts)


def test_a_template_sees_its_host_and_the_vars_of_roles_and_server(tmp_path: Path) -> None:
    role = {
        "id": "base",
        "vars": {"ntp": "198.18.0.1", "word": "role"},
        "files": {"/etc/motd": {"template": "files/motd", "mode": "0644"}},
    }
    text = "{{ host.id }} {{ host.address }} {{ host.department }} {{ ntp }} {{ word }}\n欢迎\n"
    servers = [
        server("a", roles=["base"]),
        server("bb", roles=["base"], state={"vars": {"word": "own"}}),
    ]
    estate = loaded(tmp_path, {"motd": text}, roles=[role], servers=servers).checked()
    states = {name: host.state for name, host in estate.servers.items()}
    made = {name: state.contents["/etc/motd"].decode("utf-8") for name, state in states.items()}
    assert made == {
        "a": "a 198.18.0.1 city 198.18.0.1 role\n欢迎\n",
        "bb": "bb 198.18.0.2 city 198.18.0.1 own\n欢迎\n",
    }
    sha256 = hashlib.sha256(made["bb"].encode()).hexdigest()
    assert states["bb"].of("file")["/etc/motd"] == {"sha256": sha256, "mode": "0644"}


def test_the_last_declaration_of_a_file_says_what_makes_it(tmp_path: Path) -> None:
    role = {"id": "base", "files": {p: {"template": "files/x"} for p in ("/a", "/b", "/c", "/d")}}
    own = {
        "files": {
            "/a": {"content": "own"},
            "/b": {"mode": "0600"},
            "/c": {"present": False},
            "/d": {"template": "files/y"},
        }
    }
    servers = [server("h", roles=["base"], state=own)]
    templates: dict[str, str | bytes] = {"x": "x", "y": "y"}
    state = loaded(tmp_path, templates, roles=[role], servers=servers).checked().servers["h"].state
    assert state.contents == {"/a": b"own", "/d": b"y"}
    assert state.of("file")["/b"] == {"mode": "0600"}
    assert state.of("file")["/c"] == {"present": False}


def test_a_template_may_include_another_of_the_inventory(tmp_path: Path) -> None:
    files = {"/etc/x": {"template": "files/x"}}
    templates: dict[str, str | bytes] = {
        "x": "{% include 'files/part' %}end\n",
        "part": "part of {{ host.id }}\n",
    }
    found = loaded(tmp_path, templates, servers=[server("h", state={"files": files})])
    assert found.checked().servers["h"].state.contents["/etc/x"] == b"part of h\nend\n"


def test_what_fails_in_an_included_template_is_told_by_that_one(tmp_path: Path) -> None:
    files = {"/etc/x": {"template": "files/x"}}
    templates: dict[str, str | bytes] = {"x": "{% include 'files/part' %}", "part": "a\n{{ no }}"}
    (problem,) = loaded(tmp_path, templates, servers=[server("h", state={"files": files})]).problems
    assert problem.facts == {
        "template": "files/part:2", "host": "h", "said": "'no' is undefined"
    }  # fmt: skip


@pytest.mark.parametrize(
    "template",
    [
        "{{ host.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ host.update({'id': 'other'}) }}",
        "{{ cycler.__init__.__globals__.os.system('id') }}",
        "{{ self._TemplateReference__context }}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ [0] * 10000000000 }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "{% include '../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
        "{% extends 'files/link' %}",
        "{% include 'files/pipe' %}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(tmp_path: Path, template: str) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "files" / "pipe")
    assert "root:" not in str(failed(tmp_path, template))


def test_a_template_that_is_not_utf8_is_a_problem_of_the_inventory(tmp_path: Path) -> None:
    assert "utf-8" in str(failed(tmp_path, b"\xbb\xb6\xd3\xad")["said"])


def test_a_template_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    files = {"/etc/x": {"template": "files/none"}}
    (problem,) = loaded(tmp_path, {}, servers=[server("h", state={"files": files})]).problems
    assert problem.code is Code.UNREADABLE
    assert problem.line > 1
