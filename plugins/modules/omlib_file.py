#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a file, a directory or a symbolic link what is declared of it."""

DOCUMENTATION = r"""
module: omlib_file
short_description: Make a file, a directory or a symbolic link what is declared of it
description:
  - Judges as a look of omlib does. A symbolic link is what it leads to, unless I(target) is given.
  - The content comes with the question and is written beside the file with its final mode, so that
    it is nowhere else, neither on the controller nor for others to read. Parents are not made, and
    a directory that holds something is not removed.
  - A file that sshd would not start with is put back, and its item fails with the words of sshd.
  - C(copy) would put the content into a file on the controller, cannot take what is no text from a
    variable, and calls a file in order whose account is not there yet.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  items:
    description: The files.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: Its path., type: str, required: true}
      ref: {description: What results call it., type: str}
      present: {description: Whether it is there., type: bool, default: true}
      content: {description: The text that it holds., type: str}
      content_b64: {description: What it holds., type: str}
      sha256:
        description: The digest of what it holds; without its content it is only judged.
        type: str
      target: {description: Where the symbolic link leads., type: str}
      owner: {description: Owning account., type: str}
      group: {description: Owning group., type: str}
      mode: {description: Octal mode., type: str}
      restarts: {description: Units; nothing is done to them here., type: list, elements: str}
"""
EXAMPLES = r"""
- omlib_file: {items: [{name: /etc/issue, content: hello, mode: "0644"}]}
"""
RETURN = r"""{}"""

import base64
import errno
import grp
import hashlib
import os
import pwd
import stat
import subprocess
import tempfile

from ansible.module_utils.basic import AnsibleModule

# copied: plugins/omlib_in_ansible/each.py
#   Ended list_of each


class Ended(SystemExit):
    """What a module said of one item."""

    def __init__(self, result: dict) -> None:
        super().__init__()
        self.result = result


def list_of(options: dict, **rules: object) -> dict:
    """The arguments of a module that takes items with *options*; *rules* hold for each of them."""
    fields = {"ref": {"type": "str"}, "name": {"type": "str", "required": True}}
    fields.update(options)
    return {
        "items": dict(rules, type="list", elements="dict", required=True, options=fields),
    }


def each(module: AnsibleModule, judge: object) -> None:
    """Have *judge* see to each item as if it were the only one, and end with what it said of all.

    An item that fails costs no other.
    """
    end, fail = module.exit_json, module.fail_json

    def ended(**result: object) -> None:
        raise Ended(result)

    def failed(msg: object, **result: object) -> None:
        raise Ended(dict(result, msg=msg, failed=True))

    module.exit_json, module.fail_json = ended, failed
    said, items = [], module.params["items"]
    for item in items:
        module.params = item
        try:
            judge(module)  # type: ignore[operator]
        except Ended as ending:
            result = ending.result
        except Exception as error:  # noqa: BLE001
            result = {"failed": True, "msg": f"{type(error).__name__}: {error}"}
        one = {key: result[key] for key in ("changed", "failed", "msg", "diff") if key in result}
        said.append(dict(one, ref=item["ref"] or item["name"]))
    module.params, module.exit_json, module.fail_json = {"items": items}, end, fail
    diffs = [one.get("diff") or [] for one in said if one.get("changed")]
    whole = {
        "changed": any(one.get("changed") for one in said),
        "omlib_items": said,
        "diff": [part for diff in diffs for part in (diff if isinstance(diff, list) else [diff])],
    }
    faults = [f"{one['ref']}: {one.get('msg')}" for one in said if one.get("failed")]
    if faults:
        module.fail_json(msg="; ".join(faults), **whole)
    module.exit_json(**whole)


# end of what is copied


# copied: omlib/planes/server/host/base.py
#   CannotTell text native


class CannotTell(Exception):
    """A whole kind could not be read: *status* is denied, unsupported, incomplete or error."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


def native(name: str) -> str:
    """The same, for what Python has already read in the locale's encoding."""
    return text(os.fsencode(name))


# end of what is copied

# copied: omlib/planes/server/host/disk.py
#   HASH_LIMIT_BYTES owner_of group_of belonging look opened digest _hash


HASH_LIMIT_BYTES = 256 * 1024 * 1024


def owner_of(uid: int) -> str:
    try:
        return native(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return str(uid)


def group_of(gid: int) -> str:
    try:
        return native(grp.getgrgid(gid).gr_name)
    except KeyError:
        return str(gid)


def belonging(told: os.stat_result) -> "dict[str, object]":
    return {
        "owner": owner_of(told.st_uid),
        "group": group_of(told.st_gid),
        "mode": f"{stat.S_IMODE(told.st_mode):04o}",
    }


def look(path: bytes, follow: bool = False) -> "os.stat_result | None":
    """None where nothing is; raises OSError where that cannot be told."""
    try:
        return os.stat(path) if follow else os.lstat(path)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG):
            return None
        raise


def opened(raw: bytes) -> int:
    """A descriptor to read from that neither waits, nor is remembered as an access by its owner."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        return os.open(raw, flags | os.O_NOATIME)
    except PermissionError:  # O_NOATIME is for the owner and root
        return os.open(raw, flags)


def digest(raw: bytes, algorithm: str = "sha256") -> "tuple[str, str]":
    """The digest of a regular file, or "" and the reason why not."""
    made = _hash(algorithm)
    try:
        handle = opened(raw)
    except PermissionError:
        return "", "denied"
    with os.fdopen(handle, "rb") as file:
        before = os.fstat(file.fileno())
        size = 0
        while size <= HASH_LIMIT_BYTES:
            piece = file.read(1 << 20)
            if not piece:
                after = os.fstat(file.fileno())
                steady = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
                return (made.hexdigest(), "") if steady else ("", "in_transition")
            made.update(piece)
            size += len(piece)
    return "", "incomplete"


def _hash(algorithm: str) -> "hashlib._Hash":
    try:  # in FIPS mode MD5 must say what it is for; Python before 3.9 knows no such word
        return hashlib.new(algorithm, usedforsecurity=False)
    except TypeError:
        pass
    try:
        return hashlib.new(algorithm)
    except ValueError as error:
        raise CannotTell("unsupported", str(error)) from None


# end of what is copied

# copied: omlib/planes/server/host/files.py
#   locate attributes


def locate(path: str) -> "tuple[bytes, os.stat_result] | None":
    """The file as UTF-8 names it, else as GB18030 does; None if there is neither.

    A link that leads nowhere is there, too: an enabled unit leaves one when its package goes.
    """
    for encoding in ("utf-8", "gb18030"):
        raw = path.encode(encoding)
        told = look(raw, follow=True) or look(raw)
        if told:
            return raw, told
    return None


def attributes(
    raw: bytes, told: os.stat_result, wants: "dict[str, object]"
) -> "tuple[dict[str, object], dict[str, str]]":
    """A symbolic link is what it leads to, unless its target is declared: then it is itself."""
    unseen = {}
    if "target" in wants:
        told = os.lstat(raw)
    seen = {"present": True, **belonging(told)}  # type: dict[str, object]
    if "target" in wants:
        seen["target"] = text(os.readlink(raw)) if stat.S_ISLNK(told.st_mode) else None
    if "sha256" in wants and stat.S_ISREG(told.st_mode):
        sha256, reason = digest(raw)
        seen.update({"sha256": sha256} if sha256 else {})
        unseen.update({"sha256": reason} if reason else {})
    elif "sha256" in wants:
        seen["sha256"] = None  # a directory, device or pipe has no content
    return seen, unseen


# end of what is copied

SHOWN_BYTES = 64 * 1024
MOST_LINKS = 40  # as the kernel has it
WANTED = ("sha256", "target", "owner", "group", "mode")
SSHD = {"ssh", "sshd", "ssh.service", "sshd.service"}
SSHD_LIMIT_S = 20


class Refused(Exception):
    """It cannot be made so; says why in words."""


def seen_of(path: str, wanted: dict) -> "tuple[bytes, dict]":
    """Where it is, and what of *wanted* it has; nothing where there is nothing."""
    located = locate(path)
    if located is None:
        return path.encode("utf-8", "surrogateescape"), {}
    seen, unseen = attributes(located[0], located[1], wanted)
    if unseen:
        raise Refused(f"{path} could not be read: {unseen}")
    return located[0], seen


def differing(wanted: dict, seen: dict) -> "list[str]":
    if not wanted["present"]:
        return ["present"] if seen else []
    if not seen:
        return ["present"]
    return [
        name
        for name in WANTED
        if name in wanted and spelled(name, wanted[name]) != spelled(name, seen.get(name))
    ]


def spelled(name: str, value: "str | None") -> object:
    if value is None:
        return None
    return int(value, 8) if name == "mode" else value.lower() if name == "sha256" else value


def ids(wanted: dict) -> "tuple[int, int]":
    """Account and group by number, -1 for as it is."""
    try:
        owner = wanted.get("owner")
        uid = -1 if owner is None else int(owner) if owner.isdigit() else pwd.getpwnam(owner).pw_uid
        group = wanted.get("group")
        gid = -1 if group is None else int(group) if group.isdigit() else grp.getgrnam(group).gr_gid
    except KeyError as error:
        raise Refused(f"no such account or group: {error}") from None
    return uid, gid


def remove(path: bytes) -> None:
    if stat.S_ISDIR(os.lstat(path).st_mode):
        try:
            os.rmdir(path)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
            raise Refused(f"{text(path)} is a directory that holds something") from None
    else:
        os.unlink(path)


def make_link(path: bytes, wanted: dict) -> None:
    uid, gid = ids(wanted)
    now = look(path)
    if now is None or not stat.S_ISLNK(now.st_mode) or os.readlink(path) != fs(wanted["target"]):
        if now is not None and stat.S_ISDIR(now.st_mode):
            raise Refused(f"{text(path)} is a directory")
        beside = os.path.join(os.path.dirname(path), b".omlib-%d" % os.getpid())
        os.symlink(fs(wanted["target"]), beside)
        replace(beside, path)
    os.lchown(path, uid, gid)


def fs(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def replace(beside: bytes, path: bytes) -> None:
    try:
        os.replace(beside, path)
    except OSError:
        os.unlink(beside)
        raise


def write(module: AnsibleModule, path: bytes, content: bytes, wanted: dict) -> None:
    """Beside the file and then in its place; into it where that is a mount of its own."""
    uid, gid = ids(wanted)
    now = look(path)
    if now is not None and not stat.S_ISREG(now.st_mode):
        raise Refused(f"{text(path)} is there and is not a regular file")
    mode = int(wanted.get("mode") or "%o" % (stat.S_IMODE(now.st_mode) if now else 0o644), 8)
    context = module.selinux_context(path) if now and module.selinux_enabled() else None
    handle, beside = tempfile.mkstemp(prefix=b".omlib-", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            if now:
                os.fchown(handle, now.st_uid, now.st_gid)
            os.fchown(handle, uid, gid)
            os.fchmod(handle, mode)
            file.flush()
            os.fsync(handle)
    except OSError:  # a full disk
        os.unlink(beside)
        raise
    try:
        replace(beside, path)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        with open(path, "wb") as file:
            file.write(content)
    if module.selinux_enabled():
        wants = context or module.selinux_default_context(path)
        module.set_context_if_different(path, wants, False)


def settle(path: bytes, wanted: dict) -> None:
    """Owner, group and mode of what is there, not of what a link set there meanwhile leads to."""
    uid, gid = ids(wanted)
    handle = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        this = f"/proc/self/fd/{handle}"
        os.chown(this, uid, gid)
        if "mode" in wanted:  # after the owner, for a change of it takes the set-uid bit away
            os.chmod(this, int(wanted["mode"], 8))
    finally:
        os.close(handle)


def parts_of(path: bytes) -> "list[bytes]":
    return [part for part in path.split(b"/") if part not in (b"", b".")]


def followed(path: bytes) -> bytes:
    """Where *path* leads, if each link on the way is root's or of whose the end is.

    Else an account could have any file of the host given to it: by a link in its home.
    """
    end = os.path.realpath(path)
    owner = (look(end) or os.lstat(os.path.dirname(end))).st_uid
    here, ahead, links = b"/", parts_of(path), 0
    while ahead:
        part = ahead.pop(0)
        step = os.path.dirname(here) if part == b".." else os.path.join(here, part)
        told = look(step)
        if told is None or not stat.S_ISLNK(told.st_mode):
            here = step
            continue
        links += 1
        if told.st_uid not in (0, owner) or links > MOST_LINKS:
            whose = owner_of(told.st_uid)
            raise Refused(f"{text(step)} is a link of {whose}'s to what is somebody else's")
        target = os.readlink(step)
        here = b"/" if target.startswith(b"/") else here
        ahead = [*parts_of(target), *ahead]
    return here


def make(module: AnsibleModule, path: bytes, wanted: dict, found: "list[str]") -> None:
    if not wanted["present"]:
        return remove(path)
    parent = os.path.dirname(path)
    if not os.path.isdir(parent):
        raise Refused(f"its directory {text(parent)} is not there; declare it")
    if "target" in wanted:
        return make_link(path, wanted)
    true = followed(path)
    if "sha256" in found or ("present" in found and "sha256" in wanted):
        if wanted["content"] is None:
            raise Refused("only the digest of its content is declared")
        write(module, true, wanted["content"], wanted)
    elif "present" in found:
        ids(wanted)  # before anything is made
        os.mkdir(path, 0o755)
    return settle(true, wanted)


class Before:
    """What a place held, to be put there again."""

    def __init__(self, path: bytes, itself: bool) -> None:
        """*itself*: where *path* is a link, the link is meant and not what it leads to."""
        self.path = path if itself else os.path.realpath(path)
        self.told, self.target, self.content = look(self.path), b"", b""
        if self.told is not None and stat.S_ISLNK(self.told.st_mode):
            self.target = os.readlink(self.path)
        elif self.told is not None and stat.S_ISREG(self.told.st_mode):
            with open(self.path, "rb") as file:
                self.content = file.read()

    def put_back(self, module: AnsibleModule) -> None:
        told = self.told
        if told is None:
            return remove(self.path)
        had = {"owner": str(told.st_uid), "group": str(told.st_gid)}
        if stat.S_ISLNK(told.st_mode):
            return make_link(self.path, dict(had, target=text(self.target)))
        had["mode"] = f"{stat.S_IMODE(told.st_mode):o}"
        if stat.S_ISREG(told.st_mode):
            return write(module, self.path, self.content, had)
        if look(self.path) is None:
            os.mkdir(self.path, 0o700)
        return settle(self.path, had)


def sshd_says() -> str:
    """Why sshd would not start with what is configured; "" where it would, or is not installed."""
    try:
        done = subprocess.run(
            ["/usr/sbin/sshd", "-t"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SSHD_LIMIT_S,
            check=False,
        )
    except FileNotFoundError:
        return ""
    except subprocess.TimeoutExpired:
        return "no answer in time"
    return text(done.stdout).strip() or str(done.returncode) if done.returncode else ""


def make_for_sshd(
    module: AnsibleModule, path: bytes, wanted: dict, found: "list[str]", restarts: bool
) -> None:
    """Nobody comes in any more where sshd is restarted with what it does not take.

    What was wrong before stays made: it may be a step of the mending. *restarts* is whether sshd is
    restarted because of it, which a failed item is not.
    """
    wrong = sshd_says()
    before = Before(path, "target" in wanted or not wanted["present"])
    make(module, path, wanted, found)
    says = sshd_says()
    if says and not wrong:
        before.put_back(module)
        raise Refused(f"put back, for sshd does not take it: {says}")
    if says and restarts:
        raise Refused(f"made, and sshd is not restarted, for it would not start: {says}")


def shown(path: bytes, content: "bytes | None", wanted: dict, seen: dict) -> "list[dict]":
    """What differs; the text only of a file that everybody may read, and may when it is made so."""
    names = [name for name in ("present", *WANTED) if name in wanted]
    told = [{"before": {n: seen.get(n) for n in names}, "after": {n: wanted[n] for n in names}}]
    if not int(wanted.get("mode", "0004"), 8) & 0o004:
        return told
    now = look(path, follow=True)
    if now is None or content is None or not stat.S_ISREG(now.st_mode) or not now.st_mode & 0o004:
        return told
    with open(path, "rb") as file:
        before = file.read(SHOWN_BYTES + 1)
    if len(before) <= SHOWN_BYTES >= len(content) and b"\0" not in before + content:
        texts = {
            "before": before.decode("utf-8", "replace"),
            "after": content.decode("utf-8", "replace"),
        }
        told.append({**texts, "before_header": text(path), "after_header": text(path)})
    return told


def content_of(given: dict) -> "bytes | None":
    if given["content"] is not None:
        return given["content"].encode("utf-8", "surrogateescape")
    return None if given["content_b64"] is None else base64.b64decode(given["content_b64"])


def see_to(module: AnsibleModule) -> None:
    given = module.params
    wanted = {name: given[name] for name in WANTED if given[name] is not None}
    wanted["present"] = given["present"]
    content = content_of(given)
    if content is not None:
        wanted["sha256"] = hashlib.sha256(content).hexdigest()
    wanted["content"] = content
    try:
        path, seen = seen_of(given["name"], wanted)
        found = differing(wanted, seen)
        told = shown(path, content if "sha256" in found else None, wanted, seen) if found else []
        if found and not module.check_mode:
            restarts = bool(SSHD.intersection(given["restarts"] or ()))
            if restarts or given["name"].startswith("/etc/ssh/"):
                make_for_sshd(module, path, wanted, found, restarts)
            else:
                make(module, path, wanted, found)
    except (OSError, Refused, CannotTell) as error:
        module.fail_json(msg=f"{given['name']}: {error}")
    module.exit_json(changed=bool(found), diff=told)


def main() -> None:
    options = {
        "present": {"type": "bool", "default": True},
        "restarts": {"type": "list", "elements": "str"},
        **{name: {"type": "str"} for name in ("content", "content_b64", *WANTED)},
    }
    either = [["target", "content", "content_b64"], ["target", "sha256"]]
    spec = list_of(options, mutually_exclusive=either)
    each(AnsibleModule(argument_spec=spec, supports_check_mode=True), see_to)


if __name__ == "__main__":
    main()
