"""A cloud freshly seeded, kept as a folder and copied for every lab: seconds instead of a minute.

The template is made on the ports and paths of whichever lab came first. A copy gets configuration
files of its own, and in its databases the old URLs and paths are replaced.
"""

import hashlib
import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from omlib.lab import processes
from omlib.lab.cloud import access, seed
from omlib.lab.cloud.config import DATABASES, REGION, CloudState, write_configuration
from omlib.lab.cloud.services import INSIDE, start_services, stop_services
from omlib.lab.cloud.venv import venv_digest
from omlib.lab.layout import SERVICES, LabLayout
from omlib.lab.locks import locked
from omlib.lab.passwords import secret
from omlib.lab.progress import Progress, step

# where the services store their own URLs and paths
PLACES = (
    ("keystone", "endpoint", "url"),
    ("nova_api", "cell_mappings", "database_connection"),
    ("glance", "image_locations", "value"),
)
BUILD_WAIT_S = 900.0


def template_digest(layout: LabLayout) -> str:
    """Of the programs, of everything that shapes the template, and of the passwords inside it."""
    sources = [Path(module.__file__ or "") for module in (seed, access)]
    sources += [Path(__file__).with_name("config.py"), *INSIDE.rglob("*.py")]
    parts = [path.read_text(encoding="utf-8") for path in sorted(sources)]
    parts += [
        secret(layout, name)
        for name in ("cloud-service", *(password for _, password in access.ACCOUNTS.values()))
    ]
    return hashlib.sha256("\0".join([venv_digest(), *parts]).encode()).hexdigest()


def restore(cloud: CloudState, progress: Progress) -> None:
    """Give *cloud* the databases and files of the template; make that first when there is none.
    The configuration of this lab is for the caller to write."""
    layout, template = cloud.layout, cloud.layout.cloud_template
    with locked(layout.home / "template.lock", wait_s=BUILD_WAIT_S):
        manifest = template / "template.json"
        told = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
        if told.get("digest") != template_digest(layout):
            shutil.rmtree(template, ignore_errors=True)
            _make(layout, progress)
            told = json.loads(manifest.read_text(encoding="utf-8"))
        shutil.rmtree(cloud.folder, ignore_errors=True)
        fresh = cloud.folder.with_name("cloud.new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(template, fresh)
    replaced = {told["folder"]: str(cloud.folder)}
    replaced |= {told["urls"][service]: cloud.url(service) for service in SERVICES}
    _relocate(CloudState(layout=layout, folder=fresh), replaced)
    fresh.rename(cloud.folder)


def _make(layout: LabLayout, progress: Progress) -> None:
    build = layout.state / "template"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    cloud = CloudState(layout=layout, folder=build)
    write_configuration(cloud)
    with step(progress, "cloud: schemas"):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda chain: chain(cloud), (_small_schemas, _large_schemas)))
        for name in DATABASES:
            with closing(sqlite3.connect(cloud.database_file(name))) as database:
                database.execute("pragma journal_mode=wal")
    try:
        with step(progress, "cloud: first start"):
            start_services(cloud, ["keystone"])
            access.write_clouds(cloud.layout)
            seed.seed_catalog(cloud)
            start_services(cloud)
        with step(progress, "cloud: seed"):
            seed.seed_resources(cloud.layout)
    finally:
        stop_services(cloud)
    for name in DATABASES:  # what is still in the write-ahead logs goes into the files
        with closing(sqlite3.connect(cloud.database_file(name))) as database:
            database.execute("pragma wal_checkpoint(truncate)")
    manifest = {
        "digest": template_digest(layout),
        "folder": str(build),
        "urls": {service: cloud.url(service) for service in SERVICES},
    }
    shutil.rmtree(cloud.ready)
    (build / "template.json").write_text(json.dumps(manifest), encoding="utf-8")
    layout.cloud_template.parent.mkdir(parents=True, exist_ok=True)
    build.rename(layout.cloud_template)


def _small_schemas(cloud: CloudState) -> None:
    bin_ = cloud.layout.cloud_venv / "bin"
    keystone = [f"{bin_}/keystone-manage", "--config-file", f"{cloud.etc}/keystone/keystone.conf"]
    owner = ["--keystone-user", "root", "--keystone-group", "root"]
    password = {"OS_BOOTSTRAP_PASSWORD": secret(cloud.layout, "cloud-admin")}
    urls = []
    for interface in ("public", "internal", "admin"):
        urls += [f"--bootstrap-{interface}-url", f"{cloud.url('keystone')}/v3"]
    neutron = f"{cloud.etc}/neutron/neutron.conf"
    schema = ["neutron_schema.py", f"sqlite:///{cloud.database_file('neutron')}"]
    for argv in (
        [*keystone, "db_sync"],
        [*keystone, "fernet_setup", *owner],
        [*keystone, "credential_setup", *owner],
        [*keystone, "bootstrap", "--bootstrap-region-id", REGION, *urls],
        _manage(cloud, "placement-manage", "placement/placement.conf", "db", "sync"),
        _manage(cloud, "glance-manage", "glance/glance-api.conf", "db_sync"),
        [f"{bin_}/python", str(INSIDE / schema[0]), schema[1]],
        [f"{bin_}/neutron-db-manage", "--config-file", neutron, "stamp", "heads"],
    ):
        processes.run(cloud.layout, argv, environment=password, timeout_s=300)


def _large_schemas(cloud: CloudState) -> None:
    """nova has three databases, and cinder's history is long."""

    def nova(*arguments: str) -> list[str]:
        return _manage(cloud, "nova-manage", "nova/nova.conf", *arguments)

    cell1 = ["--name", "cell1", "--transport-url", "fake:///"]
    cell1 += ["--database_connection", cloud.database("nova_cell1")]
    for argv in (
        nova("api_db", "sync"),
        nova("cell_v2", "map_cell0", "--database_connection", cloud.database("nova_cell0")),
        nova("cell_v2", "create_cell", *cell1),
        nova("db", "sync"),
        _manage(cloud, "cinder-manage", "cinder/cinder.conf", "db", "sync"),
    ):
        processes.run(cloud.layout, argv, timeout_s=300)


def _manage(cloud: CloudState, program: str, configuration: str, *arguments: str) -> list[str]:
    where = ["--config-file", f"{cloud.etc}/{configuration}"]
    return [f"{cloud.layout.cloud_venv}/bin/{program}", *where, *arguments]


def _relocate(cloud: CloudState, replaced: dict[str, str]) -> None:
    for database, table, column in PLACES:
        with closing(sqlite3.connect(cloud.database_file(database))) as connection, connection:
            for old, new in replaced.items():
                change = f"update {table} set {column} = replace({column}, ?, ?)"  # noqa: S608
                connection.execute(change, (old, new))
