"""What a snapshot of a host says of itself: when and where it was taken, and what it lacks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from omlib import VERSION
from omlib.model.kind import KINDS
from omlib.model.ref import Plane, make_ref
from omlib.model.status import UnknownReason
from omlib.report import exits
from omlib.report.words import Lang, has, words


class LostLike(Protocol):
    """The shape of `omlib.jobs.server_snapshot.Lost`."""

    @property
    def collection(self) -> str: ...
    @property
    def reason(self) -> UnknownReason: ...
    @property
    def detail(self) -> str: ...


class LeftOutLike(Protocol):
    """The shape of `omlib.inventory.found_role.LeftOut`."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def attribute(self) -> str: ...
    @property
    def why(self) -> str: ...


class SnapshotLike(Protocol):
    """The shape of `omlib.jobs.server_snapshot.ServerSnapshot`."""

    @property
    def host(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def taken(self) -> datetime: ...
    @property
    def record(self) -> Mapping[str, object]: ...
    @property
    def lost(self) -> Sequence[LostLike]: ...
    @property
    def left_out(self) -> Sequence[LeftOutLike]: ...


def snapshot_exit_code(it: SnapshotLike) -> int:
    """4 where something was not seen, or is not written down."""
    return exits.INCOMPLETE if it.lost or it.left_out else exits.IN_SYNC


def snapshot_comments(it: SnapshotLike, lang: Lang) -> list[str]:
    """The lines above the role: what it is, what to do with it, what it lacks."""
    taken = it.taken.isoformat(sep=" ", timespec="minutes")
    said = [
        words(
            "snapshot.taken", lang, host=it.host, address=it.address, taken=taken, version=VERSION
        ),
        words("snapshot.review", lang, role=it.record["id"], host=it.host),
    ]
    return said + snapshot_gaps(it, lang)


def snapshot_gaps(it: SnapshotLike, lang: Lang) -> list[str]:
    """What does not stand in the role, a line for each thing."""
    gaps = list(_gaps(it, lang))
    return [words("snapshot.gaps", lang), *(f"  {gap}" for gap in gaps)] if gaps else []


def _gaps(it: SnapshotLike, lang: Lang) -> Iterator[str]:
    colon = words("text.colon", lang)
    for lost in it.lost:
        reason = words(f"reason.{lost.reason.value}", lang)
        detail = words("snapshot.detail", lang, detail=lost.detail) if lost.detail else ""
        yield f"{lost.collection}{colon}{reason}{detail}"
    for left in it.left_out:
        where = f"{_collection(left)} {left.name}" + (
            f" {left.attribute}" if left.attribute else ""
        )
        code = f"snapshot.why.{left.why}"
        why = words(code if has(code) else f"reason.{left.why}", lang)
        yield words("snapshot.gap", lang, where=where, why=why)


def _collection(left: LeftOutLike) -> str:
    return KINDS[Plane.SERVER, left.kind].collection


def snapshot_json(it: SnapshotLike) -> dict[str, object]:
    """The role as it would stand in roles.yml, and what it lacks; codes only."""
    return {
        "host": it.host,
        "taken": it.taken.isoformat(timespec="seconds"),
        "role": dict(it.record),
        "lost": [
            {"collection": lost.collection, "reason": lost.reason.value, "detail": lost.detail}
            for lost in it.lost
        ],
        "left_out": [
            {
                "ref": str(make_ref(Plane.SERVER, left.kind, it.host, left.name)),
                "attribute": left.attribute,
                "why": left.why,
            }
            for left in it.left_out
        ],
    }
