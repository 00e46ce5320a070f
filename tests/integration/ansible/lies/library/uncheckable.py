#!/usr/bin/python
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

module = AnsibleModule({"path": {"type": "path"}})
Path(module.params["path"]).touch()
module.exit_json(changed=True)
