"""Trusted keys: the lines of authorized_keys, and where sshd looks for them."""

import importlib.util
import os
import pwd
from pathlib import Path
from types import ModuleType

import pytest

from omlib.inventory.schema import state
from omlib.planes.server.host import ssh_keys

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA"
LINES = {
    f"{KEY} ops@bastion": KEY,
    f"  {KEY}\tops  at night ": KEY,
    f'from="10.0.0.0/8,!10.1.1.1",no-pty  {KEY} x': f'from="10.0.0.0/8,!10.1.1.1",no-pty {KEY}',
    f'command="run ssh-add x"   {KEY} y': f'command="run ssh-add x" {KEY}',
    f'command="echo  \\"ssh-rsa  A\\"",restrict {KEY}': (
        f'command="echo  \\"ssh-rsa  A\\"",restrict {KEY}'
    ),
    "sk-ssh-ed25519@openssh.com AAAAG token": "sk-ssh-ed25519@openssh.com AAAAG",
    "ecdsa-sha2-nistp256 AAAAE2": "ecdsa-sha2-nistp256 AAAAE2",
    "cert-authority ssh-rsa AAAAB3 ca": "cert-authority ssh-rsa AAAAB3",
    'command="never closed ssh-rsa AAAA': 'command="never closed ssh-rsa AAAA',
    "nonsense": "nonsense",
    "": "",
}
# `sshd -T` of OpenSSH 9.2 (Debian 12) and 8.0 (RHEL 8), where a comment on the command's line told
# of an AuthorizedKeysCommand
DEBIAN = (
    b"port 22\nauthorizedkeyscommand none\nauthorizedkeysfile .ssh/authorized_keys /k/%u %h/x\n"
)
RHEL = b"authorizedkeyscommand /usr/bin/sss_ssh_authorizedkeys\nauthorizedkeysfile none\n"
OPS = pwd.struct_passwd(("ops", "x", 1000, 1000, "", "/home/ops", "/bin/bash"))


def the_module() -> ModuleType:
    path = Path(__file__).parents[5] / "plugins" / "modules" / "omlib_authorized_keys.py"
    spec = importlib.util.spec_from_file_location("omlib_authorized_keys", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("line", LINES)
def test_inventory_probe_and_ansible_spell_a_key_alike(line: str) -> None:
    told = {each.without_comment(line) for each in (state, ssh_keys, the_module())}
    assert told == {LINES[line]}


def test_comments_and_blank_lines_are_no_keys() -> None:
    raw = f"# people\n\n{KEY} a\r\n  # {KEY}\n{KEY} b".encode()
    assert ssh_keys.parse_keys(raw) == [KEY, KEY]


def test_what_is_no_key_is_not_told_for_it_may_be_a_link_to_what_only_root_may_read(
    tmp_path: Path,
) -> None:
    """shadow(5), sudoers(5), a private key, an environment with a password."""
    raw = b"""root:$6$salt$hash:19000:0:99999:7:::
ops ALL=(ALL) NOPASSWD: /usr/bin/ssh-add x
-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ
PASSWORD=canary
ssh-ed25519
"""
    assert ssh_keys.parse_keys(raw) == []
    module, uid = the_module(), os.getuid()
    file = tmp_path / "keys"
    file.write_bytes(raw + f"# canary\n{KEY} x\n".encode())
    assert module.read(str(file), uid + 1) == [f"{KEY} x"]
    assert module.read(str(file), uid)[-3:] == ["# canary", f"{KEY} x", ""]


def test_a_pipe_in_the_place_of_the_file_makes_nobody_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "keys")
    assert ssh_keys.read_keys([bytes(tmp_path / "keys")]) == []
    assert the_module().read(str(tmp_path / "keys"), os.getuid()) == [""]


def test_bytes_of_any_encoding_survive() -> None:
    line = 'environment="N=张三"'.encode("gb18030") + f" {KEY} 张三".encode("gb18030")
    (key,) = ssh_keys.parse_keys(line)
    told = key.encode("utf-8", "surrogateescape").decode("gb18030")
    assert told == f'environment="N=张三" {KEY}'


def test_keys_are_looked_for_where_sshd_looks() -> None:
    pattern = ssh_keys.parse_settings(DEBIAN)["authorizedkeysfile"]
    assert ssh_keys.key_files(pattern, OPS) == [
        b"/home/ops/.ssh/authorized_keys",
        b"/k/ops",
        b"/home/ops/x",
    ]
    assert ssh_keys.key_files("/keys/%U/%%h", OPS) == [b"/keys/1000/%h"]
    settings = ssh_keys.parse_settings(RHEL)
    assert ssh_keys.key_files(settings["authorizedkeysfile"], OPS) == []
    assert settings["authorizedkeyscommand"] == "/usr/bin/sss_ssh_authorizedkeys"


def test_keys_of_several_files_are_one_set(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(f"{KEY} a\nssh-rsa AAAAB3 b\n", encoding="utf-8")
    (tmp_path / "b").write_text(f"{KEY} c\n", encoding="utf-8")
    paths = [bytes(tmp_path / name) for name in ("a", "b", "none", "a/under-a-file")]
    assert ssh_keys.read_keys(paths) == [KEY, "ssh-rsa AAAAB3"]


def test_what_stays_keeps_its_comment_when_a_key_goes_and_another_comes() -> None:
    rewritten = the_module().rewritten
    first = ["# people", f"{KEY} ops@bastion", "ssh-rsa OLD old"]
    second = ["ssh-rsa OLDER x", f"{KEY} again"]
    assert rewritten([first, second, []], [KEY, "ssh-rsa NEW"]) == [
        ["# people", f"{KEY} ops@bastion", "ssh-rsa NEW"],
        [],
        [],
    ]
    assert rewritten([[], [f"{KEY} x"]], [KEY]) == [[], [f"{KEY} x"]]


def test_a_match_block_that_sends_accounts_elsewhere_is_noticed() -> None:
    elsewhere = (
        b"PermitRootLogin no\nMatch User ops\n  X11Forwarding no\n  AuthorizedKeysFile /k/%u\n"
    )
    assert ssh_keys.sends_elsewhere(elsewhere)
    assert not ssh_keys.sends_elsewhere(
        b"AuthorizedKeysFile /k/%u\nMatch User ops\n  PermitTTY no\n"
    )
    assert not ssh_keys.sends_elsewhere(b"#Match User x\n# AuthorizedKeysFile y\n")
