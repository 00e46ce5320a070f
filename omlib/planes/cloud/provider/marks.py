"""The mark on what omlib made, so that it is found again after a crash.

Servers and volumes carry it as metadata, things of neutron as words of their description. Both
hold 255 characters: where the URN does not fit, its digest stands for it.
"""

import hashlib
import re
from collections.abc import Mapping

from omlib.planes.cloud.provider.kind import Mark
from omlib.planes.cloud.reader import Json

URN_KEY, ITEM_KEY = "omlib_urn", "omlib_id"
CHARACTERS = 255
_WORD = re.compile(r"(?:^|\s)omlib_urn=(\S+)")
_WORDS = re.compile(r"\s*\bomlib_\w+=\S*")
_ITEM = re.compile(r"[^\s;,]+")  # what a reader of descriptions takes for one word
# what a person may write beside a mark: the rest is `omlib_urn=sha256:` and 64 digits
TEXT_CHARACTERS = CHARACTERS - 82


def digest_of(urn: str) -> str:
    """
    >>> digest_of("urn:pulumi:s::omlib::omcloud:index:Server::oa-01")[:20]
    'sha256:c3bff880bbb58'
    """
    return f"sha256:{hashlib.sha256(urn.encode()).hexdigest()}"


def metadata_of(mark: Mark) -> dict[str, str]:
    urn = mark.urn if len(mark.urn) <= CHARACTERS else digest_of(mark.urn)
    told = {URN_KEY: urn, ITEM_KEY: mark.item}
    return {key: value for key, value in told.items() if len(value) <= CHARACTERS}


def description_of(mark: Mark, text: str = "") -> str:
    """*text*, of at most `TEXT_CHARACTERS`, with the mark behind it."""
    item = [f"{ITEM_KEY}={mark.item}"] if _ITEM.fullmatch(mark.item) else []
    full, short = f"{URN_KEY}={mark.urn}", f"{URN_KEY}={digest_of(mark.urn)}"
    whole = [full] if _ITEM.fullmatch(mark.urn) else []
    for words in ([*whole, *item] if whole else [short], [short, *item], [short]):
        told = " ".join(filter(None, (text, *words)))
        if len(told) <= CHARACTERS:
            return told
    raise ValueError(f"a description has at most {TEXT_CHARACTERS} characters beside its mark")


def described_anew(description: str, text: str) -> str:
    """*text* in place of what a person wrote in *description*; its marks are kept."""
    marks = " ".join(found.strip() for found in _WORDS.findall(description))
    told = f"{text} {marks}".strip()
    if len(told) <= CHARACTERS or not (urn := mark_in_description({"description": description})):
        return told
    short = urn if urn.startswith("sha256:") else digest_of(urn)
    return f"{text} {URN_KEY}={short}"


def without_words(description: str) -> str:
    """What a person wrote in a description.

    >>> without_words("portal omlib_urn=urn:pulumi:s::o::t::web")
    'portal'
    """
    return _WORDS.sub("", description).strip()


def mark_in(thing: Json) -> str:
    """The mark of a live thing, a URN or its digest; "" without."""
    return mark_in_metadata(thing) or mark_in_description(thing)


def mark_in_metadata(thing: Json) -> str:
    metadata = thing.get("metadata")
    return str(metadata.get(URN_KEY) or "") if isinstance(metadata, Mapping) else ""


def mark_in_description(thing: Json) -> str:
    found = _WORD.search(str(thing.get("description") or ""))
    return found[1] if found else ""


def carries(thing: Json, urn: str) -> bool:
    """Whether a live thing was made as the resource *urn*."""
    return mark_in(thing) in (urn, digest_of(urn))
