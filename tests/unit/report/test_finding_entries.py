from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from omlib.model.estate import Department, Estate, System
from omlib.model.finding import PRESENCE, Difference, Finding, Resurfaced
from omlib.model.item import Scope, Source
from omlib.model.lifecycle import Lifecycle, LifecycleStatus, Stage
from omlib.model.ref import LIVE, Plane, make_ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.report.document import Document
from omlib.report.finding_entries import entries
from omlib.report.reconcile_json import finding_json
from omlib.report.terminal import to_text
from omlib.report.words import Lang

HOST = Scope(Plane.SERVER, "package", "oa-01")


@pytest.fixture
def estate() -> Estate:
    source = Source("estate.yml", 1)
    since = Lifecycle(
        stage=Stage.OPERATIONAL, status=LifecycleStatus.IN_USE, since=date(2026, 1, 1)
    )
    oa = System(
        id="oa",
        name="协同办公",
        department="office",
        owner_business="",
        owner_technical="",
        function=(),
        zone="gov",
        mlps_level=2,
        lifecycle=since,
        source=source,
    )
    names = ("sites", "clouds", "vms", "security_groups", "servers", "devices", "rooms")
    empty: dict[str, Any] = {name: {} for name in (*names, "circuits", "windows", "tombstones")}
    return Estate(
        name="e",
        timezone="UTC",
        departments={"office": Department(id="office", name="办公室", source=source)},
        systems={"oa": oa},
        contracts=(),
        waivers=(),
        **empty,
    )


def _unknown(name: str, reason: UnknownReason = UnknownReason.UNREACHABLE) -> Finding:
    return Finding(
        ref=make_ref(Plane.SERVER, "package", "oa-01", name),
        status=Status.UNKNOWN,
        scope=HOST,
        reason=reason,
        detail="timed out",
        systems=("oa",),
    )


def _diverged(*differences: Difference, **more: Any) -> Finding:
    ref = make_ref(Plane.SERVER, "package", "oa-01", "nginx")
    return Finding(ref=ref, status=Status.DIVERGED, scope=HOST, differences=differences, **more)


def _told(estate: Estate, *findings: Finding, fold: bool = True) -> list[str]:
    blocks = tuple(entries(findings, estate, Lang.EN, fold=fold))
    text = to_text(Document(lang=Lang.EN, title=(), blocks=blocks), 100)
    return [row.strip() for row in text.splitlines()]


def test_a_host_that_is_cut_off_is_told_once_with_all_its_items(estate: Estate) -> None:
    found = [_unknown(name) for name in ("chrony", "nginx", "openssl")]
    assert _told(estate, *found) == [
        "oa-01 (server): 3 items",
        "unreachable: no answer",
        "it said: timed out",
        "package chrony, package nginx, package openssl",
        "of oa 协同办公; 办公室",
    ]


def test_what_kept_us_from_asking_is_not_put_into_the_hosts_mouth(estate: Estate) -> None:
    rows = _told(estate, _unknown("nginx", UnknownReason.NOT_CHECKED))
    assert "because: timed out" in rows
    assert not [row for row in rows if row.startswith("it said")]


def test_another_reason_on_the_same_host_is_told_apart(estate: Estate) -> None:
    found = [_unknown(name) for name in ("a", "b", "c")]
    found.append(_unknown("d", UnknownReason.DENIED))
    rows = _told(estate, *found)
    assert "oa-01 (server): 3 items" in rows
    assert "server/package/oa-01/d" in rows


def test_nothing_is_folded_when_everything_is_asked_for(estate: Estate) -> None:
    rows = _told(estate, *(_unknown(name) for name in ("a", "b", "c")), fold=False)
    assert [row for row in rows if row.startswith("server/package/")] == [
        f"server/package/oa-01/{name}" for name in ("a", "b", "c")
    ]


def test_each_difference_says_what_is_declared_and_what_is_there(estate: Estate) -> None:
    rows = _told(
        estate,
        _diverged(
            Difference(path="version", declared="1.22", actual="1.24"),
            Difference(path="present", declared=True, actual=None),
        ),
    )
    assert "version: declared 1.22, actual 1.24" in rows
    assert "present: declared true, actual nothing" in rows


def test_long_sides_stand_one_above_the_other(estate: Estate) -> None:
    one, other = "a" * 64, "b" * 64
    rows = _told(estate, _diverged(Difference(path="sha256", declared=one, actual=other)))
    assert rows[1:4] == ["sha256:", f"declared {one}", f"actual   {other}"]


def test_of_a_section_only_the_lines_that_differ_are_shown(estate: Estate) -> None:
    change = Difference(path="lines", declared=("a", "b"), actual=("a", "c"))
    rows = _told(estate, _diverged(change))
    assert rows[1:4] == ["lines:", "only declared: b", "only deployed: c"]


def test_lines_in_another_order_are_called_so(estate: Estate) -> None:
    change = Difference(path="lines", declared=("a", "b"), actual=("b", "a"))
    assert "lines: same lines in another order" in _told(estate, _diverged(change))


def test_a_waiver_is_named_and_a_lost_one_says_why(estate: Estate) -> None:
    rows = _told(
        estate,
        _diverged(
            Difference(path="a", declared=1, actual=2, waived_by="OM-1"),
            Difference(path="b", declared=1, actual=2, resurfaced=Resurfaced.EXPIRED),
            Difference(path="c", declared=1, actual=2, resurfaced=Resurfaced.VALUE_CHANGED),
        ),
    )
    assert "a: declared 1, actual 2; waived by OM-1" in rows
    assert "b: declared 1, actual 2; the waiver has expired" in rows
    assert "c: declared 1, actual 2; waived for another value; this one is new" in rows


def test_a_lost_waiver_of_a_missing_item_is_told_too(estate: Estate) -> None:
    gone = Difference(path=PRESENCE, declared=True, actual=False, resurfaced=Resurfaced.EXPIRED)
    missing = replace(_diverged(gone), status=Status.MISSING)
    rows = _told(estate, missing)
    assert "the waiver has expired" in rows
    assert "not in the complete listing of oa-01 (package)" in rows
    assert not [row for row in rows if PRESENCE in row]


def test_what_could_not_be_compared_is_told_beside_what_differs(estate: Estate) -> None:
    found = _diverged(
        Difference(path="version", declared="1", actual="2"),
        unseen={"present": UnknownReason.DENIED},
    )
    assert "present: not seen, denied" in _told(estate, found)


def test_an_unmanaged_thing_shows_its_name_its_class_and_what_came_with_it(
    estate: Estate,
) -> None:
    where = "gov-cloud:RegionOne:oa"
    port = make_ref(Plane.CLOUD, "port", f"{LIVE}{where}:p1")
    found = Finding(
        ref=make_ref(Plane.CLOUD, "server", f"{LIVE}{where}:u1"),
        status=Status.UNMANAGED,
        scope=Scope(Plane.CLOUD, "server", where),
        unmanaged=UnmanagedClass.UNKNOWN_OWNER,
        live="u1",
        label="test-张工",
        children=(port,),
    )
    assert _told(estate, found) == [
        'cloud/server/@gov-cloud:RegionOne:oa:u1  "test-张工"',
        "unknown_owner: nothing tells whose it is",
        "with it: cloud/port/@gov-cloud:RegionOne:oa:p1",
    ]


def test_two_live_things_with_one_mark_are_both_named(estate: Estate) -> None:
    found = replace(_unknown("nginx", UnknownReason.ERROR), contested=("u1", "u2"), detail="")
    assert "several carry its mark: u1, u2" in _told(estate, found)


def test_a_path_is_shown_as_people_write_it_beside_its_ref(estate: Estate) -> None:
    ref = make_ref(Plane.SERVER, "file", "oa-01", "/etc/hosts")
    rows = _told(estate, replace(_diverged(), ref=ref))
    assert rows[:2] == ["server/file/oa-01/%2Fetc%2Fhosts", "/etc/hosts"]


def test_an_undeclared_thing_of_a_host_says_what_it_is_cut_to_a_line(estate: Estate) -> None:
    key = "ssh-rsa " + "A" * 716
    found = Finding(
        ref=make_ref(Plane.SERVER, "authorized_keys", "oa-01", "root"),
        status=Status.UNMANAGED,
        scope=Scope(Plane.SERVER, "authorized_keys", "oa-01"),
        unmanaged=UnmanagedClass.UNKNOWN_OWNER,
        seen={"keys": (key, "ssh-ed25519 B", "ssh-ed25519 C", "ssh-ed25519 D")},
    )
    told = " ".join(_told(estate, found))
    assert f"SSH keys that this account trusts: keys {key[:44]}...(+680 characters); " in told
    assert "ssh-ed25519 B; ssh-ed25519 C; ... and 1 more" in told
    assert finding_json(found)["seen"] == {"keys": list(found.seen["keys"])}  # type: ignore[arg-type]
    account = replace(
        found,
        ref=make_ref(Plane.SERVER, "user", "oa-01", "toor"),
        seen={"home": "/root", "shell": "/bin/sh", "uid": 0, "present": True, "groups": ()},
    )
    assert "an account that can log in: uid 0; shell /bin/sh; home /root" in _told(estate, account)
