"""The published schema and the typed classes say what the kinds say."""

import json

from omlib.planes.cloud.provider import classes
from omlib.planes.cloud.provider.class_text import PATH, class_text
from omlib.planes.cloud.provider.kinds import KINDS
from omlib.planes.cloud.provider.schema import schema, schema_text
from omlib.planes.cloud.stacks.names import kind_of


def test_the_classes_are_as_the_kinds_make_them() -> None:
    assert PATH.read_text(encoding="utf-8") == class_text()


def test_every_kind_has_its_class_and_its_token_names_it() -> None:
    for token, kind in KINDS.items():
        assert kind_of(token) == kind.name
        assert hasattr(classes, token.rpartition(":")[2])


def test_the_schema_tells_what_must_be_given_and_what_replaces() -> None:
    told = json.loads(schema_text())
    assert told == schema()
    key_pair = told["resources"]["omcloud:index:KeyPair"]
    assert key_pair["requiredInputs"] == ["cloud", "region", "project", "name", "public_key"]
    assert key_pair["inputProperties"]["public_key"]["willReplaceOnChanges"] is True
    assert "fingerprint" not in key_pair["inputProperties"]
    assert "fingerprint" in key_pair["properties"]
    assert set(told["functions"]) == {"omcloud:index:getImage", "omcloud:index:getFlavor"}
