"""What the laws are tried on: small estates in which everything that can collide does.

Names, marks and ids come from small pools, so that doubles, strays, shared marks and parents in a
circle turn up often. The only module that imports hypothesis, which only developers have.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from omlib.model.finding import PRESENCE, Finding
from omlib.model.form import Form
from omlib.model.item import Actual, Declared, Key, Scope, Value
from omlib.model.kind import KINDS
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, Ref, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.model.waiver import Waiver
from omlib.reconcile.compare import reconcile
from omlib.testing.stores import START
from omlib.testing.world import live_id, live_ref, rendered

TODAY = START.date()
PLACES = {
    Plane.CLOUD: ("gov-cloud:RegionOne:hrss", "gov-cloud:RegionOne:tax"),
    Plane.SERVER: ("host-1", "host-2"),
    Plane.NETWORK: ("sw-1", "sw-2"),
}
SYSTEMS = ("社保", "tax-hall", "gone")
OWNERS = ("app-01", "app-02", "数据库", "a/b")
# what may be declared
_KINDS = sorted(key for key, kind in KINDS.items() if not kind.evidence)
_IDS = tuple(live_id(str(number)) for number in range(4))

# what has to be escaped, what joins its neighbour, what is invisible, lone surrogates, hex digits
_AWKWARD = (
    "/%@ .:~2Fa\u0301\u0307\u0323\u0338\u00e9\u1100\u1161\u200b\u202e\x1b\x00\ud83d\ude00社保"
)
any_text = st.text(st.sampled_from(_AWKWARD), max_size=6) | st.text(st.characters(codec=None))
statuses = st.sampled_from(Status)
reasons = st.sampled_from(UnknownReason)
refs = st.builds(
    make_ref,
    st.sampled_from(Plane),
    st.sampled_from(("server", "file")),
    any_text.filter(bool),
    any_text,
)

_words = st.sampled_from(
    ("", "a", "A", "值", "198.18.0.1", "fd00::1", "FD00:0::1", "0644", "0o644")
)
_scalars = _words | any_text | st.integers(-1, 2) | st.booleans() | st.none()
values = _scalars | st.lists(_scalars, max_size=3).map(tuple)


def _value_of(form: Form) -> st.SearchStrategy[Value]:
    match form:
        case Form.MAC:
            return st.sampled_from(("fa16-3e00-0001", "FA:16:3E:00:00:01", "fa163e000002"))
        case Form.MODE:
            return st.sampled_from(("644", "0644", "0o644", "0600"))
        case Form.ADDRESS:
            return st.sampled_from(("198.18.0.1", "fd00::1", "FD00:0:0::1"))
        case Form.ADDRESSES | Form.UNORDERED:
            return st.lists(_words, max_size=3).map(tuple)
    return _words | st.integers(0, 2) | st.booleans()


@st.composite
def sights(draw: st.DrawFn) -> Sight | None:
    """Mostly whole; None where nobody looked."""
    how = draw(st.sampled_from(("whole", "whole", "whole", "partial", "partial", "none")))
    if how == "none":
        return None
    reason = draw(reasons) if how == "partial" else None
    return Sight(
        complete=reason is None,
        reason=reason,
        at=START,
        by="law",
        via="memory",
        detail="" if reason is None else f"said {reason}",
    )


@st.composite
def declared_items(draw: st.DrawFn) -> list[Declared]:
    """Up to eight items, each ref once; some retired."""
    items = draw(st.lists(_declared(), max_size=8))
    return list({item.ref: item for item in items}.values())


@st.composite
def _declared(draw: st.DrawFn) -> Declared:
    plane, kind = draw(st.sampled_from(_KINDS))
    where, owner = draw(st.sampled_from(PLACES[plane])), draw(st.sampled_from(OWNERS))
    cloud = plane is Plane.CLOUD
    retired = draw(st.booleans()) and draw(st.booleans())
    keys = [Key("mark", owner)] if cloud else []
    if cloud and draw(st.booleans()):
        keys.append(Key("id", draw(st.sampled_from(_IDS))))
    if retired:
        keys.append(Key("address", draw(st.sampled_from(("198.18.0.1", "198.18.0.2")))))
    names = draw(st.sets(st.sampled_from(sorted(KINDS[plane, kind].attributes))))
    return Declared(
        ref=make_ref(plane, kind, *((owner,) if cloud else (where, owner))),
        scope=Scope(plane, kind, where),
        attributes={}
        if retired
        else {name: draw(_value_of(KINDS[plane, kind].attributes[name])) for name in sorted(names)},
        keys=tuple(keys),
        systems=tuple(draw(st.sets(st.sampled_from(SYSTEMS), max_size=2).map(sorted))),
        retired=retired,
    )


def unrivalled(declared: Sequence[Declared]) -> list[Declared]:
    """*declared* without items that claim a live thing another claims: they never agree."""
    held: set[tuple[Plane, str, Key]] = set()
    kept = []
    for item in declared:
        claims = {(item.ref.plane, item.ref.kind, key) for key in item.keys}
        if not claims & held:
            kept.append(item)
        held |= claims
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A declared side, what a look brought back, and the waivers in the inventory."""

    declared: Sequence[Declared]
    observed: Observation
    waivers: Sequence[Waiver] = ()

    def findings(self, today: date = TODAY) -> list[Finding]:
        return reconcile(self.declared, self.observed, waivers=self.waivers, today=today)


@st.composite
def looks(draw: st.DrawFn) -> Look:
    """Any look at an estate: every item meets a fate of its own, every scope a sight."""
    declared = draw(declared_items())
    things = [thing for item in declared for thing in draw(_fate(item))]
    things += draw(st.lists(_stray(), max_size=4))
    wanted = {item.scope for item in declared} | {thing.scope for thing in things}
    seen = {scope: sight for scope in sorted(wanted) if (sight := draw(sights()))}
    actual = {thing.ref: thing for thing in things if thing.scope in seen}
    observed = Observation(sights=seen, actual=tuple(actual.values()))
    bare = Look(declared=declared, observed=observed)
    return replace(bare, waivers=draw(_waivers(bare.findings())))


@st.composite
def _fate(draw: st.DrawFn, item: Declared) -> list[Actual]:
    seen = rendered(item)
    name = draw(st.sampled_from(sorted(item.attributes))) if item.attributes else ""
    match draw(st.sampled_from(("kept", "kept", "changed", "gone", "hidden", "moving", "doubled"))):
        case "changed" if name:
            changed = draw(_value_of(KINDS[item.ref.plane, item.ref.kind].attributes[name]))
            return [replace(seen, attributes={**item.attributes, name: changed})]
        case "gone":
            return []
        case "hidden" if name:
            left = {key: value for key, value in item.attributes.items() if key != name}
            return [replace(seen, attributes=left, unseen={name: draw(reasons)})]
        case "moving":
            return [replace(seen, in_transition=draw(st.booleans()), pending=True)]
        case "doubled" if item.ref.plane is Plane.CLOUD:
            keys = tuple(key for key in item.keys if key.space != "id")
            return [seen, replace(rendered(replace(item, keys=keys), seed="#2"))]
    return [seen]


@st.composite
def _stray(draw: st.DrawFn) -> Actual:
    plane, kind = draw(st.sampled_from([(Plane.CLOUD, "server"), *_KINDS]))
    scope = Scope(plane, kind, draw(st.sampled_from(PLACES[plane])))
    name = draw(st.sampled_from(_IDS))
    keys = {Key("id", name)}
    if draw(st.booleans()):
        keys.add(Key("mark", draw(st.sampled_from(OWNERS))))
    if draw(st.booleans()):
        keys.add(Key("address", "198.18.0.1"))
    return Actual(
        ref=live_ref(scope, name),
        scope=scope,
        attributes={},
        keys=tuple(sorted(keys)),
        system=draw(st.sampled_from(("", "elsewhere", *SYSTEMS))),
        parent=draw(st.none() | st.sampled_from(_IDS).map(lambda one: Key("id", one))),
        pending=draw(st.booleans()),
        in_transition=draw(st.booleans()) and draw(st.booleans()),
    )


@st.composite
def _waivers(draw: st.DrawFn, findings: Sequence[Finding]) -> list[Waiver]:
    """For differences that are there: right and wrong values, dates around today."""
    spots: list[tuple[Ref, str, Value]] = [
        (finding.ref, difference.path, difference.actual)
        for finding in findings
        for difference in finding.differences
    ] or [(make_ref(Plane.SERVER, "file", "host-1", "x"), PRESENCE, True)]
    chosen = draw(st.lists(st.sampled_from(spots), max_size=4))
    return [draw(waivers_of(*spot)) for spot in chosen]


@st.composite
def waivers_of(draw: st.DrawFn, ref: Ref, path: str, actual: Value) -> Waiver:
    return Waiver(
        ref=ref,
        path=path,
        accepts=draw(st.just(actual) | values),
        reason="until the vendor has a patch",
        owner="王工",
        ticket=draw(st.sampled_from(("T-1", "T-2"))),
        until=TODAY + timedelta(days=draw(st.integers(-1, 1))),
    )
