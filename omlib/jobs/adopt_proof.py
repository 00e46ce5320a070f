"""The proof of an adoption: what the engine says must be imports, and nothing else."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NoReturn, Protocol

from omlib.errors import RefusedError, RunFailedError
from omlib.model.estate import Estate
from omlib.model.finding import Difference, Finding
from omlib.model.item import Declared
from omlib.model.observation import Observation
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.stack import Op, StackRun, Step
from omlib.reconcile.bound import with_owners
from omlib.reconcile.compare import reconcile


class AdoptionUnsoundError(RefusedError):
    """The inventory would no longer be valid. Nothing was written. Facts: count, first."""

    code = "adoption_unsound"


class AdoptionFailedError(RunFailedError):
    """A stack could not be looked at or imported into. Facts: stack, said."""

    code = "adoption_failed"


class AdoptionStoppedError(RefusedError):
    """A stack would not take it: lock, state, gate, or more than an import would come of it.

    Facts: stack, said.
    """

    code = "adoption_stopped"


class Stacks(Protocol):
    """Where adopted things go. `omlib.jobs.wiring` gives the real ones."""

    def held(self) -> Mapping[Ref, str]: ...

    def importable(
        self, estate: Estate, found: Mapping[Ref, str], observed: Observation
    ) -> Mapping[Ref, str]: ...

    def preview(self, estate: Estate, imports: Mapping[Ref, str]) -> StackRun: ...

    def adopt(self, estate: Estate, imports: Mapping[Ref, str]) -> StackRun: ...


def findings_of(
    items: Sequence[Declared], seen: Observation, owners: Mapping[str, str]
) -> Mapping[Ref, Finding]:
    """Without waivers: a difference that is accepted is one nevertheless, and would be undone."""
    told = reconcile(items, with_owners(seen, owners), today=date.min)
    return {finding.ref: finding for finding in told if finding.ref.declared}


def whole(run: StackRun) -> None:
    """Raises unless every stack gave a whole answer and refused nothing."""
    if run.interrupted:
        raise KeyboardInterrupt
    for result in run.results:
        facts = {"stack": result.stack, "said": _said(result.fault, result.facts)}
        if result.fault and not result.is_refusal:
            raise AdoptionFailedError(**facts)
        if result.fault:
            raise AdoptionStoppedError(**facts)
        for refusal in result.refused:
            refs = ", ".join(map(str, refusal.refs[:5]))
            raise AdoptionStoppedError(stack=result.stack, said=f"{refusal.rule}: {refs}")


def _said(fault: str, facts: Sequence[tuple[str, str]]) -> str:
    told = dict(facts)
    return told.get("said") or "; ".join([fault, *(f"{k}: {v}" for k, v in told.items() if v)])


def imports_only(step: Step) -> bool:
    if step.error:
        return False
    return step.op is Op.SAME or (step.op is Op.IMPORT and not step.sides)


def stop(step: Step) -> NoReturn:
    """Raises: more than an import would come of it, and nothing here can leave it out."""
    paths = ", ".join(f"{s.path}: {s.declared!r} / {s.live!r}" for s in step.sides)
    said = f"{step.ref}: {step.op} {paths} {step.error}".strip()
    raise AdoptionStoppedError(stack=step.urn.split("::")[0].rpartition(":")[2], said=said)


def item_of(ref: Ref) -> Ref:
    """The item that a resource is a part of."""
    match ref.kind:
        case "port":
            return make_ref(Plane.CLOUD, "server", ref.owner)
        case "volume_attachment":
            return make_ref(Plane.CLOUD, "volume", ref.part)
        case "subnet":
            return make_ref(Plane.CLOUD, "network", ref.owner)
    return ref


def differences_of(step: Step) -> tuple[Difference, ...]:
    """By attribute; of a part with its own name before it."""
    of_item = item_of(step.ref) == step.ref
    head = "" if of_item else f"{step.ref.kind} {step.ref.part or step.ref.owner}: "
    told = tuple(
        Difference(path=f"{head}{side.path}", declared=side.declared, actual=side.live)
        for side in step.sides
    )
    return told or (Difference(path=f"{head}{step.op}", declared=step.error, actual=None),)
