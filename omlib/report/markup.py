"""HTML by construction: what is not `Markup` is text, made neutral and escaped on its way in."""

import html
import json
from collections.abc import Iterable

from omlib.report.neutral import neutral

_VOID = frozenset({"meta", "input", "br", "hr", "wbr"})
_UNSAFE_IN_SCRIPT = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


class Markup(str):
    """HTML that this module made."""

    __slots__ = ()


Child = str | Markup | Iterable["str | Markup"]
Attribute = str | int | float | bool | None


def text(told: str) -> Markup:
    """
    >>> text("<b>\\u202e")
    '&lt;b&gt;\\\\u202e'
    """
    return told if isinstance(told, Markup) else Markup(html.escape(neutral(told)))


def element(name: str, /, *children: Child, **attributes: Attribute) -> Markup:
    """`class_` is the attribute class, `aria_label` is aria-label; None and False are left out.

    >>> element("a", "x < y", class_="n", aria_label='"', hidden=True)
    '<a class="n" aria-label="&quot;" hidden>x &lt; y</a>'
    """
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{inside(*children)}</{name}>")


def inside(*children: Child) -> Markup:
    parts = (
        text(part) for child in children for part in ((child,) if isinstance(child, str) else child)
    )
    return Markup("".join(parts))


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'


def script_json(value: object) -> str:
    """*value* as JSON that no HTML parser can take for the end of its script.

    >>> script_json(["</script>", "\\ud800"])
    '["\\\\u003c/script\\\\u003e","\\\\\\\\ud800"]'
    """
    told = json.dumps(_neutral(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return told.translate(_UNSAFE_IN_SCRIPT)


def _neutral(value: object) -> object:
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, (list, tuple)):
        return [_neutral(part) for part in value]
    if isinstance(value, dict):
        return {neutral(str(key)): _neutral(part) for key, part in value.items()}
    return value
