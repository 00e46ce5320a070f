"""The comparison, case by case: each test is one sentence of DESIGN's rules."""

from datetime import UTC, date, datetime

from omlib.model.estate import Estate, Identity, Tombstone
from omlib.model.finding import PLACE, PRESENCE, Resurfaced
from omlib.model.item import Actual, Attributes, Declared, Key, Scope, Source
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason, UnmanagedClass
from omlib.model.waiver import Waiver
from omlib.reconcile.compare import reconcile
from omlib.reconcile.owners import Owner, Owners
from omlib.reconcile.retired import retired_items

TODAY = date(2026, 11, 21)
AT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HRSS = Scope(Plane.CLOUD, "server", "gov-cloud:RegionOne:hrss")
PORTS = Scope(Plane.CLOUD, "port", "gov-cloud:RegionOne:hrss")
WHOLE = Sight(complete=True, reason=None, at=AT, by="omlib-ro", via="nova")


def broken(reason: UnknownReason = UnknownReason.INCOMPLETE, detail: str = "page 3: 503") -> Sight:
    return Sight(complete=False, reason=reason, detail=detail, at=AT, by="omlib-ro", via="nova")


def vm(name: str, **attributes: object) -> Declared:
    wanted: Attributes = attributes or {"vcpu": 4}  # type: ignore[assignment]
    ref = make_ref(Plane.CLOUD, "server", name)
    return Declared(
        ref=ref,
        scope=HRSS,
        attributes=wanted,
        keys=(Key("mark", name),),
        systems=("hrss-pay",),
        department="hrss",
    )


def live(uuid: str, mark: str = "", *, vcpu: int = 4, **more: object) -> Actual:
    keys = (Key("id", uuid),) + ((Key("mark", mark),) if mark else ())
    ref = make_ref(Plane.CLOUD, "server", f"@{HRSS.where}:{uuid}")
    fields: dict[str, object] = {"attributes": {"vcpu": vcpu}, "keys": keys} | more
    return Actual(ref=ref, scope=HRSS, **fields)  # type: ignore[arg-type]


def seen(*actual: Actual, sight: Sight = WHOLE) -> Observation:
    return Observation(sights={HRSS: sight}, actual=actual)


def test_a_declared_server_that_is_there_and_alike_is_in_sync() -> None:
    (finding,) = reconcile([vm("pay-1")], seen(live("u1", "pay-1")), today=TODAY)
    assert (finding.status, finding.differences) == (Status.IN_SYNC, ())


def test_a_server_is_unknown_not_missing_when_the_listing_broke_off() -> None:
    (finding,) = reconcile([vm("pay-1")], seen(sight=broken()), today=TODAY)
    assert (finding.status, finding.reason) == (Status.UNKNOWN, UnknownReason.INCOMPLETE)
    assert finding.detail == "page 3: 503"


def test_a_server_nobody_looked_for_is_not_checked() -> None:
    nothing = Observation(sights={}, actual=())
    (finding,) = reconcile([vm("pay-1")], nothing, today=TODAY)
    assert finding.reason is UnknownReason.NOT_CHECKED


def test_a_server_absent_from_a_whole_listing_is_missing() -> None:
    (finding,) = reconcile([vm("pay-1")], seen(), today=TODAY)
    assert finding.status is Status.MISSING


def test_a_server_found_in_a_partial_listing_is_still_compared() -> None:
    half = seen(live("u1", "pay-1", vcpu=8), sight=broken())
    (finding,) = reconcile([vm("pay-1")], half, today=TODAY)
    (difference,) = finding.differences
    assert finding.status is Status.DIVERGED
    assert (difference.path, difference.declared, difference.actual) == ("vcpu", 4, 8)


def test_a_name_is_no_identity() -> None:
    shadow = live("u9", label="pay-1")
    findings = reconcile([vm("pay-1")], seen(live("u1", "pay-1"), shadow), today=TODAY)
    assert [f.status for f in findings] == [Status.UNMANAGED, Status.IN_SYNC]


def test_two_live_servers_with_one_mark_are_contested_and_nothing_is_chosen() -> None:
    pair = seen(live("u1", "pay-1"), live("u2", "pay-1"))
    declared = next(f for f in reconcile([vm("pay-1")], pair, today=TODAY) if f.ref.declared)
    assert (declared.status, declared.reason) == (Status.UNKNOWN, UnknownReason.ERROR)
    assert declared.contested == ("u1", "u2")


def test_a_bound_id_decides_before_a_copied_mark() -> None:
    bound = Declared(
        ref=make_ref(Plane.CLOUD, "server", "pay-1"),
        scope=HRSS,
        attributes={"vcpu": 4},
        keys=(Key("id", "u1"), Key("mark", "pay-1")),
    )
    findings = reconcile([bound], seen(live("u1", "pay-1"), live("u2", "pay-1")), today=TODAY)
    assert [f.status for f in findings] == [Status.UNMANAGED, Status.IN_SYNC]


def test_one_live_server_claimed_by_two_items_is_in_two_stacks() -> None:
    twins = [
        Declared(ref=make_ref(Plane.CLOUD, "server", name), scope=HRSS, keys=(Key("id", "u1"),))
        for name in ("a", "b")
    ]
    findings = reconcile(twins, seen(live("u1")), today=TODAY)
    assert [f.status for f in findings] == [Status.UNMANAGED, Status.UNKNOWN, Status.UNKNOWN]
    assert findings[0].unmanaged is UnmanagedClass.IN_TWO_STACKS
    assert findings[1].contested == ("cloud/server/b",)


def test_an_attribute_that_could_not_be_read_makes_the_item_unknown_not_in_sync() -> None:
    blind = live("u1", "pay-1", unseen={"image": UnknownReason.DENIED})
    (finding,) = reconcile([vm("pay-1", vcpu=4, image="debian-12")], seen(blind), today=TODAY)
    assert (finding.status, finding.reason) == (Status.UNKNOWN, UnknownReason.DENIED)


def test_a_seen_difference_outweighs_an_attribute_that_could_not_be_read() -> None:
    blind = live("u1", "pay-1", vcpu=8, unseen={"image": UnknownReason.DENIED})
    (finding,) = reconcile([vm("pay-1", vcpu=4, image="debian-12")], seen(blind), today=TODAY)
    assert finding.status is Status.DIVERGED
    assert finding.unseen == {"image": UnknownReason.DENIED}


def test_a_server_that_is_being_resized_is_in_transition() -> None:
    moving = live("u1", "pay-1", vcpu=8, in_transition=True)
    (finding,) = reconcile([vm("pay-1")], seen(moving), today=TODAY)
    assert finding.reason is UnknownReason.IN_TRANSITION


def test_two_spellings_of_one_value_are_no_drift() -> None:
    ref = make_ref(Plane.SERVER, "file", "oa-01", "/etc/oa.conf")
    scope = Scope(Plane.SERVER, "file", "oa-01")
    want = Declared(ref=ref, scope=scope, attributes={"mode": "644", "sha256": "AB"})
    have = Actual(ref=ref, scope=scope, attributes={"mode": "0644", "sha256": "ab"})
    observed = Observation(sights={scope: WHOLE}, actual=(have,))
    (finding,) = reconcile([want], observed, today=TODAY)
    assert finding.status is Status.IN_SYNC


# --- retired ---


def retired(name: str, *keys: Key) -> Declared:
    ref = make_ref(Plane.CLOUD, "server", name)
    return Declared(ref=ref, scope=HRSS, keys=keys, retired=True, systems=("old-card",))


def test_a_retired_server_that_still_answers_is_residue() -> None:
    (finding,) = reconcile([retired("old", Key("id", "u7"))], seen(live("u7")), today=TODAY)
    assert (finding.status, finding.live) == (Status.RESIDUE, "u7")


def test_a_retired_server_proven_gone_is_in_sync_and_one_not_looked_for_is_unknown() -> None:
    gone = [retired("old", Key("id", "u7"))]
    assert reconcile(gone, seen(), today=TODAY)[0].status is Status.IN_SYNC
    assert reconcile(gone, seen(sight=broken()), today=TODAY)[0].status is Status.UNKNOWN


def test_a_reused_address_of_a_retired_server_does_not_make_its_new_holder_residue() -> None:
    address = Key("address", "198.18.1.9")
    holder = live("u1", "pay-1", keys=(Key("id", "u1"), Key("mark", "pay-1"), address))
    findings = reconcile([vm("pay-1"), retired("old", address)], seen(holder), today=TODAY)
    assert [f.status for f in findings] == [Status.IN_SYNC, Status.IN_SYNC]


def test_a_leftover_is_found_by_another_key_when_the_first_leads_to_a_new_holder() -> None:
    address, mac = Key("address", "198.18.1.9"), Key("mac", "fa:16:3e:00:00:09")
    holder = live("u1", "pay-1", keys=(Key("id", "u1"), Key("mark", "pay-1"), address))
    leftover = live("u2", keys=(Key("id", "u2"), mac))
    declared = [vm("pay-1"), retired("old", address, mac)]
    findings = reconcile(declared, seen(holder, leftover), today=TODAY)
    assert [(f.status, f.live) for f in findings] == [
        (Status.RESIDUE, "u2"),
        (Status.IN_SYNC, "u1"),
    ]


def test_the_mark_of_a_retired_server_says_more_than_an_address_that_stands_before_it() -> None:
    address = Key("address", "198.18.1.9")
    stranger = live("u1", keys=(Key("id", "u1"), address))
    declared = [retired("old", address, Key("mark", "old"))]
    findings = reconcile(declared, seen(stranger, live("u2", "old")), today=TODAY)
    assert {f.live: f.status for f in findings} == {
        "u1": Status.UNMANAGED,
        "u2": Status.RESIDUE,
    }


def test_an_address_that_is_used_in_another_project_too_makes_nothing_residue_there() -> None:
    address = Key("address", "10.0.0.9")
    other = Scope(Plane.CLOUD, "server", "gov-cloud:RegionOne:edu")
    stranger = Actual(
        ref=make_ref(Plane.CLOUD, "server", f"@{other.where}:u5"),
        scope=other,
        attributes={},
        keys=(Key("id", "u5"), address),
    )
    both = Observation(sights={HRSS: WHOLE, other: WHOLE}, actual=(stranger,))
    findings = reconcile([retired("old", address)], both, today=TODAY)
    assert [f.status for f in findings] == [Status.UNMANAGED, Status.IN_SYNC]


def test_a_retired_item_of_a_cloud_is_known_by_its_mark_although_nobody_wrote_it() -> None:
    identity = Identity(ref=make_ref(Plane.CLOUD, "server", "old"), where=HRSS.where)
    stone = Tombstone(
        system="old-card",
        name="旧一卡通",
        department="edu",
        closed=TODAY,
        quarantine_until=TODAY,
        identities=(identity,),
        source=Source("tombstones/old-card.yml", 1),
    )
    estate = Estate(
        name="市",
        timezone="Asia/Shanghai",
        departments={},
        sites={},
        clouds={},
        systems={},
        vms={},
        security_groups={},
        servers={},
        devices={},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={"old-card": stone},
        waivers=(),
    )
    (finding,) = reconcile(retired_items(estate), seen(live("u7", "old")), today=TODAY)
    assert finding.status is Status.RESIDUE


def test_a_path_that_could_not_even_be_looked_for_is_neither_in_sync_nor_residue() -> None:
    scope = Scope(Plane.SERVER, "file", "pay-1")
    ref = make_ref(Plane.SERVER, "file", "pay-1", "/root/app.conf")
    unseen = dict.fromkeys((PRESENCE, "mode"), UnknownReason.DENIED)
    told = Actual(ref=ref, scope=scope, attributes={}, unseen=unseen)
    for gone in (False, True):
        (finding,) = reconcile(
            [Declared(ref=ref, scope=scope, retired=gone)],
            Observation(sights={scope: WHOLE}, actual=(told,)),
            today=TODAY,
        )
        assert (finding.status, finding.reason) == (Status.UNKNOWN, UnknownReason.DENIED)


def test_a_server_that_stands_in_another_cloud_is_not_in_sync() -> None:
    scope = Scope(Plane.CLOUD, "server", "old-cloud:RegionOne:hrss")
    elsewhere = Actual(
        ref=make_ref(Plane.CLOUD, "server", f"@{scope.where}:u1"),
        scope=scope,
        attributes={"vcpu": 4},
        keys=(Key("id", "u1"), Key("mark", "pay-1")),
    )
    both = Observation(sights={HRSS: WHOLE, scope: WHOLE}, actual=(elsewhere,))
    (finding,) = reconcile([vm("pay-1")], both, today=TODAY)
    (difference,) = finding.differences
    assert finding.status is Status.DIVERGED
    assert (difference.path, difference.actual) == (PLACE, scope.where)


def test_a_live_thing_that_names_a_retired_system_is_residue() -> None:
    owners = Owners(systems={"old-card": "edu"}, retired=frozenset({"old-card"}))
    leftover = live("u8", system="old-card")
    (finding,) = reconcile([], seen(leftover), today=TODAY, owners=owners)
    assert (finding.status, finding.department) == (Status.RESIDUE, "edu")


# --- unmanaged ---


def test_an_undeclared_server_belongs_to_the_system_it_names_else_to_its_project() -> None:
    owners = Owners(
        places={HRSS.where: Owner((), "hrss")}, systems={"hrss-pay": "hrss", "edu-x": "edu"}
    )
    named, anonymous = live("u1", system="edu-x"), live("u2")
    first, second = reconcile([], seen(named, anonymous), today=TODAY, owners=owners)
    assert (first.unmanaged, first.systems, first.department) == (
        UnmanagedClass.KNOWN_OWNER,
        ("edu-x",),
        "edu",
    )
    assert (second.unmanaged, second.systems, second.department) == (
        UnmanagedClass.UNKNOWN_OWNER,
        (),
        "hrss",
    )


def test_the_mark_of_an_unfinished_creation_is_an_orphan_of_a_crash() -> None:
    (finding,) = reconcile([], seen(live("u1", "lost", pending=True)), today=TODAY)
    assert finding.unmanaged is UnmanagedClass.ORPHAN_OF_A_CRASH


def port(parent: str) -> Actual:
    ref = make_ref(Plane.CLOUD, "port", f"@{HRSS.where}:p1")
    return Actual(
        ref=ref,
        scope=PORTS,
        attributes={},
        keys=(Key("id", "p1"),),
        parent=Key("id", parent),
    )


def test_a_port_that_a_server_made_is_folded_under_it() -> None:
    observed = Observation(
        sights={HRSS: WHOLE, PORTS: WHOLE}, actual=(port("u1"), live("u1", "pay-1"))
    )
    (finding,) = reconcile([vm("pay-1")], observed, today=TODAY)
    assert finding.status is Status.IN_SYNC
    assert [ref.kind for ref in finding.children] == ["port"]


def test_a_port_whose_server_could_not_be_listed_is_unknown_not_unmanaged() -> None:
    denied = broken(UnknownReason.DENIED, "403")
    observed = Observation(sights={HRSS: denied, PORTS: WHOLE}, actual=(port("u1"),))
    (finding,) = reconcile([], observed, today=TODAY)
    assert (finding.status, finding.reason) == (Status.UNKNOWN, UnknownReason.DENIED)


def test_things_that_name_each_other_as_parents_are_all_told() -> None:
    circle = [
        live(f"u{n}", parent=Key("id", f"u{(n + 1) % 3}"), keys=(Key("id", f"u{n}"),))
        for n in range(3)
    ]
    findings = reconcile([], seen(*circle), today=TODAY)
    assert [f.status for f in findings] == [Status.UNMANAGED] * 3


# --- waivers ---


def waiver(**changes: object) -> Waiver:
    facts: dict[str, object] = {
        "ref": make_ref(Plane.CLOUD, "server", "pay-1"),
        "path": "vcpu",
        "accepts": 8,
        "reason": "term start",
        "owner": "li-si",
        "ticket": "CHG-7",
        "until": date(2026, 12, 31),
    }
    return Waiver(**(facts | changes))  # type: ignore[arg-type]


def test_an_accepted_value_is_waived_and_names_its_ticket() -> None:
    (finding,) = reconcile(
        [vm("pay-1")], seen(live("u1", "pay-1", vcpu=8)), waivers=[waiver()], today=TODAY
    )
    assert (finding.status, finding.differences[0].waived_by) == (Status.WAIVED, "CHG-7")


def test_a_waiver_holds_on_its_last_day_and_resurfaces_the_day_after() -> None:
    observed = seen(live("u1", "pay-1", vcpu=8))
    for until, status in ((TODAY, Status.WAIVED), (date(2026, 11, 20), Status.DIVERGED)):
        (finding,) = reconcile([vm("pay-1")], observed, waivers=[waiver(until=until)], today=TODAY)
        assert finding.status is status
    assert finding.differences[0].resurfaced is Resurfaced.EXPIRED


def test_a_waiver_does_not_hold_before_its_first_day() -> None:
    observed = seen(live("u1", "pay-1", vcpu=8))
    for since, status in ((TODAY, Status.WAIVED), (date(2026, 11, 22), Status.DIVERGED)):
        later = waiver(since=since, until=date(2027, 1, 1))
        (finding,) = reconcile([vm("pay-1")], observed, waivers=[later], today=TODAY)
        assert finding.status is status


def test_a_value_other_than_the_accepted_one_resurfaces() -> None:
    (finding,) = reconcile(
        [vm("pay-1")], seen(live("u1", "pay-1", vcpu=16)), waivers=[waiver()], today=TODAY
    )
    assert finding.differences[0].resurfaced is Resurfaced.VALUE_CHANGED


def test_an_item_is_waived_only_when_all_its_differing_paths_are() -> None:
    item = vm("pay-1", vcpu=4, power="on")
    off = live("u1", "pay-1", attributes={"vcpu": 8, "power": "off"})
    (finding,) = reconcile([item], seen(off), waivers=[waiver()], today=TODAY)
    assert finding.status is Status.DIVERGED
    assert [d.waived_by for d in finding.differences] == ["CHG-7", ""]


def test_unknown_cannot_be_waived() -> None:
    accepted = waiver(path=PRESENCE, accepts=False)
    (finding,) = reconcile([vm("pay-1")], seen(sight=broken()), waivers=[accepted], today=TODAY)
    assert finding.status is Status.UNKNOWN


def test_an_accepted_absence_is_waived() -> None:
    accepted = waiver(path=PRESENCE, accepts=False)
    (finding,) = reconcile([vm("pay-1")], seen(), waivers=[accepted], today=TODAY)
    assert finding.status is Status.WAIVED
