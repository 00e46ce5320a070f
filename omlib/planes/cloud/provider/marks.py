"""The mark on what omlib made, so that it is found again after a crash.

Servers and volumes carry it as metadata, things of neutron as words of their description. Metadata
values hold 255 characters, and a description as many: a longer URN is cut to its digest.
"""

import hashlib
import re
from collections.abc import Mapping

from omlib.planes.cloud.provider.kind import Mark
from omlib.planes.cloud.reader import Json

URN_KEY, ITEM_KEY = "omlib_urn", "omlib_id"
_CHARACTERS = 255
_WORD = re.compile(r"(?:^|\s)omlib_urn=(\S+)")
_WORDS = re.compile(r"\s*\bomlib_\w+=\S*")


def mark_value(urn: str, characters: int = _CHARACTERS) -> str:
    """What stands for *urn* in a mark: itself, or its digest where it is too long.

    >>> mark_value("urn:pulumi:s::omlib::omcloud:index:Server::oa-01", 20)
    'sha256:c3bff880bbb58'
    """
    if len(urn) <= characters and not re.search(r"\s", urn):
        return urn
    return f"sha256:{hashlib.sha256(urn.encode()).hexdigest()}"[:characters]


def metadata_of(mark: Mark) -> dict[str, str]:
    told = {URN_KEY: mark_value(mark.urn), ITEM_KEY: mark.item}
    return {key: value for key, value in told.items() if len(value) <= _CHARACTERS}


def without_marks(metadata: Json) -> dict[str, str]:
    """The metadata that a declaration speaks of: all but ours."""
    return {str(k): str(v) for k, v in metadata.items() if not str(k).startswith("omlib_")}


def description_of(mark: Mark, text: str = "") -> str:
    """*text* with the mark behind it, in as many characters as neutron keeps."""
    word = f"{URN_KEY}={mark_value(mark.urn, _CHARACTERS - len(URN_KEY) - 1)}"
    text = text[: _CHARACTERS - len(word) - 1].rstrip()
    return f"{text} {word}" if text else word


def without_words(description: str) -> str:
    """What a person wrote in a description.

    >>> without_words("portal omlib_urn=urn:pulumi:s::o::t::web")
    'portal'
    """
    return _WORDS.sub("", description).strip()


def words_of(description: str) -> str:
    """The marks alone, to be kept when the rest is written anew."""
    return " ".join(found.strip() for found in _WORDS.findall(description))


def mark_in(thing: Json) -> str:
    """The mark of a live thing, as `mark_value` made it; "" without."""
    return mark_in_metadata(thing) or mark_in_description(thing)


def mark_in_metadata(thing: Json) -> str:
    metadata = thing.get("metadata")
    return str(metadata.get(URN_KEY) or "") if isinstance(metadata, Mapping) else ""


def mark_in_description(thing: Json) -> str:
    found = _WORD.search(str(thing.get("description") or ""))
    return found[1] if found else ""


def carries(thing: Json, urn: str) -> bool:
    """Whether a live thing was made as the resource *urn*."""
    mark = mark_in(thing)
    lengths = (_CHARACTERS, _CHARACTERS - len(URN_KEY) - 1)
    return bool(mark) and mark in {mark_value(urn, length) for length in lengths}
