"""Hosts declared, changed by hand, judged by the probe and by the deep check, and brought back."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import yaml

from omlib.lab import lifecycle
from omlib.lab.layout import LabLayout
from omlib.model.estate import Estate, Server, ServerState
from omlib.model.item import Attributes
from omlib.model.ref import Plane, make_ref, parse_ref
from omlib.model.status import Status
from omlib.planes.server.runs.deep_check import check_declared
from omlib.planes.server.runs.host_vars import host_vars
from omlib.planes.server.runs.inventory import inert
from omlib.planes.server.runs.order import stands_on
from omlib.planes.server.runs.places import SITE, path_in, shipped
from omlib.planes.server.runs.runner import Ended, Job, run
from omlib.planes.server.runs.task import TaskResult

from ...lab_estate import NoSecrets, Seen, estate_of, look_at
from .item import Change, Item

DEADLINE_S = 600.0
Verdicts = dict[str, Status]  # by ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """By host what is declared, and in *rounds* what was done to items of it, by their names.

    *judged* are declared too, and not brought back.
    """

    items: Mapping[str, tuple[Item, ...]]
    judged: Mapping[str, tuple[Item, ...]]
    rounds: tuple[Mapping[str, Mapping[tuple[str, str], Change]], ...]

    def all_of(self, host: str) -> tuple[Item, ...]:
        return (*self.items[host], *self.judged[host])

    def only(self, host: str, keys: frozenset[tuple[str, str]]) -> "Batch":
        """The same with nothing but these items of one host."""

        def kept(items: tuple[Item, ...]) -> tuple[Item, ...]:
            return tuple(item for item in items if (item.kind, item.name) in keys)

        def changed(done: Mapping[tuple[str, str], Change]) -> dict[tuple[str, str], Change]:
            return {key: change for key, change in done.items() if key in keys}

        return replace(
            self,
            items={host: kept(self.items[host])},
            judged={host: kept(self.judged[host])},
            rounds=tuple({host: changed(each[host])} for each in self.rounds),
        )

    def __str__(self) -> str:
        """What makes it happen again, as YAML."""
        told = {
            host: {
                "declared": [
                    {"kind": item.kind, "name": item.name, **_plain(item)}
                    for item in self.all_of(host)
                ],
                "before": [item.before for item in self.all_of(host) if item.before],
                "done": [
                    [
                        {"to": "/".join(key), "what": change.what, "script": change.script}
                        for key, change in done[host].items()
                    ]
                    for done in self.rounds
                ],
            }
            for host in self.items
        }
        return yaml.safe_dump(told, allow_unicode=True, sort_keys=False)


def _plain(item: Item) -> dict[str, object]:
    told: dict[str, object] = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in item.attributes.items()
    }
    return told if item.content is None else {**told, "content": item.content}


def state_of(items: tuple[Item, ...]) -> ServerState:
    kinds: dict[str, dict[str, Attributes]] = {}
    for item in items:
        held = kinds.setdefault(item.kind, {}).setdefault(item.name, {})
        kinds[item.kind][item.name] = {**held, **item.attributes}
    contents = {item.name: item.content for item in items if item.content is not None}
    return ServerState(items=kinds, contents=contents)


@dataclass(frozen=True, slots=True)
class Lab:
    layout: LabLayout

    def by_hand(self, scripts: Mapping[str, str]) -> None:
        """On each host its script; single steps may fail."""

        def one(name: str) -> None:
            lifecycle.exec_(self.layout, name, ["sh", "-c", scripts[name] + "\ntrue"])

        with ThreadPoolExecutor() as pool:
            list(pool.map(one, scripts))

    def estate(self, items: Mapping[str, tuple[Item, ...]]) -> Estate:
        return estate_of(self.layout, {host: state_of(held) for host, held in items.items()})

    def probed(self, items: Mapping[str, tuple[Item, ...]]) -> Verdicts:
        def one(host: str) -> Verdicts:
            seen = look_at(self.estate({host: items[host]}))
            return {str(finding.ref): finding.status for finding in seen.findings}

        with ThreadPoolExecutor() as pool:
            parts = list(pool.map(one, [host for host, held in items.items() if held]))
        return {ref: status for part in parts for ref, status in part.items()}

    def seen(self, host: str, state: ServerState) -> Seen:
        return look_at(estate_of(self.layout, {host: state}))

    def checked(self, items: Mapping[str, tuple[Item, ...]]) -> tuple[Verdicts, dict[str, str]]:
        """The deep check's verdicts, and its words."""
        (ended,) = check_declared(
            self.estate(items),
            path_of=path_in(os.environ),
            secrets=NoSecrets(),
            limit=(),
            deadline_s=DEADLINE_S,
            forks=len(items),
            on_result=lambda _result: None,
        )
        return by_item(ended)

    def applied(self, items: Mapping[str, tuple[Item, ...]]) -> dict[str, str]:
        """Bring the hosts to what is declared. What failed, with its words."""
        estate = self.estate(items)
        path_of, site = path_in(os.environ), estate.sites["lab"]
        hosts = {
            server.id: inert(host_vars(server, site, path_of)) for server in estate.servers.values()
        }
        job = Job(
            playbook=shipped(SITE),
            inventory={"all": {"hosts": hosts}},
            check=False,
            deadline_s=DEADLINE_S,
            forks=len(hosts),
        )
        verdicts, words = by_item(run(job))
        return {ref: words[ref] for ref, told in verdicts.items() if told is Status.UNKNOWN}


def by_item(ended: Ended) -> tuple[Verdicts, dict[str, str]]:
    """An item that several tasks judge is as the worst of them says."""
    assert not ended.error, ended.error
    worst = (Status.UNKNOWN, Status.DIVERGED, Status.IN_SYNC)
    told: dict[str, TaskResult] = {}
    for result in ended.results:
        is_item = result.item.startswith(f"{Plane.SERVER}/")
        if not is_item and result.status is not Status.UNKNOWN:
            continue  # it gathers what the others need
        ref = result.item if is_item else f"{result.host}: {result.task}"
        held = told.get(ref)
        if held is None or worst.index(result.status) < worst.index(held.status):
            told[ref] = result
    words = {ref: f"{result.status} {result.detail} {result.diff}" for ref, result in told.items()}
    return {ref: result.status for ref, result in told.items()}, words


def trouble(lab: Lab, batch: Batch, drifts: Counter[tuple[str, str]]) -> dict[str, str]:
    """By ref, where the two do not agree; nothing where the law holds. Restores the hosts.

    *drifts* counts by kind and name the changes after which both saw the item drift.
    """
    hosts = list(batch.items)
    everything = {host: batch.all_of(host) for host in hosts}
    clean = {host: "\n".join(item.clean for item in everything[host]) for host in hosts}
    lab.by_hand({h: "\n".join([clean[h], *(i.before for i in everything[h])]) for h in hosts})
    try:
        return next(_troubles(lab, batch, everything, drifts), {})
    finally:
        lab.by_hand(clean)


def _troubles(
    lab: Lab,
    batch: Batch,
    everything: Mapping[str, tuple[Item, ...]],
    drifts: Counter[tuple[str, str]],
) -> Iterator[dict[str, str]]:
    """Each that is found, the first of them first."""
    if failed := lab.applied(batch.items):
        yield {ref: f"made first: {words}" for ref, words in failed.items()}
    for done in batch.rounds:
        lab.by_hand({host: _script(done[host]) for host in done})
        probed = lab.probed(everything)
        if found := _differ(lab, everything, probed):
            yield found
        drifts.update(
            (kind, change.what)
            for host in done
            for (kind, name), change in done[host].items()
            if probed[str(make_ref(Plane.SERVER, kind, host, name))].is_drift
        )
        lab.by_hand({host: "\n".join(c.undo for c in done[host].values()) for host in done})
        if failed := lab.applied(batch.items):
            yield {ref: f"made again: {words}" for ref, words in failed.items()}
        after = lab.probed(batch.items).items()
        if left := {ref: told for ref, told in after if told is not Status.IN_SYNC}:
            yield {ref: f"made again, and the probe says {told}" for ref, told in left.items()}
    # all are in sync by now, and so must the deep check say
    if found := _differ(lab, batch.items, lab.probed(batch.items)):
        yield found


def _script(done: Mapping[tuple[str, str], Change]) -> str:
    return "\n".join(change.script for change in done.values())


def _differ(lab: Lab, items: Mapping[str, tuple[Item, ...]], probed: Verdicts) -> dict[str, str]:
    checked, words = lab.checked(items)
    found = {}
    for ref in sorted(probed.keys() | checked.keys()):
        one, other = probed.get(ref), checked.get(ref)
        alike = Status.DIVERGED if one is Status.MISSING else one
        if alike is not other or one is Status.UNKNOWN:
            found[ref] = f"the probe says {one}, the deep check {words.get(ref, 'nothing')}"
    return found


def shrunk(lab: Lab, batch: Batch, found: Mapping[str, str]) -> tuple[Batch, Mapping[str, str]]:
    """The smallest part of *batch*, of those that are tried, that goes wrong in the same way."""
    for host in batch.items:
        keys = {
            str(make_ref(Plane.SERVER, item.kind, host, item.name)): (item.kind, item.name)
            for item in batch.all_of(host)
        }
        guilty = [ref for ref in keys if ref in found]
        if not guilty:
            continue
        of_kind = [ref for ref in keys if keys[ref][0] in {keys[one][0] for one in guilty}]
        server = lab.estate({host: batch.all_of(host)}).servers[host]
        for some in (guilty[:1], guilty, of_kind, list(keys)):
            part = batch.only(host, frozenset(keys[ref] for ref in _grounded(some, keys, server)))
            again = trouble(lab, part, Counter())
            if any(_how(again[ref]) == _how(found[ref]) for ref in guilty if ref in again):
                return part, again
    return batch, found


def _grounded(
    refs: Sequence[str], keys: Mapping[str, tuple[str, str]], server: Server
) -> frozenset[str]:
    """*refs* and what they stand on: alone they would fail for another reason."""
    ahead, held = list(refs), set(refs)
    while ahead:
        ref = parse_ref(ahead.pop())
        for one in stands_on(ref, server.state.of(ref.kind)[ref.part], server):
            if one in keys and one not in held:
                held.add(one)
                ahead.append(one)
    return frozenset(held)


def _how(words: str) -> list[str]:
    """`made first`, `made again`, `the probe`."""
    return words.replace(":", " ").split()[:2]
