"""Live things that look like what would be made: made by hand, and not taken over yet.

Names never identify, so such a thing is not taken for the declared one; but a second server beside
it, with volumes of its own, is hardly what anyone means. A person says which it is: `omlib adopt`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from omlib.model.stack import Step
from omlib.planes.cloud.faults import CloudFaultError
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.reader import Json
from omlib.planes.cloud.stacks.names import link_of
from omlib.planes.cloud.stacks.resource import Resource, StackId


def alike(
    steps: Sequence[Step],
    resources: Sequence[Resource],
    stack: StackId,
    clouds: Clouds,
    ours: Callable[[], frozenset[str]],
) -> Mapping[str, Sequence[str]]:
    """By URN of a server or port to be made: ids of live ones with its name, or its address.

    *ours* tells the live ids that any state has, those are somebody else; it reads them all, and
    is asked only where a server or port would be made.
    """
    new = {link_of(step.ref): step.urn for step in steps if step.is_new}
    wanted = [each for each in resources if each.link in new and each.kind in ("server", "port")]
    if not wanted:
        return {}
    taken = ours()
    try:
        seen = clouds.api(stack.place).seen
        names = _by_name(_others(seen.listing("server").items, taken))
        addresses = _by_address(_others(seen.listing("port").items, taken))
        networks = {str(net["id"]): net.get("name") for net in seen.listing("network").items}
    except CloudFaultError:
        return {}  # what cannot be listed is unknown already, and not made
    found: dict[str, list[str]] = {}
    for each in wanted:
        if each.kind == "server":
            ids = names.get(str(each.inputs.get("name")), [])
        else:
            ids = [
                live_id
                for address in _texts(each.inputs.get("addresses"))
                for network, live_id in addresses.get(address, ())
                if each.inputs.get("network") in (network, networks.get(network))
            ]
        if ids:
            found[new[each.link]] = ids
    return found


def _others(items: Sequence[Json], taken: frozenset[str]) -> Iterator[Json]:
    return (item for item in items if str(item.get("id")) not in taken)


def _by_name(servers: Iterator[Json]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for server in servers:
        if str(server.get("status")).upper() != "DELETED":
            found.setdefault(str(server.get("name")), []).append(str(server["id"]))
    return found


def _by_address(ports: Iterator[Json]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for port in ports:
        for fixed in port.get("fixed_ips") or ():
            told = (str(port.get("network_id")), str(port["id"]))
            found.setdefault(str(fixed.get("ip_address")), []).append(told)
    return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple | list) else ()
