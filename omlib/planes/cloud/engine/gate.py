"""Whether a stack may be changed as its preview says, and what of it is left as it is. Pure.

It stands outside the provider and the engine on purpose: both believe what they were told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from omlib.model.ref import Ref
from omlib.model.stack import Op, Refusal, Rule, Step

_MOST_IDS = 5  # told of a refusal
GONE_AT_ONCE = 3  # more than this is rather a wrong look, or a thing for a person to say


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a person allowed for one run. *gone*: so many may be missing and be made anew.

    *all_gone*: even where that is the whole stack, as it looks in a wrong cloud or project.
    """

    replace: frozenset[Ref] = frozenset()
    gone: int = GONE_AT_ONCE
    all_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """*held* are kept as the state has them, *dropped* leave the state: the cloud has them no more
    and nothing declares them. Both are URNs.
    """

    refusals: tuple[Refusal, ...]
    held: frozenset[str]
    dropped: frozenset[str]


def gate(
    steps: Sequence[Step],
    permission: Permission,
    *,
    recovered: frozenset[str] = frozenset(),
    elsewhere: Mapping[str, str] | None = None,
    marked: Mapping[str, Sequence[str]] | None = None,
    alike: Mapping[str, Sequence[str]] | None = None,
) -> Gate:
    """*recovered* are URNs of our own creations that an interrupted run left: they may differ.

    *elsewhere* names, for URNs that would be created, the stack that has the thing already,
    *marked* the live things that carry their marks, *alike* those that only look like them.
    """
    return Gate(
        refusals=(
            *_refusals(steps, permission, recovered, elsewhere or {}),
            *_twins(steps, elsewhere or {}, {Rule.MARKED: marked or {}, Rule.ALIKE: alike or {}}),
        ),
        held=frozenset(step.urn for step in steps if _is_held(step)),
        dropped=frozenset(step.urn for step in steps if step.carried and step.gone),
    )


def _is_held(step: Step) -> bool:
    """What cannot be seen is not changed; nor is what can be, by an attribute that cannot.

    A server at rest in an open resize may be updated: the provider confirms the size that is
    declared, and refuses everything else.
    """
    if step.unknown is not None:
        return not (step.awaits_update and step.op is Op.UPDATE)
    return any(side.path in step.unseen for side in step.sides)


def _refusals(
    steps: Sequence[Step],
    permission: Permission,
    recovered: frozenset[str],
    elsewhere: Mapping[str, str],
) -> Iterator[Refusal]:
    acted = [step for step in steps if not _is_held(step)]
    made = _made(acted)
    by_rule = {
        Rule.DELETE: [step for step in acted if step.op is Op.DELETE],
        Rule.REPLACE: [
            step for step in acted if step.op is Op.REPLACE and step.ref not in permission.replace
        ],
        Rule.IMPORT_DIFFERS: [
            step for step in acted if step.imports and step.sides and step.urn not in recovered
        ],
        Rule.BOUND: [step for step in made if step.bound and not step.gone],
    }
    for rule, found in by_rule.items():
        if found:
            yield Refusal(rule=rule, refs=tuple(step.ref for step in found))
    gone = [step for step in acted if step.gone]
    recorded = [step for step in acted if step.gone or (step.op is not Op.CREATE and step.id)]
    whole = bool(gone) and len(gone) == len(recorded) and not permission.all_gone
    if len(gone) > permission.gone or whole:
        refs = tuple(step.ref for step in gone)
        limit = min(permission.gone, len(gone) - 1)
        yield Refusal(rule=Rule.GONE, refs=refs, detail=str(limit))
    for stack in sorted({elsewhere[step.urn] for step in made if step.urn in elsewhere}):
        refs = tuple(step.ref for step in made if elsewhere.get(step.urn) == stack)
        yield Refusal(rule=Rule.ELSEWHERE, refs=refs, detail=stack)


def _twins(
    steps: Sequence[Step],
    elsewhere: Mapping[str, str],
    by_rule: Mapping[Rule, Mapping[str, Sequence[str]]],
) -> Iterator[Refusal]:
    """What is there already, in no state of ours; each is told by the first rule that names it."""
    left = [step for step in _made(steps) if step.urn not in elsewhere and not _is_held(step)]
    for rule, live_ids in by_rule.items():
        twins = [step for step in left if step.urn in live_ids]
        left = [step for step in left if step.urn not in live_ids]
        if twins:
            ids = ", ".join(one for step in twins[:_MOST_IDS] for one in live_ids[step.urn])
            yield Refusal(rule=rule, refs=tuple(step.ref for step in twins), detail=ids)


def _made(steps: Sequence[Step]) -> list[Step]:
    return [step for step in steps if step.op is Op.CREATE and not (step.carried and step.gone)]
