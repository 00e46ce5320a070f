# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be told of a run, and what stands in its place.

A secret is a value under a name that looks like one (password, token, key material), a value that
came out of a vault, and the passwords of the run itself. In a text it becomes `<secret 3f9c01aa>`,
digested under a key that is made anew for each run and never leaves it: within one report an equal
secret looks equal and a changed one different, and nothing can be tried against it later.
"""

import base64
import hmac
import json
import os
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import quote

_KEY = os.urandom(32)  # made before Ansible forks its workers, so that all of them have the same
_SHORTEST = 4  # "no" or "42" is in every text
_MOST_NESTED = 8
_MOST_ITEMS = 2000

_NAME = re.compile(
    r"(?<!com)(?<!by)pass$|pass(word|wd|phrase|code)|(^|_)pwd($|_)|secret|token|credential"
    r"|(api|private|access|encrypt\w*|sign\w*|master|shared|service|account|auth|ssl|tls|host)_?key"
    r"|(^|_)psk($|_)|key_?material|community_?string",
    re.IGNORECASE,
)
# what such a name says about something else: where it lies, how long it must be, for how long
_ABOUT = re.compile(
    r"_(file|path|dir|name|names|id|ids|url|uri|length|len|min|max|days|age|size|type|count|policy"
    r"|enabled|required|hash_algorithm|owner|group|mode|user|users|lookup|prompt|command|method)$"
    r"|^(public|authorized|known|getent)_|_(pub|public)$|^ansible_.*_(method|flags|exe)$|_mechanism$",
    re.IGNORECASE,
)
_FOLDERS = ("PWD", "OLDPWD")  # of a shell, among a host's facts
_NO_SECRET = frozenset({"true", "false", "none", "null", "omit", "present", "absent", "always"})

# `name = value` in a file or a command; the value to the end of its quotes, else of its word
_PAIR = re.compile(
    r"(?P<name>[\w.\-]*(?:password|passwd|passphrase|passwort|secret|token|credential|api_?key"
    r"|private_?key|access_?key)[\w.\-]*)(?P<gap>[\"']?\s*(?:=>|[:=])\s*)"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s,;\"'{}\[\]]+)",
    re.IGNORECASE,
)
_CRYPT = re.compile(r"\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|argon2\w*)\$[^\s:'\"]+")
_PEM = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(.*?)(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_IN_URL = re.compile(r"(?<=://)([^\s/:@'\"]*):([^\s/@'\"]+)(?=@)")
SHOWN = re.compile(r"<secret [0-9a-f]{8}>")


def digest(text: str) -> str:
    """What stands for a secret.

    >>> digest("a") == digest("a"), digest("a") == digest("b")
    (True, False)
    """
    told = hmac.digest(_KEY, text.encode("utf-8", "surrogatepass"), "sha256")
    return f"<secret {told.hex()[:8]}>"


def looks_secret(name: str) -> bool:
    """Whether a variable of this name holds a secret.

    >>> [looks_secret(n) for n in ("db_password", "password_min_length", "api_key", "public_key")]
    [True, False, True, False]
    """
    return bool(_NAME.search(name)) and not _ABOUT.search(name) and name not in _FOLDERS


class Secrets:
    """The secrets known in one process of the run; those of the parent are known after a fork."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: object) -> None:
        """*value* must not be told, nor any text in it."""
        for text in _texts(value, 0):
            self._add(text)

    def _add(self, text: str) -> None:
        text = text.strip()
        if (
            len(text) < _SHORTEST
            or text.lower() in _NO_SECRET
            or "{{" in text
            or text in self._known
        ):
            return
        if text.isdigit() and len(text) < 5:
            return
        self._pattern = None
        self._known.add(text)
        if "\n" in text:  # each line of a key, as a diff shows it
            for row in text.splitlines():
                if len(row.strip()) >= 8 and not row.startswith("-----"):
                    self._known.add(row.strip())

    def add_named(
        self, variables: Mapping[str, object], reveal: Callable[[object], object]
    ) -> None:
        """Those of *variables* that must not be told; *reveal* gives what a template stands for."""
        for name, value in variables.items():
            if not isinstance(name, str) or name in _NOT_WALKED:
                continue
            if looks_secret(name):
                self.add(value)
                self.add(reveal(value))
            else:
                for inner in _named_inside(value, 0):
                    self.add(inner)
                    self.add(reveal(inner))

    def masked(self, text: str) -> str:
        """*text* with each secret in it replaced by what stands for it."""
        if self._known:
            if self._pattern is None:
                forms = {form for text_ in self._known for form in _forms(text_)}
                ordered = sorted(forms, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, ordered)))
            text = self._pattern.sub(lambda found: digest(found.group()), text)
        return _patterns(text)


_NOT_WALKED = frozenset(
    {"hostvars", "groups", "ansible_facts", "vars", "ansible_delegated_vars", "omit"}
    | {"ansible_play_hosts", "ansible_play_batch", "ansible_play_hosts_all", "play_hosts"}
    | {"ansible_search_path", "group_names", "environment"}
)


def _forms(text: str) -> Iterator[str]:
    """How *text* stands in JSON, a shell, an address, and base64."""
    yield text
    yield json.dumps(text)[1:-1]
    yield json.dumps(text, ensure_ascii=False)[1:-1]
    yield repr(text)[1:-1]
    yield shlex.quote(text)
    yield quote(text, safe="")
    yield base64.b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def _patterns(text: str) -> str:
    text = _PEM.sub(lambda f: f"{f[1]}\n{_once(f[2].strip())}\n{f[3]}", text)
    text = _CRYPT.sub(lambda f: digest(f.group()), text)
    text = _IN_URL.sub(lambda f: f"{f[1]}:{_once(f[2])}", text)
    return _PAIR.sub(_pair, text)


def _once(text: str) -> str:
    return text if SHOWN.fullmatch(text) else digest(text)


def _pair(found: re.Match[str]) -> str:
    value = found["value"]
    bare = value.strip("\"'")
    about = not looks_secret(found["name"].replace(".", "_").replace("-", "_"))
    if about or len(bare) < _SHORTEST or bare.lower() in _NO_SECRET or bare.startswith(("/", "<")):
        return found.group()
    if bare.isdigit() and len(bare) < 5:
        return found.group()
    quoted = value[0] if value[0] in "\"'" else ""
    return f"{found['name']}{found['gap']}{quoted}{_once(bare)}{quoted}"


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield str(value)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, int) and not isinstance(value, bool) and value > 9999:
        yield str(value)
    elif depth < _MOST_NESTED and isinstance(value, Mapping):
        for inner in list(value.values())[:_MOST_ITEMS]:
            yield from _texts(inner, depth + 1)
    elif depth < _MOST_NESTED and isinstance(value, Sequence):
        for inner in value[:_MOST_ITEMS]:
            yield from _texts(inner, depth + 1)


def _named_inside(value: object, depth: int) -> Iterator[object]:
    """The values that stand under a secret's name anywhere in *value*."""
    if depth > _MOST_NESTED:
        return
    if isinstance(value, Mapping):
        for name, inner in list(value.items())[:_MOST_ITEMS]:
            if isinstance(name, str) and looks_secret(name):
                yield inner
            else:
                yield from _named_inside(inner, depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value[:_MOST_ITEMS]:
            yield from _named_inside(inner, depth + 1)


SECRETS = Secrets()
