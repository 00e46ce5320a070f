# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a module can tell under check mode what it would do: as its documentation declares it.

Where nothing is declared, its source is read: a Python module made with AnsibleModule skips itself
unless it says `supports_check_mode=True`; anything else (a shell script, a binary, an action of
one's own that never looks at check mode) would really run, and is not given the chance.
"""

from functools import lru_cache
from pathlib import Path

import ansible
from ansible.plugins.loader import action_loader, fragment_loader, module_loader
from ansible.utils import plugin_docs

_ANSIBLE = Path(ansible.__file__).resolve().parent
FULL, PARTIAL, NONE, RUNS = "full", "partial", "none", "runs"  # RUNS: would really run

# these act on the run and not on a host, or read only; what they say is no verdict on a host
ON_THE_RUN = frozenset(
    {"add_host", "assert", "debug", "fail", "group_by", "import_playbook", "import_role"}
    | {"import_tasks", "include_role", "include_tasks", "include_vars", "meta", "set_fact"}
    | {"set_stats", "validate_argument_spec"}
)
# what they say of a host when all is well is no verdict on it
NO_VERDICT = ON_THE_RUN | {"async_status", "gather_facts", "pause", "setup"}
# they are left out of a check: they wait, and there is nothing to wait for
WAITS = frozenset({"pause", "async_status"})
# what they do cannot be seen, so an author's `changed_when` counts
OPAQUE = frozenset({"command", "shell", "raw", "script", "uri", "expect"})


def short(action: str) -> str:
    """`copy` for `ansible.builtin.copy`; other collections keep their name."""
    head, _, name = action.rpartition(".")
    return name if head in ("", "ansible.builtin", "ansible.legacy") else action


@lru_cache(maxsize=4096)
def support_of(action: str, collections: tuple[str, ...] = ()) -> str:
    """What check mode can tell of *action*: full, partial, none, or runs."""
    found = module_loader.find_plugin_with_context(action, collection_list=list(collections))
    if not found.resolved or _has_strange_action(action, collections):
        return _of_action(action, collections)
    try:
        told = plugin_docs.get_plugin_docs(
            found.resolved_fqcn or action, "module", module_loader, fragment_loader, False
        )[0]
        declared = told.get("attributes", {}).get("check_mode", {}).get("support")
    except Exception:  # noqa: BLE001 documentation of any shape; its source is read then
        declared = None
    if declared in (FULL, PARTIAL, NONE):
        return str(declared)
    return _of_source(found.plugin_resolved_path or "")


def _has_strange_action(action: str, collections: tuple[str, ...]) -> bool:
    """Whether a playbook's own `action_plugins/copy.py` goes before the module documented."""
    found = action_loader.find_plugin_with_context(action, collection_list=list(collections))
    if not found.resolved or found.plugin_resolved_collection not in ("", None):
        return False
    return _ANSIBLE not in Path(found.plugin_resolved_path or "").resolve().parents


def _of_source(path: str) -> str:
    try:
        source = Path(path).read_bytes()
    except OSError:
        return RUNS
    if path.endswith(".ps1"):
        return PARTIAL if b"supports_check_mode" in source.lower() else RUNS
    if b"supports_check_mode" in source and b"AnsibleModule" in source:
        return PARTIAL
    return NONE if b"AnsibleModule(" in source else RUNS


def _of_action(action: str, collections: tuple[str, ...]) -> str:
    """An action without a module: its own source says whether it looks at check mode."""
    found = action_loader.find_plugin_with_context(action, collection_list=list(collections))
    if not found.resolved:
        return FULL  # there is no such thing: Ansible says so itself
    try:
        source = Path(found.plugin_resolved_path or "").read_bytes()
    except OSError:
        return RUNS
    return PARTIAL if b"check_mode" in source else RUNS
