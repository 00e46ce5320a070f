"""The twin of `cloud_omlib.py` on `pulumi.dynamic`: the same cloud, engine and servers.

One class with create, read, diff and update, as its guide shows; each read is one GET. Creates take
over servers that are there, so that no time goes into building. Prints one line of JSON.

    python benchmarks/cloud_dynamic.py FOLDER CLOUDS_YAML PROJECT
"""

import functools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pulumi import automation as auto
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
    dynamic,
)

from omlib.planes.cloud.engine.binary import find_pulumi

PLUGIN = f'#!/bin/sh\nexec {sys.executable} -u -m pulumi.dynamic "$@"\n'
COMPARED = ("name", "vcpu", "ram_mib", "power")


class OpenStackServers(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult(id_=props["live_id"], outs=props)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        import http.client
        import json
        import os
        from urllib.parse import urlsplit

        where = urlsplit(os.environ["COMPUTE_URL"])
        connection = http.client.HTTPConnection(where.hostname or "", where.port)
        headers = {"X-Auth-Token": os.environ["TOKEN"], "OpenStack-API-Version": "compute 2.69"}
        connection.request("GET", f"{where.path}/servers/{id_}", headers=headers)
        told = json.loads(connection.getresponse().read())["server"]
        connection.close()
        seen = {
            "name": told["name"],
            "vcpu": told["flavor"]["vcpus"],
            "ram_mib": told["flavor"]["ram"],
            "power": {"ACTIVE": "on", "SHUTOFF": "off"}.get(told["status"], told["status"]),
        }
        return ReadResult(id_=id_, outs={**props, **seen})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=any(olds[name] != news[name] for name in COMPARED))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(outs=news)


PROVIDER = OpenStackServers()
# its pickler goes one call deeper with each resource, and fails at the 305th: so, pickled once
dynamic.serialize_provider = functools.cache(dynamic.serialize_provider)


class Server(Resource):
    def __init__(self, name: str, props: dict[str, Any]) -> None:
        super().__init__(PROVIDER, name, dict(props))  # it puts its code into them


def listed(clouds_yaml: Path, project: str) -> tuple[str, str, list[dict[str, Any]]]:
    """Address of nova, a token, and what is declared: just what is there."""
    from openstack.config import OpenStackConfig
    from openstack.connection import Connection

    config = OpenStackConfig(config_files=[str(clouds_yaml)], load_envvars=False)
    cloud = Connection(config=config.get_one(cloud="sim", project_name=project))
    servers = [
        {
            "live_id": server.id,
            "name": server.name,
            "vcpu": server.flavor.vcpus,
            "ram_mib": server.flavor.ram,
            "power": "on",
        }
        for server in cloud.compute.servers()
    ]
    return str(cloud.compute.get_endpoint()), str(cloud.session.get_token()), servers


class Quiet:
    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


def timed(run: Callable[[], object]) -> float:
    began = time.monotonic()
    run()
    return round(time.monotonic() - began, 2)


def main() -> None:
    folder, clouds_yaml, project = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    url, token, servers = listed(clouds_yaml, project)
    for name in ("bin", "state", "home", "work"):
        (folder / name).mkdir(parents=True)
    plugin = folder / "bin" / "pulumi-resource-pulumi-python"
    plugin.write_text(PLUGIN)
    plugin.chmod(0o755)
    (folder / "bin" / "pulumi").symlink_to(find_pulumi(Quiet()))
    env = {
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "benchmark",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "COMPUTE_URL": url,
        "TOKEN": token,
    }
    os.environ["PATH"] = f"{folder / 'bin'}:{os.environ['PATH']}"
    (folder / "work" / "Pulumi.yaml").write_text("name: twin\nruntime: python\n")

    def program() -> None:
        for told in servers:
            Server(told["name"], told)

    stack = auto.create_or_select_stack(
        stack_name="twin",
        project_name="twin",
        program=program,
        opts=auto.LocalWorkspaceOptions(
            work_dir=str(folder / "work"),
            env_vars=env,
            pulumi_command=auto.PulumiCommand(str(folder)),
        ),
    )
    # without this, writing the state a thousand times takes longer than all that is measured
    os.environ["PULUMI_SKIP_CHECKPOINTS"] = "true"
    made_s = timed(stack.up)
    del os.environ["PULUMI_SKIP_CHECKPOINTS"]
    told = {
        "servers": len(servers),
        "made_s": made_s,
        "state_s": timed(lambda: stack.preview_refresh()),
        "declared_s": timed(lambda: stack.preview(refresh=True)),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
