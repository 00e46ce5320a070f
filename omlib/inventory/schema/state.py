"""What may be declared of a host, kind by kind.

`declared()` of a record gives the attributes that an item of its kind is compared by: what was
written, and what a kind always wants. The attributes themselves are in `omlib.model.kind`.
"""

import re
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from omlib.inventory.schema.base import (
    Count,
    InnerPath,
    Listener,
    Mode,
    Name,
    NameOrPath,
    Record,
    ServerPath,
    Sha256,
    Text,
    names_as_mapping,
)
from omlib.model.item import Attributes, Value

# what concerns only how a file system is mounted at boot, mount(8) and systemd.mount(5)
_ONLY_AT_BOOT = ("defaults", "auto", "noauto", "nofail", "_netdev", "user", "users", "owner")

_KEY_TYPES = ("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-")
_FIRST_WORD = re.compile(r'(?:\\"|"(?:\\"|[^"])*(?:"|$)|[^\s"])+')
# what is escaped, quotes, and what begins a comment: before a digit `#` is a uid
_IN_A_RULE = re.compile(r'\\.|"|#(?!-?\d)')
_INCLUDE = re.compile(r"\s*[#@]include(dir)?\s")


class State(Record):
    """*always* are declared even where they are not written."""

    always: ClassVar[tuple[str, ...]] = ()

    def declared(self) -> Attributes:
        if "present" in type(self).model_fields and not getattr(self, "present", True):
            return {"present": False}
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self
            if name in self.always or (name in self.model_fields_set and value not in ("", None))
        }


class GroupRecord(State):
    always = ("present",)
    present: bool = Field(default=True, description="False: the group must not be there.")
    gid: Count | None = Field(default=None, description="Group id; not compared if not given.")
    members: list[Text] | None = Field(
        default=None, description="Its members beside those of whom it is the primary group."
    )


class UserRecord(State):
    always = ("present",)
    present: bool = Field(default=True, description="False: the account must not be there.")
    uid: Count | None = Field(default=None, description="User id; not compared if not given.")
    shell: ServerPath = Field(default="", description="Login shell; not compared if not given.")
    home: ServerPath = Field(default="", description="Home directory; not compared if not given.")
    groups: list[Text] | None = Field(
        default=None, description="All supplementary groups; not compared if not given."
    )
    locked: bool | None = Field(
        default=None, description="Whether its password is locked; not compared if not given."
    )


class TrustedKeysRecord(State):
    keys: list[Text] = Field(description="Lines of authorized_keys.")

    def declared(self) -> Attributes:
        return {"keys": tuple(without_comment(line) for line in self.keys)}


class SudoRecord(State):
    always = ("present", "rules")
    present: bool = Field(default=True, description="False: the file must not be there.")
    rules: list[Text] = Field(default=[], description="Rules as in sudoers(5), in order.")

    def declared(self) -> Attributes:
        told = super().declared()
        if "rules" not in told:
            return told
        rules = (rule_without_comment(rule) for rule in self.rules)
        return {**told, "rules": tuple(rule for rule in rules if rule)}


class ServiceRecord(State):
    always = ("running", "enabled")
    running: bool = Field(default=True, description="Whether it runs.")
    enabled: bool = Field(default=True, description="Whether it starts at boot.")


class TimerRecord(ServiceRecord):
    calendar: list[Text] | None = Field(
        default=None, description="OnCalendar= of systemd.timer(5); not compared if not given."
    )


class FileRecord(State):
    """A file, or a directory where no content is declared."""

    present: bool = Field(default=True, description="False: it must not be there.")
    content: str = Field(default="", description="The text itself.")
    source: InnerPath = Field(
        default="", description="A file of the inventory that holds the content."
    )
    template: InnerPath = Field(
        default="",
        description="A Jinja2 template of the inventory; it sees `host` and the `vars`.",
    )
    sha256: Sha256 = Field(default="", description="The content's SHA-256.")
    target: Text = Field(default="", description="Where a symbolic link leads.")
    owner: Text = Field(default="", description="Owning account; not compared if not given.")
    group: Text = Field(default="", description="Owning group; not compared if not given.")
    mode: Mode = Field(default="", description="Octal mode, `0644`; not compared if not given.")
    restarts: list[Text] = Field(
        default=[], description="Services that are restarted when the file was changed."
    )

    def declared(self) -> Attributes:
        told = super().declared()
        inner = ("content", "source", "template", "restarts")
        return {name: value for name, value in told.items() if name not in inner}


class MountRecord(State):
    always = ("mounted", "at_boot")
    mounted: bool = Field(default=True, description="Whether it is mounted.")
    at_boot: bool = Field(default=True, description="Whether fstab(5) has it mounted at boot.")
    source: Text = Field(default="", description="Device, UUID=..., LABEL=..., server:/path.")
    fstype: Text = Field(default="", description="Type of file system.")
    options: list[Text] | None = Field(default=None, description="Options, as in fstab(5).")

    def declared(self) -> Attributes:
        told = dict(super().declared())
        if self.options is not None:
            told["boot_options"] = tuple(self.options)
            told["options"] = tuple(one for one in self.options if _in_force(one))
        absent: tuple[str, ...] = () if self.mounted else ("source", "fstype", "options")
        absent += () if self.at_boot else ("boot_options",)
        return {name: value for name, value in told.items() if name not in absent}


class SysctlRecord(State):
    runtime: Text = Field(default="", description="What the kernel has now.")
    persistent: Text = Field(default="", description="What is set at boot.")


class KernelModuleRecord(State):
    loaded: bool | None = Field(default=None, description="Whether it is loaded.")
    at_boot: bool | None = Field(default=None, description="Whether modules-load.d(5) names it.")
    blocked: bool | None = Field(
        default=None, description="Whether modprobe.d(5) keeps it from being loaded."
    )


class CronRecord(State):
    always = ("present", "jobs")
    present: bool = Field(default=True, description="False: the file must not be there.")
    jobs: list[Text] = Field(
        default=[], description="Lines of crontab(5) with the account: `0 2 * * * root /bin/x`."
    )


class ChainRecord(State):
    always = ("at_boot", "rules")
    policy: Text = Field(default="", description="What becomes of the rest: `accept`, `drop`.")
    rules: list[Text] = Field(default=[], description="Rules in order, as nft(8) prints them.")
    at_boot: bool = Field(default=True, description="Whether /etc/nftables.conf loads it.")


class TimeSyncRecord(State):
    servers: list[Text] | None = Field(default=None, description="Names or addresses.")
    synchronised: bool | None = Field(default=None, description="Whether the clock is in step.")


class CertificateRecord(State):
    issuer: Text = Field(default="", description="The issuer's name, RFC 4514.")
    names: list[Text] | None = Field(default=None, description="DNS names and addresses it is for.")
    days_left: Count | None = Field(default=None, description="The least time until it ends.")


class ListenerRecord(State):
    process: Text = Field(
        default="", max_length=15, description="The program's name as the kernel has it (15 bytes)."
    )


class MeantRecord(State):
    """What a scan finds and what is meant to be so; nothing else of it need be said."""

    sha256: Sha256 = Field(default="", description="The content's SHA-256.")
    owner: Text = Field(default="", description="Owning account; not compared if not given.")
    group: Text = Field(default="", description="Owning group; not compared if not given.")
    mode: Mode = Field(default="", description="Octal mode; not compared if not given.")
    capabilities: Text = Field(default="", description="File capabilities, as getcap(8) has them.")


class PackageFileRecord(State):
    changed: list[Text] | None = Field(
        default=None, description="What differs: `content`, `mode`, `owner`, `missing`."
    )


def without_comment(line: str) -> str:
    """An authorized_keys line with one blank between its words, and without the comment.

    Options are one word, in which blanks may stand between quotes (sshd(8)): whatever looks like a
    key there is none.

    >>> without_comment('from="10.0.0.1" ssh-ed25519   AAAAC3 ops@bastion')
    'from="10.0.0.1" ssh-ed25519 AAAAC3'
    """
    line = line.strip()
    if not (first := _FIRST_WORD.match(line)):
        return line
    rest = line[first.end() :].split()
    return " ".join([first[0], *rest[: 1 if first[0].startswith(_KEY_TYPES) else 2]])


def rule_without_comment(rule: str) -> str:
    """A rule of sudoers(5) with one blank between its words, and without the comment.

    >>> rule_without_comment('#1001 ALL=(ALL) /bin/x  # nights')
    '#1001 ALL=(ALL) /bin/x'
    """
    quoted = False
    for token in _IN_A_RULE.finditer(rule):
        quoted ^= token[0] == '"'
        if token[0] == "#" and not quoted and not _INCLUDE.match(rule):
            rule = rule[: token.start()]
            break
    return " ".join(rule.split())


def _in_force(option: str) -> bool:
    return option not in _ONLY_AT_BOOT and not option.startswith(("x-", "comment="))


def _text_of(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _present(given: object) -> object:
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        return dict.fromkeys(given, "present")
    if isinstance(given, dict):
        return {name: "present" if value is None else value for name, value in given.items()}
    return given


def _sysctl(given: object) -> object:
    """`KEY: VALUE` is short for that value now and at boot."""
    if not isinstance(given, dict):
        return given
    return {
        key: value
        if isinstance(value, dict)
        else dict.fromkeys(("runtime", "persistent"), _text_of(value))
        for key, value in given.items()
    }


def _lines(field: str) -> Any:
    """A list, or one text, is short for a mapping that holds it under *field*."""

    def spread(given: object) -> object:
        if not isinstance(given, dict):
            return given
        told = {}
        for name, value in given.items():
            one = [value] if isinstance(value, str) else value
            told[name] = {field: one} if isinstance(one, list) else one
        return told

    return spread


Packages = Annotated[
    dict[Text, Text],
    BeforeValidator(_present, json_schema_input_type=list[Text] | dict[Text, Text | None]),
]
Groups = Annotated[
    dict[Text, GroupRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, GroupRecord | None]
    ),
]
Users = Annotated[
    dict[Text, UserRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, UserRecord | None]
    ),
]
TrustedKeys = Annotated[
    dict[Text, TrustedKeysRecord],
    BeforeValidator(
        _lines("keys"), json_schema_input_type=dict[Text, list[Text] | TrustedKeysRecord]
    ),
]
SudoFiles = Annotated[
    dict[NameOrPath, SudoRecord],
    BeforeValidator(
        _lines("rules"), json_schema_input_type=dict[NameOrPath, Text | list[Text] | SudoRecord]
    ),
]
Files = dict[ServerPath, FileRecord]
Mounts = dict[ServerPath, MountRecord]
Sysctl = Annotated[
    dict[Text, SysctlRecord],
    BeforeValidator(_sysctl, json_schema_input_type=dict[Text, Text | int | SysctlRecord]),
]
KernelModules = dict[Name, KernelModuleRecord]
Services = Annotated[
    dict[Text, ServiceRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, ServiceRecord | None]
    ),
]
Timers = Annotated[
    dict[Text, TimerRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, TimerRecord | None]
    ),
]
CronFiles = Annotated[
    dict[NameOrPath, CronRecord],
    BeforeValidator(
        _lines("jobs"), json_schema_input_type=dict[NameOrPath, Text | list[Text] | CronRecord]
    ),
]
Firewall = dict[Text, ChainRecord]
Certificates = dict[ServerPath, CertificateRecord]
Listeners = Annotated[
    dict[Listener, ListenerRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, ListenerRecord | None]
    ),
]
Meant = Annotated[
    dict[ServerPath, MeantRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, MeantRecord | None]
    ),
]
PackageFiles = Annotated[
    dict[ServerPath, PackageFileRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, PackageFileRecord | None]
    ),
]


def package(text: str) -> Attributes:
    """The attributes of a package that is declared by a word, or by its version."""
    if text == "absent":
        return {"present": False}
    told: dict[str, Value] = {"present": True}
    return told if text == "present" else told | {"version": text}
