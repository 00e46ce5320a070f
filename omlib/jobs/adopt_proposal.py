"""What would be adopted, proved before anything is written.

Look; match; leave out what differs from the books; put the live ids (and records for what is
outside the books) into a copy of the inventory; let the engine say what importing that would come
to. Whatever is not an import, or the same, leaves its item out, told by attribute; and once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from omlib.inventory.amend import Amended, Change, Field, NewRecord, Rewrite, amend
from omlib.inventory.load import load
from omlib.inventory.newcomers import Need, Newcomer
from omlib.inventory.put_files import copy_with
from omlib.inventory.tree import read_tree
from omlib.jobs.adopt_fields import bound_field, live_field, record_of
from omlib.jobs.adopt_proof import (
    AdoptionUnsoundError,
    Stacks,
    differences_of,
    findings_of,
    imports_only,
    item_of,
    stop,
    whole,
)
from omlib.jobs.adopt_rows import Judging, Wish
from omlib.jobs.wiring import declared_items
from omlib.model.estate import Estate
from omlib.model.finding import Difference
from omlib.model.item import Declared
from omlib.model.observation import Observation
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.stack import StackRun, Step
from omlib.reconcile.adoption import Adoption, adopt
from omlib.reconcile.bound import bound_items, with_owners
from omlib.reconcile.traits import live_id
from omlib.report.adoption import Fate, NewRow, Row

_ROUNDS = 50  # each leaves something out; an estate that needs more is not one to take over


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Proved, and not yet done. *estate* is as it will be."""

    rows: tuple[Row, ...]
    newcomers: tuple[NewRow, ...]
    files: Mapping[str, Rewrite]
    estate: Estate
    imports: Mapping[Ref, str]


@dataclass(slots=True, kw_only=True)
class Proposing:
    """*root* is the inventory's folder, *items* its items, *seen* a look at the clouds."""

    root: Path
    estate: Estate
    items: Sequence[Declared]
    seen: Observation
    stacks: Stacks
    wish: Wish
    _held: Mapping[Ref, str] = field(init=False)
    _rows: dict[Ref, Row] = field(init=False, default_factory=dict)
    _new: dict[Ref, tuple[Newcomer, NewRow]] = field(init=False, default_factory=dict)
    _unstated: dict[Ref, Mapping[str, object]] = field(init=False, default_factory=dict)

    def run(self) -> Proposal:
        self._held = self.stacks.held()
        adoption = adopt(self.items, self.seen, min_score=self.wish.min_score)
        judging = Judging(
            estate=self.estate, items=self.items, seen=self.seen, held=self._held, wish=self.wish
        )
        self._rows, self._new = judging.rows(adoption), judging.newcomers(adoption)
        self._unstated = judging.unstated
        for _ in range(_ROUNDS):
            if proposal := self._proved(adoption):
                return proposal
        raise AdoptionUnsoundError(count=len(self._rows), first="-")

    def _proved(self, adoption: Adoption) -> Proposal | None:
        """The proposal; None where something had to be left out first, which is in its row now."""
        found = self._found(adoption)
        changes = list(self._changes(found))
        amended = amend(self.root, changes)
        if amended.refused:
            self._leave_out_unwritten(amended)
            return None
        with copy_with(self.root, amended.files) as copy:
            estate = self._loaded(copy, amended)
            items = declared_items(estate, self.root) if estate else ()
        if estate is None:
            return None
        found |= self._found_new()
        # a server that is left out is known all the same by what hangs on it
        known = {**adoption.live_ids, **found}
        owners = {own_id: ref.owner for ref, own_id in known.items() if ref.kind == "server"}
        observed = with_owners(self.seen, owners)
        if self._leave_out_differing(items, found, owners):
            return None
        imports = self.stacks.importable(estate, found, observed)
        if self._leave_out_partial(found, imports):
            return None
        if self._leave_out_refused(self.stacks.preview(estate, imports)):
            return None
        return self._proposal(amended, estate, imports)

    def _found(self, adoption: Adoption) -> dict[Ref, str]:
        return {
            ref: adoption.live_ids[ref]
            for ref, row in self._rows.items()
            if row.fate in (Fate.ADOPT, Fate.DONE)
        }

    def _found_new(self) -> dict[Ref, str]:
        """Live ids of what the new records hold."""
        ids = {seen.ref: live_id(seen) for seen in self.seen.actual}
        found: dict[Ref, str] = {}
        for newcomer, row in self._new.values():
            if row.id and newcomer.record:
                found |= {ref: own for ref, own in _bound_in(newcomer.record) if own}
                for folded in newcomer.folded:
                    if folded.kind == "floating_ip":
                        found[make_ref(Plane.CLOUD, "floating_ip", row.id)] = ids[folded]
        return found

    def _changes(self, found: Mapping[Ref, str]) -> Iterator[Change]:
        for ref, row in self._rows.items():
            if row.fate is not Fate.ADOPT:
                continue
            if change := bound_field(self.estate, ref, found[ref]):
                yield change
            for name, value in self._unstated.get(ref, {}).items():
                yield Field("vms", ref.owner, (name,), value)
            for each in row.accepted:
                if each.path in self._unstated.get(ref, {}):
                    continue
                if accepted := live_field(self.estate, ref, each.path, each.actual):
                    yield accepted
        for newcomer, new in self._new.values():
            if new.id and newcomer.record:
                yield newcomer.record

    def _leave_out_unwritten(self, amended: Amended) -> None:
        for newcomer, new in list(self._new.values()):
            record = newcomer.record
            if record and (why := amended.refused.get((record.collection, record.id))):
                self._new[new.live] = newcomer, replace(new, id="", needs=(why,))
        for ref, row in list(self._rows.items()):
            why = amended.refused.get(record_of(self.estate, ref), "")
            if why and row.fate is Fate.ADOPT:
                self._rows[ref] = replace(row, fate=Fate.UNWRITTEN, why=why)

    def _loaded(self, copy: Path, amended: Amended) -> Estate | None:
        """The estate as it would be; None where new records that spoil it were dropped."""
        loaded = load(copy)
        if loaded.estate is not None:
            return loaded.estate
        spoiling: set[str] = set()
        entries = [entry for entry in read_tree(copy).entries if entry.node]
        for problem in loaded.problems:
            above = [e for e in entries if e.file == problem.file and e.line <= problem.line]
            last = max(above, key=lambda entry: entry.line, default=None)
            if last is None or (last.collection, last.id) not in amended.at:
                first = f"{problem.file}:{problem.line}: {problem.code}"
                raise AdoptionUnsoundError(count=len(loaded.problems), first=first)
            spoiling.add(last.id)
        for newcomer, row in list(self._new.values()):
            if row.id in spoiling:
                self._new[row.live] = newcomer, replace(row, id="", needs=("spoils",))
        return None

    def _leave_out_differing(
        self, items: Sequence[Declared], found: Mapping[Ref, str], owners: Mapping[str, str]
    ) -> bool:
        """What the books as they would be still tell otherwise."""
        cloud = [item for item in items if item.ref.plane is Plane.CLOUD]
        findings = findings_of(list(bound_items(cloud, found)), self.seen, owners)
        left = False
        for ref, finding in findings.items():
            if ref in found and finding.differences and ref not in self._held:
                left |= self._differs(ref, finding.differences)
        return left

    def _differs(self, ref: Ref, differences: Sequence[Difference]) -> bool:
        row = self._rows.get(ref)
        if row is not None:
            self._rows[ref] = replace(row, fate=Fate.DIFFERS, differences=tuple(differences))
            return row.fate is not Fate.DIFFERS
        for newcomer, new in list(self._new.values()):
            if newcomer.record and new.id and _stands_for(newcomer.record, ref):
                told = replace(new, id="", differences=tuple(differences))
                self._new[new.live] = newcomer, told
                return True
        return False

    def _leave_out_partial(self, found: Mapping[Ref, str], imports: Mapping[Ref, str]) -> bool:
        """What was found and is not in the imports lacks something that it needs."""
        left = False
        for ref, row in list(self._rows.items()):
            if row.fate is Fate.ADOPT and ref in found and ref not in imports:
                self._rows[ref] = replace(row, fate=Fate.PART)
                left = True
        return left

    def _leave_out_refused(self, run: StackRun) -> bool:
        """Whatever the engine would do beside importing. Raises where it gave no whole answer."""
        whole(run)
        left = False
        differing: dict[Ref, list[Difference]] = {}
        for result in run.results:
            for step in result.steps:
                if step.unknown is not None:
                    left |= self._unseen(step)
                elif not imports_only(step):
                    differing.setdefault(item_of(step.ref), []).extend(differences_of(step))
                    if not self._is_to_adopt(item_of(step.ref)):
                        stop(step)
        for ref, differences in differing.items():
            left |= self._differs(ref, differences)
        return left

    def _is_to_adopt(self, ref: Ref) -> bool:
        row = self._rows.get(ref)
        if row is not None:
            return row.fate is Fate.ADOPT
        return any(
            new.id and newcomer.record and _stands_for(newcomer.record, ref)
            for newcomer, new in self._new.values()
        )

    def _unseen(self, step: Step) -> bool:
        """Whether it was to be adopted; what is in a state already is none of this run's matter."""
        ref, left = item_of(step.ref), self._is_to_adopt(item_of(step.ref))
        row = self._rows.get(ref)
        if left and row is not None:
            self._rows[ref] = replace(row, fate=Fate.UNSEEN, reason=step.unknown)
        elif left:
            for newcomer, new in list(self._new.values()):
                if newcomer.record and _stands_for(newcomer.record, ref):
                    told = replace(new, id="", needs=(Need.NOT_SEEN,))
                    self._new[new.live] = newcomer, told
        return left

    def _proposal(self, amended: Amended, estate: Estate, imports: Mapping[Ref, str]) -> Proposal:
        found = {
            ref: row.candidates[0].live_id
            for ref, row in self._rows.items()
            if row.fate is Fate.ADOPT
        }
        rows = tuple(
            replace(row, writes=bool(ref in found and bound_field(self.estate, ref, found[ref])))
            for ref, row in self._rows.items()
        )
        new = tuple(
            replace(row, file=amended.at.get(_owner(newcomer.record), "") if row.id else "")
            for newcomer, row in self._new.values()
        )
        return Proposal(
            rows=rows, newcomers=new, files=amended.files, estate=estate, imports=imports
        )


def _bound_in(record: NewRecord) -> Iterator[tuple[Ref, str]]:
    """Item and live id, of the record and the volumes in it."""
    kind = "server" if record.collection == "vms" else "security_group"
    yield make_ref(Plane.CLOUD, kind, record.id), str(record.record.get("bound_id", ""))
    volumes = record.record.get("volumes", ())
    for volume in volumes if isinstance(volumes, list) else ():
        yield make_ref(Plane.CLOUD, "volume", volume["id"]), str(volume.get("bound_id", ""))


def _stands_for(record: NewRecord, ref: Ref) -> bool:
    own = {one for one, _ in _bound_in(record)}
    return ref in own or (ref.kind == "floating_ip" and ref.owner == record.id)


def _owner(record: NewRecord | None) -> tuple[str, str]:
    return (record.collection, record.id) if record else ("", "")
