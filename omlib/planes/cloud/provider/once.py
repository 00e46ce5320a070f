"""An answer that is made once, by the first who asks; the others wait for it."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from omlib.planes.cloud.faults import CloudFaultError

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Once(Generic[K, V]):
    """A fault is an answer too: what was refused once is not asked a thousand times in a run."""

    def __init__(self, make: Callable[[K], V]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._slots: dict[K, _Slot[V]] = {}

    def get(self, key: K) -> V:
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
        with slot.lock:
            if not slot.made:
                try:
                    slot.answer = self._make(key)
                except CloudFaultError as fault:
                    slot.fault = fault
                slot.made = True
        if slot.fault:
            raise slot.fault.again()
        return slot.answer

    def forget(self, *keys: K) -> None:
        with self._lock:
            for key in keys:
                self._slots.pop(key, None)

    def forget_all(self) -> None:
        with self._lock:
            self._slots.clear()

    def forget_faults(self) -> None:
        with self._lock:
            self._slots = {key: slot for key, slot in self._slots.items() if slot.fault is None}

    def answers(self) -> tuple[V, ...]:
        """What has been made by now."""
        with self._lock:
            slots = tuple(self._slots.values())
        return tuple(slot.answer for slot in slots if slot.made and slot.fault is None)


class _Slot(Generic[V]):
    __slots__ = ("answer", "fault", "lock", "made")

    answer: V

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.made = False
        self.fault: CloudFaultError | None = None
