"""The kinds of resources that the provider knows, by their Pulumi token."""

from collections.abc import Mapping

from omlib.planes.cloud.provider.kind import ResourceKind
from omlib.planes.cloud.provider.kinds.floating_ip import FLOATING_IP
from omlib.planes.cloud.provider.kinds.key_pair import KEY_PAIR
from omlib.planes.cloud.provider.kinds.network import NETWORK_KIND
from omlib.planes.cloud.provider.kinds.port import PORT
from omlib.planes.cloud.provider.kinds.router import ROUTER
from omlib.planes.cloud.provider.kinds.security_group import SECURITY_GROUP
from omlib.planes.cloud.provider.kinds.server import SERVER
from omlib.planes.cloud.provider.kinds.server_group import SERVER_GROUP
from omlib.planes.cloud.provider.kinds.subnet import SUBNET
from omlib.planes.cloud.provider.kinds.volume import VOLUME
from omlib.planes.cloud.provider.kinds.volume_attachment import VOLUME_ATTACHMENT
from omlib.planes.cloud.stacks.names import token_of

_ALL: tuple[ResourceKind, ...] = (
    FLOATING_IP,
    PORT,
    SERVER,
    VOLUME,
    VOLUME_ATTACHMENT,
    KEY_PAIR,
    NETWORK_KIND,
    ROUTER,
    SECURITY_GROUP,
    SERVER_GROUP,
    SUBNET,
)
KINDS: Mapping[str, ResourceKind] = {token_of(kind.name): kind for kind in _ALL}
