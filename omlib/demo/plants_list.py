"""What happens to the shipped demonstration estate: the deviations, in the order of the story."""

from omlib.demo.plants import Plant, blind, change, one, put, put_in_cloud, shadow, silence
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason

_CLOUD = "gov-cloud:RegionOne"
_ANYWHERE = "ingress tcp 22 0.0.0.0/0"

PLANTS = (
    Plant(
        code="project_denied",
        target=f"{_CLOUD}:police",
        breaks="",
        expects=blind(f"{_CLOUD}:police", UnknownReason.DENIED),
        simulate=silence(f"{_CLOUD}:police", UnknownReason.DENIED, "403"),
    ),
    Plant(
        code="vm_resized",
        target="hrss-app-01",
        breaks="vm-resized",
        lab_target="hrss/hrss-app-01",
        settings={"flavor": "m1.large"},
        expects=one(Plane.CLOUD, "server", "hrss-app-01", "", Status.DIVERGED),
        simulate=change(make_ref(Plane.CLOUD, "server", "hrss-app-01"), vcpu=8, ram_mib=16384),
    ),
    Plant(
        code="shadow_vm",
        target=f"{_CLOUD}:edu",
        breaks="shadow-vm",
        lab_target="edu",
        settings={"name": "edu-exam-01"},
        expects=shadow(f"{_CLOUD}:edu", "server", "edu-exam-01"),
        simulate=put_in_cloud(f"{_CLOUD}:edu", "server", "edu-exam-01", vcpu=2, ram_mib=4096),
    ),
    Plant(
        code="group_opened",
        target="civil-web",
        breaks="security-group-opened",
        lab_target="civil/civil-web",
        expects=one(Plane.CLOUD, "security_group", "civil-web", "", Status.DIVERGED),
        simulate=change(
            make_ref(Plane.CLOUD, "security_group", "civil-web"), rules=(_ANYWHERE,), adds=True
        ),
    ),
    Plant(
        code="file_edited",
        target="dns-01",
        breaks="file-edited",
        settings={"path": "/etc/omlib-demo/zone.conf", "line": "forward = 203.0.113.53"},
        expects=one(Plane.SERVER, "file", "dns-01", "/etc/omlib-demo/zone.conf", Status.DIVERGED),
        simulate=change(
            make_ref(Plane.SERVER, "file", "dns-01", "/etc/omlib-demo/zone.conf"),
            sha256="0" * 64,
        ),
    ),
    Plant(
        code="package_added",
        target="civil-app-01",
        breaks="package-added",
        lab_target="civil/civil-app-01",
        settings={"package": "sysmon"},
        expects=one(Plane.SERVER, "package", "civil-app-01", "sysmon", Status.UNMANAGED),
        simulate=put(make_ref(Plane.SERVER, "package", "civil-app-01", "sysmon"), present=True),
    ),
    Plant(
        code="listener_opened",
        target="shared-log-01",
        breaks="listener-opened",
        lab_target="shared/shared-log-01",
        settings={"port": "8081"},
        expects=one(Plane.SERVER, "listener", "shared-log-01", "tcp/*:8081", Status.UNMANAGED),
        simulate=put(
            make_ref(Plane.SERVER, "listener", "shared-log-01", "tcp/*:8081"), process="python3"
        ),
    ),
    Plant(
        code="account_made",
        target="backup-01",
        breaks="account-made",
        settings={"account": "helpdesk"},
        expects=one(Plane.SERVER, "user", "backup-01", "helpdesk", Status.UNMANAGED),
        simulate=put(
            make_ref(Plane.SERVER, "user", "backup-01", "helpdesk"), present=True, uid=2004
        ),
    ),
    Plant(
        code="residue",
        target="backup-01",
        breaks="account-made",
        settings={"account": "edu-oa-sync"},
        expects=one(Plane.SERVER, "user", "backup-01", "edu-oa-sync", Status.RESIDUE),
        simulate=put(
            make_ref(Plane.SERVER, "user", "backup-01", "edu-oa-sync"), present=True, uid=2005
        ),
    ),
    Plant(
        code="service_stopped",
        target="bastion-01",
        breaks="service-stopped",
        settings={"service": "cron"},
        expects=one(Plane.SERVER, "service", "bastion-01", "cron.service", Status.DIVERGED),
        simulate=change(
            make_ref(Plane.SERVER, "service", "bastion-01", "cron.service"), running=False
        ),
    ),
    Plant(
        code="route_changed",
        target="core-rtr-1",
        breaks="route-changed",
        expects=one(Plane.NETWORK, "section", "core-rtr-1", "ip route", Status.DIVERGED),
        simulate=change(
            make_ref(Plane.NETWORK, "section", "core-rtr-1", "ip route"),
            members=("ip route 198.18.15.0/24 198.18.0.253",),
            adds=True,
        ),
    ),
    Plant(
        code="host_cut_off",
        target="edu-card-01",
        breaks="host-cut-off",
        lab_target="edu/edu-card-01",
        expects=blind("edu-card-01", UnknownReason.UNREACHABLE),
        simulate=silence("edu-card-01", UnknownReason.UNREACHABLE, "timed out"),
    ),
)
