"""Bring into Ansible modules what they share with the readers of omlib.planes.server.host.

A module must be one file that imports nothing of ours, and must judge as the probe does: so it has
the very text of the functions it needs, between two marks. `python tools/copy_readers.py` renews
them; a test holds that they are renewed.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "plugins" / "modules"
# `# copied: omlib/x.py`, lines `#   name name ...`, and all up to `# end of what is copied`
_BLOCK = re.compile(r"(?ms)^# copied: (\S+)\n((?:#   [^\n]+\n)+).*?^# end of what is copied$")


def renewed(text: str) -> str:
    return _BLOCK.sub(lambda match: _block(match[1], match[2]), text)


def _block(origin: str, names: str) -> str:
    pieces = _pieces((ROOT / origin).read_text(encoding="utf-8"))
    found = "\n\n\n".join(pieces[name] for name in names.replace("#", "").split())
    return f"# copied: {origin}\n{names}\n\n{found}\n\n\n# end of what is copied"


def _pieces(text: str) -> dict[str, str]:
    """By name the source of what stands at the top level of a module."""
    lines = text.split("\n")
    found = {}
    for node in ast.parse(text).body:
        source = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = source
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = source
    return found


if __name__ == "__main__":
    for path in sorted(MODULES.glob("omlib_*.py")):
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
