"""What a resource needs, and the order in which all of a stack can be made. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from omlib.planes.cloud.stacks.resource import Link, Resource

Names = Mapping[Link, Resource]


def links_of(resource: Resource) -> Iterator[tuple[str, Link]]:
    """The links among its inputs, each with the property it stands in."""
    for name, value in resource.inputs.items():
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Link):
                yield name, one


def needs_of(resource: Resource, known: Names) -> tuple[Link, ...]:
    """What has to be there first, as far as it is of this stack."""
    wanted = [link for _, link in links_of(resource)]
    wanted += [link for link in resource.after if link in known]
    return tuple(dict.fromkeys(wanted))


def in_order(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Each after what it needs, else in the order given.

    Two security groups may let each other in. The need that closes such a circle is left out:
    whichever group comes first is made before the one that it names.
    """
    known = {resource.link: resource for resource in resources}
    placed: dict[Link, Resource] = {}
    for first in known.values():
        path: list[Link] = []  # of those whose needs are being placed
        work = [(first.link, False)]
        while work:
            link, leave = work.pop()
            if leave:
                path.remove(link)
                placed[link] = _opened(known[link], placed)
            elif link in known and link not in placed and link not in path:
                path.append(link)
                work.append((link, True))
                work += [(need, False) for need in reversed(needs_of(known[link], known))]
    return tuple(placed.values())


def _opened(resource: Resource, placed: Names) -> Resource:
    """Without the needs that are not placed yet: they closed a circle, or are of another stack."""
    after = tuple(link for link in resource.after if link in placed)
    return replace(resource, after=after) if after != resource.after else resource
