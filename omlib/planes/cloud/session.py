"""Logging in to a cloud: its profile in clouds.yaml, its projects, one token for each.

openstacksdk finds the profile, its credentials and certificates, keystoneauth gets the tokens. Both
are slow to import (0.4 s), so that is done when a cloud is first asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omlib.planes.cloud.faults import CloudFaultError, Condition, fault_of
from omlib.planes.cloud.paging import PageSizes
from omlib.planes.cloud.reader import Budget, Limits, Reader, patiently, read_json

if TYPE_CHECKING:
    from keystoneauth1.session import Session
    from openstack.config.cloud_region import CloudRegion

    from omlib.planes.cloud.wire import Wire

# what a login in clouds.yaml may say about its own project; replaced when another is asked for
_OWN_SCOPE = re.compile(r"(project|tenant|domain)_(id|name)|project_domain_(id|name)|system_scope")
_SECRET = re.compile("password|secret|token|passcode")
_VERSIONED = re.compile(r"/v\d+(\.\d+)?(/|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveProject:
    """A project of the cloud: the cloud's own id and name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One account at one cloud. *by* is its name, *own* the project it is scoped to by itself.

    Of *projects* a token can be had for each; *cut* says that the list is not whole. *wire* has the
    connections, until `close`.
    """

    region: "CloudRegion"
    limits: Limits
    by: str
    own: str
    projects: Sequence[LiveProject]
    cut: bool
    wire: "Wire"
    versions: dict[str, Any] = field(default_factory=dict)  # keystoneauth's discovery cache
    sizes: PageSizes = field(default_factory=PageSizes)

    def close(self) -> None:
        """Close what is open and idle; what is in use is closed when it comes back."""
        self.wire.close()

    def reader(self, project: LiveProject) -> Reader:
        """A reader with a token of *project*, checked to be of this one. CloudFaultError."""
        scope = {"project_id": project.id}
        if "applicationcredential" in str(self.region.config.get("auth_type")):
            if project.id != self.own:
                raise CloudFaultError(
                    condition=Condition.BOUND_CREDENTIAL,
                    detail=f"application credential of project {self.own}",
                )
            scope = {}
        session = _session(self.region, self.limits, scope, self.versions, self.wire)
        _, got = _token(session, self.limits, _secrets(self.region))
        if got != project.id:  # its listings would be complete, and another project's
            raise CloudFaultError(
                condition=Condition.FOREIGN_TOKEN, detail=f"asked for {project.id}, got {got}"
            )
        return Reader(
            session=session,
            region=self.region,
            limits=self.limits,
            project_id=project.id,
            sizes=self.sizes,
        )


def log_in(profile: str, region: str, clouds_yaml: Path | None, limits: Limits) -> Login:
    """Log in as *profile* says and ask for the account's projects. Raises CloudFaultError."""
    from omlib.planes.cloud.wire import Wire

    wire = Wire()
    try:
        from openstack.config import OpenStackConfig
        from openstack.config.loader import CONFIG_FILES

        if clouds_yaml is None:
            # openstacksdk looks where it stands first, and there an inventory has a clouds.yml
            own = str(Path.cwd() / "clouds.yml")
            config = OpenStackConfig(config_files=[file for file in CONFIG_FILES if file != own])
        else:  # it and the secrets beside it count alone: the environment would come before them
            secure = clouds_yaml.with_name("secure.yaml")
            config = OpenStackConfig(
                config_files=[str(clouds_yaml)], secure_files=[str(secure)], load_envvars=False
            )
        chosen = config.get_one(cloud=profile, region_name=region)
        _has_password(chosen)
        versions: dict[str, Any] = {}
        session = _session(chosen, limits, {}, versions, wire)
        by, own = _token(session, limits, _secrets(chosen))
        projects, cut = _projects(session, chosen.config["auth"]["auth_url"], limits)
    except Exception as error:
        wire.close()
        raise fault_of(error) from error
    return Login(
        region=chosen,
        limits=limits,
        by=by,
        own=own,
        projects=projects,
        cut=cut,
        wire=wire,
        versions=versions,
    )


def _has_password(region: "CloudRegion") -> None:
    """keystoneauth says it too, but with an exception that cannot be told from others."""
    if "password" in region.config["auth_type"] and not region.config["auth"].get("password"):
        raise CloudFaultError(
            condition=Condition.NO_CREDENTIAL, detail=f"no password for {region.name}"
        )


def _session(
    region: "CloudRegion",
    limits: Limits,
    scope: Mapping[str, str],
    versions: dict[str, Any],
    wire: "Wire",
) -> "Session":
    from keystoneauth1.loading import get_plugin_loader
    from keystoneauth1.session import Session
    from requests import Session as Http

    http = Http()  # of its own: a cookie is for one token
    for scheme in ("http://", "https://"):
        http.mount(scheme, wire)
    login = dict(region.config["auth"])
    if scope:
        login = {name: told for name, told in login.items() if not _OWN_SCOPE.fullmatch(name)}
    loader: Any = get_plugin_loader(region.config["auth_type"])
    verify, cert = region.get_requests_verify_args()
    session = Session(
        auth=loader.load_from_options(**{**login, **scope}),
        session=http,
        verify=verify,
        cert=cert,
        discovery_cache=versions,
        app_name="omlib",
    )
    timeout: Any = limits.timeout  # requests takes a pair, keystoneauth's annotation one number
    session.timeout = timeout
    return session


def _secrets(region: "CloudRegion") -> Sequence[str]:
    """What of a login must not be told again, should the other side repeat what it was sent."""
    login = region.config["auth"]
    return [str(told) for name, told in login.items() if told and _SECRET.search(name)]


def _token(session: "Session", limits: Limits, secrets: Sequence[str]) -> tuple[str, str]:
    """Get a token: whose it is, and of which project ("" if of none). No word has *secrets*."""

    auth: Any = session.auth

    def ask() -> tuple[str, str]:
        try:
            access = auth.get_access(session)
            return access.username or access.user_id or "", access.project_id or ""
        except Exception as error:
            fault = fault_of(error)
            if any(secret in str(error) or secret in fault.detail for secret in secrets):
                raise CloudFaultError(
                    condition=fault.condition,
                    detail="the answer repeats a secret of the login",
                    wait_s=fault.wait_s,
                    status=fault.status,
                    unsent=fault.unsent,
                ) from None
            raise fault from error

    return patiently(ask, limits)


def _projects(
    session: "Session", auth_url: str, limits: Limits
) -> tuple[tuple[LiveProject, ...], bool]:
    base = auth_url.rstrip("/")
    url = base if _VERSIONED.search(base) else f"{base}/v3"
    budget = Budget(left=limits.listing_bytes)
    told = patiently(lambda: read_json(session, f"{url}/auth/projects", limits, budget), limits)
    try:
        projects = [
            LiveProject(id=str(project["id"]), name=str(project["name"]))
            for project in told["projects"]
        ]
        cut = bool(told.get("truncated") or (told.get("links") or {}).get("next"))
    except (TypeError, KeyError, AttributeError) as error:
        detail = f"GET /auth/projects: {type(error).__name__}: {error}"
        raise CloudFaultError(condition=Condition.BAD_ANSWER, detail=detail) from error
    return tuple(sorted(projects, key=lambda project: (project.name, project.id))), cut
