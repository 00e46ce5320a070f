"""Ansible mends just the item that an action names, and says in its own words when it cannot."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from omlib.lab.break_hosts import cut_off, let_in
from omlib.model.action import Action, Verb
from omlib.model.estate import ServerState
from omlib.model.finding import Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane as PlaneName
from omlib.model.ref import make_ref
from omlib.model.status import Status
from omlib.planes.server.plane import ServerPlane
from omlib.planes.server.runs.job import Ended, Job
from omlib.planes.server.runs.perform import NotMendedError
from omlib.planes.server.runs.verify import UnseenError

from .conftest import HOST, Host, NoSecrets, Now

pytestmark = pytest.mark.lab
CRON = "cron.service"
# nothing of it is Ansible's to fill in
JOB = "5 4 * * * root docker ps --format '{{.Names}} {% raw %} {# 备注 #}'"

START = Action(
    ref=make_ref(PlaneName.SERVER, "service", HOST, CRON),
    scope=Scope(PlaneName.SERVER, "service", HOST),
    verb=Verb.UPDATE,
    before={"running": False},
    after={"running": True},
)


def drifts(host: Host, state: ServerState, plane: ServerPlane) -> list[Finding]:
    return [one for one in host.findings(state, plane) if one.status is not Status.IN_SYNC]


def mend_all(host: Host, state: ServerState) -> list[Action]:
    plane = host.plane(state)
    actions = list(plane.propose(drifts(host, state, plane)))
    for action in actions:
        assert not plane.verify(action)
        plane.perform(action)
        assert plane.verify(action)
    assert drifts(host, state, plane) == []
    return actions


def test_only_the_item_of_the_action_is_touched(host: Host, undo: Callable[[str], None]) -> None:
    state = ServerState(
        items={
            "service": {CRON: {"running": True, "enabled": True}},
            "user": {"eve": {"present": True, "uid": 2010, "shell": "/bin/sh"}},
        }
    )
    undo("userdel -rf eve 2>/dev/null || true; systemctl start cron")
    host.run("systemctl stop cron")
    plane = host.plane(state)
    (service,) = (a for a in plane.propose(drifts(host, state, plane)) if a.ref.part == CRON)
    plane.perform(service)
    assert plane.verify(service)
    (left,) = drifts(host, state, plane)
    assert left.ref == make_ref(PlaneName.SERVER, "user", HOST, "eve")
    assert "eve" not in host.run("cut -d: -f1 /etc/passwd")


def test_what_is_missing_is_made_what_differs_set_and_what_must_go_removed(
    host: Host, undo: Callable[[str], None]
) -> None:
    undo("userdel -rf eve; userdel -rf mallory 2>/dev/null || true; systemctl enable -q cron")
    undo("rm -f /etc/cron.d/names")
    host.run("useradd -m mallory; systemctl disable -q cron")
    state = ServerState(
        items={
            "user": {
                "eve": {"present": True, "uid": 2010, "shell": "/bin/sh"},
                "mallory": {"present": False},
            },
            "service": {CRON: {"running": True, "enabled": True}},
            "cron": {"names": {"present": True, "jobs": (JOB,)}},
        }
    )
    done = mend_all(host, state)
    assert {action.ref.part: action.verb for action in done} == {
        "eve": Verb.CREATE,
        "mallory": Verb.DELETE,
        CRON: Verb.UPDATE,
        "names": Verb.CREATE,
    }
    assert JOB in host.run("cat /etc/cron.d/names")


def test_an_action_is_undone_by_its_reverse(host: Host, undo: Callable[[str], None]) -> None:
    undo("userdel -rf eve 2>/dev/null || true")
    state = ServerState(items={"user": {"eve": {"present": True, "shell": "/bin/sh"}}})
    (made,) = mend_all(host, state)
    back = made.reverse()
    assert back is not None
    plane = host.plane(state)
    plane.perform(back)
    assert plane.verify(back)
    assert "eve" not in host.run("cut -d: -f1 /etc/passwd")


def test_a_failure_is_told_in_the_words_of_the_module(host: Host) -> None:
    state = ServerState(items={"service": {"nothere.service": {"running": True}}})
    plane = host.plane(state)
    (action,) = plane.propose(drifts(host, state, plane))
    with pytest.raises(NotMendedError) as caught:
        plane.perform(action)
    assert caught.value.facts["how"] == "failed"
    assert "nothere" in str(caught.value.facts["words"])


def test_what_an_earlier_step_has_done_already_is_done(host: Host) -> None:
    plane = host.plane(ServerState(items={"service": {CRON: {"running": True}}}))
    plane.perform(START)  # Ansible has nothing to do; the probe, asked again, finds it running
    assert plane.verify(START)


def test_what_ansible_finds_in_order_and_the_probe_does_not_is_not_called_mended(
    host: Host,
) -> None:
    def in_order(job: Job) -> Ended:
        return Ended(results=(), unreachable={}, hosts=(HOST,), error="", took_s=0.0)

    stopped = replace(START, ref=make_ref(PlaneName.SERVER, "service", HOST, "nothere"))
    state = ServerState(items={"service": {"nothere": {"running": True}}})
    plane = ServerPlane(host.estate(state), NoSecrets(), Now(), runs=in_order)
    with pytest.raises(NotMendedError) as caught:
        plane.perform(stopped)
    assert caught.value.facts["how"] == "unchanged"


def test_a_host_that_cannot_be_reached_is_neither_mended_nor_verified(host: Host) -> None:
    state = ServerState(items={"service": {CRON: {"running": True}}})
    plane = host.plane(state, connect_s=2, deadline_s=4)
    cut_off(host.layout, HOST)
    try:
        with pytest.raises(NotMendedError) as caught:
            plane.perform(START)
        assert caught.value.facts["how"] == "unreachable"
        with pytest.raises(UnseenError):
            plane.verify(START)
    finally:
        let_in(host.layout, HOST)


def test_a_host_key_that_is_not_known_is_refused(host: Host) -> None:
    state = ServerState(items={"service": {CRON: {"running": True}}})
    plane = host.plane(state, known_hosts="file:/dev/null")
    with pytest.raises(NotMendedError) as caught:
        plane.perform(START)
    assert "Host key verification failed" in str(caught.value.facts["words"])


def test_a_host_behind_two_jump_hosts_is_mended(host: Host, undo: Callable[[str], None]) -> None:
    """The host itself stands in for both: each is a login of its own, with the site's key."""
    address = host.estate(ServerState()).servers[HOST].access.address
    undo("systemctl start cron")
    host.run("systemctl stop cron; journalctl --rotate -q; journalctl --vacuum-time=1s -q")
    state = ServerState(items={"service": {CRON: {"running": True}}})
    plane = host.plane(state, jump=f"ops@{address}:22,{address}")
    plane.perform(START)
    assert plane.verify(START)
    logins = host.run("journalctl -u ssh -o cat | grep -c 'Accepted publickey for ops'")
    assert int(logins) >= 3
