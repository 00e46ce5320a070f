"""Sizes of servers: which flavor a declared size is, and which size a live server has."""

from collections.abc import Sequence
from typing import NamedTuple

from omlib.model.status import UnknownReason
from omlib.planes.cloud.around import SHAPE_FAULTS, whole
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import Api, Inputs
from omlib.planes.cloud.reader import Json

_MOST_NAMED = 8


class Flavor(NamedTuple):
    """*id* is "" where a server embeds its flavor (from microversion 2.47 on, without the id)."""

    id: str
    name: str
    vcpu: int
    ram_mib: int

    def __str__(self) -> str:
        return f"{self.name} ({self.vcpu} vCPU, {self.ram_mib} MiB)"

    def is_of(self, server: Json) -> bool:
        """Whether *server* has this flavor now."""
        told = server["flavor"]
        if "id" in told:
            return str(told["id"]) == self.id
        return _embedded(told)[1:] == self[1:]


def flavor_of(api: Api, server: Json) -> Flavor | UnknownReason:
    """The flavor a server has; the reason where it is no longer to be seen."""
    told = server["flavor"]
    if "vcpus" in told:
        return _embedded(told)
    flavor_id = str(told["id"])
    try:
        if known := api.seen.index("flavor", _by_id).get(flavor_id):
            return known
        return _listed(api.get("compute", f"/flavors/{flavor_id}")["flavor"])
    except CloudFaultError as fault:
        return fault.fault.reason
    except SHAPE_FAULTS:
        return UnknownReason.ERROR


def choose(api: Api, inputs: Inputs) -> Flavor:
    """The flavor for the declared size, or the declared one if it is of this size."""
    vcpu, ram_mib, name = inputs["vcpu"], inputs["ram_mib"], inputs.get("flavor")
    all_ = api.seen.index("flavor", _by_id).values()
    named = [flavor for flavor in all_ if name in (None, flavor.name)]
    fit = [flavor for flavor in named if (flavor.vcpu, flavor.ram_mib) == (vcpu, ram_mib)]
    if len(fit) == 1:
        return fit[0]
    size = f"{vcpu} vCPU, {ram_mib} MiB"
    if len(fit) > 1:
        detail = f"{size}: {_told(fit)}; declare which"
        raise CloudFaultError(condition=Condition.AMBIGUOUS, detail=detail)
    if name and not named:
        detail = f"flavor {name}; there are {_told(list(all_))}"
        raise CloudFaultError(condition=Condition.NO_SUCH_NAME, detail=detail)
    detail = f"no flavor has {size}; there are {_told(named or list(all_))}"
    raise CloudFaultError(condition=Condition.IMPOSSIBLE, detail=detail)


def _told(flavors: Sequence[Flavor]) -> str:
    ordered = sorted(flavors, key=lambda flavor: (flavor.vcpu, flavor.ram_mib, flavor.name))
    more = len(ordered) - _MOST_NAMED
    names = ", ".join(map(str, ordered[:_MOST_NAMED]))
    return f"{names} and {more} more" if more > 0 else names or "none"


def _by_id(flavors: Sequence[Json]) -> dict[str, Flavor]:
    return {
        str(told["id"]): _listed(told)
        for told in flavors
        if not told.get("OS-FLV-DISABLED:disabled")
    }


def _listed(told: Json) -> Flavor:
    return Flavor(str(told["id"]), str(told["name"]), whole(told, "vcpus"), whole(told, "ram"))


def _embedded(told: Json) -> Flavor:
    return Flavor("", str(told.get("original_name", "")), whole(told, "vcpus"), whole(told, "ram"))
