"""Blocking calls side by side."""

import threading
import time
from functools import partial

from omlib.planes.cloud.parallel import Job, run_all


def test_jobs_and_what_they_lead_to_all_run_before_it_returns() -> None:
    done: list[str] = []

    def leaf(name: str) -> list[Job]:
        done.append(name)
        return []

    def branch(name: str) -> list[Job]:
        done.append(name)
        return [partial(leaf, f"{name}.{number}") for number in range(3)]

    run_all([partial(branch, "a"), partial(branch, "b")], 2, time.monotonic() + 5)
    assert sorted(done) == ["a", "a.0", "a.1", "a.2", "b", "b.0", "b.1", "b.2"]


def test_no_more_run_at_once_than_allowed() -> None:
    running, most, guard = 0, 0, threading.Lock()

    def job() -> list[Job]:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with guard:
            running -= 1
        return []

    run_all([job] * 12, 3, time.monotonic() + 5)
    assert most == 3


def test_a_job_that_hangs_does_not_hold_up_the_others_nor_the_end() -> None:
    hung, done = threading.Event(), []

    def hang() -> list[Job]:
        hung.wait(5)
        return []

    def quick() -> list[Job]:
        done.append(1)
        return []

    begun = time.monotonic()
    run_all([hang, quick, quick], 2, begun + 0.3)
    hung.set()
    assert time.monotonic() - begun < 1
    assert done == [1, 1]
