"""The schemas and the manual say what the models say, and the example inventory obeys them."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from omlib.inventory.catalogue import ROOT
from omlib.inventory.json_schema import collection_names, json_schema
from omlib.inventory.published import MANUAL, published
from omlib.inventory.yaml_read import read_yaml

PROJECT = Path(__file__).parents[3]
FOR_ANSIBLE = PROJECT / "inventory" / "omlib.yml"  # settings of the inventory plugin
FILES = sorted({*(PROJECT / "inventory").rglob("*.yml")} - {FOR_ANSIBLE})


def test_schemas_and_manual_are_up_to_date() -> None:
    manual = (PROJECT / "docs" / MANUAL).read_text(encoding="utf-8")
    for path, text in published(manual).items():
        have = (PROJECT / "docs" / path).read_text(encoding="utf-8")
        assert have == text, "run: python -m omlib.inventory.published"


@pytest.mark.parametrize("collection", collection_names())
def test_a_schema_is_valid_and_describes_every_field(collection: str) -> None:
    schema = json_schema(collection)
    Draft202012Validator.check_schema(schema)
    models = [*schema["$defs"].values(), schema if collection == ROOT else {}]
    for model in models:
        for name, field in model.get("properties", {}).items():
            assert field.get("description"), f"{collection}: {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_example_file_obeys_the_schema_that_it_names(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    named = path.parent / first.partition("=")[2]
    schema = json.loads(named.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema).iter_errors(read_yaml(text).value)) == []


def test_a_schema_refuses_what_the_loader_refuses() -> None:
    validator = Draft202012Validator(json_schema("systems"))
    system = read_yaml((PROJECT / "inventory/systems/idp.yml").read_text(encoding="utf-8")).value
    assert isinstance(system, dict)
    assert validator.is_valid({"systems": [system]})
    assert not validator.is_valid({**system, "zone": "moon"})
    assert not validator.is_valid({"systems": [{**system, "colour": "red"}]})
