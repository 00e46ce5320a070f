"""How ansible-playbook is called for a job: its arguments, its environment, its folder."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omlib.planes.server.runs.janitor import MARK
from omlib.planes.server.runs.job import Job
from omlib.planes.server.runs.places import shipped

# what a run of omlib's own keeps of the caller's environment; never what steers Ansible or Python
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "SSH_AUTH_SOCK", "TERM")
_KEPT_PREFIXES = ("LC_", "XDG_", "http", "no_proxy", "HTTP", "NO_PROXY", "OMLIB_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """*pipes*: what must wait in the run's folder for Ansible to read once, by file name."""

    command: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    pipes: Mapping[str, str]


def call_for(
    job: Job,
    folder: Path,
    *,
    lines: Path,
    environ: Mapping[str, str],
    limit: tuple[str, ...] = (),
    most_hosts: int = 0,
) -> Call:
    """*limit* instead of the job's own; *most_hosts*: with more it ends and tells who they are."""
    pipes: dict[str, str] = {}
    command = [sys.executable, "-m", "ansible", "playbook"]
    if job.inventory is not None:
        command += ["-i", _inventory(job.inventory, folder)]
    if job.check:
        command += ["--check", "--diff"]
    for flag, secret in (
        ("become", job.become_password),
        ("connection", job.connection_password),
        ("vault", job.vault_password),
    ):
        if secret is not None:
            pipes[f"{flag}-password"] = secret.reveal()
            command += [f"--{flag}-password-file", str(folder / f"{flag}-password")]
    if job.vault_password_file is not None:
        command += ["--vault-password-file", str(job.vault_password_file)]
    if job.extra_vars:
        pipes["extra-vars"] = json.dumps(dict(job.extra_vars))
        command += ["--extra-vars", f"@{folder / 'extra-vars'}"]
    if any(part.startswith("@") for part in job.limit) and not limit:  # a file of the caller's
        command += ["--limit", ",".join(job.limit)]
    elif chosen := limit or job.limit:
        listed = folder / "limit"  # thousands of names are too long for a command line
        listed.write_text("".join(f"{host}\n" for host in chosen), encoding="utf-8")
        command += ["--limit", f"@{listed}"]
    command += ["--forks", str(job.forks), *job.extra_args, str(job.playbook.absolute())]
    return Call(
        command=tuple(command),
        env=_environment(job, folder, environ)
        | {"OMLIB_RUN_LINES": str(lines), "OMLIB_RUN_MOST_HOSTS": str(most_hosts)},
        cwd=Path.cwd() if job.foreign else job.playbook.absolute().parent,
        pipes=pipes,
    )


def _inventory(inventory: Path | Mapping[str, object] | str, folder: Path) -> str:
    if isinstance(inventory, Path):
        return str(inventory.absolute())
    if isinstance(inventory, str):
        return inventory
    tree = folder / "inventory.yml"  # JSON is YAML
    tree.write_text(json.dumps(inventory), encoding="utf-8")
    return str(tree)


def _environment(job: Job, folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    if job.foreign:
        env = dict(environ)
        beside = job.playbook.absolute().parent / "ansible.cfg"
        if "ANSIBLE_CONFIG" not in env and beside.exists():
            env["ANSIBLE_CONFIG"] = str(beside)
        if not _mentions_pipelining(env):
            env.setdefault("ANSIBLE_PIPELINING", "1")
    else:
        env = {
            name: value
            for name, value in environ.items()
            if name in _KEPT or name.startswith(_KEPT_PREFIXES)
        }
        config = folder / "ansible.cfg"
        config.write_text("[defaults]\n", encoding="utf-8")
        env |= {
            "ANSIBLE_CONFIG": str(config),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_LIBRARY": str(shipped("plugins") / "modules"),
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_HOST_KEY_CHECKING": "1",
            "ANSIBLE_NO_TARGET_SYSLOG": "1",  # contents of files would stand in the host's journal
            "OMLIB_RUN_OWN": "1",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FATAL": "1",
            # a host that hangs keeps no other from being judged
            "ANSIBLE_STRATEGY": "free" if job.check else "linear",
        }
    if "utf" not in (env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "").lower():
        env["LC_ALL"] = "C.UTF-8"  # Ansible starts under nothing else
    return env | {
        MARK: str(folder),
        "ANSIBLE_STDOUT_CALLBACK": "omlib",
        "ANSIBLE_CALLBACK_PLUGINS": str(shipped("plugins") / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "omlib",
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "1",
        "ANSIBLE_RETRY_FILES_ENABLED": "0",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_NOCOWS": "1",
        "ANSIBLE_FORCE_COLOR": "0",
    }


def _mentions_pipelining(env: Mapping[str, str]) -> bool:
    """Whether the configuration that Ansible will find decides about pipelining itself."""
    home = Path(env.get("HOME", os.sep)) / ".ansible.cfg"
    named = env.get("ANSIBLE_CONFIG")
    places = (
        [Path(named)] if named else [Path("ansible.cfg"), home, Path("/etc/ansible/ansible.cfg")]
    )
    for place in places:
        if place.is_file():
            return "pipelining" in place.read_text(encoding="utf-8", errors="replace")
    return False
