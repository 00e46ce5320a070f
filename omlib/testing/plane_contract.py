"""What every plane must do, real or fake: subclass `PlaneContract` and give it a case.

A case brings a plane over a world that is just as declared, and ways to disturb that world. What
it cannot do it says in `cannot`, and those tests are skipped with its words:

    class TestTheFakeCloud(PlaneContract):
        @pytest.fixture
        def case(self) -> PlaneCase: ...

Each test disturbs its case at most once; over a real thing the fixture puts it back.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from omlib.model.finding import Finding
from omlib.model.item import Actual, Declared, Value
from omlib.model.observation import Observation, merge
from omlib.model.ref import Ref
from omlib.model.status import Status, UnknownReason
from omlib.ports import Plane
from omlib.reconcile.compare import reconcile
from omlib.testing.quiet import io_done_by


class Ability(StrEnum):
    """What a case may be unable to do."""

    CHANGE = "change"
    ADD_UNDECLARED = "add_undeclared"
    REMOVE = "remove"
    SILENCE = "silence"
    PERFORM = "perform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One attribute of one declared item now has *actual*."""

    ref: Ref
    path: str
    actual: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """The target of this name no longer tells anything, for this reason."""

    target: str
    reason: UnknownReason


class PlaneCase(Protocol):
    """*cannot* maps an `Ability` to why it is missing here."""

    @property
    def plane(self) -> Plane: ...

    @property
    def declared(self) -> Sequence[Declared]: ...

    @property
    def cannot(self) -> Mapping[str, str]: ...

    def change(self) -> Changed:
        """Change one attribute of one declared item behind the plane's back."""
        ...

    def add_undeclared(self) -> str:
        """Make one thing nobody declared, where that is drift; returns its `Scope.where`."""
        ...

    def remove(self) -> Ref:
        """Take one declared item away, and nothing that is declared with it."""
        ...

    def silence(self) -> Silenced:
        """Make one target that has declared items fall silent."""
        ...


def look(case: PlaneCase) -> Observation:
    return merge(*(case.plane.observe(target) for target in case.plane.targets()))


def findings(case: PlaneCase, observed: Observation | None = None) -> list[Finding]:
    seen = look(case) if observed is None else observed
    return reconcile(case.declared, seen, today=datetime.now(UTC).date())


class PlaneContract:
    """The suite. Test names are the contract's sentences."""

    def test_naming_the_targets_does_no_io(self, case: PlaneCase) -> None:
        assert io_done_by(case.plane.targets) == []
        assert case.plane.targets()

    def test_every_declared_scope_belongs_to_exactly_one_target(self, case: PlaneCase) -> None:
        told = [scope for target in case.plane.targets() for scope in target.scopes]
        assert len(told) == len(set(told))
        assert {item.scope for item in case.declared} <= set(told)
        names = [target.name for target in case.plane.targets()]
        assert len(names) == len(set(names))

    def test_the_untouched_is_seen_whole_and_in_sync(self, case: PlaneCase) -> None:
        seen = look(case)
        assert {scope: sight.detail for scope, sight in seen.sights.items() if sight.reason} == {}
        assert _drifts(findings(case, seen)) == []

    def test_a_target_answers_for_its_own_scopes_and_says_how_it_saw_each(
        self, case: PlaneCase
    ) -> None:
        for target in case.plane.targets():
            seen = case.plane.observe(target)
            assert set(seen.sights) == set(target.scopes)
            assert {thing.scope for thing in seen.actual} <= set(seen.sights)
            assert len({thing.ref for thing in seen.actual}) == len(seen.actual)
            for sight in seen.sights.values():
                assert sight.by
                assert sight.via

    def test_two_looks_see_the_same(self, case: PlaneCase) -> None:
        assert _things(look(case)) == _things(look(case))

    def test_targets_may_be_looked_at_from_several_threads(self, case: PlaneCase) -> None:
        targets = [*case.plane.targets()] * 2
        with ThreadPoolExecutor(4) as pool:
            seen = list(pool.map(case.plane.observe, targets))
        assert _things(merge(*seen)) == _things(look(case))

    def test_a_changed_attribute_is_exactly_that_difference(self, case: PlaneCase) -> None:
        _must(case, Ability.CHANGE)
        changed = case.change()
        (drift,) = _drifts(findings(case))
        assert (drift.ref, drift.status) == (changed.ref, Status.DIVERGED)
        (difference,) = drift.differences
        assert (difference.path, difference.actual) == (changed.path, changed.actual)

    def test_what_nobody_declared_is_unmanaged_and_changes_nothing_else(
        self, case: PlaneCase
    ) -> None:
        _must(case, Ability.ADD_UNDECLARED)
        where = case.add_undeclared()
        (drift,) = _drifts(findings(case))
        assert (drift.status, drift.scope.where) == (Status.UNMANAGED, where)

    def test_what_is_gone_is_missing_only_because_its_listing_was_whole(
        self, case: PlaneCase
    ) -> None:
        _must(case, Ability.REMOVE)
        gone = case.remove()
        seen = look(case)
        (drift,) = _drifts(findings(case, seen))
        assert (drift.ref, drift.status) == (gone, Status.MISSING)
        cut = replace(
            seen.sights[drift.scope], complete=False, reason=UnknownReason.INCOMPLETE, detail="cut"
        )
        less = replace(seen, sights={**seen.sights, drift.scope: cut})
        (unknown,) = (found for found in findings(case, less) if found.ref == gone)
        assert (unknown.status, unknown.reason) == (Status.UNKNOWN, UnknownReason.INCOMPLETE)

    def test_a_silent_target_is_unknown_with_its_reason_and_the_others_are_as_they_were(
        self, case: PlaneCase
    ) -> None:
        _must(case, Ability.SILENCE)
        before = {found.ref: found for found in findings(case)}
        silenced = case.silence()
        (target,) = (one for one in case.plane.targets() if one.name == silenced.target)
        after = findings(case)
        silent = [found for found in after if found.scope in target.scopes]
        assert silent
        assert {found.status for found in silent} == {Status.UNKNOWN}
        assert {found.reason for found in silent} == {silenced.reason}
        assert all(found.detail for found in silent)
        others = {found.ref: found for found in after if found.scope not in target.scopes}
        assert others == {ref: before[ref] for ref in others}

    def test_nothing_is_proposed_for_what_was_not_seen_or_is_in_sync(self, case: PlaneCase) -> None:
        known = findings(case)
        assert list(case.plane.propose(known)) == []
        unseen = [
            replace(found, status=Status.UNKNOWN, reason=reason, detail="no answer")
            for found in known
            for reason in UnknownReason
        ]
        assert list(case.plane.propose(unseen)) == []

    def test_proposing_does_no_io(self, case: PlaneCase) -> None:
        _must(case, Ability.CHANGE)
        case.change()
        found = findings(case)
        assert io_done_by(lambda: case.plane.propose(found)) == []

    def test_what_is_proposed_and_performed_is_verified_and_in_sync(self, case: PlaneCase) -> None:
        _must(case, Ability.CHANGE)
        _must(case, Ability.PERFORM)
        case.change()
        actions = list(case.plane.propose(findings(case)))
        assert actions
        for action in actions:
            assert not case.plane.verify(action)
            case.plane.perform(action)
            assert case.plane.verify(action)
        assert _drifts(findings(case)) == []

    def test_what_is_missing_is_made_again(self, case: PlaneCase) -> None:
        _must(case, Ability.REMOVE)
        _must(case, Ability.PERFORM)
        gone = case.remove()
        actions = list(case.plane.propose(findings(case)))
        assert gone in {action.ref for action in actions}
        for action in actions:
            case.plane.perform(action)
            assert case.plane.verify(action)
        assert _drifts(findings(case)) == []


def _must(case: PlaneCase, ability: Ability) -> None:
    if why := case.cannot.get(ability):
        import pytest  # only where a suite runs: the library is used without it

        pytest.skip(f"cannot {ability}: {why}")


def _drifts(found: Sequence[Finding]) -> list[Finding]:
    return [one for one in found if one.status is not Status.IN_SYNC]


def _things(seen: Observation) -> list[Actual]:
    return sorted(seen.actual, key=lambda thing: thing.ref)
