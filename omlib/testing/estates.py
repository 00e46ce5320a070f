"""Estates of any size, equal for equal seeds: for benchmarks, for laws, for trying things at scale.

The two sides share no value: what was seen is built anew, as it is when it comes from elsewhere,
so that a comparison cannot win by identity.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from omlib.model.form import Form
from omlib.model.item import Actual, Declared, Key, Scope, Value
from omlib.model.kind import KINDS
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.testing.stores import START
from omlib.testing.world import live_ref, rendered

_PER_PLACE = 40  # declared items per host, device or project
_SYSTEMS = 151
_KINDS = (
    (Plane.CLOUD, "server"),
    (Plane.SERVER, "package"),
    (Plane.SERVER, "file"),
    (Plane.NETWORK, "section"),
)


def make_declared(n_items: int, n_attributes: int = 0, seed: int = 0) -> list[Declared]:
    """*n_items* over all planes, each with its kind's attributes.

    With *n_attributes* each has just so many: further ones are compared exactly, as any attribute
    is whose kind does not name it.
    """
    rng = random.Random(seed)  # noqa: S311 - the point is that it repeats
    return [_item(rng, number, n_attributes) for number in range(n_items)]


def _item(rng: random.Random, number: int, n_attributes: int) -> Declared:
    plane, kind = _KINDS[number // _PER_PLACE % len(_KINDS)]
    place = number // _PER_PLACE
    system = f"sys-{place % _SYSTEMS:03d}"
    forms = KINDS[plane, kind].attributes
    names = [*forms, *(f"attribute_{index:02d}" for index in range(n_attributes))]
    attributes = {
        name: _value(rng, name, forms.get(name, Form.EXACT), index)
        for index, name in enumerate(names[: n_attributes or len(forms)])
    }
    if plane is Plane.CLOUD:
        where, owner, part = f"gov-cloud:RegionOne:{system}", f"{system}-vm-{number:06d}", ""
        keys: tuple[Key, ...] = (Key("mark", owner),)
    else:
        where = owner = f"{'sw' if plane is Plane.NETWORK else 'host'}-{place:05d}"
        part, keys = _part(kind, number), ()
    return Declared(
        ref=make_ref(plane, kind, owner, part),
        scope=Scope(plane, kind, where),
        attributes=attributes,
        keys=keys,
        systems=(system,),
        department=f"dept-{place % 36:02d}",
    )


def _part(kind: str, number: int) -> str:
    match kind:
        case "file":
            return f"/etc/app/conf.d/{number:06d}.conf"
        case "section":
            return f"acl {3000 + number}"
        case _:
            return f"package-{number:06d}"


def _value(rng: random.Random, name: str, form: Form, index: int) -> Value:
    match form:
        case Form.MODE:
            return rng.choice(("0644", "0600", "0755"))
        case Form.ADDRESSES:
            return tuple(f"198.18.{rng.randrange(16)}.{rng.randrange(256)}" for _ in range(2))
        case Form.UNORDERED:
            return tuple(f"rule {rng.randrange(10**6)} permit" for _ in range(3))
    match name, index % 4:
        case ("present", _):
            return True
        case ("vcpu" | "ram_mib", _) | (_, 3):
            return rng.randrange(1, 2**16)
        case _:
            word = "值" if index % 8 == 1 else "value"
            return f"{word} {rng.getrandbits(48):012x}"


def make_observation(
    declared: Sequence[Declared],
    drift_pct: int = 0,
    *,
    seed: int = 0,
    at: datetime = START,
    partial: Mapping[Scope, Sight] | None = None,
) -> Observation:
    """What a look at *declared* brings when *drift_pct* of it drifted and nothing broke off.

    The drifted are in turn changed in one attribute, removed, and joined by an undeclared
    neighbour. *partial* gives scopes another sight; their items stay.
    """
    rng = random.Random(seed)  # noqa: S311
    sight = Sight(complete=True, reason=None, at=at, by="generator", via="memory")
    drifted = rng.sample(range(len(declared)), len(declared) * drift_pct // 100)
    turn = {index: number % 3 for number, index in enumerate(drifted)}
    actual = tuple(
        seen
        for index, item in enumerate(declared)
        if not item.retired
        for seen in _seen(item, turn.get(index), rng)
    )
    sights = {item.scope: sight for item in declared} | dict(partial or {})
    return Observation(sights=sights, actual=actual)


def _seen(item: Declared, turn: int | None, rng: random.Random) -> Iterator[Actual]:
    if turn == 1:
        return
    attributes = {name: _anew(value) for name, value in item.attributes.items()}
    if turn == 0:
        attributes[rng.choice(list(attributes))] = "changed by hand"
    seen = rendered(replace(item, attributes=attributes))
    yield seen
    if turn == 2:
        name = f"{item.ref.part or item.ref.owner}-copy"
        yield replace(seen, ref=live_ref(item.scope, name), keys=(Key("id", name),))


def _anew(value: Value) -> Value:
    if isinstance(value, str):
        return value.encode().decode()
    if isinstance(value, tuple):
        return tuple(part.encode().decode() if isinstance(part, str) else part for part in value)
    return value
