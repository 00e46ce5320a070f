"""Plain Ansible reads the declared estate: by the plugin, and by a script that calls omlib."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from omlib.inventory.load import load
from omlib.planes.server.runs.host_vars import host_vars
from omlib.planes.server.runs.places import path_in

CLONE = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
FILES = {
    "omlib.yml": "plugin: omlib\n",
    "estate.yml": "schema: 1\nname: 测试市\ntimezone: Asia/Shanghai\n",
    "departments.yml": (
        "departments:\n  - {id: city, name: 市政府}\n  - {id: 社保局, name: 社保局, parent: city}\n"
    ),
    "sites.yml": (
        "sites:\n  - {id: room, name: 机房, user: ops, key: 'env:TEST_KEY',"
        " password: 'env:TEST_PASSWORD', known_hosts: 'file:/etc/known hosts'}\n"
    ),
    "roles.yml": (
        "roles:\n  - id: base\n    packages: [nginx]\n"
        "    cron: {names: [\"5 4 * * * root docker ps --format '{{.Names}}'\"]}\n"
    ),
    "systems/pay.yml": (
        "id: 社保-缴费\nname: 社保缴费\ndepartment: 社保局\n"
        "owner: {business: 张三, technical: 李四}\nfunction: [office.document]\n"
        "zone: gov-extranet\nmlps: {level: 3}\n"
        "lifecycle: {stage: operational, status: in_use, since: 2024-01-01}\n"
    ),
    "servers.yml": (
        "servers:\n"
        "  - {id: 缴费-01, system: 社保-缴费, os: debian-12, roles: [base],"
        " access: {site: room, address: 192.0.2.1}}\n"
        "  - {id: pay-02, system: 社保-缴费, os: openeuler-22.03, roles: [base],"
        " access: {site: room, address: '2001:db8::2', port: 2222, python: /usr/bin/python3.9}}\n"
        "  - id: own-03\n    department: city\n    os: debian-12\n"
        "    access: {site: room, address: 192.0.2.3, user: root}\n"
        "    state: {files: {/etc/motd: {content: \"欢迎 {{ x }}\\n\", mode: '0644'}}}\n"
    ),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "清单"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def run(root: Path, *command: str, warns: bool = False) -> str:
    """As a person calls it, with a cache of its own and a key to log in with."""
    env = {
        **os.environ,
        "ANSIBLE_CONFIG": str(CLONE / "ansible.cfg"),
        "XDG_CACHE_HOME": str(root.parent / "cache"),
        "TEST_KEY": "/keys/ops",
        "TEST_PASSWORD": "canary-7431",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        env=env,
        cwd=root.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert ("WARNING" in done.stderr) is warns, done.stderr
    return done.stdout


def listed(root: Path, *, warns: bool = False) -> dict[str, Any]:
    words = ("ansible-inventory", "-i", str(root / "omlib.yml"), "--list")
    told: dict[str, Any] = _plain(json.loads(run(root, *words, warns=warns)))
    return told


def test_hosts_are_in_groups_by_department_system_zone_platform_lifecycle_and_level(
    root: Path,
) -> None:
    told = listed(root)
    both = ["pay-02", "缴费-01"]
    for group in ("system_社保_缴费", "zone_gov_extranet", "lifecycle_in_use", "mlps_3"):
        assert told[group]["hosts"] == both, group
    assert told["platform_openeuler_22_03"]["hosts"] == ["pay-02"]
    assert told["department_社保局"]["hosts"] == both
    assert told["department_city"] == {"children": ["department_社保局"], "hosts": ["own-03"]}


def test_the_variables_of_a_host_are_those_by_which_omlib_itself_runs_ansible(root: Path) -> None:
    told = listed(root)["_meta"]["hostvars"]
    estate = load(root).checked()
    for name, server in estate.servers.items():
        path_of = path_in({"TEST_KEY": "/keys/ops"})
        wanted = host_vars(server, estate.sites["room"], path_of)
        text = json.dumps(wanted, ensure_ascii=False)
        if name != "own-03":  # what hosts share stands once, and names the host by a template
            text = text.replace(f"/{name}/", "/{{ inventory_hostname }}/")
        own = {key: value for key, value in told[name].items() if "inventory_" not in key}
        assert own == json.loads(text)
    assert "canary" not in json.dumps(told)


def _plain(value: Any) -> Any:
    """Without the mark that `ansible-inventory` prints on what is no template."""
    if isinstance(value, dict):
        if value.keys() == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def test_a_task_sees_the_ref_of_its_host_and_what_looks_like_a_template_as_it_is(
    root: Path,
) -> None:
    book = root.parent / "book.yml"
    book.write_text(
        json.dumps(
            [
                {
                    "hosts": "all",
                    "gather_facts": False,
                    "tasks": [
                        {
                            "ansible.builtin.copy": {
                                "content": "{{ [omlib_cron | default([]), omlib_files |"
                                " default([])] | flatten | to_json }}",
                                "dest": f"{root.parent}/told-{{{{ inventory_hostname }}}}",
                            },
                            "connection": "local",
                            "become": False,
                            "vars": {"ansible_python_interpreter": sys.executable},
                        }
                    ],
                }
            ]
        ),
        encoding="utf-8",
    )
    script = root.parent / "inventory.sh"
    script.write_text(f'#!/bin/sh\nexec {BIN}/omlib ansible-inventory -i {root} "$@"\n')
    script.chmod(0o755)
    for source in (root / "omlib.yml", script):
        run(root, "ansible-playbook", "-i", str(source), str(book))
        (job,) = json.loads((root.parent / "told-缴费-01").read_text("utf-8"))
        assert job["ref"] == "server/cron/缴费-01/names"
        assert job["jobs"] == ["5 4 * * * root docker ps --format '{{.Names}}'"]
        (file,) = json.loads((root.parent / "told-own-03").read_text("utf-8"))
        assert file["content"] == "欢迎 {{ x }}\n"
        for told in root.parent.glob("told-*"):
            told.unlink()


def test_what_was_kept_is_used_until_anything_of_the_inventory_changes(root: Path) -> None:
    before = listed(root)
    (kept,) = (root.parent / "cache" / "omlib" / "ansible").iterdir()
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    stamp = kept.stat().st_mtime_ns
    assert listed(root) == before
    assert kept.stat().st_mtime_ns == stamp
    servers = root / "servers.yml"
    was = servers.stat()
    servers.write_text(FILES["servers.yml"].replace("192.0.2.1", "192.0.2.9"), "utf-8")
    os.utime(servers, ns=(was.st_atime_ns, was.st_mtime_ns))  # and nobody could tell by the time
    assert listed(root)["_meta"]["hostvars"]["缴费-01"]["ansible_host"] == "192.0.2.9"
    (anew,) = kept.parent.iterdir()
    assert anew != kept


def test_a_damaged_cache_is_read_anew(root: Path) -> None:
    before = listed(root)
    (kept,) = (root.parent / "cache" / "omlib" / "ansible").iterdir()
    kept.write_text(kept.read_text("utf-8")[:100], encoding="utf-8")
    assert listed(root, warns=True) == before
    assert listed(root) == before


def test_an_inventory_with_a_problem_is_no_inventory(root: Path) -> None:
    (root / "servers.yml").write_text("servers:\n  - {id: x}\n", encoding="utf-8")
    with pytest.raises(AssertionError) as caught:
        listed(root)
    assert "servers.yml:2" in str(caught.value)


def test_the_script_form_takes_one_of_two_questions_and_knows_only_declared_hosts(
    root: Path,
) -> None:
    for words in ((), ("--list", "--host", "pay-02"), ("--host", "nobody")):
        done = subprocess.run(
            [str(BIN / "omlib"), "ansible-inventory", "-i", str(root), *words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (64, ""), words
    told = json.loads(run(root, "omlib", "ansible-inventory", "-i", str(root), "--host", "pay-02"))
    assert (told["ansible_host"], told["ansible_port"]) == ("2001:db8::2", 2222)
