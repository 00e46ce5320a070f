"""Which items and live things `omlib adopt` is about: refs, systems, projects, or all."""

from collections.abc import Iterable
from dataclasses import dataclass

from omlib.errors import UsageError
from omlib.model.estate import Estate
from omlib.model.item import Actual, Declared, Source
from omlib.model.ref import BadRefError, Ref, parse_ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """Empty means all. *sources* are records: a VM's volumes and address come with it."""

    refs: frozenset[Ref] = frozenset()
    sources: frozenset[Source] = frozenset()
    systems: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    typed: str = ""

    @property
    def everything(self) -> bool:
        return not (self.refs or self.sources or self.systems or self.places)

    def holds(self, item: Declared) -> bool:
        return (
            self.everything
            or item.ref in self.refs
            or item.source in self.sources
            or bool(self.systems & set(item.systems))
            or item.scope.where in self.places
        )

    def holds_live(self, seen: Actual) -> bool:
        named = seen.system in self.systems and seen.system != ""
        return self.everything or seen.ref in self.refs or named or seen.scope.where in self.places


def subjects(estate: Estate, items: Iterable[Declared], typed: Iterable[str]) -> Subjects:
    """What is *typed*, looked up; raises UsageError for a name that nothing has."""
    typed = tuple(typed)
    places = {
        name: f"{cloud.id}:{cloud.region}:{project.id}"
        for cloud in estate.clouds.values()
        for project in cloud.projects
        for name in (
            project.id,
            f"{cloud.id}:{project.id}",
            f"{cloud.id}:{cloud.region}:{project.id}",
        )
    }
    of_system = {
        project.system: f"{cloud.id}:{cloud.region}:{project.id}"
        for cloud in estate.clouds.values()
        for project in cloud.projects
        if project.system
    }
    known = {item.ref: item.source for item in items}
    refs: set[Ref] = set()
    systems: set[str] = set()
    chosen: set[str] = set()
    for name in typed:
        if "/" in name:
            refs.add(_ref(name, known))
        elif name in estate.systems:
            systems.add(name)
            chosen.update({of_system[name]} if name in of_system else ())
        elif name in places:
            chosen.add(places[name])
        else:
            raise UsageError(what="no_such_subject", name=name)
    sources = {source for ref in refs if (source := known.get(ref)) is not None}
    return Subjects(
        refs=frozenset(refs),
        sources=frozenset(sources),
        systems=frozenset(systems),
        places=frozenset(chosen),
        typed=" ".join(typed),
    )


def _ref(text: str, known: Iterable[Ref]) -> Ref:
    try:
        ref = parse_ref(text)
    except BadRefError:
        raise UsageError(what="no_such_subject", name=text) from None
    if ref.declared and ref not in set(known):
        raise UsageError(what="no_such_subject", name=text)
    return ref
