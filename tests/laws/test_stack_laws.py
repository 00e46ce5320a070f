"""Laws of stacks: the gate against a second opinion, programs, and what is carried."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from omlib.model.stack import Cause, Op, Rule, Sides, Step
from omlib.model.status import UnknownReason
from omlib.planes.cloud.engine.drift import cause_of
from omlib.planes.cloud.engine.gate import Permission, gate
from omlib.planes.cloud.stacks.carried import carried
from omlib.planes.cloud.stacks.names import ref_of, urn_of
from omlib.planes.cloud.stacks.order import in_order, needs_of
from omlib.planes.cloud.stacks.resource import Link, Resource

NAMES = ("a", "b", "c", "d", "e", "f", "g")
SIDES = [
    Sides(path=path, declared=2, live=1, recorded=1, cause=Cause.DECLARED_CHANGE)
    for path in ("vcpu", "image")
]


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    return [
        Step(
            urn=urn_of("s", "server", name),
            ref=ref_of("server", name),
            op=draw(st.sampled_from(Op)),
            sides=tuple(draw(st.lists(st.sampled_from(SIDES), unique=True))),
            unknown=draw(st.none() | st.sampled_from(UnknownReason)),
            awaits_update=draw(st.booleans()),
            unseen=draw(st.sampled_from([(), ("vcpu",), ("power",)])),
            gone=draw(st.booleans()),
            carried=draw(st.booleans()),
            bound=draw(st.sampled_from(["", "s1"])),
            imports=draw(st.booleans()),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True))
    ]


PERMISSIONS = st.builds(
    Permission,
    replace=st.frozensets(st.sampled_from([ref_of("server", name) for name in NAMES])),
    gone=st.integers(0, 4),
)
URNS = st.frozensets(st.sampled_from([urn_of("s", "server", name) for name in NAMES]))


def is_left_alone(step: Step) -> bool:
    if step.unknown:  # only an open resize may be settled, and only by an update
        return step.op != "update" or not step.awaits_update
    return bool({side.path for side in step.sides} & {*step.unseen})


def second_opinion(
    step: Step, permission: Permission, mine: frozenset[str], away: set[str]
) -> set[str]:
    """Why one step alone must not be done, said once more and in other words."""
    if is_left_alone(step):
        return set()
    why = set()
    if step.op == "delete":
        why.add("delete")
    if step.op == "replace" and not any(step.ref == ref for ref in permission.replace):
        why.add("replace")
    if step.imports and len(step.sides) > 0 and step.urn not in mine:
        why.add("import_differs")
    makes = step.op == "create" and (not step.carried or not step.gone)
    if makes and step.bound != "" and not step.gone:
        why.add("bound")
    if makes and step.urn in away:
        why.add("elsewhere")
    return why


@given(steps(), PERMISSIONS, URNS, URNS)
def test_the_gate_agrees_with_a_second_opinion(
    given_steps: list[Step], permission: Permission, mine: frozenset[str], away: frozenset[str]
) -> None:
    decided = gate(given_steps, permission, recovered=mine, elsewhere=dict.fromkeys(away, "other"))
    want = {
        (why, step.ref)
        for step in given_steps
        for why in second_opinion(step, permission, mine, set(away))
    }
    have = {
        (each.rule.value, ref)
        for each in decided.refusals
        if each.rule is not Rule.GONE
        for ref in each.refs
    }
    assert have == want
    seen = [step for step in given_steps if step.urn not in decided.held]
    gone = sum(step.gone for step in seen)
    left = [step for step in seen if step.id and not step.gone and step.op is not Op.CREATE]
    too_many = gone > permission.gone or (gone > 0 and not left and not permission.all_gone)
    assert too_many == any(each.rule is Rule.GONE for each in decided.refusals)
    for step in given_steps:
        assert (step.urn in decided.held) == is_left_alone(step)


@given(steps(), PERMISSIONS)
def test_more_permission_never_refuses_more(given_steps: list[Step], less: Permission) -> None:
    more = Permission(
        replace=frozenset(step.ref for step in given_steps), gone=less.gone + 9, all_gone=True
    )
    strict = {each.rule for each in gate(given_steps, less).refusals}
    loose = {each.rule for each in gate(given_steps, more).refusals}
    assert loose <= strict
    assert not loose & {Rule.REPLACE, Rule.GONE}


VALUES = st.sampled_from([None, 1, 2, "a", ("a", "b")])


@given(VALUES, VALUES, VALUES)
def test_a_cause_blames_exactly_who_moved(declared: object, live: object, recorded: object) -> None:
    cause = cause_of(declared, live, recorded)  # type: ignore[arg-type]
    if declared == live:
        assert cause is None
    elif recorded is None:
        assert cause is Cause.UNKNOWN
    else:
        moved = (declared != recorded, live != recorded)
        assert (
            cause
            is {
                (True, False): Cause.DECLARED_CHANGE,
                (False, True): Cause.DEPLOYED_DRIFT,
                (True, True): Cause.BOTH,
            }[moved]
        )


def resource(name: str, after: Sequence[str]) -> Resource:
    links = tuple(Link("group", other) for other in after)
    return Resource(kind="group", name=name, inputs={}, ref=ref_of("group", name), after=links)


NEEDS = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3))


@given(NEEDS)
def test_each_comes_once_and_after_what_it_still_needs(needs: dict[str, list[str]]) -> None:
    given_ = [resource(name, after) for name, after in needs.items()]
    ordered = in_order(given_)
    assert sorted(each.name for each in ordered) == sorted(needs)
    assert in_order(given_) == ordered
    place = {each.link: at for at, each in enumerate(ordered)}
    known = {each.link: each for each in ordered}
    for each in ordered:
        assert all(place[need] < place[each.link] for need in needs_of(each, known))


@given(NEEDS.filter(lambda needs: all(other < name for name in needs for other in needs[name])))
def test_without_a_circle_no_need_is_left_out(needs: dict[str, list[str]]) -> None:
    for each in in_order([resource(name, after) for name, after in needs.items()]):
        assert [link.name for link in each.after] == needs[each.name]


@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_what_the_state_has_is_declared_or_carried_and_never_left_out(
    recorded: set[str], declared: set[str]
) -> None:
    wanted = [resource(name, ()) for name in sorted(declared)]
    state = [resource(name, ()) for name in sorted(recorded)]
    kept = carried(state, wanted)
    assert {each.name for each in kept} == recorded - declared
    assert recorded <= {each.name for each in (*wanted, *kept)}
    assert all(each.carried for each in kept)
