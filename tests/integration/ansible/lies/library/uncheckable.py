#!/usr/bin/python
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule  # type: ignore[import-not-found, import-untyped, unused-ignore]

module = AnsibleModule({"path": {"type": "path"}})
Path(module.params["path"]).touch()
module.exit_json(changed=True)
