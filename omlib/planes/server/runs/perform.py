"""Carry out one action on one host: the role of its kind, given that item alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from omlib.errors import OmlibError
from omlib.model.action import Action
from omlib.model.estate import Server, Site
from omlib.model.item import Attributes
from omlib.model.kind import kind_of
from omlib.planes.access.text import clean
from omlib.planes.server.runs.host_vars import host_vars
from omlib.planes.server.runs.inventory import inert
from omlib.planes.server.runs.places import SITE, shipped
from omlib.planes.server.runs.reach import PathOf
from omlib.planes.server.runs.runner import Ended, Job, run
from omlib.planes.server.runs.task import TaskResult, Why
from omlib.ports import Secrets

Run = Callable[[Job], Ended]
UNCHANGED = "unchanged"
DEADLINE_S = 900.0  # a package may have to come over a slow line


class NotMendedError(OmlibError):
    """Ansible did not do what an action says. Facts: ref, how, words (the module's own).

    *how* is failed, unreachable, unchanged (nothing was there to do, and the action says there
    was), not_run, or no_way_back (what was there before cannot be made again).
    """

    code = "not_mended"


def perform(
    action: Action,
    server: Server,
    site: Site,
    *,
    path_of: PathOf,
    secrets: Secrets,
    runs: Run = run,
) -> None:
    """Raises NotMendedError unless Ansible says that it changed the item."""
    kind, name = action.ref.kind, action.ref.part
    job = Job(
        playbook=shipped(SITE),
        inventory=_inventory(_with(server, kind, name, _wanted(action)), site, path_of, kind, name),
        check=False,
        deadline_s=DEADLINE_S,
        become_password=secrets.resolve(site.sudo_password) if site.sudo_password else None,
        connection_password=secrets.resolve(site.password) if site.password else None,
        extra_args=("--tags", kind_of(action.ref).collection),
    )
    _judge(action, runs(job))


def _wanted(action: Action) -> Attributes:
    """What the item is to have; where it was not there before, what its kind calls away."""
    if action.after is not None:
        return action.after
    away = kind_of(action.ref).away
    if not away:
        raise NotMendedError(ref=str(action.ref), how="no_way_back", words="")
    return away[0]


def _with(server: Server, kind: str, name: str, wanted: Attributes) -> Server:
    """*server*, of which just the one item is declared."""
    state = replace(server.state, items={kind: {name: wanted}})
    return replace(server, state=state)


def _inventory(
    server: Server, site: Site, path_of: PathOf, kind: str, name: str
) -> Mapping[str, object]:
    told = host_vars(server, site, path_of, only=(kind, name))
    return {"all": {"hosts": {server.id: inert(told)}}}


def _judge(action: Action, ended: Ended) -> None:
    ref = str(action.ref)
    failed = [result for result in ended.results if result.failed]
    if ended.unreachable:
        silent = [result for result in ended.results if result.why is Why.UNREACHABLE]
        raise NotMendedError(ref=ref, how="unreachable", words=_words(silent))
    if failed:
        raise NotMendedError(ref=ref, how="failed", words=_words(failed))
    if ended.error:
        raise NotMendedError(ref=ref, how="not_run", words=clean(ended.error))
    if not any(result.changed for result in ended.results):
        raise NotMendedError(ref=ref, how=UNCHANGED, words="")


def _words(results: Iterable[TaskResult]) -> str:
    return clean("; ".join(dict.fromkeys(result.detail for result in results if result.detail)))
