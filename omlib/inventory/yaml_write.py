"""Write YAML with ruamel.yaml, comments, order and anchors kept, on the reader's scalar schema."""

import io
import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.tag import Tag

from omlib.inventory.scalars import tag_of

_NEEDS_ESCAPES = re.compile("[^ -~\xa1-\u1fff\u2030-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufff9]")
_PREFIX = "tag:yaml.org,2002:"
_TAGS = {
    tag: Tag(suffix=_PREFIX + tag)
    for tag in ("null", "bool", "int", "float", "str", "map", "seq", "merge")
}


class _CoreResolver(VersionedResolver):
    """What a plain scalar is, asked both when reading and when deciding whether to quote."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Tag:
        if kind is MappingNode:
            return _TAGS["map"]
        if kind is SequenceNode:
            return _TAGS["seq"]
        if kind is ScalarNode and implicit[0]:
            return _TAGS["merge"] if value == "<<" else _TAGS[tag_of(value)]
        return _TAGS["str"]


def round_trip() -> YAML:
    """ruamel.yaml set up for inventory files: no line is folded, quotes stay."""
    yaml = YAML(typ="rt")
    yaml.Resolver = _CoreResolver
    yaml.preserve_quotes = True
    yaml.width = 10**6
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def dump(value: object) -> str:
    """*value* as a block of YAML; reads back equal through `read_yaml`."""
    out = io.StringIO()
    round_trip().dump(_quoted(value), out)
    return out.getvalue()


def _quoted(value: object) -> object:
    """Text that only double quotes keep (YAML 1.1 breaks lines at NEL, LS and PS too) gets them."""
    match value:
        case str():
            return DoubleQuotedScalarString(value) if _NEEDS_ESCAPES.search(value) else value
        case Mapping():
            return {_quoted(name): _quoted(one) for name, one in value.items()}
        case list() | tuple():
            return [_quoted(one) for one in value]
    return value
