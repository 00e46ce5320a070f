"""From what nova says of key pairs and server groups to items. Pure, no I/O."""

from collections.abc import Iterable

from omlib.model.item import Actual
from omlib.planes.cloud.around import Around, keys_of, text
from omlib.planes.cloud.reader import Json


def key_pair(told: Json, around: Around) -> Actual | None:
    """A declared one: a key pair belongs to an account, so others are none of the project's."""
    ref = around.key_pairs.get(text(told, "name"))
    if ref is None:
        return None
    return Actual(
        ref=ref,
        scope=around.scope("key_pair"),
        attributes={"name": told["name"], "public_key": public_key(text(told, "public_key"))},
        label=told["name"],
    )


def public_key(told: str) -> str:
    """Its type and its digits; the comment behind them is nobody's concern."""
    return " ".join(told.split()[:2])


def server_group(told: Json, around: Around) -> Actual:
    members = tuple(sorted(around.owner(str(member)) for member in told.get("members") or ()))
    return Actual(
        ref=around.live_ref("server_group", str(told["id"])),
        scope=around.scope("server_group"),
        attributes={
            "name": text(told, "name"),
            "policy": policy_of(told),
            "members": members,
            "project": around.project,
        },
        keys=keys_of(told, {}, name=(text(told, "name"),)),
        label=text(told, "name"),
    )


def policy_of(told: Json) -> str:
    """One policy; before microversion 2.64 nova tells a list of one."""
    policy = told.get("policy")
    return str(policy if policy is not None else (told["policies"] or ("",))[0])


def groups_of_servers(groups: Iterable[Json]) -> dict[str, str]:
    """Names of server groups by the server that is in one; a server is in one at most."""
    return {
        str(member): text(told, "name") for told in groups for member in told.get("members") or ()
    }
