"""A link is followed only where nobody gains by it, a secret is in no diff, and nothing is left."""

import importlib.util
import os
import resource
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


class NoSelinux:
    def selinux_enabled(self) -> bool:
        return False


root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to accounts")
VIC, EVE = 12345, 12346


def the_module() -> ModuleType:
    path = Path(__file__).parents[3] / "plugins" / "modules" / "omlib_file.py"
    spec = importlib.util.spec_from_file_location("omlib_file", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def link(path: Path, target: str, uid: int) -> bytes:
    path.symlink_to(target)
    os.lchown(path, uid, uid)
    return bytes(path)


@root
def test_an_account_cannot_have_a_file_given_to_it_by_a_link(tmp_path: Path) -> None:
    module = the_module()
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    made: dict[str, Any] = {"present": True, "owner": str(VIC), "mode": "0644"}
    for path in (
        link(tmp_path / "conf", "secret", VIC),
        link(tmp_path / "twice", str(tmp_path / "conf"), 0),  # by way of one that root trusts
        link(tmp_path / "folder", ".", EVE) + b"/secret",
        link(tmp_path / "loop", "loop", VIC),
    ):
        with pytest.raises(module.Refused, match="is a link of"):
            module.make(None, path, made, ["mode"])
    assert (secret.stat().st_uid, secret.stat().st_mode & 0o777) == (0, 0o644)


@root
def test_a_link_of_roots_or_to_what_is_ones_own_is_followed(tmp_path: Path) -> None:
    module = the_module()
    own = tmp_path / "own"
    own.write_text("x", encoding="utf-8")
    os.chown(own, VIC, VIC)
    for path in (link(tmp_path / "a", "own", VIC), link(tmp_path / "b", "../" * 40 + str(own), 0)):
        assert module.followed(path) == bytes(own)
        module.make(None, path, {"present": True, "mode": "0640"}, ["mode"])
    assert (own.stat().st_uid, own.stat().st_mode & 0o777) == (VIC, 0o640)
    assert module.followed(bytes(tmp_path / "new")) == bytes(tmp_path / "new")


def test_a_content_that_only_some_may_read_is_in_no_diff(tmp_path: Path) -> None:
    module = the_module()
    file = tmp_path / "conf"
    file.write_text("old\n", encoding="utf-8")
    file.chmod(0o644)
    shown = [
        module.shown(bytes(file), b"canary\n", {"present": True, **mode}, {})
        for mode in ({}, {"mode": "0644"}, {"mode": "0640"})
    ]
    assert ["canary" in str(told) for told in shown] == [True, True, False]


def test_where_there_is_no_room_the_file_stays_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    module = the_module()
    file = tmp_path / "conf"
    file.write_text("old\n", encoding="utf-8")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            module.write(NoSelinux(), bytes(file), b"x" * 100_000, {"mode": "0644"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in tmp_path.iterdir()] == ["conf"]
    assert file.read_text(encoding="utf-8") == "old\n"


def test_what_a_place_held_is_put_back_whatever_it_was(tmp_path: Path) -> None:
    module = the_module()
    file, link, nothing, led = (tmp_path / name for name in ("file", "link", "nothing", "led"))
    file.write_bytes(b"old\xff")
    file.chmod(0o640)
    link.symlink_to("file")
    led.symlink_to("file")
    befores = [module.Before(bytes(file), False), module.Before(bytes(led), False)]
    befores += [module.Before(bytes(link), True), module.Before(bytes(nothing), False)]
    module.remove(bytes(link))
    file.write_bytes(b"new")
    file.chmod(0o644)
    nothing.write_bytes(b"new")
    for before in befores:
        before.put_back(NoSelinux())
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"old\xff", 0o640)
    assert (str(link.readlink()), str(led.readlink())) == ("file", "file")
    assert not nothing.exists()
