"""What a comparison may conclude: over a real inventory, its records and a host that answers."""

from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from omlib.cli.main import main
from omlib.jobs.history import NothingComparedError, recorded
from omlib.jobs.look import look_at_estate
from omlib.jobs.reconcile import reconcile_estate
from omlib.jobs.remembered import NothingRememberedError
from omlib.jobs.selection import select
from omlib.jobs.workspace import Workspace, open_workspace
from omlib.jobs.world import SystemClock
from omlib.model.item import Scope
from omlib.model.ref import Plane
from omlib.model.status import Status, UnknownReason
from omlib.report.reconciliation import Label, Reconciliation
from omlib.testing.ssh_host import Manners, SshHost, runs_here

SYSTEM = """\
id: {id}
name: 系统
department: city
owner: {{business: 甲, technical: 乙}}
zone: gov-extranet
mlps: {{level: 2}}
lifecycle: {{stage: operational, status: in_use, since: 2025-01-01}}
"""
HOST = """\
servers:
  - id: oa-01
    system: oa
    os: debian-12
    access: {{site: room, address: 127.0.0.1, port: {port}}}
    state: {state}
"""
NOT_CHECKED = (Status.UNKNOWN, UnknownReason.NOT_CHECKED)


class Silent:
    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


class AnEstate:
    """Two systems, of which one has a host; what is declared of it may change between runs."""

    def __init__(self, root: Path, port: int) -> None:
        self.root, self.port = root, port
        self.write("estate.yml", "schema: 1\nname: 市\ntimezone: Asia/Shanghai\n")
        self.write("departments.yml", "departments:\n  - {id: city, name: 市政府}\n")
        self.write(
            "sites.yml",
            "sites:\n  - {id: room, name: 机房, user: root, key: 'env:OMLIB_TEST_KEY',"
            " known_hosts: 'env:OMLIB_TEST_HOSTS', deadline_s: 20}\n",
        )
        self.write("systems/oa.yml", SYSTEM.format(id="oa"))
        self.write("systems/idle.yml", SYSTEM.format(id="idle"))
        self.declare("{users: {root: {uid: 0}}, files: {/etc/passwd: {owner: root}}}")

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def declare(self, state: str) -> None:
        self.write("servers.yml", HOST.format(port=self.port, state=state))

    def work(self) -> Workspace:
        return open_workspace(self.root)

    def compare(self, *, offline: bool = False, **selected: tuple[str, ...]) -> Reconciliation:
        work = self.work()
        with work.store() as store:
            return reconcile_estate(
                work,
                store,
                clock=SystemClock(),
                progress=Silent(),
                selection=select(work.estate, **selected),
                offline=offline,
            ).told

    def report(self, run: str = "") -> Reconciliation:
        work = self.work()
        with work.store() as store:
            return recorded(work, store, run)


@pytest.fixture
def estate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnEstate]:
    host_key, user_key = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    user_key.write_private_key_file(str(tmp_path / "key"))
    manners = Manners(serve=runs_here, accepts=frozenset({user_key.get_base64()}))
    with SshHost(manners, (host_key,)) as host:
        (tmp_path / "hosts").write_text(host.known_hosts(), encoding="utf-8")
        monkeypatch.setenv("OMLIB_TEST_KEY", str(tmp_path / "key"))
        monkeypatch.setenv("OMLIB_TEST_HOSTS", str(tmp_path / "hosts"))
        (tmp_path / "inventory").mkdir()
        yield AnEstate(tmp_path / "inventory", host.port)


def verdicts(told: Reconciliation) -> dict[str, tuple[Status, UnknownReason | None]]:
    return {str(f.ref): (f.status, f.reason) for f in told.findings}


def test_what_was_declared_since_the_last_look_is_not_checked_and_not_missing(
    estate: AnEstate,
) -> None:
    assert estate.compare().exit_code == 0
    estate.declare("{users: {root: {uid: 0}, no-such: {}}, files: {/etc/passwd: {owner: root}}}")
    told = estate.compare(offline=True)
    assert verdicts(told) == {
        "server/file/oa-01/%2Fetc%2Fpasswd": (Status.IN_SYNC, None),
        "server/user/oa-01/no-such": NOT_CHECKED,
        "server/user/oa-01/root": (Status.IN_SYNC, None),
    }
    assert told.exit_code == 4


def test_what_was_retired_since_the_last_look_is_not_proven_gone_by_it(estate: AnEstate) -> None:
    estate.compare()
    estate.write(
        "tombstones/old.yml",
        "system: old\nname: 旧\nclosed: 2025-01-01\nquarantine_until: 2027-01-01\n"
        "identities: [{ref: server/user/oa-01/daemon}]\n",
    )
    name = "server/user/oa-01/daemon"
    assert verdicts(estate.compare(offline=True))[name] == NOT_CHECKED
    assert verdicts(estate.compare())[name] == (Status.RESIDUE, None)


def test_a_hash_that_nobody_asked_for_then_is_no_difference_now(estate: AnEstate) -> None:
    estate.compare()
    estate.declare("{files: {/etc/passwd: {owner: root, content: x}}}")
    (finding,) = estate.compare(offline=True).findings
    assert (finding.status, finding.reason) == NOT_CHECKED
    assert estate.compare().findings[0].status is Status.DIVERGED


def test_what_is_declared_absent_since_is_not_missing(estate: AnEstate) -> None:
    estate.declare("{users: {no-such: {}}}")
    assert estate.compare().findings[0].status is Status.MISSING
    estate.declare("{users: {no-such: {present: false}}}")
    (finding,) = estate.compare(offline=True).findings
    assert (finding.status, finding.reason) == NOT_CHECKED


def test_a_host_that_left_the_inventory_is_not_told_of(estate: AnEstate) -> None:
    estate.compare()
    estate.write("servers.yml", "servers: []\n")
    told = estate.compare(offline=True)
    assert (told.findings, told.coverage, told.exit_code) == ([], [], 4)


def test_a_system_of_which_nothing_is_declared_is_not_checked_and_not_in_sync(
    estate: AnEstate,
) -> None:
    told = estate.compare(systems=("idle",))
    assert (told.findings, told.complete, told.exit_code) == ([], False, 4)


def test_a_recorded_comparison_keeps_its_labels_and_its_scope(estate: AnEstate) -> None:
    estate.compare()
    estate.compare(offline=True, systems=("oa",))
    told = estate.report()
    assert told.run.labels == (Label.OFFLINE,)
    assert told.run.scope == "--system oa"


def test_a_run_that_came_to_no_comparison_has_no_report(estate: AnEstate) -> None:
    with pytest.raises(NothingRememberedError):
        estate.compare(offline=True)
    work = estate.work()
    with work.store() as store:
        looked = look_at_estate(
            work,
            store,
            clock=SystemClock(),
            progress=Silent(),
            selection=select(work.estate),
        )
        failed = next(one.id for one in store.runs() if one.verb == "reconcile")
    for run in (looked.told.run.id, failed):
        with pytest.raises(NothingComparedError):
            estate.report(run)


def test_a_plane_is_looked_at_where_nothing_is_declared_yet(estate: AnEstate) -> None:
    estate.write(
        "clouds.yml",
        "clouds:\n  - {id: gov, name: 政务云, site: room, profile: no-such-profile,"
        " region: RegionOne, projects: [{id: oa, department: city, system: oa}]}\n",
    )
    scope = Scope(Plane.CLOUD, "server", "gov:RegionOne:oa")
    for told in (
        estate.compare(planes=("cloud",)),
        estate.compare(systems=("oa",)),
        estate.compare(departments=("city",)),
    ):
        (row,) = (row for row in told.coverage if row.plane == "cloud")
        assert scope in {gap for gap, _, _ in row.gaps}


def test_a_drift_that_no_plane_can_mend_is_still_pending(
    estate: AnEstate, capsys: pytest.CaptureFixture[str]
) -> None:
    estate.declare("{users: {no-such: {}}}")
    assert main(["plan", "--inventory", str(estate.root)]) == 2
    assert "no-such" in capsys.readouterr().out


def test_a_plan_that_cannot_be_written_there_says_so(
    estate: AnEstate, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--inventory", str(estate.root), "--out", "/"]) == 1
    assert "a fault in omlib" not in capsys.readouterr().err
