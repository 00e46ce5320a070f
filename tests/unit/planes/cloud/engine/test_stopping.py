"""What one and two wishes to end mean."""

import time

from omlib.planes.cloud.engine.stopping import Stopping


def test_a_second_wish_breaks_off_what_is_changed() -> None:
    stopping = Stopping()
    told = [stopping.fault]
    for _ in range(2):
        stopping.stop()
        told.append(stopping.fault)
    assert told == ["", "interrupted", "broken_off"]


def test_a_look_is_broken_off_by_itself_and_nothing_is_lost_by_it() -> None:
    stopping = Stopping(patience_s=0.05)
    killed: list[int] = []

    class Engine:
        def stop(self) -> None:
            killed.append(1)

    stopping.add(Engine())  # type: ignore[arg-type]
    stopping.stop()
    until = time.monotonic() + 5
    while len(killed) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert (len(killed), stopping.fault) == (2, "interrupted")
