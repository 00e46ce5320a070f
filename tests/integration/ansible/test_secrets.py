"""Canaries: no secret of a run is told, kept, or seen by a neighbour on this machine."""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from omlib.jobs.server_check import Order, check_playbook
from omlib.log import Secret
from omlib.model.status import Status
from omlib.planes.server.runs import folder
from omlib.report.server_check_json import server_check_json
from omlib.report.server_check_screen import server_check_report
from omlib.report.terminal import to_text
from omlib.report.words import Lang

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

CANARIES = {
    "vaulted_file": "canary-vaultfile-51c3",
    "vaulted_value": "canary-inline-88aa",
    "named": "canary-named-02fe",
    "extra": "canary-extra-7d11",
    "environment": "canary-environment-93b0",
    "become": "canary-become-6e6e",
    "vault": "canary-vault-password-1f",
    "on_host": "canary-onhost-40c4",
}
PLAY = """
- hosts: all
  gather_facts: false
  become: true
  vars_files: [secret.yml]
  vars:
    app: {{db: {{password: {named}}}}}
    settings: "{{{{ app.db.password }}}}"
    inline: !vault |
{inline}
  environment: {{APP_TOKEN: {environment}}}
  tasks:
    - name: a file with all of them
      ansible.builtin.copy:
        content: |
          one {{{{ plain }}}}
          two {{{{ settings }}}}
          three {{{{ inline }}}}
          four {{{{ from_outside_password }}}}
        dest: /srv/canaries
        mode: "0600"
    - name: said in a failure
      ansible.builtin.assert: {{that: false, fail_msg: "{{{{ plain }}}} {{{{ settings }}}}"}}
      ignore_errors: true
    - name: "named {{{{ plain }}}}"
      ansible.builtin.copy: {{content: x, dest: "/srv/{{{{ item }}}}", mode: "0600"}}
      loop: ["{{{{ plain }}}}", "{{{{ settings }}}}", "{{{{ inline }}}}"]
    - name: a vaulted file
      ansible.builtin.copy: {{src: vaulted.key, dest: /srv/canary.key, mode: "0600"}}
    - name: unlogged
      ansible.builtin.copy: {{content: "{{{{ plain }}}}", dest: /srv/canaries, mode: "0600"}}
      no_log: true
    - name: slow
      ansible.builtin.copy: {{content: "{{{{ plain }}}}", dest: /srv/canaries, mode: "0600"}}
      loop: [1, 2, 3]
      loop_control: {{pause: 1}}
"""
PREPARE = """
id app >/dev/null 2>&1 || useradd -m app
echo "app:canary-become-6e6e" | chpasswd
echo 'app ALL=(ALL) ALL' > /etc/sudoers.d/app
mkdir -p ~app/.ssh && cp ~ops/.ssh/authorized_keys ~app/.ssh/ && chown -R app: ~app/.ssh
printf 'one canary-onhost-40c4\\n' > /srv/canaries
"""


class Silent:
    def start(self, step: str, total: int = 0) -> None: ...
    def advance(self, step: str, note: str = "") -> None: ...
    def done(self, step: str, took_s: float, note: str = "") -> None: ...


class Watcher(threading.Thread):
    """Keeps every command line and every byte of run folders that it can see."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.over = threading.Event()
        self.seen: set[bytes] = set()
        self.folders: set[Path] = set()

    def run(self) -> None:
        while not self.over.wait(0.05):
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                self._keep(entry)
            # os.walk goes on where a folder is gone meanwhile
            for parent, _, names in os.walk(folder._home()):
                for path in (Path(parent) / name for name in names):
                    self.folders.add(path)
                    if path.is_file() and not path.is_symlink():
                        self._keep(path)

    def _keep(self, path: Path) -> None:
        try:
            self.seen.add(path.read_bytes())
        except OSError:
            return


def vault(password: Path, *args: str, text: str = "") -> str:
    command = [sys.executable, "-m", "ansible", "vault", *args]
    done = subprocess.run(
        [*command, "--vault-password-file", str(password)],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture
def book(tmp_path: Path) -> Path:
    password = tmp_path / "vault-password"
    password.write_text(CANARIES["vault"], encoding="utf-8")
    (tmp_path / "secret.yml").write_text(f"plain: {CANARIES['vaulted_file']}\n", encoding="utf-8")
    (tmp_path / "vaulted.key").write_text("canary-keyfile-1\ncanary-keyfile-2\n", encoding="utf-8")
    for name in ("secret.yml", "vaulted.key"):
        vault(password, "encrypt", str(tmp_path / name))
    inline = vault(password, "encrypt_string", text=CANARIES["vaulted_value"]).partition("|\n")[2]
    path = tmp_path / "p.yml"
    path.write_text(PLAY.format(inline=inline, **CANARIES), encoding="utf-8")
    return path


def test_no_secret_is_told_or_seen(lab: Any, book: Path, caplog: pytest.LogCaptureFixture) -> None:
    lab.sh("chk1", PREPARE)
    order = Order(
        playbook=book,
        inventory=str(lab.written(book.parent, "chk1", ansible_user="app")),
        become_password=Secret(CANARIES["become"]),
        vault_password_file=book.parent / "vault-password",
        extra_vars={"from_outside_password": CANARIES["extra"]},
    )
    watcher = Watcher()
    with caplog.at_level(logging.DEBUG):
        watcher.start()
        told = check_playbook(order, Silent())
        assert watcher.is_alive()
        watcher.over.set()
        watcher.join()
    found = json.dumps(server_check_json(told), ensure_ascii=False)
    screens = [to_text(server_check_report(told, lang, everything=True), 100) for lang in Lang]
    assert [r.status for r in told.results if r.task == "a file with all of them"] == ["diverged"]
    assert [r.status for r in told.results if r.task == "unlogged"] == [Status.DIVERGED]
    assert "<secret " in found
    said = "\n".join((repr(told), found, *screens, caplog.text))
    for canary in (*CANARIES.values(), "canary-keyfile"):
        assert canary not in said, canary
        for bytes_ in watcher.seen:
            assert canary.encode() not in bytes_ or b"pytest" in bytes_, (canary, bytes_[:300])
    # it did look: Ansible was seen at work, and its folders
    assert any(b"ansible\0playbook" in bytes_ for bytes_ in watcher.seen)
    assert any(path.name == "lines" for path in watcher.folders)


def test_a_wrong_password_is_denied_and_not_unreachable(lab: Any, book: Path) -> None:
    lab.sh("chk1", PREPARE)
    order = Order(
        playbook=book,
        inventory=str(lab.written(book.parent, "chk1", ansible_user="app")),
        become_password=Secret("wrong-password"),
        vault_password=Secret(CANARIES["vault"]),
        extra_vars={"from_outside_password": CANARIES["extra"]},
    )
    told = check_playbook(order, Silent())
    first = told.results[0]
    assert (first.status, first.reason, first.why) == ("unknown", "denied", "failed")
    assert told.exit_code == 4


def test_killed_in_the_middle_it_leaves_no_secret(lab: Any, book: Path, tmp_path: Path) -> None:
    lab.sh("chk1", PREPARE)
    inventory = lab.written(book.parent, "chk1")
    command = [str(Path(sys.executable).parent / "omlib"), "server", "check", str(book)]
    more = ["-i", str(inventory), "--vault-password-file", str(tmp_path / "vault-password")]
    omlib = subprocess.Popen(
        [*command, *more, "-e", "from_outside_password=x"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    own: set[Path] = set()
    while not any((path / "cp").is_dir() and any((path / "cp").iterdir()) for path in own):
        assert time.monotonic() < until
        time.sleep(0.1)
        own = set(folder._home().glob(f"run-{omlib.pid}-*"))
    omlib.kill()
    omlib.wait()
    left = [path for one in own for path in one.rglob("*") if path.is_file()]
    for path in left:
        try:
            assert b"canary" not in path.read_bytes(), path
        except OSError:
            continue  # gone meanwhile
    until = time.monotonic() + 20
    while any(path.exists() for path in own):
        assert time.monotonic() < until
        time.sleep(0.1)
