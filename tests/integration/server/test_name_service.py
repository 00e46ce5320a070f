"""Accounts of a directory: while it is down, one that is not found is unknown and not missing.

The directory is a module of the C library made here, which a file switches on and off; it stands
for nslcd, whose module says `unavailable` while its LDAP server does not answer.
"""

import base64
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from omlib.model.estate import ServerState
from omlib.model.finding import PRESENCE
from omlib.model.item import Actual
from omlib.model.status import UnknownReason

from .conftest import Hosts

pytestmark = pytest.mark.lab
HOST = "srv3"
MODULE = "/lib/x86_64-linux-gnu/libnss_ldap.so.2"
SOURCE = r"""
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>
static enum nss_status no(int *error) {
  int up = access("/run/directory-is-up", F_OK) == 0;
  *error = up ? ENOENT : ECONNREFUSED;
  return up ? NSS_STATUS_NOTFOUND : NSS_STATUS_UNAVAIL;
}
enum nss_status _nss_ldap_getpwnam_r(const char *name, struct passwd *told, char *room, size_t size,
                                     int *error) {
  enum nss_status status = no(error);
  if (status != NSS_STATUS_NOTFOUND || strcmp(name, "carol")) return status;
  told->pw_name = "carol"; told->pw_passwd = "*"; told->pw_uid = 20001; told->pw_gid = 100;
  told->pw_gecos = ""; told->pw_dir = "/home/carol"; told->pw_shell = "/bin/bash";
  return NSS_STATUS_SUCCESS;
}
enum nss_status _nss_ldap_getgrnam_r(const char *name, struct group *told, char *room, size_t size,
                                     int *error) { return no(error); }
"""
STATE = ServerState(
    items={
        "user": {
            "ops": {"present": True, "groups": ("sudo",)},
            "carol": {"present": True},
            "dave": {"present": True},
            "mallory": {"present": False},
        },
        "group": {"staff": {"present": True}, "clerks": {"present": True}},
    }
)


@pytest.fixture
def directory(
    hosts: Hosts, changing: Callable[[str, str, str], None], tmp_path: Path
) -> Iterator[Callable[[bool], None]]:
    """Switch a directory of host srv3 on or off."""
    if not shutil.which("cc"):
        pytest.skip("no C compiler to make a name service with")
    (tmp_path / "nss.c").write_text(SOURCE, encoding="utf-8")
    made = tmp_path / "nss.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", made, tmp_path / "nss.c"], check=True)
    text = base64.b64encode(made.read_bytes()).decode("ascii")
    changing(HOST, f"echo {text} | base64 -d > {MODULE}", f"rm {MODULE}")
    changing(
        HOST,
        r"cp /etc/nsswitch.conf /root/; sed -i -E 's/^(passwd|group):.*/\1: files ldap systemd/'"
        " /etc/nsswitch.conf",
        "mv /root/nsswitch.conf /etc/",
    )

    def switch(up: bool) -> None:
        hosts.run(HOST, f"{'touch' if up else 'rm -f'} /run/directory-is-up")

    yield switch
    switch(False)


def look(hosts: Hosts) -> dict[str, Actual]:
    plane = hosts.plane(STATE)
    seen = plane.observe(next(target for target in plane.targets() if target.name == HOST))
    assert all(sight.complete for sight in seen.sights.values()), seen.sights
    return {item.ref.part: item for item in seen.actual}


def test_while_the_directory_is_down_what_is_not_found_is_unknown(
    hosts: Hosts, directory: Callable[[bool], None]
) -> None:
    directory(False)
    seen = look(hosts)
    for name in ("carol", "dave", "mallory", "clerks"):
        assert seen[name].unseen[PRESENCE] is UnknownReason.INCOMPLETE
        assert seen[name].attributes == {}
    assert seen["staff"].attributes["present"] is True
    assert seen["ops"].attributes["uid"] == 1000
    assert seen["ops"].unseen["groups"] is UnknownReason.INCOMPLETE


def test_when_the_directory_answers_what_is_not_found_is_not_there(
    hosts: Hosts, directory: Callable[[bool], None]
) -> None:
    directory(True)
    seen = look(hosts)
    assert set(seen) == {"ops", "carol", "mallory", "staff"}
    assert seen["carol"].attributes["uid"] == 20001
    assert seen["mallory"].attributes == {"present": False}
    assert seen["ops"].attributes["groups"] == ("sudo",)
