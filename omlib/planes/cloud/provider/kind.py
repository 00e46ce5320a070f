"""What one kind of resource is to the provider: its properties, and how the cloud makes one.

Properties are data, one schema for both sides: the servicer checks and compares by it, the typed
classes of programs and the published schema are made from it.

A property that a program leaves out is not compared and never changed. A property of the cloud that
cannot be seen keeps the value it had and is told as unknown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeVar

from omlib.model.status import UnknownReason
from omlib.planes.cloud.reader import Json, Listing

PropertyValue = str | int | bool | Sequence[str] | Mapping[str, str]
Inputs = Mapping[str, Any]  # property name to PropertyValue, or to UNKNOWN_VALUE in previews
T = TypeVar("T")


class Type(StrEnum):
    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    STRINGS = "strings"
    STRING_MAP = "string_map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """*replaces*: a change cannot be made in place. *unordered*: a list in which order means
    nothing. *computed*: only the cloud says it; no input. *default*: what Check fills in.
    *unique*: no two things can have it, so that what replaces one cannot be made before it is gone.
    *spell* gives the one spelling of a value, where several mean the same.
    """

    name: str
    type: Type = Type.STRING
    what: str
    required: bool = False
    replaces: bool = False
    unordered: bool = False
    computed: bool = False
    default: PropertyValue | None = None
    unique: bool = False
    spell: Callable[[Any], PropertyValue] | None = None


# Where a resource stands; the first inputs of every kind. *cloud* is looked up in the provider's
# profiles, else it is itself the name of a profile in clouds.yaml.
PLACE = (
    Property(
        name="cloud", what="The cloud, as the inventory calls it.", required=True, replaces=True
    ),
    Property(name="region", what="Region.", required=True, replaces=True),
    Property(name="project", what="Name or id of the project.", required=True, replaces=True),
)


class Failure(NamedTuple):
    """An input that cannot be: *property* and why, in plain words."""

    property: str
    why: str


class Mark(NamedTuple):
    """What every created thing carries, so that it is found again after a crash.

    *urn* is its name in Pulumi, *item* its inventory id (the URN's last part). Both go to where the
    kind has room: metadata `omlib_urn` and `omlib_id`, else tokens `omlib_urn=...` in a
    description. A urn longer than 255 characters is cut to its digest (`provider.marks`).
    """

    urn: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A resource as the cloud has it.

    *attributes* has every property of the kind that could be seen, in exactly the shape that Check
    gives inputs. *mark* is the `omlib_urn` it carries, "" without. *ids*: of a property that tells
    things by name, the ids behind the names; inputs may use either (`provider.kinds.spelling`).
    *awaits_update*: in transition, and at rest in it until someone says how it goes on.
    """

    id: str
    attributes: Mapping[str, PropertyValue]
    unseen: Mapping[str, UnknownReason] = field(default_factory=dict)
    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    in_transition: bool = False
    awaits_update: bool = False
    mark: str = ""


class Seen(Protocol):
    """The listings of one project in one run: each is asked once, when it is first needed."""

    def listing(self, kind: str) -> Listing:
        """All things of *kind* (`server`, `volume`, `port`, `network`, `flavor`, `image` ...)."""
        ...

    def find(self, kind: str, live_id: str) -> Json | None:
        """One thing; None where the whole listing lacks it. CloudFaultError if it is not whole."""
        ...

    def index(self, kind: str, make: Callable[[Sequence[Json]], T]) -> T:
        """What *make*, a plain function, gives of the whole listing; made once for each listing.
        CloudFaultError if it is not whole."""
        ...

    def changed(self, *kinds: str) -> None:
        """Forget these listings: something was written."""
        ...


class Api(Protocol):
    """One project of one cloud, read and written with one token. Raises CloudFaultError."""

    @property
    def project_id(self) -> str: ...

    @property
    def seen(self) -> Seen: ...

    @property
    def visiting(self) -> bool:
        """Whether another account makes things here: what belongs to an account is unseen then."""
        ...

    @property
    def microversion(self) -> str:
        """The newest compute microversion that we use and the cloud has; "" without any."""
        ...

    @property
    def volume_microversion(self) -> str:
        """3.42 of block storage, sent with each call of it; "" where the cloud has it not."""
        ...

    def get(self, service: str, path: str) -> Json: ...

    def post(self, service: str, path: str, body: Json) -> Json: ...

    def put(self, service: str, path: str, body: Json) -> Json: ...

    def delete(self, service: str, path: str) -> None:
        """Until the answer; a 404 counts as done."""
        ...

    def until(self, what: str, ask: Callable[[], T | None], limit_s: float) -> T:
        """Ask until there is an answer, telling progress; TIMED_OUT with *what* after *limit_s*."""
        ...


class ResourceKind(Protocol):
    """*name* is the kind in refs (`server`); the Pulumi token follows: `omcloud:index:Server`.

    Only `check` is pure. `live` is served from the run's listings, `get` asks for the one thing.
    """

    @property
    def name(self) -> str: ...

    @property
    def properties(self) -> tuple[Property, ...]: ...

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        """What is wrong beyond what *properties* already say. Unknown values are left alone."""
        ...

    def live(self, api: Api, live_id: str) -> Live | None:
        """From the listings; None where a whole listing lacks it."""
        ...

    def get(self, api: Api, live_id: str) -> Live | None:
        """By one GET under the same scope; None exactly where the cloud says 404."""
        ...

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        """Make it and wait until it settled; *made* is told the id as soon as the cloud gave it."""
        ...

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        """Change in place what differs from *live*, in the one order that works; wait for it."""
        ...

    def delete(self, api: Api, live_id: str) -> None:
        """Remove it and wait until it is gone."""
        ...
