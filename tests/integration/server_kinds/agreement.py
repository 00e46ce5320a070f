"""The law of the kinds: what the probe says of an item, the role says in check mode."""

from omlib.model.estate import ServerState
from omlib.model.status import Status

from .conftest import Hosts

_SAYS = {Status.IN_SYNC: "ok", Status.UNKNOWN: "failed"}


def agreed(hosts: Hosts, name: str, state: ServerState) -> dict[str, Status]:
    """By kind and name what both say of every declared item."""
    findings = hosts.look(name, state).findings
    checked = hosts.check(name, state)
    told: dict[str, Status] = {
        f"{one.ref.kind}/{one.ref.part}": one.status
        for one in findings
        if one.status is not Status.UNMANAGED
    }
    said = {ref: outcome.partition(":")[0] for ref, outcome in checked.items()}
    assert said == {ref: _SAYS.get(status, "changed") for ref, status in told.items()}, checked
    return told


def made(hosts: Hosts, name: str, state: ServerState) -> None:
    """Applied, everything is as declared, and the second time nothing is left to do."""
    applied = hosts.apply(name, state)
    assert not [told for told in applied.values() if told.startswith("failed")], applied
    assert set(agreed(hosts, name, state).values()) == {Status.IN_SYNC}
