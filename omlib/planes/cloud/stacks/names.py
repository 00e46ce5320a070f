"""How stacks and their resources are called in Pulumi, and the way back. Pure.

A stack is `<cloud>.<region>.<project>[.<shard>]`. Pulumi takes only ASCII letters, digits, `-`,
`_` and `.` in such a name: any other character is written `_x4E2D_`, so that it can be read back.
"""

import hashlib
import re

from omlib.model.ref import Plane, Ref, make_ref
from omlib.planes.cloud.stacks.resource import Link, StackId

PROJECT = "omlib"  # Pulumi's word for a program; all stacks are of this one
ROOT_TYPE = "pulumi:pulumi:Stack"
_PACKAGE = "omcloud:index:"
_LONGEST = 100  # pulumi/sdk/go/common/tokens: a stack's name
_DIGEST = 16
_UNFIT = re.compile(r"[^A-Za-z0-9_-]|_(?=x)")  # `_x` itself would be read back as an escape
_ESCAPE = re.compile(r"_x([0-9A-F]+)_")


def stack_name(stack: StackId) -> str:
    """Too long a name ends in a digest instead; only such a one cannot be read back."""
    parts = [*stack.place, *filter(None, (stack.shard,))]
    name = ".".join(_UNFIT.sub(lambda found: f"_x{ord(found[0]):X}_", part) for part in parts)
    if len(name) <= _LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_DIGEST]
    return f"{name[: _LONGEST - _DIGEST - 2]}..{digest}"


def stack_of(name: str) -> StackId | None:
    """The stack of this name; None where the name does not tell it.

    >>> stack_of("gov-cloud.RegionOne._x4EBA__x793E_.b")
    StackId(cloud='gov-cloud', region='RegionOne', project='人社', shard='b')
    """
    parts = [_ESCAPE.sub(lambda found: chr(int(found[1], 16)), part) for part in name.split(".")]
    return StackId(*parts) if len(parts) in (3, 4) and all(parts) else None


def token_of(kind: str) -> str:
    """Pulumi's type of a kind.

    >>> token_of("floating_ip")
    'omcloud:index:FloatingIp'
    """
    return _PACKAGE + "".join(word.capitalize() for word in kind.split("_"))


def kind_of(token: str) -> str:
    """The kind that *token* is the type of; "" for another package's (Pulumi's own stack)."""
    if not token.startswith(_PACKAGE):
        return ""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", token.removeprefix(_PACKAGE)).lower()


def root_urn(stack: str) -> str:
    return f"urn:pulumi:{stack}::{PROJECT}::{ROOT_TYPE}::{PROJECT}-{stack}"


def urn_of(stack: str, kind: str, name: str) -> str:
    return f"urn:pulumi:{stack}::{PROJECT}::{token_of(kind)}::{name}"


def named_by(urn: str) -> tuple[str, str]:
    """Kind and name of the resource; the kind is "" where it is none of ours."""
    _, _, type_, name = urn.split("::", 3)
    return kind_of(type_.rpartition("$")[2]), name


def ref_of(kind: str, name: str) -> Ref:
    """The item: what belongs to a VM has the VM as owner, `cloud/port/oa-01/lab-hosts`."""
    owner, _, part = name.partition("/")
    return make_ref(Plane.CLOUD, kind, owner, part)


def ref_of_urn(urn: str) -> Ref:
    return ref_of(*named_by(urn))


def link_of(ref: Ref) -> Link:
    """The resource of a stack that *ref* is the item of."""
    return Link(ref.kind, f"{ref.owner}/{ref.part}" if ref.part else ref.owner)
