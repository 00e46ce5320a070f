"""Where an inventory's stacks live, and what every run of the engine is told by environment.

Everything is in `.omlib/pulumi/` of the inventory, beside its records. Values here are paths and
names; the passphrase is handed over as the name of a file.
"""

import os
import secrets
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from omlib import log
from omlib.planes.cloud.engine.errors import BackendError
from omlib.planes.cloud.stacks.names import PROJECT

PROVIDER = "omcloud"
PROFILES = "OMCLOUD_PROFILES"  # of a provider that is a process of its own: "gov=change-gov,..."
_BACKEND = "PULUMI_BACKEND_URL"
_INVENTORY = "OMLIB_INVENTORY"
_WRITTEN_S = 2.0
_PROJECT_FILE = f"name: {PROJECT}\nruntime: python\ndescription: made by omlib for its own runs\n"


@dataclass(frozen=True, slots=True)
class StateHome:
    """*root* is the inventory's directory."""

    root: Path

    @property
    def folder(self) -> Path:
        return self.root.absolute() / ".omlib" / "pulumi"

    @property
    def home(self) -> Path:
        """PULUMI_HOME: of our own, so that no login or plugin of the account's plays a part."""
        return self.folder / "home"

    @property
    def passphrase(self) -> Path:
        return self.folder / "passphrase"

    @property
    def work(self) -> Path:
        """Where the engine runs; holds the Pulumi.yaml of our own runs and the stacks' settings."""
        return self.folder / "work"

    @property
    def backend_url(self) -> str:
        """Where the state is: PULUMI_BACKEND_URL of the environment, else in *folder*.

        What `omlib cloud env` told a shell for another inventory does not count for this one.
        """
        named, inventory = os.environ.get(_BACKEND), os.environ.get(_INVENTORY)
        if named and not (inventory and named == StateHome(Path(inventory))._own_url):
            return named
        return self._own_url

    @property
    def _own_url(self) -> str:
        """Percent-encoded: the engine takes `#`, `?` and `%` of a path for parts of a URL."""
        return f"file://{quote(str(self.folder / 'state'))}"

    @property
    def backend(self) -> Path:
        """The folder that holds Pulumi's files. BackendError where the state is not in files."""
        parts = urlsplit(self.backend_url)
        path = unquote(parts.path)
        if parts.scheme != "file" or parts.netloc or not path.startswith("/"):
            raise BackendError(url=parts.scheme)
        return Path(path) / ".pulumi"

    def stack_file(self, stack: str) -> Path:
        return self.backend / "stacks" / PROJECT / f"{stack}.json"

    def locks(self, stack: str) -> Path:
        return self.backend / "locks" / "organization" / PROJECT / stack

    def copies(self, stack: str) -> Path:
        return self.folder / "copies" / stack

    def creates(self, stack: str) -> Path:
        """The journal of creates: what was asked of the cloud, before its answer."""
        return self.folder / "creates" / f"{stack}.jsonl"

    def queue(self, stack: str) -> Path:
        return self.folder / "queue" / f"{stack}.lock"

    def prepare(self) -> None:
        """Make what is not there yet. Two that do so at once agree on one passphrase."""
        own = (self.home, self.work, self.folder / "copies", self.folder / "creates")
        for folder in (self.folder, *own, self.backend.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignored = self.folder.parent / ".gitignore"
        if not ignored.exists():  # state and passphrase are no part of the inventory
            ignored.write_text("*\n", encoding="ascii")
        if not self.passphrase.exists():
            self._make_passphrase()
        settings = self.work / "Pulumi.yaml"
        if not settings.exists():
            settings.write_text(_PROJECT_FILE, encoding="ascii")
        drop_torn_attributes(self, older_than_s=_WRITTEN_S)

    def _make_passphrase(self) -> None:
        made = self.passphrase.with_name(f"passphrase.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(made, self.passphrase)  # unlike a rename it never replaces one
            except FileExistsError:
                return  # somebody else was faster: theirs counts
        finally:
            made.unlink(missing_ok=True)

    def env(self, profiles: Mapping[str, str], provider_port: int | None = None) -> dict[str, str]:
        """What a run is told. Without *provider_port* the engine starts the provider itself.

        *profiles* names for each cloud the profile of clouds.yaml to log in with. PATH has the
        programs of omlib's own Python in front, so that `pulumi-resource-omcloud` is found.
        """
        told = {
            _BACKEND: self.backend_url,
            "PULUMI_HOME": str(self.home),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.passphrase),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            _INVENTORY: str(self.root.absolute()),
            "OMLIB_PYTHON": sys.executable,
            PROFILES: ",".join(f"{cloud}={profile}" for cloud, profile in sorted(profiles.items())),
        }
        if provider_port is not None:
            told["PULUMI_DEBUG_PROVIDERS"] = f"{PROVIDER}:{provider_port}"
        return told


def drop_torn_attributes(home: StateHome, older_than_s: float = 0.0) -> None:
    """Remove the empty companions that a killed engine leaves beside its files.

    It replaces `x.json` as a whole, but writes `x.json.attrs` in place. With an empty one it reads
    nothing more ("failed to load checkpoint: EOF"); without any it is content. One that is younger
    than *older_than_s* may just be being written.
    """
    stacks = home.backend / "stacks" / PROJECT
    for path in (home.backend / "meta.yaml.attrs", *stacks.glob("*.json.attrs")):
        with suppress(FileNotFoundError):
            told = path.stat()
            if told.st_size == 0 and time.time() - told.st_mtime >= older_than_s:
                path.unlink()
                log.event("engine.torn_file_removed", path=str(path))
