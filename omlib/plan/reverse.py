"""The way back: a plan that undoes what of a plan was done, last step first."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from omlib.model.action import Action
from omlib.model.item import Declared
from omlib.model.observation import Observation
from omlib.plan.binding import Sides, bind
from omlib.plan.order import in_order, needs
from omlib.plan.plan import TOOL, NotPlanned, Plan, Why


def reverse(
    plan: Plan,
    done: Collection[str],
    *,
    declared: Iterable[Declared],
    observation: Observation,
    versions: Mapping[str, str] = TOOL,
    created_at: datetime,
    created_by: str,
) -> Plan:
    """Undo the actions whose ids are in *done*. Bound to both sides as they are now.

    What loses something for good on its way back is listed, not tried.
    """
    items = list(declared)
    sides = Sides(items, observation)
    steps = [action for action in plan.actions if action.id in done]
    back: dict[str, Action] = {}
    lost: list[NotPlanned] = []
    for step in steps:
        undo = step.reverse()
        if undo is None:
            lost.append(NotPlanned(ref=step.ref, status=None, why=Why.IRREVERSIBLE))
        else:
            back[step.id] = undo
    for name, needed in needs(steps).items():
        for other in needed & back.keys():  # what stood on another is undone before it
            if name in back:
                first = back[name].id
                undo = back[other]
                back[other] = replace(undo, depends_on=(*undo.depends_on, first))
    ordered = in_order(back.values())
    return Plan(
        actions=tuple(ordered),
        bound=tuple(bind(action, sides) for action in ordered),
        not_planned=tuple(lost),
        declared_items=sum(not item.retired for item in items),
        versions=versions,
        created_at=created_at,
        created_by=created_by,
    )
