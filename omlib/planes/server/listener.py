"""The one spelling of a listener's name: `tcp/*:22`, `udp/198.18.0.11:53`, `tcp/[::1]:8080`.

`*` stands for every address, of IPv4, IPv6 or both.
"""

import ipaddress
import re

from omlib.errors import OmlibError

_NAME = re.compile(r"(tcp|udp)/(\*|\[[^\]]*\]|[^\[\]:]+):(\d{1,5})", re.ASCII)


class BadListenerError(OmlibError):
    """A text does not name a listener. Facts: text."""

    code = "bad_listener"


def listener_name(text: str) -> str:
    """Bring *text* to the one spelling; raises BadListenerError.

    >>> listener_name("TCP/0.0.0.0:022")
    'tcp/*:22'
    >>> listener_name("tcp/[0:0::1]:53")
    'tcp/[::1]:53'
    """
    match = _NAME.fullmatch(text.strip().lower())
    if not match or int(match[3]) > 65535:
        raise BadListenerError(text=text)
    if match[2] == "*":
        return f"{match[1]}/*:{int(match[3])}"
    try:
        address = ipaddress.ip_address(match[2].strip("[]"))
    except ValueError:
        raise BadListenerError(text=text) from None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    shown = "*" if address.is_unspecified else str(address)
    bracketed = f"[{shown}]" if ":" in shown else shown
    return f"{match[1]}/{bracketed}:{int(match[3])}"
