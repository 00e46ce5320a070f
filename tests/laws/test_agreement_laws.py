"""The probe and Ansible agree on every item, whatever is declared and whatever was done by hand.

On real hosts: what the probe says of an item (in_sync, or diverged or missing) the deep check says
too; after the roles both say that all is in sync. By default one round of changes is tried that is
the same every time; OMLIB_SOAK=1 tries more than 200 changes, other ones every time, and
OMLIB_AGREEMENT_SEED repeats them. What fails is made smaller and printed as YAML.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

import pytest

from omlib.lab import lifecycle, machine
from omlib.lab.layout import LabLayout
from omlib.lab.spec import LabSpec, Server
from omlib.model.estate import ServerState
from omlib.model.item import Attributes
from omlib.model.kind import SERVER_KINDS
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status

from .agreement import accounts, judged, running, things
from .agreement.batch import Batch, Lab, shrunk, trouble
from .agreement.item import Change, Draw, Item

pytestmark = [pytest.mark.lab, pytest.mark.timeout(3600)]
LAB_ID = 28
SOAK = os.environ.get("OMLIB_SOAK") == "1"
SEED = int(os.environ.get("OMLIB_AGREEMENT_SEED", str(time.time_ns() % 10**6 if SOAK else 0)))
LEAST_CHANGES = 200  # of a soak
NAMES = ("law1", "law2", "law3") if SOAK else ("law1", "law2")
ROUNDS = 2 if SOAK else 1

# how each kind is drawn, and how many of it a host has
ACCOUNTS: tuple[tuple[Draw, int], ...] = (
    (accounts.group, 2),
    (accounts.user, 2),
    (accounts.gone_user, 1),
    (accounts.authorized_keys, 2),
    (accounts.sudo, 2),
    (things.cron, 2),
)
THINGS: tuple[tuple[Draw, int], ...] = (
    (things.root_folder, 1),
    (things.file, 4),
    (things.mount, 1),
    (things.sysctl, 1),
    (things.kernel_module, 1),
    (running.service, 1),
    (running.timer, 1),
    (running.chain, 1),
    (things.package, 1),
)
SEVERAL: dict[Draw, int] = {things.sysctl: 3, things.kernel_module: 3, things.package: 2}
MENDED = (*ACCOUNTS, *THINGS)
JUDGED: tuple[Draw, ...] = (
    judged.listener,
    judged.certificate,
    judged.clock,
    judged.setting,
    judged.mounted,
)
# an item costs about as much as any other: the sample has each kind on one host
OF_HOST = (
    dict.fromkeys(NAMES, MENDED) if SOAK else dict(zip(NAMES, (ACCOUNTS, THINGS), strict=True))
)


@dataclass(slots=True)
class Tried:
    """How often each change was made, so that the rarest comes next."""

    often: Counter[tuple[str, str]] = field(default_factory=Counter)

    def draw(self, chance: random.Random, item: Item) -> Change:
        rarest = min(self.often[item.kind, one.what] for one in item.changes)
        some = [one for one in item.changes if self.often[item.kind, one.what] == rarest]
        change = chance.choice(some)
        self.often[item.kind, change.what] += 1
        return change


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    if reason := machine.unsupported():
        pytest.skip(f"no lab on this machine: {reason}")
    layout = LabLayout(id=LAB_ID, home=LabLayout.from_environment().home)
    servers = tuple(Server(name, "dc", 10 + int(name[3:])) for name in NAMES)
    lifecycle.up(layout, LabSpec(servers=servers))
    lab = Lab(layout)
    source = f"deb [trusted=yes] {layout.repository_url} ./"
    fetched = f"echo '{source}' > /etc/apt/sources.list; apt-get update -q"
    lab.by_hand(dict.fromkeys(NAMES, fetched))
    yield lab
    lifecycle.down(layout)


def drawn(chance: random.Random, tried: Tried) -> Batch:
    items, others = {}, {}
    for host in NAMES:
        numbers = {draw: _numbers(chance, draw, often) for draw, often in OF_HOST[host]}
        held = [draw(chance, n) for draw, some in numbers.items() for n in some]
        items[host] = tuple(held)
        judges = SOAK or host == NAMES[0]
        others[host] = tuple(draw(chance, 0) for draw in JUDGED) if judges else ()
    rounds = []
    for _ in range(ROUNDS):
        done: dict[str, dict[tuple[str, str], Change]] = {}
        for host in NAMES:
            able = [item for item in (*items[host], *others[host]) if item.changes]
            touched = [item for item in able if chance.random() < 0.85]
            done[host] = {(one.kind, one.name): tried.draw(chance, one) for one in touched}
        rounds.append(done)
    return Batch(items=items, judged=others, rounds=tuple(rounds))


def _numbers(chance: random.Random, draw: Draw, often: int) -> list[int]:
    """Keys belong to users, who have the first numbers; SEVERAL kinds have names of their own."""
    return chance.sample(range(SEVERAL.get(draw, often)), often)


def test_probe_and_ansible_agree_whatever_was_done_by_hand(lab: Lab) -> None:
    chance, tried = random.Random(SEED), Tried()
    drifts: Counter[tuple[str, str]] = Counter()
    untouched = everything(lab)
    while True:
        batch = drawn(chance, tried)
        if found := trouble(lab, batch, drifts):
            part, again = shrunk(lab, batch, found)
            told = "\n".join(f"{ref}: {words}" for ref, words in again.items())
            first = ", ".join(found)
            pytest.fail(
                f"{told}\n\nOf these: {first}\n\nOMLIB_AGREEMENT_SEED={SEED}\n{part}", pytrace=False
            )
        if not SOAK or tried.often.total() >= LEAST_CHANGES:
            break
    assert everything(lab) == untouched
    print(f"seed {SEED}: {tried.often.total()} changes, {drifts.total()} of them seen as a drift")
    for kind, some in groupby(sorted(tried.often), key=lambda key: key[0]):
        each = (f"{key[1]} {drifts[key]}/{tried.often[key]}" for key in some)
        print(f"  {kind}: {', '.join(each)}")
    drifted = {kind for kind, _ in drifts}
    assert drifted == {kind for kind, _ in tried.often} if SOAK else drifted


def everything(lab: Lab) -> dict[str, object]:
    """All that is to see on the hosts of what the law touches: each batch puts it back."""
    kinds = frozenset({draw(random.Random(0), 0).kind for draw, _ in MENDED} - {"package", "file"})
    full = ServerState(full=kinds, watched=("/etc/modprobe.d", "/etc/sysctl.d", "/opt"))
    told: dict[str, object] = {}
    for host in NAMES:
        seen = lab.seen(host, full)
        for kind in (*kinds, "file"):
            told |= {f"{host} {kind} {name}": told for name, told in seen.items(kind).items()}
    return told


def test_every_kind_is_in_the_law_or_says_why_not() -> None:
    mended = {draw(random.Random(0), 0).kind for draw, _ in MENDED}
    named = {key.partition(" ")[0] for key in judged.ONLY_JUDGED}
    assert mended | named == {kind.name for kind in SERVER_KINDS}


# the only verdicts of unknown that the law knows: what nobody can see in a container, and why
BENDS: tuple[tuple[str, str, Attributes, str], ...] = (
    (
        "kernel_module",
        "cramfs",
        {"loaded": False},
        "nobody can tell here whether cramfs is loaded",  # /proc/modules is not there
    ),
    (
        "time_sync",
        "clock",
        {"synchronised": True},
        "cannot tell synchronised",  # a container's clock is kept outside
    ),
)


@pytest.mark.parametrize("bend", BENDS, ids=lambda bend: bend[0])
def test_what_neither_can_see_is_unknown_to_both(
    lab: Lab, bend: tuple[str, str, Attributes, str]
) -> None:
    kind, name, attributes, words = bend
    item = Item(kind=kind, name=name, attributes=attributes, changes=(), clean="true")
    items = {NAMES[0]: (item,)}
    checked, said = lab.checked(items)
    ref = str(make_ref(Plane.SERVER, kind, NAMES[0], name))
    assert lab.probed(items) == {ref: Status.UNKNOWN}
    assert checked[ref] is Status.UNKNOWN
    assert words in said[ref]
