"""A declared host as the variables that the roles take."""

import hashlib
import json
from typing import Any

from omlib.model.estate import Access, Server, ServerState, Site
from omlib.model.item import Source
from omlib.planes.server.runs.host_vars import host_vars
from omlib.planes.server.runs.inventory import inert
from omlib.planes.server.runs.places import path_in

SOURCE = Source("servers.yml", 1)
SITE = Site(id="dc", name="机房", user="ops", source=SOURCE)
TEXT, BINARY = "欢迎 {{ user }}\n".encode(), b"\xff\x00\x01"


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


STATE = ServerState(
    items={
        "package": {"nginx": {"present": True}, "telnet": {"present": False}},
        "user": {"ops": {"present": True, "groups": ("sudo", "adm")}},
        "file": {
            "/etc/motd": {"present": True, "sha256": sha(TEXT), "mode": "0644"},
            "/etc/blob": {"present": True, "sha256": sha(BINARY)},
            "/srv/app": {"present": True, "owner": "app"},
        },
        "listener": {"tcp/*:22": {"process": "sshd"}},
        "setuid_file": {"/usr/bin/su": {}},
    },
    contents={"/etc/motd": TEXT, "/etc/blob": BINARY},
    restarts={"/etc/motd": ("ssh.service",)},
)


def server(state: ServerState = STATE) -> Server:
    access = Access(site="dc", address="192.0.2.1", python="/usr/bin/python3.9")
    return Server(id="oa-01", systems=(), access=access, os="debian-12", state=state, source=SOURCE)


def told(state: ServerState = STATE, only: tuple[str, str] | None = None) -> dict[str, object]:
    return host_vars(server(state), SITE, path_in({}), only=only)


def test_each_collection_is_a_list_of_items_with_their_ref() -> None:
    variables = told()
    assert variables["omlib_packages"] == [
        {"name": "nginx", "ref": "server/package/oa-01/nginx", "present": True},
        {"name": "telnet", "ref": "server/package/oa-01/telnet", "present": False},
    ]
    assert variables["omlib_users"] == [
        {
            "name": "ops",
            "ref": "server/user/oa-01/ops",
            "present": True,
            "groups": ["sudo", "adm"],
        }
    ]
    assert variables["ansible_python_interpreter"] == "/usr/bin/python3.9"
    json.dumps(variables)


def test_what_nothing_sets_or_judges_is_no_variable() -> None:
    variables = told()
    assert "omlib_setuid_files" not in variables
    assert "omlib_listeners" in variables  # a role judges it
    assert "omlib_groups" not in variables  # nothing of it is declared


def test_a_file_brings_its_content_as_text_or_where_it_is_none_as_base64() -> None:
    files: Any = told()["omlib_files"]
    motd, blob, app = files
    assert motd["content"] == TEXT.decode()
    assert motd["restarts"] == ["ssh.service"]
    assert blob["content_b64"] == "/wAB"
    assert "content" not in blob
    assert "content" not in app


def test_only_one_item_leaves_out_every_other() -> None:
    variables = told(only=("file", "/srv/app"))
    assert [name for name in variables if name.startswith("omlib_")] == ["omlib_files"]
    assert variables["omlib_files"] == [
        {"name": "/srv/app", "ref": "server/file/oa-01/%2Fsrv%2Fapp", "present": True}
        | {"owner": "app"}
    ]


def test_a_text_that_looks_like_a_template_is_marked_as_none() -> None:
    told_inert = inert({"jobs": ["* * * * * root docker ps --format '{{.Names}}'"], "n": 1})
    assert told_inert == {
        "jobs": [{"__ansible_unsafe": "* * * * * root docker ps --format '{{.Names}}'"}],
        "n": 1,
    }
