"""Links that update-alternatives(1) made, by its own records."""

import os
import re

from omlib.planes.server.host.disk import read

LINKS = b"/etc/alternatives/"
_RECORDS = (b"/var/lib/dpkg/alternatives", b"/var/lib/alternatives")


def parse(name: bytes, record: bytes) -> "tuple[dict[bytes, bytes], set[bytes]]":
    """By each link that the record of *name* makes where it leads, and all it may lead to at last.

    A mode, the link, then name and link of each that goes with it, an empty line, and the choices.
    """
    head, _, choices = record.partition(b"\n\n")
    lines = head.split(b"\n")
    names, links = [name, *lines[2::2]], [*lines[1:2], *lines[3::2]]
    made = {link: LINKS + each for each, link in zip(names, links)}  # noqa: B905 (strict= is of 3.10)
    return made, set(re.findall(rb"^/.*$", choices, re.M))


def alternatives() -> "tuple[dict[bytes, bytes], dict[bytes, set[bytes]]]":
    """Where each link of them all leads, and by link below /etc/alternatives its targets."""
    made, targets = {}, {}  # type: dict[bytes, bytes], dict[bytes, set[bytes]]
    for folder in _RECORDS:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            links, choices = parse(name, read(os.path.join(folder, name)))
            made.update(links)
            targets.update(dict.fromkeys(links.values(), choices))
    return made, targets
