"""Key pairs: a public key under a name, which is also its id.

A key pair belongs to the account that made it. Another account sees its own, which may have the
same name, and is told 404 of this one: it can say nothing.
"""

from collections.abc import Callable, Iterator
from urllib.parse import quote

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.provider.kind import (
    PLACE,
    Api,
    Failure,
    Inputs,
    Live,
    Mark,
    Property,
)
from omlib.planes.cloud.provider.kinds.field import text_of
from omlib.planes.cloud.provider.kinds.one import is_gone, shaped
from omlib.planes.cloud.provider.values import UNKNOWN
from omlib.planes.cloud.reader import Json

_PATH = "/os-keypairs"


def _key(told: str) -> str:
    """The key without the blanks around it: nova keeps a line end as it came."""
    return " ".join(told.split())


class _KeyPair:
    name = "key_pair"
    properties = (
        *PLACE,
        Property(
            name="name", what="Name; it is the id.", required=True, replaces=True, unique=True
        ),
        Property(
            name="public_key",
            what="As in an authorized_keys file.",
            required=True,
            replaces=True,
            spell=_key,
        ),
        Property(name="fingerprint", what="Of the key.", computed=True),
    )

    def check(self, inputs: Inputs) -> Iterator[Failure]:
        told = inputs["public_key"]
        if "PRIVATE KEY" in told:
            yield Failure("public_key", "this is a private key")
        elif told != UNKNOWN and len(told.split()) < 2:
            yield Failure("public_key", "is a type, the key and perhaps a comment")

    def live(self, api: Api, live_id: str) -> Live | None:
        _not_as_visitor(api, live_id)
        told = api.seen.find("key_pair", live_id)
        return _live(told) if told else None

    def get(self, api: Api, live_id: str) -> Live | None:
        _not_as_visitor(api, live_id)
        try:
            told = api.get("compute", f"{_PATH}/{quote(live_id, safe='')}")
        except CloudFaultError as fault:
            if is_gone(fault, live_id):
                return None
            raise
        return _live(told["keypair"])

    def create(self, api: Api, inputs: Inputs, mark: Mark, made: Callable[[str], None]) -> str:  # noqa: ARG002 - nova gives a key pair no room for a mark; its name is one
        told = {"name": inputs["name"], "public_key": inputs["public_key"]}
        api.post("compute", _PATH, {"keypair": told})
        made(str(inputs["name"]))
        return str(inputs["name"])

    def update(self, api: Api, live: Live, inputs: Inputs) -> None:  # noqa: ARG002
        raise CloudFaultError(
            condition=Condition.IMPOSSIBLE, detail=f"key pair {live.id}: only replaced"
        )

    def delete(self, api: Api, live_id: str) -> None:
        api.delete("compute", f"{_PATH}/{quote(live_id, safe='')}")


def _not_as_visitor(api: Api, live_id: str) -> None:
    if api.visiting:
        raise CloudFaultError(condition=Condition.OTHER_ACCOUNT, detail=f"key pair {live_id}")


def _live(told: Json) -> Live:
    with shaped("key pair", told):
        name = text_of(told, "name")
        return Live(
            id=name,
            attributes={
                "name": name,
                "public_key": text_of(told, "public_key"),
                "fingerprint": str(told.get("fingerprint") or ""),
            },
        )


KEY_PAIR = _KeyPair()
