"""What the module of packages says of each, and what it asks the package manager for."""

import runpy
from pathlib import Path
from typing import Any

import pytest

MODULE = runpy.run_path(
    str(Path(__file__).parents[3] / "plugins" / "modules" / "omlib_packages.py"), run_name="read"
)
LISTED = (
    b"cron\tamd64\t3.0\tii \n"
    b"telnet\tamd64\t0.17\trc \n"
    b"ntp\tamd64\t4.2\tiF \n"
    b"dpkg\tamd64\t1.21\tii \n"
)


def item(name: str, told: str) -> dict[str, Any]:
    version = {} if told in ("present", "absent") else {"version": told}
    return {"name": name, "ref": name, "present": told != "absent", **version}


def judged(*items: dict[str, Any], check: bool = True, brought: Any = None) -> Any:
    return MODULE["judge"](list(items), MODULE["parse_dpkg"](LISTED), check, brought)


@pytest.mark.parametrize(
    ("declared", "changed", "before", "after"),
    [
        (item("cron", "present"), False, None, None),
        (item("cron", "3.0"), False, None, None),
        (item("cron", "3.1"), True, "3.0\n", "3.1\n"),
        (item("cron", "absent"), True, "present\n", "absent\n"),
        (item("nginx", "present"), True, "absent\n", "present\n"),
        (item("nginx", "1.18"), True, "absent\n", "1.18\n"),
        (item("nginx", "absent"), False, None, None),
        (item("telnet", "absent"), False, None, None),  # its configuration is left, it is not
    ],
)
def test_a_package_is_judged_by_what_is_there_alone(
    declared: dict[str, Any], changed: bool, before: str | None, after: str | None
) -> None:
    (said,) = judged(declared).said
    diff = said.get("diff", {})
    assert (said["changed"], said["failed"]) == (changed, False)
    assert (diff.get("before"), diff.get("after")) == (before, after)


def test_a_package_half_way_in_cannot_be_told_and_a_real_run_takes_it_up() -> None:
    (said,) = judged(item("ntp", "present")).said
    assert (said["failed"], said["msg"]) == (True, "cannot tell: in_transition")
    assert [one["name"] for one in judged(item("ntp", "present"), check=False).differing] == ["ntp"]


def test_a_real_run_tells_a_package_once_it_is_settled() -> None:
    first = judged(item("cron", "present"), item("nginx", "present"), check=False)
    assert [one["ref"] for one in first.said] == ["cron"]
    assert first.differing == [{**item("nginx", "present"), "seen": {"present": False}}]
    came = judged({**item("cron", "present"), "seen": {"present": False}}, check=False)
    assert came.said == [
        {
            "ref": "cron",
            "changed": True,
            "failed": False,
            "msg": "",
            "diff": {"before": "absent\n", "after": "present\n", "after_header": "cron"},
        }
    ]


def test_what_was_not_brought_fails_with_the_words_of_its_manager() -> None:
    brought = [
        {"item": {"of": ["nginx"]}, "msg": "No package matching 'nginx'"},
        {"item": {"of": ["caddy"]}, "msg": "Failed to install", "failures": ["No package caddy"]},
        {"item": {"of": ["exim4"]}, "msg": ""},
    ]
    left = [item(name, "present") for name in ("nginx", "caddy", "exim4")]
    assert [one["msg"] for one in judged(*left, check=False, brought=brought).said] == [
        "No package matching 'nginx'",
        "Failed to install; No package caddy",
        "it is not as declared, and the package manager tells of no fault",
    ]


@pytest.mark.parametrize(
    ("manager", "declared", "spelled"),
    [
        ("apt", item("nginx", "1.18"), "nginx=1.18"),
        ("apt", item("libc6:i386", "2.36"), "libc6:i386=2.36"),
        ("apt", item("nginx", "absent"), "nginx"),
        ("dnf", item("nginx", "1.20-1.el9"), "nginx-1.20-1.el9"),
        ("dnf", item("bind", "32:9.16-1.el9"), "bind-32:9.16-1.el9"),
        ("dnf", item("glibc.i686", "2.34-1.el9"), "glibc-2.34-1.el9.i686"),
        ("dnf", item("python3.11", "3.11.2-1.el9"), "python3.11-3.11.2-1.el9"),
        ("dnf", item("glibc.i686", "present"), "glibc.i686"),
    ],
)
def test_a_package_is_asked_for_as_its_manager_spells_it(
    manager: str, declared: dict[str, Any], spelled: str
) -> None:
    assert MODULE["spelled"](declared, manager) == spelled


def test_only_what_has_a_version_may_go_back_to_an_older_one() -> None:
    step = MODULE["step"]
    both = [item("a", "present"), item("b", "1")]
    assert step(both, "apt") == {
        "names": ["a", "b=1"],
        "of": ["a", "b"],
        "state": "present",
        "downgrade": True,
    }
    assert step(both[:1], "apt")["downgrade"] is False
    assert step([item("a", "absent")], "apt")["state"] == "absent"


# `apt-get -s remove` of Debian 12, `rpm -e --test` of openEuler
APT = """Reading package lists...
The following packages will be REMOVED:
  libwrap0 openssh-server
Remv openssh-server [1:9.2p1-2]
Remv libwrap0 [7.6.q-32]
"""
RPM = """error: Failed dependencies:
\tlibwrap.so.0()(64bit) is needed by (installed) openssh-server-9.3p2-4.oe2403.x86_64
\ttcp_wrappers-libs is needed by (installed) nfs-utils-2.6.3-2.x86_64
"""


def test_what_would_go_along_is_what_the_package_manager_says() -> None:
    assert MODULE["parse_apt_removal"](APT) == {"openssh-server", "libwrap0"}
    assert MODULE["parse_rpm_needs"](RPM) == {
        "openssh-server-9.3p2-4.oe2403.x86_64",
        "nfs-utils-2.6.3-2.x86_64",
    }


def test_a_package_that_would_take_others_along_stays_and_says_so() -> None:
    kept = {**item("cron", "absent"), "kept": "it would take along anacron"}
    (said,) = judged(kept, check=False, brought=[]).said
    assert (said["failed"], said["msg"]) == (True, "it would take along anacron")
