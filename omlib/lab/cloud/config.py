"""The configuration files of the six services, as data. Everything listens on 127.0.0.1 only."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from omlib.lab.layout import LabLayout
from omlib.lab.passwords import secret

Sections = dict[str, dict[str, str]]
COMPUTE_HOST = "gov-cloud-1"
REGION = "RegionOne"
SERVICE_USER = "svc"
# nova asks for the power state of every server this often: one that was powered off from inside
# is found SHUTOFF
POWER_SYNC_S = 15
DATABASES = (
    "keystone",
    "placement",
    "glance",
    "neutron",
    "cinder",
    "nova_api",
    "nova_cell0",
    "nova_cell1",
)
PASTE = (
    "nova/api-paste.ini",
    "neutron/api-paste.ini",
    "glance/glance-api-paste.ini",
    "cinder/api-paste.ini",
    "cinder/resource_filters.json",
)
FOLDERS = ("images", "staging", "tasks", "lock", "coord", "keystone/fernet", "keystone/cred")
# without limit: a city's estate stands in one project after another
NOVA_QUOTAS = ("instances", "cores", "ram", "key_pairs", "server_groups", "server_group_members")
CINDER_QUOTAS = ("quota_volumes", "quota_gigabytes")
NEUTRON_QUOTAS = (
    "quota_network",
    "quota_subnet",
    "quota_port",
    "quota_router",
    "quota_floatingip",
    "quota_security_group",
    "quota_security_group_rule",
)
# What a project's member may ask for on the networks shared with it. By default a fixed address
# there, a further address of a port, and a floating address by its number are an administrator's.
_OWNER = "(rule:admin_only) or (rule:service_api) or (role:member and rule:network_owner)"
_MEMBER = "(rule:admin_only) or (role:member and project_id:%(project_id)s)"
NEUTRON_POLICY = {
    **{
        f"{verb}_port:{what}": f"{_OWNER} or (role:member and rule:shared)"
        for verb in ("create", "update")
        for what in (
            "fixed_ips",
            "fixed_ips:ip_address",
            "fixed_ips:subnet_id",
            "allowed_address_pairs",
            "allowed_address_pairs:ip_address",
            "allowed_address_pairs:mac_address",
        )
    },
    "create_floatingip:floating_ip_address": _MEMBER,
}
MECHANISM = "[neutron.ml2.mechanism_drivers]\nlabbind = labneutron:LabBind\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudState:
    """A folder with one cloud's configuration, databases and files. The template is one, too."""

    layout: LabLayout
    folder: Path

    @property
    def etc(self) -> Path:
        return self.folder / "etc"

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def ready(self) -> Path:
        """Holds a file per service that can be used."""
        return self.folder / "ready"

    def database_file(self, name: str) -> Path:
        return self.folder / "db" / f"{name}.sqlite"

    def database(self, name: str) -> str:
        return f"sqlite:///{self.database_file(name)}?timeout=60"

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.layout.port(service)}"


def write_configuration(cloud: CloudState) -> None:
    """Write every file anew; what is there is replaced."""
    for folder in FOLDERS:
        (cloud.var / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in ("etc", "db"):
        (cloud.folder / folder).mkdir(exist_ok=True, mode=0o700)
    for name, sections in configuration(cloud).items():
        path = cloud.etc / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(_ini(sections), encoding="utf-8")
    policy = cloud.etc / "neutron" / "policy.yaml"
    policy.write_text(yaml.safe_dump(NEUTRON_POLICY), encoding="utf-8")
    for name in PASTE:
        shutil.copyfile(cloud.layout.cloud_venv / "etc" / name, cloud.etc / name)
    # a bare distribution on sys.path: how neutron finds a mechanism driver that is not installed
    entry = cloud.etc / "plug" / "omlib_lab-0.0.1.dist-info"
    entry.mkdir(parents=True, exist_ok=True)
    metadata = "Metadata-Version: 2.1\nName: omlib-lab\nVersion: 0.0.1\n"
    (entry / "METADATA").write_text(metadata, encoding="ascii")
    (entry / "entry_points.txt").write_text(MECHANISM, encoding="ascii")


def configuration(cloud: CloudState) -> dict[str, Sections]:
    """File under `etc` -> section -> option -> value."""
    login = _login(cloud)
    token = {"keystone_authtoken": {**login, "service_token_roles": "service"}}
    quiet = {"oslo_messaging_notifications": {"driver": "noop"}}
    lock = {"oslo_concurrency": {"lock_path": f"{cloud.var}/lock"}}
    common = {
        "use_stderr": "true",
        "transport_url": "fake:///",  # messages stay in the process
        "host": COMPUTE_HOST,
        "state_path": str(cloud.var),
    }
    return {
        "keystone/keystone.conf": _keystone(cloud),
        "placement/placement.conf": {
            "DEFAULT": {"use_stderr": "true"},
            "placement_database": _store(cloud, "placement"),
            "api": {"auth_strategy": "keystone"},
            **token,
        },
        "glance/glance-api.conf": {**_glance(cloud, common), **token, **quiet, **lock},
        "neutron/neutron.conf": {**_neutron(cloud, common, login), **token, **quiet, **lock},
        "nova/nova.conf": {**_nova(cloud, common, login), **token, **quiet, **lock},
        "cinder/cinder.conf": {**_cinder(cloud, common, login), **token, **quiet, **lock},
    }


def _login(cloud: CloudState) -> dict[str, str]:
    return {
        "www_authenticate_uri": f"{cloud.url('keystone')}/v3",
        "auth_url": f"{cloud.url('keystone')}/v3",
        "auth_type": "password",
        "username": SERVICE_USER,
        "password": secret(cloud.layout, "cloud-service"),
        "project_name": "service",
        "user_domain_name": "Default",
        "project_domain_name": "Default",
        "region_name": REGION,
    }


def _store(cloud: CloudState, name: str) -> dict[str, str]:
    return {"connection": cloud.database(name), "sqlite_synchronous": "false"}


def _keystone(cloud: CloudState) -> Sections:
    keys = {"key_repository": f"{cloud.var}/keystone/fernet"}
    return {
        "DEFAULT": {"use_stderr": "true"},
        "database": _store(cloud, "keystone"),
        "token": {"provider": "fernet", "expiration": "86400"},
        "fernet_tokens": keys,
        "fernet_receipts": keys,
        "credential": {"key_repository": f"{cloud.var}/keystone/cred"},
        "identity": {"password_hash_rounds": "4"},  # quick; the passwords are random
        "cache": {"enabled": "true", "backend": "dogpile.cache.memory"},
    }


def _glance(cloud: CloudState, common: Mapping[str, str]) -> Sections:
    return {
        "DEFAULT": {
            **common,
            "enabled_import_methods": "[]",
            "enabled_backends": "file:file",
            "worker_self_reference_url": cloud.url("glance"),
            "enable_image_conversion": "false",
        },
        "database": _store(cloud, "glance"),
        "glance_store": {"default_backend": "file"},
        "file": {"filesystem_store_datadir": f"{cloud.var}/images"},
        "os_glance_staging_store": {"filesystem_store_datadir": f"{cloud.var}/staging"},
        "os_glance_tasks_store": {"filesystem_store_datadir": f"{cloud.var}/tasks"},
        "paste_deploy": {
            "flavor": "keystone",
            "config_file": f"{cloud.etc}/glance/glance-api-paste.ini",
        },
    }


def _neutron(cloud: CloudState, common: Mapping[str, str], login: Mapping[str, str]) -> Sections:
    return {
        "DEFAULT": {
            **common,
            "core_plugin": "ml2",
            "service_plugins": "router",
            "auth_strategy": "keystone",
            "api_paste_config": f"{cloud.etc}/neutron/api-paste.ini",
            "notify_nova_on_port_status_changes": "false",
            "notify_nova_on_port_data_changes": "false",
            "rpc_workers": "0",
            "api_workers": "1",
            "dhcp_agent_notification": "false",
        },
        "quotas": dict.fromkeys(NEUTRON_QUOTAS, "-1"),
        "oslo_policy": {"policy_file": f"{cloud.etc}/neutron/policy.yaml"},
        "ml2": {
            "type_drivers": "local,flat,vlan",
            "tenant_network_types": "local",
            "mechanism_drivers": "labbind",
            "extension_drivers": "port_security",
        },
        "ml2_type_flat": {"flat_networks": "*"},
        "ml2_type_vlan": {"network_vlan_ranges": "physnet1:100:1999"},
        "securitygroup": {"enable_security_group": "true"},
        "nova": dict(login),
        "placement": dict(login),
        "database": _store(cloud, "neutron"),
    }


def _nova(cloud: CloudState, common: Mapping[str, str], login: Mapping[str, str]) -> Sections:
    return {
        "DEFAULT": {
            **common,
            "compute_driver": "labnova.HostDriver",
            "my_ip": "127.0.0.1",
            "rpc_response_timeout": "120",
            "allow_resize_to_same_host": "true",
            "report_interval": "5",
            "service_down_time": "60",
            # more at once makes each so slow that a run of 75 servers times out on two cores
            "max_concurrent_builds": "4",
            "update_resources_interval": "600",
            "instance_usage_audit": "false",
            "running_deleted_instance_action": "noop",
            "sync_power_state_interval": str(POWER_SYNC_S),
            "heal_instance_info_cache_interval": "60",
        },
        "api": {"auth_strategy": "keystone"},
        "wsgi": {"api_paste_config": f"{cloud.etc}/nova/api-paste.ini"},
        "quota": dict.fromkeys(NOVA_QUOTAS, "-1"),
        "scheduler": {"workers": "1", "max_attempts": "1"},
        "filter_scheduler": {
            "enabled_filters": "ComputeFilter",
            "track_instance_changes": "false",
        },
        "conductor": {"workers": "1"},
        "database": _store(cloud, "nova_cell1"),
        "api_database": _store(cloud, "nova_api"),
        "keystone": dict(login),
        "service_user": {"send_service_user_token": "true", **login},
        "placement": dict(login),
        "glance": {"endpoint_override": cloud.url("glance"), **login},
        "neutron": dict(login),
        "cinder": {
            "catalog_info": "block-storage::publicURL",
            "os_region_name": REGION,
            **login,
        },
    }


def _cinder(cloud: CloudState, common: Mapping[str, str], login: Mapping[str, str]) -> Sections:
    return {
        "DEFAULT": {
            **common,
            "api_paste_config": f"{cloud.etc}/cinder/api-paste.ini",
            "auth_strategy": "keystone",
            "enabled_backends": "fake",
            "scheduler_driver_init_wait_time": "1",  # 60 by default
            "default_volume_type": "__DEFAULT__",
            **dict.fromkeys(CINDER_QUOTAS, "-1"),
            # no capacity filter: the fake store claims 5 GB, and its volumes are records
            "scheduler_default_filters": "AvailabilityZoneFilter",
            "glance_api_servers": cloud.url("glance"),
        },
        "fake": {
            "volume_driver": "cinder.tests.fake_driver.FakeLoggingVolumeDriver",
            "volume_backend_name": "fake",
        },
        "coordination": {"backend_url": f"file://{cloud.var}/coord"},
        "nova": dict(login),
        "service_user": {"send_service_user_token": "true", **login},
        "database": _store(cloud, "cinder"),
    }


def _ini(sections: Sections) -> str:
    blocks = []
    for section, options in sections.items():
        lines = [f"{name} = {value}\n" for name, value in options.items()]
        blocks.append(f"[{section}]\n{''.join(lines)}")
    return "\n".join(blocks)
