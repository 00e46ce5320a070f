"""What a look told, as items: what one kind declares is no find of another."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from omlib.model.estate import Server, ServerState
from omlib.planes.server.declared import wanted
from omlib.planes.server.observed import observed
from omlib.planes.server.probe import Look
from omlib.planes.server.reply import Reply

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_file_that_is_declared_as_anything_is_no_find(make_server: Callable[..., Server]) -> None:
    state = ServerState(
        items={
            "file": {
                "/etc/pam.d/su": {"mode": "0644"},
                "/etc/pam.d/sshd": {"sha256": "0" * 64},
                "/usr/local/bin/tool": {"mode": "0755"},
            },
            "setuid_file": {"/usr/bin/passwd": {"mode": "4755"}},
            "cron": {"job": {"present": True, "jobs": ()}, "/etc/crontab": {"jobs": ()}},
            "sudo": {"sudoers": {"present": True}, "dba": {"present": True}},
            "package_file": {"/etc/crontab": {}},
        },
        full=frozenset({"package_file", "program"}),
        watched=("/etc",),
    )
    finds: dict[str, dict[str, dict[str, Any]]] = {
        "file": {
            name: {"present": True}
            for name in ("/etc/cron.d/job", "/etc/sudoers.d/dba", "/etc/sudoers", "/etc/stranger")
        },
        "package_file": {
            name: {"package": "x", "changed": ("content",)}
            for name in (
                *("/etc/pam.d/su", "/etc/sudoers", "/etc/crontab", "/etc/pam.d/login"),
                *("/etc/pam.d/sshd", "/usr/bin/passwd"),
            )
        },
        "program": {name: {} for name in ("/usr/local/bin/tool", "/usr/local/bin/evil")},
    }
    replies = {kind: Reply(items=items, reason=None) for kind, items in finds.items()}
    server = make_server("h", state)
    told = Look(replies=replies, as_root=True)
    seen = observed(server, wanted(state), told, by="ops", at=NOON, took_s=1)
    assert {(item.ref.kind, item.ref.part) for item in seen.actual} == {
        ("file", "/etc/stranger"),
        ("package_file", "/etc/pam.d/login"),
        ("package_file", "/etc/pam.d/su"),  # another content than its package's, and none declared
        ("package_file", "/usr/bin/passwd"),
        ("package_file", "/etc/crontab"),
        ("program", "/usr/local/bin/evil"),
    }


def test_what_several_kinds_find_at_one_place_is_told_once(
    make_server: Callable[..., Server],
) -> None:
    full = frozenset({"setuid_file", "program", "cron", "sudo", "package_file"})
    state = ServerState(items={}, full=full, watched=("/etc", "/usr/local"))
    finds: dict[str, dict[str, dict[str, Any]]] = {
        "file": {
            name: {"present": True}
            for name in (
                *("/etc/cron.d/job", "/etc/sudoers.d/dba", "/etc/pam.d/login", "/etc/stranger"),
                *("/usr/local/bin/tool", "/usr/local/bin/root"),
            )
        },
        "package_file": {"/etc/pam.d/login": {"package": "login", "changed": ("content",)}},
        "cron": {"job": {"present": True, "jobs": ()}},
        "sudo": {"dba": {"present": True, "rules": ("ALL ALL=ALL",)}},
        "program": {"/usr/local/bin/tool": {}, "/usr/local/bin/root": {}},
        "setuid_file": {"/usr/local/bin/root": {"mode": "4755"}},
    }
    replies = {kind: Reply(items=items, reason=None) for kind, items in finds.items()}
    told = Look(replies=replies, as_root=True)
    seen = observed(make_server("h", state), wanted(state), told, by="ops", at=NOON, took_s=1)
    assert {(item.ref.kind, item.ref.part) for item in seen.actual} == {
        ("cron", "job"),
        ("file", "/etc/stranger"),
        ("package_file", "/etc/pam.d/login"),
        ("program", "/usr/local/bin/tool"),
        ("setuid_file", "/usr/local/bin/root"),
        ("sudo", "dba"),
    }
