"""Which of the declared properties a live thing has otherwise. Pure."""

from collections.abc import Sequence

from omlib.planes.cloud.provider.inputs import comparable
from omlib.planes.cloud.provider.kind import Inputs, Live, Property
from omlib.planes.cloud.provider.kinds.spelling import as_declared


def differing(properties: Sequence[Property], live: Live, inputs: Inputs) -> frozenset[str]:
    """What could not be seen does not differ: it is never changed blindly."""
    have = as_declared(properties, live, inputs).attributes
    return frozenset(
        known.name
        for known in properties
        if known.name in have
        and inputs.get(known.name) is not None
        and comparable(known, inputs[known.name]) != comparable(known, have[known.name])
    )
