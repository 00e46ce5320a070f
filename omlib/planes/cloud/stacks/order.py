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


def in_circles(resources: Iterable[Resource]) -> frozenset[Link]:
    """Those that need themselves by way of others: security groups that let each other in."""
    known = {resource.link: resource for resource in resources}
    found = set()
    for link in known:
        seen: set[Link] = set()
        work = [link]
        while work:
            for need in needs_of(known[work.pop()], known):
                if need in known and need not in seen:
                    seen.add(need)
                    work.append(need)
        if link in seen:
            found.add(link)
    return frozenset(found)


def in_order(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Each after what it needs, else in the order given.

    Those in a circle do not wait for each other; a run tries again what failed by that.
    """
    given = tuple(resources)
    circles = in_circles(given)
    known = {resource.link: _opened(resource, circles) for resource in given}
    placed: dict[Link, Resource] = {}
    for first in known.values():
        path: list[Link] = []  # of those whose needs are being placed
        work = [(first.link, False)]
        while work:
            link, leave = work.pop()
            if leave:
                path.remove(link)
                placed[link] = known[link]
            elif link in known and link not in placed and link not in path:
                path.append(link)
                work.append((link, True))
                work += [(need, False) for need in reversed(needs_of(known[link], known))]
    return tuple(placed.values())


def _opened(resource: Resource, circles: frozenset[Link]) -> Resource:
    if resource.link not in circles:
        return resource
    after = tuple(link for link in resource.after if link not in circles)
    return replace(resource, after=after)
