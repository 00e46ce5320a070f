"""Ask the records of a year of hourly runs of 5,000 items, and save one more run.

    python benchmarks/history.py [RUNS [ITEMS]]

Prints one line of JSON: CPU seconds, of the answer about all items first.
"""

import gc
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from omlib.cli.main import COLLECT_AFTER
from omlib.model.status import Status
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.testing.past import hours, outcome_of, write_past
from omlib.testing.stores import START


def timed(ask: Callable[[], object]) -> float:
    began = time.process_time()
    ask()
    return round(time.process_time() - began, 4)


def main() -> None:
    gc.set_threshold(*COLLECT_AFTER)
    runs, items = (int(word) for word in (*sys.argv[1:], "8760", "5000")[:2])
    until = START + timedelta(hours=runs)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.sqlite"
        built_s = timed(lambda: write_past(path, runs, items, looks=True))
        with RecordStore(path) as store:
            every = store.histories(until=until)  # and the file is in the system's cache now
            one = random.Random(0).choice(sorted(every))
            told = {
                "cpu_s": timed(lambda: store.histories(until=until)),
                "one_item_s": timed(lambda: store.history(one, until=until)),
                "trend_s": timed(lambda: store.trend(ZoneInfo("Asia/Shanghai"), until=until)),
                "save_s": _saved_s(store, items),
            }
            changes = sum(len(history.changes) for history in every.values())
            size_mb = round(store.size_bytes() / 1e6)
    facts = {"changes": changes, "built_s": round(built_s), "size_mb": size_mb}
    print(json.dumps({**told, **facts}))


def _saved_s(store: RecordStore, items: int) -> float:
    """One more run, all of whose findings are news: the most that a run can cost."""
    (hour,) = hours(1, items, seed=1)
    run = store.begin_run(verb="reconcile", at=START + timedelta(days=400), actor="omlib@ops")
    fresh = [replace(one, status=Status.DIVERGED, detail="new") for one in hour.findings]
    saved_s = timed(lambda: store.save_findings(run, fresh, outcome_of(fresh), whole=True))
    store.end_run(
        run,
        at=START + timedelta(days=400),
        state=RunState.ENDED,
        exit_code=0,
        complete=True,
        summary={},
    )
    return saved_s


if __name__ == "__main__":
    main()
