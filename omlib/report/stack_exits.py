"""The exit code of a run over stacks; the codes are those of `omlib.report.exits`."""

from omlib.model.stack import StackResult, StackRun, Step, Verb
from omlib.report import exits


def stack_exit_code(run: StackRun) -> int:
    """1 alone where a stack has no whole result or a step failed; else the mask."""
    if run.interrupted:
        return exits.INTERRUPTED
    if any(map(_failed, run.results)):
        return exits.FAILED
    code = exits.IN_SYNC
    for result in run.results:
        left = result.again if result.changed else result.steps
        if any(pending(step) for step in left):
            code |= exits.DRIFTED
        if result.left_out or any(step.unknown or step.unseen for step in left):
            code |= exits.INCOMPLETE
        if result.refused or result.is_refusal:
            code |= exits.REFUSED
    return code


def pending(step: Step) -> bool:
    """Whether it is not as declared; what nobody declares any more is carried, not pending."""
    return not step.carried and (step.changes or (step.gone and step.unknown is None))


def _failed(result: StackResult) -> bool:
    if result.fault and not result.is_refusal:
        return True
    return result.verb is Verb.UP and any(step.error for step in result.steps)
