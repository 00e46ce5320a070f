"""Time DiffSync's `diff_from` on the data that `compare_omlib.py` has; loading is told apart.

One model per kind, one typed field per attribute, as its manual shows. It is given the pairing for
nothing: both sides already carry the mark that omlib has to match by.
"""

import gc
import importlib.metadata
import json
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

from diffsync import Adapter, DiffSyncModel
from diffsync.logging import enable_console_logging

from omlib.cli.main import COLLECT_AFTER
from omlib.model.item import Actual, Declared
from omlib.testing.estates import make_declared, make_observation

Item = Declared | Actual


def models_of(items: Iterable[Item]) -> dict[str, Any]:
    fields: dict[str, set[str]] = {}
    for item in items:
        fields.setdefault(item.ref.kind, set()).update(item.attributes)
    return {kind: model(kind, sorted(names)) for kind, names in fields.items()}


def model(kind: str, names: Sequence[str]) -> Any:
    annotations: dict[str, Any] = {"uid": str} | {f"a_{name}": Any for name in names}
    return type(
        kind.title(),
        (DiffSyncModel,),
        {
            "__module__": __name__,
            "__annotations__": annotations,
            "_modelname": kind,
            "_identifiers": ("uid",),
            "_attributes": tuple(f"a_{name}" for name in names),
        },
    )


def loaded(models: dict[str, Any], items: Iterable[Item]) -> Adapter:
    side: Adapter = type("Side", (Adapter,), {**models, "top_level": list(models)})()
    for item in items:
        marks = [key.value for key in item.keys if key.space == "mark"]
        uid = marks[0] if marks else str(item.ref)
        values = {f"a_{name}": value for name, value in item.attributes.items()}
        side.add(models[item.ref.kind](uid=uid, **values))
    return side


def main() -> None:
    enable_console_logging(verbosity=0)  # by default it prints a line per object, and waits for it
    gc.set_threshold(*COLLECT_AFTER)
    n_items, n_attributes = map(int, sys.argv[1:])
    declared = make_declared(n_items, n_attributes)
    actual = make_observation(declared, drift_pct=1).actual
    began = time.process_time()
    models = models_of(declared)
    sides = loaded(models, actual), loaded(models, declared)
    load_s = time.process_time() - began
    del declared, actual
    gc.collect()
    began = time.process_time()
    diff = sides[0].diff_from(sides[1])
    found = diff.summary()
    cpu_s = time.process_time() - began
    facts = {
        "cpu_s": cpu_s,
        "load_s": round(load_s, 1),
        "drifts": found["create"] + found["update"] + found["delete"],
        "version": importlib.metadata.version("diffsync"),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
