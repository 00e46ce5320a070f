"""One `up` of a whole inventory as a process of its own, for the crash laws to kill.

`python crash_run.py ROOT CLOUDS_YAML GRACE_S` prints what it did as JSON. *GRACE_S*: how long the
cloud may take for what it was asked. Exit code 8: refused, 1: failed.
"""

import json
import sys
from collections import Counter
from pathlib import Path

from omlib.inventory.load import load
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.binary import find_pulumi
from omlib.planes.cloud.stacks.program import stacks_of


class Quiet:
    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


def main() -> int:
    root, clouds_yaml, grace_s = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
    quiet = Quiet()
    setting = runs.Setting(
        estate=load(root).checked(),
        root=root,
        pulumi=find_pulumi(quiet),
        progress=quiet,
        clouds_yaml=clouds_yaml,
        wait_s=0.5,
        grace_s=grace_s,
    )
    run = runs.up(setting, stacks_of(setting.estate))
    (result,) = run.results
    told = {
        "ops": Counter(str(step.op) for step in result.steps),
        "again": Counter(str(step.op) for step in result.again),
        "imports": sum(step.imports for step in result.steps),
        "fault": result.fault,
        "facts": result.facts,
        "refused": [str(each.rule) for each in result.refused],
        "errors": [step.error for step in result.steps if step.error],
        "interrupted": run.interrupted,
    }
    print(json.dumps(told, ensure_ascii=False))
    if result.is_refusal or result.refused:
        return 8
    return 1 if result.fault or told["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
