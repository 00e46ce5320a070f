"""How a host stands towards the protection scheme: facts for checks, area by area.

Only reads. Told are settings and names, never a password, its hash or a key; whether a fact is good
is for the asking side to judge.
"""

from omlib.planes.server.host.area import Area
from omlib.planes.server.host.base import CannotTell, Found, items_of
from omlib.planes.server.host.posture_accounts import passwords, sudo_rules
from omlib.planes.server.host.posture_audit import audit, syslog, time
from omlib.planes.server.host.posture_login import login, reach, sshd
from omlib.planes.server.host.posture_pam import pam
from omlib.planes.server.host.posture_reach import logs, tls
from omlib.planes.server.host.posture_system import antivirus, boot, modes, updates

AREAS = {
    "passwords": passwords,
    "pam": pam,
    "login": login,
    "sshd": sshd,
    "sudo": sudo_rules,
    "modes": modes,
    "audit": audit,
    "syslog": syslog,
    "time": time,
    "reach": reach,
    "updates": updates,
    "antivirus": antivirus,
    "boot": boot,
    "tls": tls,
    "logs": logs,
}


def posture(asked: "dict[str, object]", limit_s: int) -> Found:
    found = Found()
    for name, given in items_of(asked).items():
        if name not in AREAS:
            continue
        area = Area()
        try:
            area = AREAS[name](given, limit_s)
        except CannotTell as error:
            area.unseen["@presence"] = error.status
        except PermissionError:
            area.unseen["@presence"] = "denied"
        except Exception:  # noqa: BLE001  (one area must not cost the others)
            area.unseen["@presence"] = "error"
        found.items[name] = area.told
        if area.unseen:
            found.unseen[name] = area.unseen
    return found
