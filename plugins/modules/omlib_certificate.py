#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a certificate is as declared; this mends nothing."""

from __future__ import annotations

DOCUMENTATION = r"""
module: omlib_certificate
short_description: Judge whether a certificate is as declared
description:
  - Reads the first certificate of a PEM file with Python's own library, so that a host needs
    neither openssl nor cryptography. Nothing is made here, so a difference is C(changed) in check
    mode and a failure otherwise.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name: {description: The PEM file., type: str, required: true}
  issuer: {description: The issuer's name as RFC 4514 writes it., type: str}
  names: {description: DNS names and addresses that it is for., type: list, elements: str}
  days_left: {description: The least time until it ends., type: int}
"""
EXAMPLES = r"""
- omlib_certificate: {name: /etc/pki/oa.pem, names: [oa.example.cn], days_left: 30}
"""
RETURN = r"""{}"""

import base64
import datetime
import ipaddress
import re

from ansible.module_utils.basic import AnsibleModule

# copied: omlib/planes/server/host/certificates.py
#   _KINDS _PEM first_certificate


_KINDS = rb"(?:X509 |TRUSTED )?CERTIFICATE"


_PEM = rb"-----BEGIN " + _KINDS + rb"-----([A-Za-z0-9+/=\s]*)-----END " + _KINDS + rb"-----"


def first_certificate(pem: bytes) -> "bytes | None":
    """In DER; None where the text has other parts only. Raises ValueError for a damaged one."""
    begun = re.search(rb"-----BEGIN " + _KINDS + rb"-----", pem)
    if not begun:
        if not pem.strip() or b"-----BEGIN " in pem:
            return None
        raise ValueError("not PEM")
    whole = re.compile(_PEM).match(pem, begun.start())
    if not whole:
        raise ValueError("broken off")
    der = base64.b64decode(b"".join(whole[1].split()), validate=True)
    # a sequence that begins with a sequence; in a key a number comes first
    length = der[1] if len(der) > 1 else 0
    inner = 2 + (length & 0x7F if length & 0x80 else 0)
    if der[:1] != b"\x30" or der[inner : inner + 1] != b"\x30":
        raise ValueError("not a certificate")
    return der


# end of what is copied

SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}
ENCODINGS = {28: "utf-32-be", 30: "utf-16-be", 20: "latin-1"}
SUBJECT_ALT_NAME = "2.5.29.17"
UTC = datetime.timezone.utc  # noqa: UP017 - the short word is of Python 3.11


def parts(der: bytes) -> list[tuple[int, bytes]]:
    """Tag and content of each value in a row of DER."""
    found, at = [], 0
    while at < len(der):
        tag, size, at = der[at], der[at + 1], at + 2
        if size & 0x80:
            long = size & 0x7F
            size, at = int.from_bytes(der[at : at + long], "big"), at + long
        if at + size > len(der):
            raise ValueError("broken off")
        found.append((tag, der[at : at + size]))
        at += size
    return found


def dotted(oid: bytes) -> str:
    numbers, number = [], 0
    for byte in oid:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def escaped(value: str) -> str:
    for letter in '\\"+,;<>':
        value = value.replace(letter, "\\" + letter)
    value = value.replace("\0", "\\00")
    if value[:1] == "#" or (value[:1] == " " and len(value) > 1):
        value = "\\" + value
    return value[:-1] + "\\ " if value[-1:] == " " else value


def spelled(name: bytes) -> str:
    """A distinguished name, the innermost part first."""
    told = []
    for _, relative in parts(name):
        pairs = []
        for _, pair in parts(relative):
            (_, oid), (tag, value) = parts(pair)
            word = dotted(oid)
            text = escaped(value.decode(ENCODINGS.get(tag, "utf-8")))
            pairs.append(SHORT.get(word, word) + "=" + text)
        told.append("+".join(pairs))
    return ",".join(reversed(told))


def moment(tag: int, text: bytes) -> datetime.datetime:
    digits = text.decode("ascii").rstrip("Z")
    if tag == 23:  # UTCTime: two digits of the year, RFC 5280
        digits = ("20" if int(digits[:2]) < 50 else "19") + digits
    return datetime.datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def alternative_names(fields: list[tuple[int, bytes]]) -> list[str]:
    names = []
    lists = [parts(wrapped)[0][1] for tag, wrapped in fields if tag == 0xA3]
    for extension in [one for several in lists for one in parts(several)]:
        (_, oid), *_, (_, value) = parts(extension[1])
        if dotted(oid) == SUBJECT_ALT_NAME:
            for tag, name in parts(parts(value)[0][1]):
                if tag == 0x82:
                    names.append(name.decode("ascii"))
                elif tag == 0x87:
                    names.append(str(ipaddress.ip_address(name)))
    return names


def read(der: bytes, now: datetime.datetime) -> dict:
    fields = parts(parts(parts(der)[0][1])[0][1])
    if fields[0][0] == 0xA0:  # the version, which the first one did not have
        fields = fields[1:]
    _, _, (_, issuer), (_, validity) = fields[:4]
    return {
        "issuer": spelled(issuer),
        "names": alternative_names(fields),
        "days_left": (moment(*parts(validity)[1]) - now).days,
    }


def differs(wanted: dict, seen: dict) -> list[str]:
    found = []
    if wanted["issuer"] is not None and wanted["issuer"].split() != seen["issuer"].split():
        found.append("issuer")
    if wanted["names"] is not None and set(wanted["names"]) != set(seen["names"]):
        found.append("names")
    if wanted["days_left"] is not None and seen["days_left"] < wanted["days_left"]:
        found.append("days_left")
    return found


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "issuer": {"type": "str"},
            "names": {"type": "list", "elements": "str"},
            "days_left": {"type": "int"},
        },
        supports_check_mode=True,
    )
    wanted = {name: value for name, value in module.params.items() if name != "name"}
    path = module.params["name"]
    try:
        with open(path, "rb") as file:
            der = first_certificate(file.read())
        seen = read(der, datetime.datetime.now(UTC)) if der else None
    except FileNotFoundError:
        seen = None
    except (OSError, ValueError, IndexError) as error:
        module.fail_json(msg=f"{path} cannot be read: {error}")
    found = ["there is no certificate"] if seen is None else differs(wanted, seen)
    if found and not module.check_mode:
        module.fail_json(msg=f"{path}: {', '.join(found)}; a certificate is not made here")
    told = {name: value for name, value in wanted.items() if value is not None}
    before = {name: (seen or {}).get(name) for name in told}
    module.exit_json(changed=bool(found), diff={"before": before, "after": told} if found else {})


if __name__ == "__main__":
    main()
