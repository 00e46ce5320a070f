"""What a plain YAML scalar means: the YAML 1.2 core schema, for the reader and the writer alike.

One rule is narrower than the core schema: a number has no leading zero. So `0644` is a file mode,
`0012` a department's number and both are text; so are MAC addresses, times (`12:30`), dates, `yes`
and `off`, which YAML 1.1 turned into other things.
"""

import re

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,30})|0o[0-7]{1,40}|0x[0-9a-fA-F]{1,32}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_MAY_BE_NUMBER = frozenset("-+.0123456789")

Plain = str | int | float | bool | None


def value_of(text: str) -> Plain:
    """The value of a plain (unquoted) scalar.

    >>> [value_of(text) for text in ("12", "0x1f", "0644", "12:30", "no", "2026-10-01")]
    [12, 31, '0644', '12:30', 'no', '2026-10-01']
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _MAY_BE_NUMBER:
        if _INT.fullmatch(text):
            return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
        if _FLOAT.fullmatch(text):
            return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def tag_of(text: str) -> str:
    """The core schema's tag of a plain scalar, without the `tag:yaml.org,2002:` prefix."""
    match value_of(text):
        case None:
            return "null"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float"
    return "str"
