"""A module of omlib's that judges a whole list in one call: a verdict for each, as for a loop."""

import sys
from pathlib import Path

import pytest

from omlib.model.status import Status, UnknownReason
from omlib.planes.server.runs.runner import Job, run
from omlib.planes.server.runs.task import TaskResult, Why

pytestmark = pytest.mark.timeout(600)
IN_SYNC, DIVERGED, UNKNOWN = Status.IN_SYNC, Status.DIVERGED, Status.UNKNOWN

# as a module of omlib's answers; what it is to say it is given
MODULE = """
DOCUMENTATION = '''
module: omlib_list
short_description: says what it is given
attributes: {check_mode: {support: full}}
options: {items: {type: list, elements: dict}, fault: {type: str}}
'''
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(
    argument_spec={"items": {"type": "list", "elements": "dict"}, "fault": {"type": "str"}},
    supports_check_mode=True,
)
items, fault = module.params["items"], module.params["fault"]
if fault:
    module.fail_json(msg=fault)
told = {"changed": any(one.get("changed") for one in items), "omlib_items": items}
if any(one.get("failed") for one in items):
    module.fail_json(msg="some failed", **told)
module.exit_json(**told)
"""
TASK = """- hosts: all
  gather_facts: false
  vars: {db_password: canary-of-a-list}
  tasks:
    - name: a list
      omlib_list: %s
    - name: after it
      omlib_list: {items: [{ref: last}]}
"""


def said(folder: Path, task: str, *, check: bool = True) -> list[TaskResult]:
    (folder / "library").mkdir()
    (folder / "library" / "omlib_list.py").write_text(MODULE, encoding="utf-8")
    book = folder / "list.yml"
    book.write_text(TASK % task, encoding="utf-8")
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = {"all": {"hosts": {"here": here}}}
    ended = run(Job(playbook=book, inventory=inventory, check=check, foreign=True))
    assert not ended.error, ended.error
    return list(ended.results)


def test_each_item_of_a_list_has_its_own_verdict_and_difference(tmp_path: Path) -> None:
    changed = "{ref: b, changed: true, diff: {before: 'password = {{ db_password }}\\n', after: x}}"
    told = said(tmp_path, f"{{items: [{{ref: a}}, {changed}, {{ref: c, changed: false}}]}}")
    assert [(one.task, one.item, one.status) for one in told] == [
        ("a list", "a", IN_SYNC),
        ("a list", "b", DIVERGED),
        ("a list", "c", IN_SYNC),
        ("after it", "last", IN_SYNC),
    ]
    assert "-password = <secret " in told[1].diff
    assert told[0].diff == told[2].diff == ""


def test_an_item_that_fails_says_why_and_ends_the_host_as_one_of_a_loop_does(
    tmp_path: Path,
) -> None:
    failed = "{ref: b, failed: true, msg: 'no {{ db_password }} here'}"
    told = said(tmp_path, f"{{items: [{{ref: a, changed: true}}, {failed}, {{ref: c}}]}}")
    assert [(one.item, one.status, one.reason, one.why) for one in told] == [
        ("a", DIVERGED, None, None),
        ("b", UNKNOWN, UnknownReason.INCOMPLETE, Why.FAILED),
        ("c", IN_SYNC, None, None),
        ("", UNKNOWN, UnknownReason.NOT_CHECKED, Why.AFTER_FAILURE),
    ]
    assert told[1].detail.startswith("no <secret ")
    assert "canary" not in repr(told)


def test_under_no_log_neither_words_nor_names_of_items_are_told(tmp_path: Path) -> None:
    item = "{ref: canary-name, changed: true, msg: canary-word, diff: {before: canary, after: x}}"
    first, _ = said(tmp_path, f"{{items: [{item}]}}\n      no_log: true")
    assert (first.status, first.why, first.diff) == (DIVERGED, Why.HIDDEN, "")
    assert first.item.startswith("(item ")
    assert "canary" not in repr(first)


def test_a_list_in_a_loop_has_the_items_of_all_rounds(tmp_path: Path) -> None:
    task = "{items: [{ref: 'a{{ item }}'}, {ref: 'b{{ item }}'}]}\n      loop: [1, 2]"
    assert [one.item for one in said(tmp_path, task)] == ["a1", "b1", "a2", "b2", "last"]


def test_a_call_that_could_not_judge_any_item_is_one_verdict(tmp_path: Path) -> None:
    told = said(tmp_path, "{items: [{ref: a}], fault: no database}")
    assert (told[0].item, told[0].status, told[0].detail) == ("", UNKNOWN, "no database")


def test_a_real_run_tells_which_items_it_changed(tmp_path: Path) -> None:
    failed = "{ref: b, failed: true, msg: it will not}"
    told = said(tmp_path, f"{{items: [{{ref: a, changed: true}}, {failed}]}}", check=False)
    assert [(one.item, one.changed, one.failed, one.detail) for one in told[:2]] == [
        ("a", True, False, ""),
        ("b", False, True, "it will not"),
    ]


def test_a_module_of_omlib_judges_each_item_as_if_it_were_the_only_one(tmp_path: Path) -> None:
    (tmp_path / "same").write_text("x\n", encoding="utf-8")
    (tmp_path / "full" / "of").mkdir(parents=True)
    book = tmp_path / "files.yml"
    book.write_text(
        f"""- hosts: all
  gather_facts: false
  tasks:
    - name: files
      omlib_file:
        items:
          - {{ref: gone, name: {tmp_path}/full, present: false}}
          - {{ref: same, name: {tmp_path}/same, content: "x\\n"}}
          - {{ref: new, name: {tmp_path}/new, content: "y\\n"}}
""",
        encoding="utf-8",
    )
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = {"all": {"hosts": {"here": here}}}
    checked = run(Job(playbook=book, inventory=inventory, check=True)).results
    assert [(one.item, one.status) for one in checked] == [
        ("gone", DIVERGED),
        ("same", IN_SYNC),
        ("new", DIVERGED),
    ]
    assert not (tmp_path / "new").exists()
    made = run(Job(playbook=book, inventory=inventory, check=False)).results
    assert [(one.item, one.changed, one.failed) for one in made] == [
        ("gone", False, True),  # it holds something
        ("same", False, False),
        ("new", True, False),
    ]
    assert (tmp_path / "new").read_text(encoding="utf-8") == "y\n"
