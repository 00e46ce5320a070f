"""What becomes of each declared item, and of each thing that is not declared, before any proof."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from omlib.inventory.newcomers import Need, Newcomer, newcomers, unstated
from omlib.jobs.adopt_fields import live_field, named_groups
from omlib.jobs.adopt_proof import findings_of
from omlib.jobs.adopt_scope import Subjects
from omlib.model.estate import Estate
from omlib.model.finding import Difference, Finding
from omlib.model.item import Declared
from omlib.model.observation import Observation
from omlib.model.ref import LIVE, Plane, Ref
from omlib.model.status import Status
from omlib.reconcile.adoption import Adoption, Match, Standing
from omlib.reconcile.bound import bound_items
from omlib.reconcile.traits import live_id
from omlib.report.adoption import Fate, NewRow, Row

_FATES = {
    Standing.BOUND: Fate.ADOPT,
    Standing.SURE: Fate.ADOPT,
    Standing.AMBIGUOUS: Fate.AMBIGUOUS,
    Standing.WEAK: Fate.WEAK,
    Standing.BLOCKED: Fate.BLOCKED,
    Standing.ABSENT: Fate.ABSENT,
    Standing.UNSEEN: Fate.UNSEEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asked for."""

    subjects: Subjects
    new: bool = False
    accept_live: bool = False
    min_score: int


@dataclass(slots=True, kw_only=True)
class Judging:
    """*held* are live ids in states. *unstated*: fields that records leave open, as `rows` found
    them, by the ref of the server.
    """

    estate: Estate
    items: Sequence[Declared]
    seen: Observation
    held: Mapping[Ref, str]
    wish: Wish
    unstated: dict[Ref, Mapping[str, object]] = field(init=False, default_factory=dict)

    def rows(self, adoption: Adoption) -> dict[Ref, Row]:
        differing = self._differing(adoption)
        return {
            one.item.ref: self._row(one, differing.get(one.item.ref))
            for one in adoption.matches
            if self.wish.subjects.holds(one.item)
        }

    def newcomers(self, adoption: Adoption) -> dict[Ref, tuple[Newcomer, NewRow]]:
        told = {}
        for newcomer in self._newcomers(adoption):
            row = NewRow(
                live=newcomer.seen.ref,
                label=newcomer.seen.label,
                needs=tuple(newcomer.needs),
                id=newcomer.record.id if newcomer.record and self.wish.new else "",
            )
            told[newcomer.seen.ref] = newcomer, row
        return told

    def _differing(self, adoption: Adoption) -> Mapping[Ref, Finding]:
        """The findings as they are once all that was found is bound."""
        owners = {own: ref.owner for ref, own in adoption.live_ids.items() if ref.kind == "server"}
        cloud = [item for item in self.items if item.ref.plane is Plane.CLOUD]
        return findings_of(list(bound_items(cloud, adoption.live_ids)), self.seen, owners)

    def _row(self, one: Match, finding: Finding | None) -> Row:
        ref = one.item.ref
        row = Row(ref=ref, fate=_FATES[one.standing], candidates=one.candidates, reason=one.reason)
        if row.fate is not Fate.ADOPT:
            return row
        if self.held.get(ref) == one.live_id:
            return replace(row, fate=Fate.DONE)
        if ref in self.held:  # its stack has another live thing under this name
            return replace(row, fate=Fate.BLOCKED, why="held_elsewhere")
        if finding is None or finding.status is Status.UNKNOWN:
            reason = finding.reason if finding else None
            return replace(row, fate=Fate.UNSEEN, reason=reason)
        fields = [
            live_field(self.estate, ref, each.path, each.actual) for each in finding.differences
        ]
        if finding.differences and not (self.wish.accept_live and all(fields)):
            return replace(row, fate=Fate.DIFFERS, differences=finding.differences)
        open_ = self._open_fields(one) if self.wish.accept_live and ref.kind == "server" else ()
        return replace(row, accepted=(*finding.differences, *open_))

    def _open_fields(self, one: Match) -> Iterator[Difference]:
        """What its record leaves open, as it is there; it goes into the record too."""
        vm, live = self.estate.vms[one.item.ref.owner], one.candidates[0].live
        server = next(seen for seen in self.seen.actual if seen.ref == live)
        ports = [seen for seen in self.seen.actual if seen.ref.kind == "port"]
        said = unstated(self.estate, vm, server, ports, named_groups(self.estate))
        self.unstated[one.item.ref] = said
        for path, value in said.items():
            texts = value if isinstance(value, list) else [value]
            told = (" ".join(one.values()) if isinstance(one, dict) else one for one in texts)
            yield Difference(path=path, declared=None, actual=tuple(map(str, told)))

    def _newcomers(self, adoption: Adoption) -> Iterator[Newcomer]:
        held = {(ref.kind, own_id) for ref, own_id in self.held.items()}
        told = {one.live for match in adoption.matches for one in match.candidates}
        left = [
            seen
            for seen in adoption.left
            if seen.ref not in told  # a person decides about those first
            and (seen.ref.kind, live_id(seen)) not in held
            and (sight := self.seen.sights.get(seen.scope)) is not None
            and sight.complete
            and self.wish.subjects.holds_live(seen)
        ]
        owners = {own: ref.owner for ref, own in adoption.live_ids.items() if ref.kind == "server"}
        for newcomer in newcomers(self.estate, left, named_groups(self.estate)):
            parent = newcomer.seen.parent
            servers = newcomer.seen.attributes.get("attached_to")
            if isinstance(servers, tuple) and any(
                str(server).removeprefix(LIVE) in {*owners, *owners.values()} for server in servers
            ):
                yield replace(newcomer, needs=(Need.OF_RECORD,))
            elif parent is None or parent.value not in owners:
                yield newcomer
