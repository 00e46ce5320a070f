"""Where a resource stands: cloud, region and project, the first inputs of every kind."""

from collections.abc import Mapping
from typing import Any, NamedTuple

_LIVE = "@"


class Place(NamedTuple):
    cloud: str
    region: str
    project: str

    def __str__(self) -> str:
        return ":".join(self)

    @property
    def named(self) -> dict[str, str]:
        return {"cloud": self.cloud, "region": self.region, "project": self.project}

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> "Place":
        return cls(*(str(properties.get(name) or "") for name in cls._fields))


def placed(import_id: str) -> tuple[Place | None, str]:
    """The place and the live id of what a program imports, as refs of live items spell it.

    >>> placed("@gov-cloud:RegionOne:hrss:6f1c")
    (Place(cloud='gov-cloud', region='RegionOne', project='hrss'), '6f1c')
    >>> placed("6f1c")
    (None, '6f1c')
    """
    if import_id.startswith(_LIVE) and import_id.count(":") >= 3:
        cloud, region, project, live_id = import_id[len(_LIVE) :].split(":", 3)
        return Place(cloud, region, project), live_id
    return None, import_id
