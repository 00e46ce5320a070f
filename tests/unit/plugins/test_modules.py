"""What every module of ours promises Ansible and the hosts it is sent to."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

MODULES = sorted((Path(__file__).parents[3] / "plugins" / "modules").glob("*.py"))


def annotations(tree: ast.AST) -> Iterator[ast.expr | None]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            yield node.annotation
        elif isinstance(node, ast.FunctionDef):
            yield node.returns


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_runs_on_python_3_8_and_needs_nothing_else(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ansible = {node.module for node in froms if (node.module or "").startswith("ansible")}
    assert ansible == {"ansible.module_utils.basic"}
    # Python 3.8 knows neither `list[str]` nor `str | None`: it must leave annotations alone
    if all(node.module != "__future__" for node in froms):
        new = [one for one in annotations(tree) if isinstance(one, ast.Subscript | ast.BinOp)]
        assert not new, ast.unparse(new[0])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_says_its_licence_and_that_check_mode_judges(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "# SPDX-License-Identifier: GPL-3.0-or-later" in text.splitlines()[:2]
    told = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "DOCUMENTATION"
    }
    documentation = yaml.safe_load(told["DOCUMENTATION"])
    assert documentation["module"] == path.stem
    assert documentation["attributes"]["check_mode"]["support"] == "full"
    assert "supports_check_mode=True" in text
