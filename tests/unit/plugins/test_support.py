"""Whether a module would really run in a check: its name alone vouches for nothing."""

import sys
from pathlib import Path

from ansible.plugins.loader import (  # type: ignore[import-untyped]
    action_loader,
    init_plugin_loader,
    module_loader,
)

sys.path.insert(0, str(Path(__file__).parents[3] / "plugins"))
from omlib_in_ansible.guard import reads_only  # type: ignore[import-not-found]
from omlib_in_ansible.support import (  # type: ignore[import-not-found]
    FULL,
    RUNS,
    support_of,
)

CHECKED = """
DOCUMENTATION = '''
module: omlib_test_checked
short_description: it says that it can be checked
author: tests
attributes: {check_mode: {support: full}}
'''
from ansible.module_utils.basic import AnsibleModule
AnsibleModule(argument_spec={}, supports_check_mode=True)
"""
ACTION = "from ansible.plugins.action import ActionBase\nclass ActionModule(ActionBase): pass\n"


def test_an_action_of_a_playbook_s_own_goes_before_the_module_that_it_covers(
    tmp_path: Path,
) -> None:
    init_plugin_loader()
    for name in ("omlib_test_checked", "omlib_test_covered"):
        (tmp_path / f"{name}.py").write_text(CHECKED, encoding="utf-8")
    module_loader.add_directory(str(tmp_path))
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "omlib_test_covered.py").write_text(ACTION, encoding="utf-8")
    action_loader.add_directory(str(tmp_path / "actions"))
    assert support_of("omlib_test_checked") == FULL
    assert support_of("omlib_test_covered") == RUNS
    assert support_of("ansible.builtin.copy") == FULL  # Ansible's own action is known to check


def test_a_module_that_is_named_as_if_it_only_read_is_believed_only_if_it_can_be_checked(
    tmp_path: Path,
) -> None:
    (tmp_path / "omlib_test_wipe_facts.py").write_text("open('/x', 'w')\n", encoding="utf-8")
    module_loader.add_directory(str(tmp_path))
    support = support_of("omlib_test_wipe_facts")
    assert support == RUNS
    assert not reads_only("omlib_test_wipe_facts", support)
    assert reads_only("service_facts", support_of("ansible.builtin.service_facts"))
