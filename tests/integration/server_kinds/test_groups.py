"""Groups on a real host: drift by hand is seen, the role mends it, check mode agrees."""

from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.status import Status

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
STATE = ServerState(
    items={
        "group": {
            "dba": {"present": True, "gid": 3000, "members": ("ops", "www-data")},
            "audit": {"present": True, "members": ()},
            "gone": {"present": False},
            "tape": {"present": True},
        }
    },
    full=frozenset({"group"}),
)
DECLARED = ("dba", "audit", "gone", "tape")


def test_groups_are_seen_mended_and_judged_alike(hosts: Hosts, changing: Change) -> None:
    changing("srv1", "groupadd -g 3001 dba; groupadd gone", "groupdel dba; groupdel audit")
    before = hosts.look("srv1", STATE)
    assert {name: before.verdicts("group")[name] for name in DECLARED} == {
        "dba": Status.DIVERGED,
        "audit": Status.MISSING,
        "gone": Status.DIVERGED,
        "tape": Status.IN_SYNC,
    }
    assert before.items("group")["dba"] == {"present": True, "gid": 3001, "members": ()}
    drifted = dict.fromkeys(("group/dba", "group/audit", "group/gone"), "changed")
    judged = {**drifted, "group/tape": "ok"}
    assert hosts.check("srv1", STATE) == judged
    assert hosts.apply("srv1", STATE) == judged
    after = hosts.look("srv1", STATE)
    assert {after.verdicts("group")[name] for name in DECLARED} == {Status.IN_SYNC}
    assert set(hosts.check("srv1", STATE).values()) == {"ok"}


def test_under_full_ownership_groups_of_people_and_a_second_root_are_found(
    hosts: Hosts, changing: Change
) -> None:
    before = set(hosts.look("srv2", STATE).items("group"))
    changing(
        "srv2", "groupadd -o -g 0 toor; groupadd staffx", "groupdel -f toor && groupdel staffx"
    )
    changing("srv2", "gpasswd -a ops shadow", "gpasswd -d ops shadow")
    after = hosts.look("srv2", STATE)
    assert set(after.items("group")) - before == {"toor", "staffx", "shadow"}
    assert after.verdicts("group")["toor"] is Status.UNMANAGED
    assert after.items("group")["shadow"]["members"] == ("ops",)
    assert "nogroup" not in after.items("group")
