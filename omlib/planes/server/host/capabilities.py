"""The capabilities of a file, from its extended attribute and as getcap(8) spells them."""

import errno
import os
import struct

ATTRIBUTE = "security.capability"
# of <linux/capability.h>: the revision in the highest byte, whether they are effective in the
# lowest bit, and how many words of permitted and inheritable ones follow
_WORDS = {0x01: 1, 0x02: 2, 0x03: 2}
_EFFECTIVE = 0x000001
_NAMES = (  # noqa: SIM905  (41 lines would say no more)
    "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable"
    " net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio"
    " sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time"
    " sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog"
    " wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore"
).split()


def capabilities(path: bytes) -> str:
    """ "" where the file has none, or its file system knows of none."""
    try:
        raw = os.getxattr(path, ATTRIBUTE, follow_symlinks=False)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.EOPNOTSUPP, errno.ENOENT):
            return ""
        raise
    return spelled(raw)


def spelled(raw: bytes) -> str:
    """Raises ValueError for what no kernel writes.

    >>> spelled(bytes.fromhex("0100000200200000" + "00" * 12))
    'cap_net_raw=ep'
    """
    try:
        (magic,) = struct.unpack_from("<I", raw)
        words = _WORDS[magic >> 24]
        numbers = struct.unpack_from(f"<{2 * words}I", raw, 4)
        root = struct.unpack_from("<I", raw, 4 + 8 * words)[0] if magic >> 24 == 0x03 else 0
    except (struct.error, KeyError):
        raise ValueError("not a set of capabilities: " + raw.hex()) from None
    permitted = sum(number << (32 * i) for i, number in enumerate(numbers[0::2]))
    inheritable = sum(number << (32 * i) for i, number in enumerate(numbers[1::2]))
    by_flags = {}  # type: dict[str, list[str]]
    for bit in range(64):
        p, i = permitted >> bit & 1, inheritable >> bit & 1
        if p or i:
            flags = "e" * (magic & _EFFECTIVE) + "i" * i + "p" * p
            by_flags.setdefault(flags, []).append(_name(bit))
    told = " ".join(",".join(names) + "=" + flags for flags, names in sorted(by_flags.items()))
    if permitted == (1 << len(_NAMES)) - 1 and len(by_flags) == 1:
        told = "=" + min(by_flags)
    return told + (f" [rootid={root}]" if root else "")


def _name(bit: int) -> str:
    return "cap_" + _NAMES[bit] if bit < len(_NAMES) else str(bit)
