"""The ten checks as a deploy of pyinfra; `server.py` runs it with --dry.

pyinfra knows no listeners: the list of open ports is fetched as a fact, and looked at here.
"""

import io
import os

import server_ten as ten  # type: ignore[import-not-found] # from its own folder
from pyinfra import host  # type: ignore[import-not-found] # in an environment of its own
from pyinfra.facts.server import Command  # type: ignore[import-not-found]
from pyinfra.operations import apt, files, server, systemd  # type: ignore[import-not-found]

apt.packages(name="package", packages=[ten.PACKAGE])
systemd.service(name="service", service=ten.SERVICE, running=True, enabled=True)
server.group(name="group", group=ten.GROUP, gid=ten.GID)
server.user(
    name="user", user=ten.USER, uid=ten.UID, shell=ten.SHELL, home=ten.HOME, groups=[ten.GROUP]
)
files.put(name="file", src=io.StringIO(ten.CONTENT), dest=ten.FILE, mode=ten.MODE)
server.sysctl(
    name="sysctl",
    key=ten.SYSCTL,
    value=int(os.environ["BENCH_SWAPPINESS"]),
    persist=True,
    persist_file=ten.SYSCTL_FILE,
)
cron = io.StringIO(ten.CRON_LINE + "\n")
files.put(name="cron", src=cron, dest=f"/etc/cron.d/{ten.CRON}", mode="0644")
sudo = io.StringIO(ten.SUDO_LINE + "\n")
files.put(name="sudo", src=sudo, dest=f"/etc/sudoers.d/{ten.SUDO}", mode="0440")
server.user_authorized_keys(
    name="authorized_keys", user=ten.USER, public_keys=[ten.KEY], delete_keys=True
)
if f":{ten.PORT} " not in host.get_fact(Command, command="ss -Htln"):
    raise SystemExit(f"{host.name}: nothing listens on {ten.PORT}")
