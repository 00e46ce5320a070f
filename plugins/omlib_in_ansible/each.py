# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a module for all items of a list: what a module that takes `items` copies.

A call for each item costs the host a start of Python, and Ansible half a second.
"""

from ansible.module_utils.basic import AnsibleModule


class Ended(SystemExit):
    """What a module said of one item."""

    def __init__(self, result: dict) -> None:
        super().__init__()
        self.result = result


def list_of(options: dict, **rules: object) -> dict:
    """The arguments of a module that takes items with *options*; *rules* hold for each of them."""
    fields = {"ref": {"type": "str"}, "name": {"type": "str", "required": True}}
    fields.update(options)
    return {
        "items": dict(rules, type="list", elements="dict", required=True, options=fields),
    }


def each(module: AnsibleModule, judge: object) -> None:
    """Have *judge* see to each item as if it were the only one, and end with what it said of all.

    An item that fails costs no other.
    """
    end, fail = module.exit_json, module.fail_json

    def ended(**result: object) -> None:
        raise Ended(result)

    def failed(msg: object, **result: object) -> None:
        raise Ended(dict(result, msg=msg, failed=True))

    module.exit_json, module.fail_json = ended, failed
    said, items = [], module.params["items"]
    for item in items:
        module.params = item
        try:
            judge(module)  # type: ignore[operator]
        except Ended as ending:
            result = ending.result
        except Exception as error:  # noqa: BLE001
            result = {"failed": True, "msg": f"{type(error).__name__}: {error}"}
        one = {key: result[key] for key in ("changed", "failed", "msg", "diff") if key in result}
        said.append(dict(one, ref=item["ref"] or item["name"]))
    module.params, module.exit_json, module.fail_json = {"items": items}, end, fail
    diffs = [one.get("diff") or [] for one in said if one.get("changed")]
    whole = {
        "changed": any(one.get("changed") for one in said),
        "omlib_items": said,
        "diff": [part for diff in diffs for part in (diff if isinstance(diff, list) else [diff])],
    }
    faults = [f"{one['ref']}: {one.get('msg')}" for one in said if one.get("failed")]
    if faults:
        module.fail_json(msg="; ".join(faults), **whole)
    module.exit_json(**whole)
