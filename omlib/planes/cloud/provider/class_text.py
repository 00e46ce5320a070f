"""The text of `provider/classes.py`, from the properties of the kinds.

Written anew by `python -m omlib.planes.cloud.provider.class_text`; a test holds the two together.
"""

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from omlib.planes.cloud.provider.functions import FUNCTIONS, Function
from omlib.planes.cloud.provider.kind import Property, Type
from omlib.planes.cloud.provider.kinds import KINDS

PATH = Path(__file__).with_name("classes.py")

_HEAD = '''"""Resources of `omcloud` for programs of one's own, typed.

    from omlib.planes.cloud.provider.classes import Network

    Network("dmz", cloud="gov-cloud", region="RegionOne", project="hrss", name="dmz")

Made from the kinds' properties by `python -m omlib.planes.cloud.provider.class_text`; not edited.
A property that is left out is not compared and never changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
'''
_INPUTS = {
    Type.STRING: "pulumi.Input[str]",
    Type.INTEGER: "pulumi.Input[int]",
    Type.BOOLEAN: "pulumi.Input[bool]",
    Type.STRINGS: "pulumi.Input[Sequence[pulumi.Input[str]]]",
    Type.STRING_MAP: "pulumi.Input[Mapping[str, pulumi.Input[str]]]",
}
_OUTPUTS = {
    Type.STRING: "str",
    Type.INTEGER: "int",
    Type.BOOLEAN: "bool",
    Type.STRINGS: "Sequence[str]",
    Type.STRING_MAP: "Mapping[str, str]",
}


def class_text() -> str:
    """The whole module."""
    parts = [_HEAD]
    parts += [_function(token, function) for token, function in sorted(FUNCTIONS.items())]
    parts += [_class(token, kind.properties) for token, kind in sorted(KINDS.items())]
    return "\n\n".join(parts)


def _class(token: str, properties: Sequence[Property]) -> str:
    name = token.rpartition(":")[2]
    inputs = [prop for prop in properties if not prop.computed]
    lines = [f"class {name}(pulumi.CustomResource):", f'    """{_words(name)}.', ""]
    lines += _explained(properties)
    lines += ['    """', ""]
    lines += [f"    {prop.name}: pulumi.Output[{_OUTPUTS[prop.type]}]" for prop in properties]
    lines += ["", "    def __init__(", "        self,", "        resource_name: str,", "        *,"]
    lines += [f"        {line}," for line in _parameters(inputs)]
    lines += [
        "        opts: pulumi.ResourceOptions | None = None,",
        "    ) -> None:",
        "        properties: dict[str, Any] = {",
    ]
    lines += [f'            "{prop.name}": {prop.name},' for prop in inputs]
    lines += [f'            "{prop.name}": None,' for prop in properties if prop.computed]
    lines += ["        }", f'        super().__init__("{token}", resource_name, properties, opts)']
    return "\n".join(lines) + "\n"


def _function(token: str, function: Function) -> str:
    name = token.rpartition(":")[2]
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    result = f"{name[3:]}Found"
    lines = [
        "@dataclass(frozen=True, slots=True)",
        f"class {result}:",
        f'    """{function.what}',
        "",
    ]
    lines += _explained(function.results)
    lines += ['    """', ""]
    lines += [f"    {prop.name}: {_OUTPUTS[prop.type]}" for prop in function.results]
    lines += ["", "", f"def {snake}("]
    lines += ["    *,", *(f"    {line}," for line in _parameters(function.arguments, plain=True))]
    lines += [
        "    opts: pulumi.InvokeOptions | None = None,",
        f") -> {result}:",
        f'    """{function.what}"""',
        "    args: dict[str, Any] = {",
        *(f'        "{prop.name}": {prop.name},' for prop in function.arguments),
        "    }",
        f'    told = pulumi.runtime.invoke("{token}", args, opts).value',
        f"    return {result}(",
    ]
    lines += [f"        {prop.name}={_read(prop)}," for prop in function.results]
    lines += ["    )"]
    return "\n".join(lines) + "\n"


def _read(prop: Property) -> str:
    """An int comes as the double that the engine makes of it."""
    told = f'told["{prop.name}"]'
    return f"int({told})" if prop.type is Type.INTEGER else told


def _parameters(inputs: Sequence[Property], *, plain: bool = False) -> Iterator[str]:
    types = _OUTPUTS if plain else _INPUTS
    for prop in sorted(inputs, key=lambda prop: not prop.required):
        told = types[prop.type]
        yield f"{prop.name}: {told}" if prop.required else f"{prop.name}: {told} | None = None"


def _explained(properties: Sequence[Property]) -> Iterator[str]:
    for prop in properties:
        notes = ["computed"] if prop.computed else []
        notes += ["a change replaces"] if prop.replaces else []
        told = f" ({'; '.join(notes)})" if notes else ""
        text = f"{prop.name}: {prop.what.removesuffix('.')}{told}."
        yield from textwrap.wrap(text, 100, initial_indent="    ", subsequent_indent="        ")


def _words(name: str) -> str:
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return f"A {words.strip().replace(' ip', ' IP')} of a cloud"


if __name__ == "__main__":
    PATH.write_text(class_text(), encoding="utf-8")
