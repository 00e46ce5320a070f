"""Bounded, patient GETs with the token of one project, and listings read page by page.

Every answer is bounded in time and size; what passes by itself (429, 5xx, a refused connection) is
tried again. A `Reader` sends nothing but GET; only the provider's `Api` writes.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from omlib.planes.cloud.faults import CloudFaultError, Condition, fault_of, fault_of_status
from omlib.planes.cloud.paging import Items, PageSizes, Query, each_page

if TYPE_CHECKING:
    from keystoneauth1.adapter import Adapter
    from keystoneauth1.session import Session
    from openstack.config.cloud_region import CloudRegion
    from requests import Response

Json = Mapping[str, Any]  # of the far side: anything may be anything
_T = TypeVar("_T")

BACK_OFF_S = (0.2, 0.6, 1.8)
MOST_WAIT_S = 5.0  # a longer Retry-After is not waited for in full
_CHUNK_BYTES = 65536
_WORDS_BYTES = 16384  # of an error's body
_VERSIONED = re.compile(r"/v\d+(\.\d+)?(/|$)")
# What an endpoint lacks when the catalog gives it bare. The catalog's own address is used and no
# discovery: documents of forks often name hosts that only the cloud itself can reach.
_VERSION = {"compute": "v2.1", "block-storage": "v3", "network": "v2.0", "image": "v2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """*until* is a moment of `time.monotonic()`; *listing_bytes* bounds one whole listing."""

    until: float
    connect_s: float
    read_s: float
    listing_bytes: int

    @property
    def left_s(self) -> float:
        return self.until - time.monotonic()

    @property
    def timeout(self) -> tuple[float, float]:
        """For one request, as requests takes it: to connect, between two reads."""
        left_s = max(self.left_s, 0.1)
        return min(self.connect_s, left_s), min(self.read_s, left_s)


@dataclass(slots=True)
class Budget:
    """What one listing may still read, in bytes."""

    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The items that came, each a mapping with an id. *fault* is None exactly if it was whole."""

    items: Sequence[Json]
    pages: int
    fault: CloudFaultError | None


def patiently(ask: Callable[[], _T], limits: Limits) -> _T:
    """What *ask* gives; faults that may pass are tried again while time is left."""
    for wait_s in (*BACK_OFF_S, None):
        if limits.left_s <= 0:
            raise CloudFaultError(condition=Condition.OUT_OF_TIME)
        try:
            return ask()
        except CloudFaultError as fault:
            if not fault.fault.retried or wait_s is None:
                raise
            pause_s = min(max(wait_s, fault.wait_s), MOST_WAIT_S)
            if pause_s >= limits.left_s:
                raise
            time.sleep(pause_s)
    raise AssertionError("the last try returns or raises")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads one project; several threads may. *sizes* is shared by the projects of a cloud."""

    session: "Session"
    region: "CloudRegion"
    limits: Limits
    project_id: str
    sizes: PageSizes = field(default_factory=PageSizes)

    def get(
        self,
        service: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        *,
        budget: Budget | None = None,
        microversion: str = "",
    ) -> Json:
        """One answer, a JSON object. Raises CloudFaultError."""
        budget = budget or Budget(left=self.limits.listing_bytes)

        def ask() -> Json:
            url = f"{self.endpoint(service)}{path}"
            headers = version_header(service, microversion)
            return read_json(self.session, url, self.limits, budget, query or {}, headers)

        return patiently(ask, self.limits)

    def listing(
        self,
        service: str,
        path: str,
        key: str,
        query: Mapping[str, str],
        microversion: str = "",
        *,
        inner: str = "",
        name_is_id: bool = False,
        by_offset: bool = False,
    ) -> Listing:
        """Read every page. A fault after the first page leaves what was read, and says so.

        *inner*: nova wraps each key pair in an object of its own. *name_is_id*: and gives it none.
        *by_offset*: it counts where others take the last thing's id.
        """
        items: dict[str, Json] = {}
        budget, asked, pages = Budget(left=self.limits.listing_bytes), 0, 0

        def ask(place: Query) -> tuple[Items, bool]:
            nonlocal asked
            answer = self.get(
                service, path, {**query, **place}, budget=budget, microversion=microversion
            )
            page = _page(answer, key, inner, "name" if name_is_id else "id")
            asked += 1
            return page, _has_next(answer, key)

        try:
            for fresh in each_page(ask, f"{service}{path}", self.sizes, by_offset=by_offset):
                items |= fresh
                pages += bool(fresh) or not pages  # the empty one that proves the end is none
            return Listing(items=tuple(items.values()), pages=pages, fault=None)
        except CloudFaultError as fault:
            kept = tuple(items.values())
            if asked == 0 or fault.condition is Condition.PAGES_REPEAT:
                return Listing(items=kept, pages=pages, fault=fault)
            detail = f"page {pages + 1}: {fault.detail or fault.condition}"
            later = CloudFaultError(condition=Condition.LATER_PAGE, detail=detail)
            return Listing(items=kept, pages=pages, fault=later)

    def microversion(self) -> str:
        """The compute microversion to ask with; "" where the cloud has none or does not tell.

        2.69 lists servers of a cell that is down (before it they are left out of the list without
        a word), 2.47 has the flavor inside the server. clouds.yaml may name another.
        """
        if told := self.region.get_default_microversion("compute"):
            return str(told)
        return self._newest("compute", (2, 69), (2, 47))

    def volume_microversion(self) -> str:
        """3.42, from which on an attached volume can grow; "" where the cloud has none."""
        return self._newest("block-storage", (3, 42))

    def _newest(self, service: str, *wanted: tuple[int, int]) -> str:
        """The first of *wanted* that the cloud has."""
        try:
            data = self._adapter(service).get_endpoint_data()
        except Exception:  # noqa: BLE001 - a cloud without discovery is read without microversions
            return ""
        most = (data and data.max_microversion) or (0, 0)
        return next((f"{major}.{minor}" for major, minor in wanted if most >= (major, minor)), "")

    def endpoint(self, service: str) -> str:
        """The address of a service, with its version. Raises CloudFaultError."""
        try:
            if url := self.region.get_endpoint(service):  # clouds.yaml says it, with holes
                url = str(url) % {"project_id": self.project_id, "tenant_id": self.project_id}
            else:
                url = self._adapter(service).get_endpoint()
        except Exception as error:
            raise fault_of(error) from error
        if not url:
            raise CloudFaultError(
                condition=Condition.NO_SERVICE, detail=f"the catalog has no {service}"
            )
        url = str(url).rstrip("/")
        return url if _VERSIONED.search(url) else f"{url}/{_VERSION[service]}"

    def _adapter(self, service: str) -> "Adapter":
        from keystoneauth1.adapter import Adapter

        return Adapter(
            session=self.session,
            service_type=self.region.get_service_type(service),
            service_name=self.region.get_service_name(service),
            interface=self.region.get_interface(service),
            region_name=self.region.get_region_name(service),
            endpoint_override=self.region.get_endpoint(service),
        )


def version_header(service: str, microversion: str) -> dict[str, str]:
    name = "volume" if service == "block-storage" else service
    return {"OpenStack-API-Version": f"{name} {microversion}"} if microversion else {}


def _page(answer: Json, key: str, inner: str, id_field: str) -> Items:
    """By id; two that differ under one id leave no telling which of them is there."""
    page: dict[str, Json] = {}
    for item_id, item in _items(answer, key, inner, id_field):
        if page.setdefault(item_id, item) != item:
            detail = f"{key}: two things have the id {item_id}"
            raise CloudFaultError(condition=Condition.BAD_ANSWER, detail=detail)
    return page


def _items(answer: Json, key: str, inner: str, id_field: str) -> Iterator[tuple[str, Json]]:
    try:
        for entry in answer[key]:
            item = entry[inner] if inner else entry
            if item[id_field] is None:
                raise TypeError(f"{id_field} is null")
            yield str(item[id_field]), item
    except (TypeError, KeyError) as error:
        detail = f"{key}: {type(error).__name__}: {error}"
        raise CloudFaultError(condition=Condition.BAD_ANSWER, detail=detail) from error


def _has_next(answer: Json, key: str) -> bool:
    links = answer.get(f"{key}_links")
    told = links if isinstance(links, list) else []
    linked = any(isinstance(link, dict) and link.get("rel") == "next" for link in told)
    return linked or bool(answer.get("next"))  # as glance says it


def read_json(
    session: "Session",
    url: str,
    limits: Limits,
    budget: Budget,
    query: Mapping[str, str | int] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Json:
    """GET *url* once: a JSON object, within what *budget* and *limits* have left."""
    raw = exchange(session, "GET", url, limits, budget, query=query, headers=headers)
    return parsed(raw)


def exchange(
    session: "Session",
    method: str,
    url: str,
    limits: Limits,
    budget: Budget,
    *,
    query: Mapping[str, str | int] | None = None,
    headers: Mapping[str, str] | None = None,
    body: Json | None = None,
) -> bytes:
    """Send one request, once: the body of the answer. Raises CloudFaultError."""
    try:
        response = session.request(
            url,
            method,
            params=dict(query or {}),
            json=body,
            headers={"Accept": "application/json", **(headers or {})},
            raise_exc=False,
            stream=True,
            timeout=limits.timeout,
        )
        with response:
            if response.status_code >= 400:
                words = _words(response.raw.read1(_WORDS_BYTES, decode_content=True))
                raise fault_of_status(
                    response.status_code,
                    words or str(response.reason),
                    _retry_after_s(response.headers.get("Retry-After", "")),
                )
            return _body(response, limits, budget)
    except Exception as error:
        raise fault_of(error) from error


def parsed(raw: bytes) -> Json:
    """A JSON object. Raises CloudFaultError."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as error:  # a UnicodeDecodeError is a ValueError
        detail = f"{type(error).__name__}: {error}"
        raise CloudFaultError(condition=Condition.BAD_ANSWER, detail=detail) from error
    if not isinstance(told, dict):
        detail = f"a JSON object was expected, not {type(told).__name__}"
        raise CloudFaultError(condition=Condition.BAD_ANSWER, detail=detail)
    return told


def _body(response: "Response", limits: Limits, budget: Budget) -> bytes:
    """The body, read as it trickles in, so that neither a slow nor an endless one holds us."""
    parts = []
    while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
        budget.left -= len(chunk)
        if budget.left < 0:
            raise CloudFaultError(condition=Condition.TOO_LARGE)
        if limits.left_s <= 0:
            raise CloudFaultError(condition=Condition.BROKE_OFF, detail="the deadline passed")
        parts.append(chunk)
    return b"".join(parts)


def _words(body: bytes) -> str:
    """`{"forbidden": {"message": "..."}}`, as every service has it under a name of its own."""
    try:
        told = json.loads(body)
        inner = next(iter(told.values()))
        return str(inner["message"] if isinstance(inner, dict) else inner)
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration, RecursionError):
        return ""


def _retry_after_s(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,6}", text) else 0.0
