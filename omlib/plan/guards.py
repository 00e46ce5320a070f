"""How much a plan may destroy. What trips a guard is refused whole, before anything is changed."""

from dataclasses import dataclass

from omlib.errors import RefusedError
from omlib.plan.plan import Plan


class GuardTrippedError(RefusedError):
    """A plan would do more than its limits allow. Nothing was changed.

    Facts: rule (allow_destroy, empty_declaration, delete_share), would_delete, limit, of.
    """

    code = "guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A plan may delete *delete_pct* percent of what is declared, and always *delete_free*."""

    delete_pct: int = 20
    delete_free: int = 5


DEFAULT_LIMITS = Limits()


def check_guards(plan: Plan, *, allow_destroy: bool, limits: Limits = DEFAULT_LIMITS) -> None:
    """Raises GuardTrippedError with the first rule that *plan* breaks."""
    deletes = sum(action.destructive for action in plan.actions)
    if not deletes:
        return
    share = max(limits.delete_free, plan.declared_items * limits.delete_pct // 100)
    if not plan.declared_items:
        rule, limit = "empty_declaration", 0
    elif not allow_destroy:
        rule, limit = "allow_destroy", 0
    elif deletes > share:
        rule, limit = "delete_share", share
    else:
        return
    raise GuardTrippedError(rule=rule, would_delete=deletes, limit=limit, of=plan.declared_items)
