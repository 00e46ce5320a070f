"""An apt repository of the lab's own, offline, served on this machine's address in segment `dc`.

Two packages: `omagent`, in two versions, with a unit and a configuration file; and `sysmon`, which
nobody declares. Hosts reach it by `deb [trusted=yes] URL ./`.
"""

import hashlib
import shutil
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from omlib.lab import processes
from omlib.lab.errors import LabError
from omlib.lab.layout import OPERATOR, REPOSITORY_PORT, LabLayout
from omlib.lab.locks import locked

ROLE = "repository"
ANSWER_S = 15.0
UNIT = """\
[Unit]
Description={name} {version}
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""
AFTER_INSTALL = "#!/bin/sh\nsystemctl daemon-reload; systemctl enable --now {name}\n"
BEFORE_REMOVAL = "#!/bin/sh\nsystemctl disable --now {name} || true\n"


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    settings: str  # content of /etc/NAME/agent.conf

    @property
    def file_name(self) -> str:
        return f"{self.name}_{self.version}_all.deb"


PACKAGES = (
    Package("omagent", "1.0", "level=info\n"),
    Package("omagent", "1.1", "level=info\ninterval=60\n"),
    Package("sysmon", "0.9", "verbose=yes\n"),
)


def serve_repository(layout: LabLayout) -> None:
    """Build the repository when it is not there, and serve it when nothing does. Needs a host on
    `dc`: the address comes with the bridge, and the bridge with its first host."""
    _build(layout)
    if any(process.role == ROLE for process in processes.find(layout)):
        return
    address = (str(layout.address("dc", OPERATOR)), REPOSITORY_PORT)
    serve = ["-m", "http.server", str(REPOSITORY_PORT), "--bind", address[0]]
    log = layout.logs / f"{ROLE}.log"
    started = processes.spawn(
        layout, ROLE, [sys.executable, *serve, "--directory", str(layout.repository)], log=log
    )
    end = time.monotonic() + ANSWER_S
    while not _answers(address):
        if started.poll() is not None or time.monotonic() > end:
            raise LabError(f"the package repository does not answer: {log.read_text()[-400:]}")
        time.sleep(0.05)


def _answers(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, 1).close()
    except OSError:
        return False
    return True


def _build(layout: LabLayout) -> None:
    digest = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    made = layout.home / "repository.digest"
    with locked(layout.home / "repository.lock", wait_s=60):
        if made.exists() and made.read_text(encoding="ascii") == digest:
            return
        made.unlink(missing_ok=True)
        shutil.rmtree(layout.repository, ignore_errors=True)
        layout.repository.mkdir(parents=True)
        index = [_package(layout, package) for package in PACKAGES]
        (layout.repository / "Packages").write_text("\n".join(index), encoding="utf-8")
        made.write_text(digest, encoding="ascii")


def _package(layout: LabLayout, package: Package) -> str:
    """Build one package; its paragraph of the index."""
    tree = layout.home / "package"
    shutil.rmtree(tree, ignore_errors=True)
    name, settings = package.name, f"etc/{package.name}/agent.conf"
    control = {
        "Package": name,
        "Version": package.version,
        "Architecture": "all",
        "Maintainer": "omlib lab <lab@example.invalid>",
        "Description": "a small agent to manage in the lab",
    }
    paragraph = "".join(f"{word}: {value}\n" for word, value in control.items())
    for path, text, mode in (
        ("DEBIAN/control", paragraph, 0o644),
        ("DEBIAN/conffiles", f"/{settings}\n", 0o644),
        ("DEBIAN/postinst", AFTER_INSTALL.format(name=name), 0o755),
        ("DEBIAN/prerm", BEFORE_REMOVAL.format(name=name), 0o755),
        (settings, package.settings, 0o644),
        (
            f"lib/systemd/system/{name}.service",
            UNIT.format(name=name, version=package.version),
            0o644,
        ),
    ):
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
    built = layout.repository / package.file_name
    build = ["dpkg-deb", "--root-owner-group", "--build", str(tree), str(built)]
    processes.run(layout, build)
    shutil.rmtree(tree)
    content = built.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return f"{paragraph}Filename: ./{built.name}\nSize: {len(content)}\nSHA256: {digest}\n"
