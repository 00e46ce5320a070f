"""The strict base of every record, and the small types that fields are made of."""

import ipaddress
import posixpath
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from omlib.errors import OmlibError
from omlib.model.ref import LIVE, parse_ref

Json = dict[str, Any]

_HOP = re.compile(
    r"(?:\w[^\s@]*@)?(?:\[(?P<v6>[^\]]+)\]|(?P<name>[^@:\[\]]+))(?::(?P<port>[0-9]+))?"
)


class Record(BaseModel):
    """Unknown keys and wrong types are errors; a key without a value (null) is not given."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    null_means: ClassVar[frozenset[str]] = frozenset()  # fields in which null is a value

    @model_validator(mode="before")
    @classmethod
    def _null_is_not_given(cls, given: object) -> object:
        if not isinstance(given, dict) or None not in given.values():
            return given
        return {k: v for k, v in given.items() if v is not None or k in cls.null_means}


def bad_value(wanted: str) -> PydanticCustomError:
    """*wanted* is a word of `omlib.report.inventory_words.WANTED`."""
    return PydanticCustomError("bad_value", "{wanted}", {"wanted": wanted})


def _hidden(text: str) -> bool:
    return any(unicodedata.category(char)[0] == "C" for char in text if not char.isprintable())


def _id(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if (
        not 0 < len(text) <= 80
        or text.startswith(LIVE)
        or any(char in ":/%" or char.isspace() or not char.isprintable() for char in text)
    ):
        raise bad_value("id")
    return text


def _text(text: str) -> str:
    if not text.strip() or _hidden(text):
        raise bad_value("text")
    return text


def _day(given: object) -> object:
    if not isinstance(given, str):
        return given
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    raise bad_value("day")


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise bad_value("address") from None


def _host(text: str) -> str:
    """An address or a DNS name; digits and dots, or a colon, can only be meant as an address.

    It becomes a word of ssh's and, behind a jump host, of a shell's: no option and no command.
    """
    if not re.fullmatch(r"[\w:][\w.:%-]{0,252}", text):
        raise bad_value("host")
    if ":" in text or re.fullmatch(r"[0-9.]+", text):
        return _address(text)
    if "%" in text:
        raise bad_value("host")
    return text


def _jump(text: str) -> str:
    """A chain as ProxyJump of ssh_config(5) writes it."""
    for hop in text.split(","):
        found = _HOP.fullmatch(hop.strip())
        if not found or not _is_port(found["port"] or "22"):
            raise bad_value("jump")
        _host(found["v6"] or found["name"])
    return text


def _program(text: str) -> str:
    """It becomes a word of a shell's on the host."""
    if not is_path(text) or not re.fullmatch(r"[\w./+-]+", text):
        raise bad_value("program")
    return text


def _cidr(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        raise bad_value("cidr") from None


def _matches(pattern: str, wanted: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise bad_value(wanted)
        return text

    return check


def _reference(given: object) -> object:
    if not isinstance(given, str) or not re.fullmatch(r"env:[A-Za-z_]\w*|file:[^\0\n]+", given):
        raise PydanticCustomError("secret_value", "")  # whatever it is, it is not repeated
    return given


def _file_reference(given: object) -> object:
    if not str(_reference(given)).startswith("file:"):
        raise PydanticCustomError("secret_value", "")
    return given


def _ref(text: str) -> str:
    try:
        return str(parse_ref(text))
    except OmlibError as error:
        raise PydanticCustomError("bad_ref", "{why}", {"why": error.facts["why"]}) from None


def _cents(given: object) -> object:
    """An amount of yuan as whole cents. A float's shortest text is what was written."""
    try:
        amount = Decimal(str(given)) * 100 if not isinstance(given, bool) else Decimal("NaN")
    except InvalidOperation:
        raise bad_value("yuan") from None
    if not amount.is_finite() or amount != int(amount) or abs(amount) >= 10**15:
        raise bad_value("yuan")
    return int(amount)


def is_path(text: str) -> bool:
    return text.startswith("/") and posixpath.normpath(text) == text and "\0" not in text


def _path(text: str) -> str:
    if not is_path(text):
        raise bad_value("path")
    return text


def _name(text: str) -> str:
    """A file is named by it in a folder of the host, and stays in there."""
    if "/" in _text(text) or text == "." or ".." in text:
        raise bad_value("name")
    return text


def _name_or_path(text: str) -> str:
    if not is_path(_text(text)) and ("/" in text or text == "." or ".." in text):
        raise bad_value("name_or_path")
    return text


def _inner_path(text: str) -> str:
    parts = text.split("/")
    if text.startswith("/") or "\\" in text or {"", ".", ".."} & set(parts):
        raise PydanticCustomError("path_outside", "{path}", {"path": text})
    return text


def is_listener(text: str) -> bool:
    protocol, _, rest = text.partition("/")
    host, _, port = rest.rpartition(":")
    known = protocol in ("tcp", "udp") and _is_port(port)
    return known and (host == "*" or _one_spelling(host))


def _listener(text: str) -> str:
    if not is_listener(text):
        raise bad_value("listener")
    return text


def _one_spelling(host: str) -> bool:
    """Whether the address is in its only spelling: `*` stands for all, IPv6 in brackets."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    plain = f"[{address}]" if address.version == 6 else str(address)
    return plain == host and not address.is_unspecified


def _is_port(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,4}", text)) and int(text) < 65536


def _endpoint(text: str) -> str:
    protocol, _, port = text.partition("/")
    if protocol not in ("tcp", "udp") or not _is_port(port):
        raise bad_value("endpoint")
    return text


def _pattern(pattern: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, **more})


ID_PATTERN = r"^[^\s@:/%][^\s:/%]{0,79}$"
Id = Annotated[str, AfterValidator(_id), _pattern(ID_PATTERN)]
Text = Annotated[str, AfterValidator(_text), _pattern(r"\S")]
Day = Annotated[date, BeforeValidator(_day), _pattern(r"^\d{4}-\d{2}-\d{2}$", format="date")]
TimeOfDay = Annotated[
    str,
    AfterValidator(_matches(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00", "time")),
    _pattern(r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"),
]
Address = Annotated[str, AfterValidator(_address)]
Host = Annotated[str, AfterValidator(_host)]
Jump = Annotated[str, AfterValidator(_jump), _pattern(r"\S")]
Program = Annotated[str, AfterValidator(_program), _pattern("^/")]
Cidr = Annotated[str, AfterValidator(_cidr)]
HostPort = Annotated[int, Field(ge=1, le=65535)]
Endpoint = Annotated[str, AfterValidator(_endpoint), _pattern(r"^(tcp|udp)/\d{1,5}$")]
Listener = Annotated[str, AfterValidator(_listener)]
CredentialRef = Annotated[str, BeforeValidator(_reference), _pattern(r"^(env|file):.+$")]
FileRef = Annotated[str, BeforeValidator(_file_reference), _pattern(r"^file:.+$")]
RefText = Annotated[str, AfterValidator(_ref)]
Cents = Annotated[
    int,
    BeforeValidator(_cents),
    WithJsonSchema({"type": ["integer", "number", "string"], "pattern": r"^\d+(\.\d{1,2})?$"}),
]
Sha256 = Annotated[
    str,
    StringConstraints(to_lower=True),
    AfterValidator(_matches(r"[0-9a-f]{64}", "sha256")),
    _pattern(r"^[0-9a-fA-F]{64}$"),
]
Mode = Annotated[str, AfterValidator(_matches(r"[0-7]{3,4}", "mode")), _pattern(r"^[0-7]{3,4}$")]
ServerPath = Annotated[str, AfterValidator(_path), _pattern("^/")]
Name = Annotated[str, AfterValidator(_name), _pattern("^[^/]+$")]
NameOrPath = Annotated[str, AfterValidator(_name_or_path), _pattern("^/|^[^/]+$")]
InnerPath = Annotated[str, AfterValidator(_inner_path), _pattern(r"^[^/\\]")]
Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(ge=1)]


def names_as_mapping(given: object) -> object:
    """A list of names is short for a mapping of each name to nothing special."""
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        return {name: {} for name in given}
    if isinstance(given, dict):
        return {name: {} if value is None else value for name, value in given.items()}
    return given


def one_as_list(given: object) -> object:
    return [given] if isinstance(given, str) else given
