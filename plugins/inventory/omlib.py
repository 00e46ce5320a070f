# SPDX-License-Identifier: GPL-3.0-or-later
# This file runs inside Ansible and imports it, so it is under Ansible's licence (LICENSES/).
"""The declared estate of omlib as an inventory of plain Ansible."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.template import trust_as_template

DOCUMENTATION = r"""
name: omlib
short_description: The hosts that an omlib inventory declares
description:
  - Every declared server with how it is reached and what is declared of it, C(omlib_packages) and
    the like, in groups by department, system, network zone, platform, lifecycle and MLPS level.
  - Kept in a cache under the digest of the inventory's files, so that what changed is never missed.
extends_documentation_fragment: [constructed]
options:
  plugin:
    description: Says that this file is for the plugin.
    required: true
    choices: [omlib]
  inventory:
    description: The folder of the inventory's C(estate.yml); by default the one of this file.
    type: path
  cache:
    description: Whether what was read is kept.
    type: bool
    default: true
    env: [{name: ANSIBLE_INVENTORY_CACHE}]
  cache_plugin:
    description: What keeps it.
    type: str
    default: ansible.builtin.jsonfile
  cache_timeout:
    description: For how many seconds; 0 is for ever, as it is kept under its digest.
    type: int
    default: 0
  cache_connection:
    description: The folder that it is kept in; by default C(~/.cache/omlib/ansible).
    type: path
  cache_prefix:
    description: What the names of its files begin with.
    type: str
    default: inventory_
"""

EXAMPLES = r"""
# inventory/omlib.yml, beside estate.yml:
#   ansible-playbook -i inventory/omlib.yml playbooks/site.yml --check --limit department_hrss
plugin: omlib
"""


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "omlib"

    def verify_file(self, path: str) -> bool:
        return super().verify_file(path) and path.endswith(("omlib.yml", "omlib.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        try:
            import omlib.planes.server.runs as runs
        except ImportError as fault:
            why = f"omlib is not importable by the Python that runs Ansible: {fault}"
            raise AnsibleParserError(why) from fault
        config = loader.load_from_file(path, cache="none")
        self.set_options(direct=config, var_options=self._vars)
        root = Path(self.get_option("inventory") or Path(path).parent)
        told = self._kept(root.resolve(), Path(runs.__file__).parents[3], use=cache)
        self._take(told)
        self._construct(told["hosts"])

    def _kept(self, root: Path, code: Path, *, use: bool) -> dict[str, Any]:
        """From the cache, if it holds just this inventory as read by just this omlib."""
        folder = self._folder() if self.get_option("cache") else None
        if folder is None:
            return read(root)
        self.set_option("cache_connection", str(folder))
        self.load_cache_plugin()
        place = hashlib.sha256(os.fsencode(root)).hexdigest()[:8]
        key = f"{place}_{digest(root, code)}"
        held = self._held(key) if use else None
        if held is not None:
            return held
        told = read(root)
        self.cache[key] = {"inventory": json.dumps(told, ensure_ascii=False)}
        for other in folder.glob(f"*{place}_*"):
            if not other.name.endswith(key):
                other.unlink(missing_ok=True)
        return told

    def _held(self, key: str) -> dict[str, Any] | None:
        try:
            held = json.loads(self.cache[key]["inventory"])
        except (KeyError, TypeError, ValueError, AnsibleError):
            return None  # not there, or not whole: it is read anew
        return held if isinstance(held, dict) else None

    def _folder(self) -> Path | None:
        """Ours alone: what is declared of hosts is nobody else's to read or to write."""
        from omlib.planes.server.runs.places import cache_root

        folder = Path(self.get_option("cache_connection") or cache_root() / "ansible")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            held = folder.stat()
        except OSError as fault:
            self.display.warning(f"omlib: nothing is kept in {folder}: {fault.strerror}")
            return None
        if held.st_uid == os.geteuid() and not held.st_mode & 0o077:
            return folder
        self.display.warning(f"omlib: nothing is kept in {folder}: it is not yours alone (0700)")
        return None

    def _take(self, told: dict[str, Any]) -> None:
        from omlib.planes.server.runs.inventory import vars_of_site
        from omlib.planes.server.runs.places import path_in

        inventory, set_variable = self.inventory, self.inventory.set_variable
        path_of = path_in(os.environ)
        for host, variables in told["hosts"].items():
            inventory.add_host(host)
            for name, value in variables.items():
                set_variable(host, name, literal(value))
        for group, hosts in told["groups"].items():
            self._fill(group, hosts)
        for group, shared in told["shared"].items():
            self._fill(group, shared["hosts"])
            for name, items in shared["vars"].items():
                for item in items:
                    item["ref"] = trust_as_template(item["ref"])
                set_variable(group, name, items)
        for group, children in told["children"].items():
            inventory.add_group(group)
            for child in children:
                inventory.add_group(child)
                inventory.add_child(group, child)
        for group, site in told["sites"].items():
            for name, value in vars_of_site(site, path_of).items():
                set_variable(group, name, literal(value))

    def _fill(self, group: str, hosts: list[str]) -> None:
        name = self.inventory.add_group(group)
        for host in hosts:
            self.inventory.add_child(name, host)

    def _construct(self, hosts: dict[str, Any]) -> None:
        wanted = [self.get_option(name) for name in ("compose", "groups", "keyed_groups")]
        if not any(wanted):
            return
        compose, groups, keyed_groups = wanted
        strict = self.get_option("strict")
        for host in hosts:
            variables = self.inventory.get_host(host).get_vars()
            self._set_composite_vars(compose, variables, host, strict=strict)
            self._add_host_to_composed_groups(groups, variables, host, strict=strict)
            self._add_host_to_keyed_groups(keyed_groups, variables, host, strict=strict)


def literal(value: Any) -> Any:
    """A text in which nothing can be a template is trusted: what is not trusted is exported in a
    form of its own (`__ansible_unsafe`), which testinfra and others do not read.
    """
    return trust_as_template(value) if isinstance(value, str) and "{" not in value else value


def read(root: Path) -> dict[str, Any]:
    from omlib.errors import OmlibError
    from omlib.inventory.load import load
    from omlib.planes.server.runs.inventory import compact

    try:
        loaded = load(root)
        if loaded.estate is not None:
            return compact(loaded.estate)
    except OmlibError as fault:
        raise AnsibleParserError(f"omlib: {fault}") from fault
    first = loaded.problems[0]
    where = f"{first.file}:{first.line}: {first.code}"
    count = len(loaded.problems)
    raise AnsibleParserError(f"omlib: {root}: {count} problems, first {where} (`omlib validate`)")


def digest(root: Path, code: Path) -> str:
    """Over every file that is read as the inventory, and over the code that reads it."""
    told = hashlib.sha256()
    parts = ("__init__.py", "inventory", "model", "planes/server/runs")
    for top in (root, *(code / part for part in parts)):
        for path in sorted(files_of(top)):
            content = path.read_bytes()
            told.update(b"%b\0%d\0" % (os.fsencode(path), len(content)))
            told.update(content)
    return told.hexdigest()[:32]


def files_of(top: Path) -> list[Path]:
    """Files below *top*, hidden ones aside; and those in folders that are links."""
    if top.is_file():
        return [top]
    found: list[Path] = []
    for at, folders, names in os.walk(top):
        here = Path(at)
        folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
        links = (here / name for name in folders if (here / name).is_symlink())
        found += (file for link in links for file in link.glob("*") if file.is_file())
        found += (here / name for name in names if name[0] != "." and (here / name).is_file())
    return found
