"""The images hosts boot from: a Debian tree by debootstrap, a server of it, a router (FRR) on top.

No registry is asked: the tree comes from the mirror this machine's apt uses. Each part is kept
under the digest of what it is made of, and made anew when that changes.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from omlib.lab import processes
from omlib.lab.errors import LabBusyError, LabError
from omlib.lab.layout import LabLayout
from omlib.lab.locks import locked
from omlib.lab.passwords import secret, secret_file
from omlib.lab.podman import environment, podman
from omlib.lab.progress import Progress, step

SUITE = "bookworm"  # systemd 252: later ones may refuse a version 1 cgroup hierarchy
# python3, not -minimal: Ansible needs shutil. python3-apt: its apt module in check mode.
PACKAGES = (
    "systemd,systemd-sysv,dbus,openssh-server,python3,python3-apt,sudo,cron,iproute2,iputils-ping,"
    "procps,ca-certificates,nftables,netcat-openbsd"
)
DROPPED = (
    "var/cache/apt",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
)
APTS = ("var/cache/apt/archives/partial", "var/lib/apt/lists/partial")  # empty, but apt's own
BUILD_WAIT_S = 900.0

# The default route and one broadcast ARP request, at every boot. Without the request peers that
# remember another MAC at this address stay blind for up to 40 s.
NETWORK_SCRIPT = """\
#!/bin/bash
while read -r word value; do
  case $word in
    default) ip route replace default via "$value" ;;
    announce) echo > "/dev/udp/$value/9" ;;
  esac
done < /etc/lab-network
exit 0
"""
NETWORK_UNIT = """\
[Unit]
Description=Default route of this host
DefaultDependencies=no
Before=network.target ssh.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-network
"""
# sntrup761 costs 0.27 s of CPU a connection; paramiko knows curve25519 by its @libssh.org name only
SSHD = """\
UseDNS no
MaxStartups 100:30:200
KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256
"""
# Reboot and poweroff both end a container with 0: its own code tells the restart policy of a reboot
REBOOT_EXIT = 133
# what DROPPED took from the tree, said as dpkg would have been told to leave it out
SLIM = "".join(
    f"path-exclude=/{folder}/*\n" for folder in DROPPED if folder.startswith("usr/share/")
)
ENDS = "[Unit]\nSuccessAction=exit-force\n"
FILES = {
    "etc/dpkg/dpkg.cfg.d/lab": (0o644, SLIM),
    "etc/sudoers.d/ops": (0o440, "ops ALL=(ALL) NOPASSWD: ALL\n"),
    "etc/ssh/sshd_config.d/lab.conf": (0o644, SSHD),
    "etc/default/locale": (0o644, "LANG=C.UTF-8\n"),
    "etc/apt/sources.list": (0o644, ""),
    "etc/resolv.conf": (0o644, ""),
    "etc/machine-id": (0o444, ""),  # filled at boot from container_uuid
    "etc/lab-network": (0o644, ""),
    "usr/local/sbin/lab-network": (0o755, NETWORK_SCRIPT),
    "etc/systemd/system/lab-network.service": (0o644, NETWORK_UNIT),
    "etc/systemd/system/systemd-poweroff.service.d/lab.conf": (0o644, ENDS),
    "etc/systemd/system/systemd-reboot.service.d/lab.conf": (
        0o644,
        f"{ENDS}SuccessActionExitStatus={REBOOT_EXIT}\n",
    ),
}
MASKED = (
    "getty@tty1.service",
    "e2scrub_reap.service",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "fstrim.timer",
)

ROUTER = """\
FROM {server}
RUN echo "deb {mirror} {suite} main" > /etc/apt/sources.list && apt-get update -qq \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \\
    frr frr-pythontools \\
 && apt-get clean && rm -rf /var/lib/apt/lists/* && : > /etc/apt/sources.list
RUN --mount=type=secret,id=netadmin sed -i 's/^\\(bgpd\\|ospfd\\)=no/\\1=yes/' /etc/frr/daemons \\
 && useradd -m -s /usr/bin/vtysh -G frrvty,frr netadmin \\
 && echo "netadmin:$(cat /run/secrets/netadmin)" | chpasswd \\
 && echo 'service integrated-vtysh-config' > /etc/frr/vtysh.conf \\
 && chown frr:frrvty /etc/frr/vtysh.conf \\
 && install -d -m 700 -o netadmin -g netadmin /home/netadmin/.ssh \\
 && install -m 600 -o netadmin -g netadmin /home/ops/.ssh/authorized_keys /home/netadmin/.ssh/
"""


def base_digest() -> str:
    return _digest(SUITE, PACKAGES, *DROPPED)


def server_image(layout: LabLayout) -> str:
    """Name of the image; its tag follows from everything that goes into it."""
    recipe = Path(__file__).read_text(encoding="utf-8")
    keys = (layout.key.with_suffix(".pub"), layout.host_public_key)
    return f"localhost/omlib-server:{_digest(recipe, *(key.read_text() for key in keys))}"


def router_image(layout: LabLayout) -> str:
    tag = _digest(server_image(layout), ROUTER, secret(layout, "netadmin"))
    return f"localhost/omlib-router:{tag}"


def make_images(layout: LabLayout, progress: Progress) -> None:
    """Make what is missing of keys, tree and images. Quick when nothing is."""
    with locked(layout.home / "image.lock", wait_s=BUILD_WAIT_S):
        _make_keys(layout)
        server, router = server_image(layout), router_image(layout)
        if all(_exists(layout, image) for image in (server, router)):
            return
        _clear_killed_build(layout)
        if not _exists(layout, server):
            _make_tree(layout, progress)
            with step(progress, "server image"):
                _make_server(layout, server)
        with step(progress, "router image"):
            _make_router(layout, server, router)
        _drop_old(layout, {server, router})


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _exists(layout: LabLayout, image: str) -> bool:
    return podman(layout, "image", "exists", image, check=False).returncode == 0


def _make_keys(layout: LabLayout) -> None:
    layout.keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    for key in (layout.key, layout.host_public_key.with_suffix("")):
        if not key.exists():
            processes.run(
                layout, ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(key)]
            )


def clear_killed_build(layout: LabLayout) -> None:
    """End a build whose `up` was killed; leave one that goes on alone."""
    with suppress(LabBusyError), locked(layout.home / "image.lock", wait_s=0):
        _clear_killed_build(layout)


def _clear_killed_build(layout: LabLayout) -> None:
    """The caller holds the lock of builds, so what still builds is an orphan."""
    orphans = [p for p in processes.find(layout, any_lab=True) if p.role == "image"]
    processes.stop(orphans, grace_s=2)
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()[::-1]:
        point = line.split()[1]
        if point.startswith(f"{layout.base_tree}/"):
            processes.run(layout, ["umount", "--lazy", point], check=False)


def _mirror(layout: LabLayout) -> str:
    wanted = ["--format", "$(REPO_URI)", f"Codename: {SUITE}", "Component: main"]
    found = processes.run(layout, ["apt-get", "indextargets", *wanted]).stdout.split()
    if not found:
        what = f"this machine's apt knows no Debian {SUITE} mirror"
        raise LabError(what, f"add one for {SUITE} main and run apt-get update")
    return found[0]


def _make_tree(layout: LabLayout, progress: Progress) -> None:
    made = layout.home / "base.digest"
    if made.exists() and made.read_text(encoding="ascii") == base_digest():
        return
    with step(progress, "Debian tree"):
        made.unlink(missing_ok=True)
        tree = layout.base_tree
        if tree.exists():
            shutil.rmtree(tree)
        include = f"--include={PACKAGES}"
        processes.run(
            layout,
            ["debootstrap", "--variant=minbase", include, SUITE, str(tree), _mirror(layout)],
            role="image",
            timeout_s=BUILD_WAIT_S,
        )
        # apt lists left in an image look fresh, so Ansible would skip the update
        for folder in DROPPED:
            shutil.rmtree(tree / folder, ignore_errors=True)
            (tree / folder).mkdir()
        made.write_text(base_digest(), encoding="ascii")


def _make_server(layout: LabLayout, image: str) -> None:
    tree = layout.base_tree
    if "\nops:" not in (tree / "etc/passwd").read_text(encoding="utf-8"):
        useradd = ["useradd", "-m", "-s", "/bin/bash", "-G", "sudo", "ops"]
        processes.run(layout, ["chroot", str(tree), *useradd], role="image")
    for name, (mode, text) in FILES.items():
        _write(tree / name, text, mode)
    for own in APTS:
        (tree / own).mkdir(parents=True, exist_ok=True)
    folder = tree / "home/ops/.ssh"
    _write(folder / "authorized_keys", layout.key.with_suffix(".pub").read_text(), 0o600)
    processes.run(layout, ["chroot", str(tree), "chown", "-R", "ops:ops", "/home/ops/.ssh"])
    folder.chmod(0o700)
    for old in (tree / "etc/ssh").glob("ssh_host_*"):
        old.unlink()
    private = layout.host_public_key.with_suffix("")
    _write(tree / "etc/ssh" / private.name, private.read_text(), 0o600)
    _write(
        tree / "etc/ssh" / layout.host_public_key.name, layout.host_public_key.read_text(), 0o644
    )
    (tree / "var/lib/dbus/machine-id").unlink(missing_ok=True)
    units = tree / "etc/systemd/system"
    for unit in MASKED:
        _link(units / unit, "/dev/null")
    _link(units / "multi-user.target.wants/lab-network.service", "../lab-network.service")
    _import(layout, tree, image)


def _import(layout: LabLayout, tree: Path, image: str) -> None:
    settings = ["--change", 'CMD ["/sbin/init"]', "--change", "STOPSIGNAL SIGRTMIN+3"]
    mine = {**processes.child_environment(layout, "image"), **environment(layout)}
    with subprocess.Popen(["tar", "-C", tree, "-c", "."], stdout=subprocess.PIPE, env=mine) as tar:
        done = subprocess.run(
            ["podman", "import", *settings, "-", image],
            stdin=tar.stdout,
            capture_output=True,
            text=True,
            env=mine,
            timeout=300,
            check=False,
        )
    if done.returncode or tar.returncode:
        raise LabError(f"podman import of {image} failed: {done.stderr.strip()[-400:]}")


def _make_router(layout: LabLayout, server: str, image: str) -> None:
    recipe = ROUTER.format(server=server, mirror=_mirror(layout), suite=SUITE)
    password = f"id=netadmin,src={secret_file(layout, 'netadmin')}"
    # chroot isolation: no container runtime and no network set-up while building
    how = ["--isolation", "chroot", "--network", "host", "--secret", password]
    with _empty(layout) as context:
        build = ["podman", "build", *how, "--tag", image, "--file", "-", context]
        processes.run(
            layout,
            build,
            role="image",
            stdin=recipe,
            timeout_s=BUILD_WAIT_S,
            environment=environment(layout),
        )


@contextmanager
def _empty(layout: LabLayout) -> Iterator[str]:
    folder = layout.home / "empty"
    folder.mkdir(exist_ok=True)
    yield str(folder)
    folder.rmdir()


def _drop_old(layout: LabLayout, keep: set[str]) -> None:
    listed = podman(layout, "images", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
    for image in listed:
        if image.startswith("localhost/omlib-") and image not in keep:
            podman(layout, "image", "rm", image, check=False)  # a standing host may still use it


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)
