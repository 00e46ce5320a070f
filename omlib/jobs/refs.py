"""Which item is meant by what somebody typed: a ref, an inventory id, or the end of a ref."""

import unicodedata
from collections.abc import Callable, Collection
from difflib import get_close_matches

from omlib.errors import UsageError
from omlib.model.ref import BadRefError, Ref, parse_ref

_NEAREST = 5


class NoSuchItemError(UsageError):
    """Nothing declared, found or on record goes by this name. Facts: given, nearest."""

    code = "no_such_item"


class AmbiguousRefError(UsageError):
    """Several items may be meant. Facts: given, count, candidates."""

    code = "ambiguous_ref"


def find_ref(typed: str, known: Collection[Ref]) -> Ref:
    """The one item of *known* that *typed* names; raises NoSuchItemError, AmbiguousRefError.

    The first of these that names any: the ref; the id of an item without parts; a part or an owner;
    the end of a ref after a slash.
    """
    given = unicodedata.normalize("NFC", typed.strip())
    try:
        ref = parse_ref(given)
    except BadRefError:
        pass
    else:
        if ref in known:
            return ref
    ways: tuple[Callable[[Ref], bool], ...] = (
        lambda ref: ref.owner == given and not ref.part,
        lambda ref: given in (ref.part, ref.owner),
        lambda ref: str(ref).endswith("/" + given),
    )
    for way in ways if given else ():
        found = sorted(filter(way, known))
        if len(found) == 1:
            return found[0]
        if found:
            names = [str(ref) for ref in found]
            raise AmbiguousRefError(given=typed, count=len(names), candidates=names)
    raise NoSuchItemError(given=typed, nearest=_nearest(given, known))


def _nearest(given: str, known: Collection[Ref]) -> list[str]:
    """Refs that are written nearly so, whole or in one of their parts."""
    by_name: dict[str, str] = {}
    for ref in sorted(known):
        for name in (ref.part, ref.owner, str(ref)):
            if name:
                by_name.setdefault(name, str(ref))
    near = get_close_matches(given, by_name, _NEAREST, 0.6)
    return list(dict.fromkeys(by_name[name] for name in near))
