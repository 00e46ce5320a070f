"""Security groups with their rules; single rules are added and taken away.

A group that says nothing of egress has the two rules that neutron gives each new group; one that
names any egress rule has just what it names (`omlib.planes.cloud.rules`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from omlib.model.status import UnknownReason
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import (
    PLACE,
    Api,
    Failure,
    Inputs,
    Live,
    Mark,
    Property,
    PropertyValue,
    Type,
)
from omlib.planes.cloud.provider.kinds.field import text_of
from omlib.planes.cloud.provider.kinds.names import id_of, name_of
from omlib.planes.cloud.provider.kinds.neutron import NETWORK, make, own
from omlib.planes.cloud.provider.kinds.one import one, shaped
from omlib.planes.cloud.provider.kinds.rule_bodies import parse
from omlib.planes.cloud.provider.marks import (
    TEXT_CHARACTERS,
    described_anew,
    mark_in_description,
    without_words,
)
from omlib.planes.cloud.provider.values import UNKNOWN, unknown
from omlib.planes.cloud.reader import Json
from omlib.planes.cloud.rules import declared_rules, live_rule

_PATH, _RULES = "/security-groups", "/security-group-rules"
_KEY = "security_group"


class _SecurityGroup:
    name = "security_group"
    properties = (
        *PLACE,
        Property(name="name", what="Name.", required=True),
        Property(
            name="rules",
            type=Type.STRINGS,
            required=True,
            unordered=True,
            what="Direction, protocol, ports, peer: `ingress tcp 443 198.18.0.0/24`.",
            spell=declared_rules,
        ),
        Property(name="description", what="A text."),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        for text in inputs["rules"] if not unknown(inputs["rules"]) else ():
            try:
                parse(text)
            except ValueError as error:
                yield Failure("rules", f"{text}: {error}")
        description = inputs.get("description", "")
        if description not in (UNKNOWN, without_words(description)):
            yield Failure("description", "words omlib_...= and blanks around it are not for it")
        elif len(description) > TEXT_CHARACTERS:
            yield Failure("description", f"has at most {TEXT_CHARACTERS} characters")

    def live(self, api: Api, live_id: str) -> Live | None:
        told = api.seen.find("security_group", live_id)
        return _live(api, own(api, "security group", told)) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        told = _one(api, live_id)
        return _live(api, told) if told else None

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:
        text = inputs.get("description", "")
        live_id = make(api, _PATH, _KEY, {"name": inputs["name"]}, mark, made, text)
        _bring_rules(api, _now(api, live_id), inputs["rules"])
        return live_id

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:
        told, changed = _now(api, live.id), {}
        if inputs["name"] != live.attributes["name"]:
            changed["name"] = inputs["name"]
        if (
            inputs.get("description", live.attributes["description"])
            != (live.attributes["description"])
        ):
            before = str(told.get("description") or "")
            changed["description"] = described_anew(before, inputs["description"])
        if changed:
            api.put(NETWORK, f"{_PATH}/{live.id}", {_KEY: changed})
            told = {**told, **changed}
        _bring_rules(api, told, inputs["rules"])

    def delete(self, api: Api, live_id: str) -> None:
        api.delete(NETWORK, f"{_PATH}/{live_id}")


def _bring_rules(api: Api, told: Json, wanted: Iterable[str]) -> None:
    """New rules first: what stays allowed is allowed at every moment."""
    own_id, own_name = str(told["id"]), str(told["name"])
    have = _rules(api, told)
    for text in sorted(set(wanted) - have.keys()):
        rule = parse(text)
        remote = own_id if rule.group in (own_name, own_id) else ""
        if rule.group and not remote:
            remote = id_of(api, "security_group", rule.group)
        api.post(NETWORK, _RULES, {"security_group_rule": rule.body(own_id, remote)})
    for text in sorted(have.keys() - set(wanted)):
        for rule_id in have[text]:
            api.delete(NETWORK, f"{_RULES}/{rule_id}")


def _rules(api: Api, told: Json) -> Mapping[str, tuple[str, ...]]:
    """The ids of the rules behind each text: neutron keeps some alike under two ids."""
    names = {str(told["id"]): str(told["name"])}
    found: dict[str, tuple[str, ...]] = {}
    for rule in told["security_group_rules"]:
        remote = str(rule.get("remote_group_id") or "")
        if remote and remote not in names:
            name = name_of(api, "security_group", remote)
            if isinstance(name, UnknownReason):
                raise _NameUnseenError(name)
            names[remote] = name
        text = live_rule(rule, names)
        found[text] = (*found.get(text, ()), str(rule["id"]))
    return found


class _NameUnseenError(Exception):
    """A rule names a group whose name cannot be seen."""

    def __init__(self, reason: UnknownReason) -> None:
        super().__init__(reason)
        self.reason = reason


def _live(api: Api, told: Json) -> Live:
    with shaped("security group", told):
        attributes: dict[str, PropertyValue] = {
            "name": text_of(told, "name"),
            "description": without_words(str(told.get("description") or "")),
        }
        unseen: dict[str, UnknownReason] = {}
        try:
            attributes["rules"] = tuple(sorted(_rules(api, told)))
        except _NameUnseenError as error:
            unseen["rules"] = error.reason
        return Live(
            id=str(told["id"]),
            attributes=attributes,
            unseen=unseen,
            mark=mark_in_description(told),
        )


def _one(api: Api, live_id: str) -> Json | None:
    return one(api, NETWORK, f"{_PATH}/{live_id}", _KEY, live_id)


def _now(api: Api, live_id: str) -> Json:
    told = _one(api, live_id)
    if told is None:
        raise CloudFaultError(condition=Condition.NOT_FOUND, detail=f"security group {live_id}")
    return told


SECURITY_GROUP = _SecurityGroup()
