"""Certificates in declared PEM files: the first of each, for the asking side to read.

A certificate is public and is handed over as it is, so that a host needs no openssl; whatever else
the file holds, a key above all, stays.
"""

import base64
import binascii
import os
import re
import stat

from omlib.planes.server.host.base import PRESENCE, Found, items_of
from omlib.planes.server.host.disk import look, opened

LARGEST_BYTES = 1024 * 1024
ATTRIBUTES = ("issuer", "names", "days_left")
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


def certificates(asked: "dict[str, object]", _limit_s: int) -> Found:
    found = Found()
    for name in items_of(asked):
        path = name.encode("utf-8", "surrogateescape")
        try:
            told = look(path, follow=True)
            if told is None:
                continue
            if not stat.S_ISREG(told.st_mode) or told.st_size > LARGEST_BYTES:
                raise ValueError("not a file of certificates")
            with os.fdopen(opened(path), "rb") as file:
                der = first_certificate(file.read(LARGEST_BYTES))
        except PermissionError:
            found.items[name] = {}
            found.unseen[name] = dict.fromkeys((PRESENCE, *ATTRIBUTES), "denied")
        except (OSError, ValueError, binascii.Error):
            found.items[name] = {}
            found.unseen[name] = dict.fromkeys(ATTRIBUTES, "error")
        else:
            if der is not None:
                found.items[name] = {"der": base64.b64encode(der).decode("ascii")}
    return found
