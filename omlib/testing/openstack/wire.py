"""What every service of the simulation speaks: a request, an answer, an error, a page."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from omlib.testing.openstack.world import Account, Pace, World

Json = dict[str, Any]
Version = tuple[int, int]
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call, after its token was looked at. *path* is below the service's *version*."""

    method: str
    service: str
    version: str  # "v2.1"; "" where the address has none
    path: str
    query: Mapping[str, Sequence[str]]
    body: Json
    base: str  # address of the service with its version, for links
    account: "Account | None"
    project: str  # id; "" without a scope
    role: str
    microversion: Version | None
    id: str
    pace: "Pace"
    accept: str = ""

    @property
    def writes(self) -> bool:
        return self.method in _WRITES

    @property
    def admin(self) -> bool:
        return self.role == "admin"

    def first(self, name: str, default: str = "") -> str:
        return (self.query.get(name) or [default])[0]

    def inner(self, key: str) -> Json:
        """`{"server": {...}}`, as most bodies are."""
        told = self.body.get(key)
        if not isinstance(told, dict):
            raise ApiError(400, f"Invalid input: '{key}' is a required property")
        return told

    def at_least(self, minor: int) -> bool:
        return (self.microversion or (2, 1)) >= (2, minor)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes = b""


class ApiError(Exception):
    """*kind* is neutron's name of the error; elsewhere the status says it."""

    def __init__(
        self, status: int, message: str, kind: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, message, kind)
        self.status, self.message, self.kind = status, message, kind
        self.headers = dict(headers or {})


Handler = Callable[..., Answer]
Route = tuple[str, re.Pattern[str], Handler]


def route(method: str, pattern: str, handler: Handler) -> Route:
    """*pattern* has `*` where an id stands."""
    return method, re.compile(pattern.replace("*", "([^/]+)") + "/?"), handler


def dispatch(routes: Iterable[Route], world: "World", request: Request) -> Answer:
    known = False
    for method, pattern, handler in routes:
        if found := pattern.fullmatch(request.path):
            known = True
            if method == request.method:
                return handler(world, request, *map(unquote, found.groups()))
    if known:
        raise ApiError(405, "The method is not allowed for this resource.")
    raise ApiError(404, "The resource could not be found.")


def page_of(items: Sequence[Json], request: Request, most: int) -> tuple[Sequence[Json], str]:
    """The page that *request* asks for, and the marker of the next ("" after the last)."""
    start = 0
    if marker := request.first("marker"):
        ids = [item["id"] for item in items]
        if marker not in ids:
            raise ApiError(400, f"marker [{marker}] not found", "InvalidInput")
        start = ids.index(marker) + 1
    told = request.first("limit")
    if told and not told.isdigit():
        raise ApiError(400, "limit param must be an integer")
    page = items[start : start + min(int(told or most) or most, most)]
    more = start + len(page) < len(items)
    return page, page[-1]["id"] if page and more else ""


def next_link(request: Request, marker: str) -> Json:
    limit = f"limit={told}&" if (told := request.first("limit")) else ""
    return {"rel": "next", "href": f"{request.base}{request.path}?{limit}marker={marker}"}


def public(thing: Mapping[str, Any]) -> Json:
    """Without what the simulation notes for itself."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}
