"""How to reach the lab's cloud: its files, connections to its projects, and new projects.

Three accounts: `lab-admin` builds the lab and plays the person who changes things by hand. The two
others are omlib's own, and hold a role on the projects they were given only: `lab` looks (reader),
`lab-change` changes (member).
"""

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from omlib.lab.cloud.config import REGION
from omlib.lab.errors import LabError
from omlib.lab.layout import LabLayout
from omlib.lab.passwords import SecretName, secret

if TYPE_CHECKING:
    from requests import Session as Http

CloudName = Literal["lab-admin", "lab", "lab-change"]
ACCOUNTS: dict[CloudName, tuple[str, SecretName]] = {
    "lab-admin": ("admin", "cloud-admin"),
    "lab": ("omlib-ro", "cloud-reader"),
    "lab-change": ("omlib-rw", "cloud-change"),
}
READER, CHANGER = ACCOUNTS["lab"][0], ACCOUNTS["lab-change"][0]
TIMEOUT_S = 120


def write_clouds(layout: LabLayout) -> None:
    """`clouds.yaml`, and beside it `secure.yaml` with the passwords."""
    clouds: dict[str, Any] = {}
    secure: dict[str, Any] = {}
    for cloud, (user, password) in ACCOUNTS.items():
        clouds[cloud] = {
            "region_name": REGION,
            "interface": "public",
            "identity_api_version": "3",
            "api_timeout": TIMEOUT_S,
            "auth": {
                "auth_url": f"http://127.0.0.1:{layout.port('keystone')}/v3",
                "username": user,
                "user_domain_name": "Default",
                "project_domain_name": "Default",
            },
        }
        secure[cloud] = {"auth": {"password": secret(layout, password)}}
    clouds["lab-admin"]["auth"]["project_name"] = "admin"  # the others have none of their own
    for name, content in (("clouds.yaml", clouds), ("secure.yaml", secure)):
        _write_private(layout.run / name, yaml.safe_dump({"clouds": content}))


def connect(
    layout: LabLayout, *, project: str = "admin", user: CloudName = "lab-admin"
) -> Any:  # an openstack.connection.Connection; openstacksdk has no types
    """A connection scoped to *project*. It is not checked before its first use."""
    # openstacksdk takes a second to import, and a lab without a cloud does not need it
    from keystoneauth1.session import Session
    from openstack.config import OpenStackConfig
    from openstack.connection import Connection

    constructor: Any = partial(Session, session=_http())  # annotated as a class

    config = OpenStackConfig(
        config_files=[str(layout.run / "clouds.yaml")],
        secure_files=[str(layout.run / "secure.yaml")],
        load_envvars=False,
        session_constructor=constructor,
    )
    return Connection(config=config.get_one(cloud=user, project_name=project))


@cache
def _http() -> "Http":
    """One for all who connect in this process: nobody closes what `connect` gave."""
    from keystoneauth1.session import TCPKeepAliveAdapter
    from requests import Session as Http

    http = Http()
    for scheme in ("http://", "https://"):
        http.mount(scheme, TCPKeepAliveAdapter())
    return http


def create_project(
    layout: LabLayout, name: str, *, readable: bool = True, changeable: bool = True
) -> str:
    """Make a project, or find it; its id. *readable*: omlib's reading account gets its role in it;
    *changeable*: where it is readable, the changing one as well."""
    cloud = connect(layout)
    project = cloud.identity.find_project(name)
    if project is None:
        project = cloud.identity.create_project(name=name, domain_id="default")
    grants = [("admin", "admin")]
    grants += [(READER, "reader")] * readable + [(CHANGER, "member")] * (readable and changeable)
    for user, role in grants:
        cloud.identity.assign_project_role_to_user(
            project, cloud.identity.find_user(user), cloud.identity.find_role(role)
        )
    return str(project.id)


def server_id(layout: LabLayout, project: str, name: str) -> str:
    """Of the one server of that name; names are not unique, and the lab never guesses."""
    found = connect(layout, project=project).compute.servers(name=f"^{re.escape(name)}$")
    ids = [str(server.id) for server in found if server.status != "DELETED"]
    if len(ids) != 1:
        raise LabError(f"project {project} has {len(ids)} servers called {name}")
    return ids[0]


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.rename(path)
