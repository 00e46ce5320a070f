"""How each kind of thing is listed: where, under which key, and whose things may be in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from omlib.planes.cloud.around import of_project
from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.reader import Listing, Reader

COMPUTE, VOLUMES, NETWORK, IMAGE = "compute", "block-storage", "network", "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A listing. *owner* is the field that names the project; "" for what belongs to no one.

    *shared*: neutron gives an admin every project's things, and anyone what others share with him;
    those are passed over. Elsewhere a thing of another project means that the answer is wrong.
    *inner* and *name_is_id* are for key pairs, *by_offset* for server groups, as `Reader.listing`
    has them.
    """

    service: str
    path: str
    key: str
    owner: str = ""
    shared: bool = False
    inner: str = ""
    name_is_id: bool = False
    by_offset: bool = False


QUESTIONS: Mapping[str, Question] = {
    "server": Question(service=COMPUTE, path="/servers/detail", key="servers", owner="tenant_id"),
    "volume": Question(
        service=VOLUMES,
        path="/volumes/detail",
        key="volumes",
        owner="os-vol-tenant-attr:tenant_id",
    ),
    "port": Question(service=NETWORK, path="/ports", key="ports", owner="tenant_id", shared=True),
    "floating_ip": Question(
        service=NETWORK, path="/floatingips", key="floatingips", owner="tenant_id", shared=True
    ),
    "security_group": Question(
        service=NETWORK,
        path="/security-groups",
        key="security_groups",
        owner="tenant_id",
        shared=True,
    ),
    # Networks and subnets of others too: a project uses those that are shared, or lead outside.
    "network": Question(service=NETWORK, path="/networks", key="networks"),
    "subnet": Question(service=NETWORK, path="/subnets", key="subnets"),
    "router": Question(
        service=NETWORK, path="/routers", key="routers", owner="tenant_id", shared=True
    ),
    "key_pair": Question(
        service=COMPUTE, path="/os-keypairs", key="keypairs", inner="keypair", name_is_id=True
    ),
    "server_group": Question(
        service=COMPUTE,
        path="/os-server-groups",
        key="server_groups",
        owner="project_id",
        by_offset=True,
    ),
    "flavor": Question(service=COMPUTE, path="/flavors/detail", key="flavors"),
    "image": Question(service=IMAGE, path="/images", key="images"),
}


def listed(kind: str, reader: Reader, microversion: str) -> Listing:
    """The listing, without what is not this project's; with a fault where that cannot be."""
    question = QUESTIONS[kind]
    query = {question.owner: reader.project_id} if question.shared else {}
    told = reader.listing(
        question.service,
        question.path,
        question.key,
        query,
        microversion if question.service == COMPUTE else "",
        inner=question.inner,
        name_is_id=question.name_is_id,
        by_offset=question.by_offset,
    )
    own = [
        item
        for item in told.items
        if not question.owner or of_project(item, reader.project_id, question.owner)
    ]
    fault = told.fault
    if not question.shared and len(own) < len(told.items):
        detail = f"{len(told.items) - len(own)} of {len(told.items)} are of another project"
        fault = CloudFaultError(condition=Condition.FOREIGN_ITEM, detail=detail)
    elif kind == "server" and not fault and any("name" not in item for item in own):
        fault = CloudFaultError(condition=Condition.CELL_DOWN)
    return Listing(items=tuple(own), pages=told.pages, fault=fault)
