"""Plain values as JSON text that is valid UTF-8 and safe to show, whatever a host put into it.

JSON itself escapes only what is below U+0020. What else a terminal would obey or hide is escaped
here too, and so are lone surrogates, which have no UTF-8. Reading it back gives the exact values.
"""

import json
import re
from collections.abc import Mapping

_ESCAPED = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def json_text(told: Mapping[str, object]) -> str:
    """
    >>> json_text({"name": "\\u202e\\ud800"})
    '{\\n  "name": "\\\\u202e\\\\ud800"\\n}\\n'
    """
    return _safe(json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False)) + "\n"


def json_line(told: Mapping[str, object]) -> str:
    """The same on one line, without its end.

    >>> json_line({"a": [1, "\x9b"]})
    '{"a":[1,"\\u009b"]}'
    """
    return _safe(json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


def _safe(text: str) -> str:
    return _ESCAPED.sub(lambda found: json.dumps(found[0])[1:-1], text)
