"""What the story says of a find that nobody planted: enough to know the cause from a log alone."""

from omlib.demo.plants import Judgement
from omlib.demo.screen import judgement_report
from omlib.model.finding import Difference, Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.report.terminal import to_text
from omlib.report.words import Lang


def unknown(kind: str, number: int, where: str, reason: UnknownReason, detail: str) -> Finding:
    return Finding(
        ref=make_ref(Plane.CLOUD, kind, f"oa-{number:02d}"),
        status=Status.UNKNOWN,
        reason=reason,
        detail=detail,
        scope=Scope(Plane.CLOUD, kind, where),
    )


def told(*besides: Finding) -> str:
    judged = Judgement(found=(), missed=(), besides=besides)
    return to_text(judgement_report(judged, {}, Lang.EN), None)


def test_what_one_cause_made_unknown_is_told_once_with_its_reason_and_where() -> None:
    silent = [
        unknown(kind, number, where, UnknownReason.UNREACHABLE, "timed_out: no answer in 27 s")
        for kind, where, count in (("server", "gov:R:edu", 4), ("volume", "gov:R:civil", 2))
        for number in range(count)
    ]
    lines = told(*silent).splitlines()
    head = lines.index("  found and not planted, 6 × unknown")
    assert lines[head + 1 : head + 4] == [
        "    unreachable: no answer",
        "    it said: timed_out: no answer in 27 s",
        "    cloud/server@gov:R:edu × 4, cloud/volume@gov:R:civil × 2",
    ]


def test_causes_that_differ_are_told_apart() -> None:
    text = told(
        unknown("server", 1, "gov:R:edu", UnknownReason.UNREACHABLE, "timed_out"),
        unknown("server", 2, "gov:R:edu", UnknownReason.NOT_CHECKED, "out_of_time"),
    )
    assert text.count("1 × unknown") == 2
    assert "it said: timed_out\n    cloud/server/oa-01\n" in text
    assert "because: out_of_time\n    cloud/server/oa-02\n" in text


def test_a_difference_that_nobody_planted_is_told_with_both_sides() -> None:
    text = told(
        Finding(
            ref=make_ref(Plane.CLOUD, "server", "oa-01"),
            status=Status.DIVERGED,
            differences=(Difference(path="power", declared="on", actual="off"),),
            scope=Scope(Plane.CLOUD, "server", "gov:R:edu"),
        )
    )
    assert "1 × diverged\n    power: declared on, actual off\n    cloud/server/oa-01\n" in text
