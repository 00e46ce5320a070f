"""The contract notices the ways in which a plane usually goes wrong."""

import socket
from collections.abc import Callable, Sequence

import pytest

from omlib.model.action import Action, Verb
from omlib.model.finding import Finding
from omlib.model.observation import Observation, Sight
from omlib.ports import Target
from omlib.testing.fakes import FakePlane
from omlib.testing.plane_contract import PlaneCase, PlaneContract
from omlib.testing.stores import START

from .test_fake_planes import DECLARED, FakeCase


class TakesSilenceForAbsence(FakePlane):
    def observe(self, target: Target) -> Observation:
        whole = Sight(complete=True, reason=None, at=START, by="fake", via="memory")
        seen = super().observe(target)
        return Observation(sights=dict.fromkeys(seen.sights, whole), actual=seen.actual)


class TellsNothingOfTheScope(FakePlane):
    def observe(self, target: Target) -> Observation:
        return Observation(sights={}, actual=super().observe(target).actual)


class DoesNotSayWhy(FakePlane):
    def observe(self, target: Target) -> Observation:
        if self.world.silence_at(target.name):
            raise ConnectionError(target.name)
        return super().observe(target)


class AsksBeforeItIsTold(FakePlane):
    def targets(self) -> Sequence[Target]:
        socket.socket().close()
        return super().targets()


class ActsOnTheUnknown(FakePlane):
    def propose(self, findings: Sequence[Finding]) -> Sequence[Action]:
        return [
            Action(ref=one.ref, scope=one.scope, verb=Verb.CREATE, before=None, after={})
            for one in findings
        ]


class SaysDoneAndDoesNothing(FakePlane):
    def perform(self, action: Action) -> None:
        self.performed.append(action)


SUITE = PlaneContract()


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (
            TakesSilenceForAbsence,
            SUITE.test_a_silent_target_is_unknown_with_its_reason_and_the_others_are_as_they_were,
        ),
        (
            TellsNothingOfTheScope,
            SUITE.test_a_target_answers_for_its_own_scopes_and_says_how_it_saw_each,
        ),
        (
            DoesNotSayWhy,
            SUITE.test_a_silent_target_is_unknown_with_its_reason_and_the_others_are_as_they_were,
        ),
        (AsksBeforeItIsTold, SUITE.test_naming_the_targets_does_no_io),
        (
            ActsOnTheUnknown,
            SUITE.test_nothing_is_proposed_for_what_was_not_seen_or_is_in_sync,
        ),
        (
            SaysDoneAndDoesNothing,
            SUITE.test_what_is_proposed_and_performed_is_verified_and_in_sync,
        ),
    ],
)
def test_a_plane_that_goes_wrong_fails_its_sentence(
    bad: type[FakePlane], sentence: Callable[[PlaneCase], None]
) -> None:
    for name, declared in DECLARED.items():
        case = FakeCase(name)
        case.plane = bad(name, case.world, declared)
        with pytest.raises((AssertionError, ConnectionError)):
            sentence(case)
