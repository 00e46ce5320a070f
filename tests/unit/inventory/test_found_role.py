"""What was found on a host as a role: what it says, what it leaves out, and that it holds."""

from typing import Any

from omlib.inventory.found_role import FoundRole, LeftOut, found_role, to_yaml
from omlib.inventory.yaml_read import read_yaml

FILE = {"present": True, "owner": "root", "group": "root", "mode": "0644"}
SUM = "ab" * 32


def role_of(found: dict[str, Any], unseen: dict[str, Any] | None = None) -> FoundRole:
    return found_role("r", found, unseen or {})


def test_a_role_says_what_was_found_and_that_nothing_more_may_be_there() -> None:
    user = {"present": True, "uid": 0, "shell": "/bin/sh", "home": "/root", "groups": ("adm",)}
    found = {
        "user": {"root": {**user, "locked": True}},
        "package": {"bash": {"present": True, "version": "5.2-1"}},
        "sysctl": {"kernel.kptr_restrict": {"runtime": "2", "persistent": "2"}},
        "file": {"/etc/motd": {**FILE, "sha256": SUM}, "/etc/cron.d": {**FILE, "mode": "0700"}},
    }
    role = role_of(found)
    assert role.record == {
        "id": "r",
        "users": {
            "root": {
                "uid": 0,
                "shell": "/bin/sh",
                "home": "/root",
                "groups": ["adm"],
                "locked": True,
            }
        },
        "packages": {"bash": "present"},
        "files": {
            "/etc/cron.d": {"owner": "root", "group": "root", "mode": "0700"},
            "/etc/motd": {"sha256": SUM, "owner": "root", "group": "root", "mode": "0644"},
        },
        "sysctl": {"kernel.kptr_restrict": {"runtime": "2", "persistent": "2"}},
        "watched": role.record["watched"],
        "full": ["users", "packages"],
    }
    assert role.state.full == {"user", "package"}
    assert "/etc" in role.state.watched
    assert not role.left_out


def test_the_yaml_reads_back_as_the_record() -> None:
    found = {
        "file": {"/etc/a b: c": {**FILE, "target": "../x # y"}},
        "cron": {"job": {"present": True, "jobs": ("*/5 * * * * root /bin/x 'a: b' # c",)}},
        "sudo": {"ops": {"present": True, "rules": ("ops ALL=(ALL) NOPASSWD: ALL",)}},
    }
    role = role_of(found)
    text = to_yaml(role, ["taken on a day", "by somebody"])
    assert text.startswith("# taken on a day\n# by somebody\nroles:\n")
    assert read_yaml(text).value == {"roles": [role.record]}
    assert not role.left_out


def test_a_kind_that_was_not_seen_is_not_under_full_ownership() -> None:
    assert role_of({"user": {}}).record == {"id": "r", "full": ["users"]}
    assert role_of({"group": {}}).state.full == {"group"}


def test_what_looks_like_a_secret_is_never_written() -> None:
    jobs = {
        "dump": ("0 1 * * * root mysqldump -u a -pHunter2 all",),
        "push": ("0 1 * * * root curl https://ops:Hunter2@198.18.0.1/",),
        "set": ("API_TOKEN=Hunter2",),
        "word": ("0 1 * * * root /bin/x --password Hunter2",),
        "fine": ("0 1 * * * root /bin/passwd-age",),
    }
    role = role_of({"cron": {name: {"present": True, "jobs": told} for name, told in jobs.items()}})
    assert "Hunter2" not in to_yaml(role, [])
    assert role.record["cron"] == {"fine": ["0 1 * * * root /bin/passwd-age"]}
    assert {left.name: left.why for left in role.left_out} == dict.fromkeys(
        ("dump", "push", "set", "word"), "secret"
    )


def test_what_was_not_seen_is_left_out_and_named() -> None:
    service = {"enabled": True}
    found = {
        "service": {"x": service},
        "user": {"u": {"present": True, "uid": 7}},
        "cron": {"c": {}},
    }
    unseen = {
        "service": {"x": {"running": "in_transition"}},
        "user": {"u": {"locked": "denied"}},
        "cron": {"c": {"@presence": "denied", "jobs": "denied"}},
    }
    role = role_of(found, unseen)
    assert role.record["users"] == {"u": {"uid": 7}}
    assert "services" not in role.record
    assert "cron" not in role.record
    assert set(role.left_out) == {
        LeftOut(kind="service", name="x", attribute="running", why="in_transition"),
        LeftOut(kind="user", name="u", attribute="locked", why="denied"),
        LeftOut(kind="cron", name="c", attribute="", why="denied"),
    }


def test_what_no_record_can_say_is_left_out_by_its_field() -> None:
    user = {"present": True, "uid": 7, "home": "relative", "shell": "/bin/sh"}
    role = role_of({"user": {"u": user}, "file": {"/a/../odd": FILE}})
    assert role.record["users"] == {"u": {"uid": 7, "shell": "/bin/sh"}}
    assert "files" not in role.record
    assert set(role.left_out) == {
        LeftOut(kind="user", name="u", attribute="home", why="not_of_the_form"),
        LeftOut(kind="file", name="/a/../odd", attribute="", why="not_of_the_form"),
    }


def test_a_file_is_declared_once_but_for_what_the_other_item_does_not_settle() -> None:
    found = {
        "file": {
            path: {**FILE, "sha256": SUM}
            for path in (
                *("/usr/local/bin/tool", "/etc/cron.d/job", "/etc/cron.daily/script"),
                *("/etc/ssh/sshd_config", "/etc/sudoers"),
            )
        },
        "program": {"/usr/local/bin/tool": {"sha256": SUM}},
        "cron": {
            "job": {"present": True, "jobs": ("@daily root /bin/x",)},
            "/etc/cron.daily/script": {"present": True, "jobs": ("/etc/cron.daily/script",)},
        },
        "sudo": {"sudoers": {"present": True, "rules": ("root ALL=ALL",)}},
        "package_file": {
            "/etc/ssh/sshd_config": {"package": "openssh-server", "changed": ("content",)},
            "/usr/bin/gone": {"package": "x", "changed": ("missing",)},
        },
    }
    record: Any = role_of(found).record
    assert set(record["files"]) == {"/etc/cron.daily/script", "/etc/ssh/sshd_config"}
    assert record["package_files"] == {"/usr/bin/gone": {"changed": ["missing"]}}


def test_of_what_is_written_anew_all_the_time_only_owner_and_mode_are_declared() -> None:
    found = {
        "file": {
            "/etc/passwd": {**FILE, "sha256": SUM},
            "/etc/resolv.conf": {**FILE, "sha256": None, "target": "/run/x", "mode": "0777"},
        }
    }
    record: Any = role_of(found).record
    assert record["files"] == {
        "/etc/passwd": {"owner": "root", "group": "root", "mode": "0644"},
        "/etc/resolv.conf": {"target": "/run/x", "owner": "root", "group": "root", "mode": "0777"},
    }


def test_a_blocked_module_is_meant_to_be_away_and_one_of_boot_to_be_there() -> None:
    found = {
        "kernel_module": {
            "cramfs": {"at_boot": False, "blocked": True, "loaded": False},
            "udf": {"at_boot": False, "blocked": True, "loaded": True},
            "br_netfilter": {"at_boot": True, "blocked": False, "loaded": True},
        }
    }
    record: Any = role_of(found).record
    assert record["kernel_modules"] == {
        "br_netfilter": {"at_boot": True, "blocked": False, "loaded": True},
        "cramfs": {"at_boot": False, "blocked": True, "loaded": False},
        "udf": {"at_boot": False, "blocked": True},
    }


def test_of_a_mount_what_fstab_says_or_what_keeps_files_from_being_run() -> None:
    boot = {"mounted": True, "at_boot": True, "source": "/dev/sdb1", "fstype": "ext4"}
    now = {"mounted": True, "at_boot": False, "source": "tmpfs", "fstype": "tmpfs"}
    found = {
        "mount": {
            "/data": {
                **boot,
                "options": ("rw", "relatime", "nodev"),
                "boot_options": ("defaults", "nodev"),
            },
            "/x": {**now, "options": ("rw", "nosuid", "size=5k")},
            "/y": {**boot, "options": ("rw",), "boot_options": ("noexec",)},
        }
    }
    role = role_of(found)
    mounts: Any = role.record["mounts"]
    assert {name: told.get("options") for name, told in mounts.items()} == {
        "/data": ["defaults", "nodev"],
        "/x": ["nosuid"],
        "/y": None,  # what is in force is not what fstab says
    }
    assert [left.name for left in role.left_out] == ["/y"]
