"""What pam-auth-update(8) writes: whether a file of /etc/pam.d is as it left it."""

import os

from omlib.planes.server.host.disk import read

SAVED, TEMPLATES, CONFIGURED = b"/var/lib/pam/", b"/usr/share/pam/", b"/etc/pam.d/"
# after the first line of each pair stand its modules, up to the second
_BLOCKS = (
    (b'# here are the per-package modules (the "Primary" block)', b"# here's the fallback"),
    (b'# and here are more per-package modules (the "Additional" block)', b"# end of pam-auth-"),
)


def split(configured: bytes) -> "tuple[bytes, list[list[bytes]]]":
    """The file without the lines of its two blocks, and those of each block."""
    rest, blocks, at = [], [[], []], -1  # type: list[bytes], list[list[bytes]], int
    begun = 0
    for line in configured.split(b"\n"):
        if at >= 0 and line.startswith(_BLOCKS[at][1]):
            at = -1
        if at >= 0:
            blocks[at].append(line)
            continue
        rest.append(line)
        if begun < len(_BLOCKS) and line.startswith(_BLOCKS[begun][0]):
            at, begun = begun, begun + 1
    return b"\n".join(rest), blocks


def _told(line: bytes) -> bytes:
    """Each run of blanks as one blank."""
    return b" ".join(line.split())


def as_left(kind: bytes, configured: bytes, template: bytes, saved: bytes) -> bool:
    """*saved* has the modules in order, with `end` where the file has the lines to jump over."""
    rest, blocks = split(configured)
    plain, _ = split(template)
    modules = [line for line in saved.split(b"\n") if line and not line.startswith(b"Module: ")]
    wanted = []
    for position, line in enumerate(modules):
        first = position < len(blocks[0])
        # in the second block a jump must not leave the stack: one less
        left = len(blocks[0]) - position if first else len(modules) - position - 1
        wanted.append(_told(kind + b" " + line.replace(b"end", b"%d" % left)))
    seen = [_told(line) for block in blocks for line in block]
    return seen == wanted and rest.rstrip(b"\n") == plain.rstrip(b"\n")


def as_left_by_pam_auth_update(path: bytes) -> bool:
    folder, name = os.path.split(path)
    if folder + b"/" != CONFIGURED or not name.startswith(b"common-"):
        return False
    stack = name[len(b"common-") :]
    template, saved = read(TEMPLATES + name), read(SAVED + stack)
    kind = stack.partition(b"-")[0]
    return bool(template and saved) and as_left(kind, read(path), template, saved)
