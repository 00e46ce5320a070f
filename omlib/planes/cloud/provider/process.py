"""The provider as a process of its own, `pulumi-resource-omcloud`, which the engine starts.

Its port and a line end are all that it prints on stdout. The engine ends it with SIGINT; when the
engine itself was killed, it ends by itself after what it had begun.

Environment, as `omlib cloud env` prints it: `OMCLOUD_PROFILES` (`gov-cloud=lab-change,...`), else
the cloud of a resource is a profile of clouds.yaml; `OS_CLIENT_CONFIG_FILE`; `OMLIB_INVENTORY`,
whose journal of creations is kept; `OMCLOUD_MAY_DELETE`, ids that may be removed, by commas.
"""

import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from omlib.planes.cloud.engine.environment import PROFILES, StateHome
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.journal import CreateJournal, Journal, NoJournal
from omlib.planes.cloud.provider.place import Place
from omlib.planes.cloud.provider.serve import serving
from omlib.planes.cloud.provider.servicer import OmcloudServicer
from omlib.planes.cloud.provider.unknowns import Unknowns

_LOOK_S = 1.0


class _JournalOfStacks:
    """The engine does not say which stack it runs; each URN does."""

    def __init__(self, home: StateHome) -> None:
        self._home = home

    def began(self, urn: str, kind: str, place: Place, name: str) -> None:
        self._of(urn).began(urn, kind, place, name)

    def made(self, urn: str, live_id: str) -> None:
        self._of(urn).made(urn, live_id)

    def ended(self, urn: str, live_id: str) -> None:
        self._of(urn).ended(urn, live_id)

    def _of(self, urn: str) -> CreateJournal:
        stack = urn.split("::")[0].removeprefix("urn:pulumi:")
        return CreateJournal(self._home.creates(stack))


def servicer_of(environment: Mapping[str, str]) -> OmcloudServicer:
    """The provider that *environment* asks for."""
    pairs = (pair.partition("=") for pair in environment.get(PROFILES, "").split(",") if pair)
    root = environment.get("OMLIB_INVENTORY")
    journal: Journal = _JournalOfStacks(StateHome(Path(root))) if root else NoJournal()
    may_delete = environment.get("OMCLOUD_MAY_DELETE", "").split(",")
    return OmcloudServicer(
        Clouds({cloud: profile for cloud, _, profile in pairs}),
        unknowns=Unknowns(),
        journal=journal,
        may_delete=frozenset(filter(None, may_delete)),
    )


def run() -> None:
    """Serve until the engine is done."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    engine = os.getppid()
    with serving(servicer_of(os.environ)) as port:
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        while not ended.wait(_LOOK_S) and os.getppid() == engine:
            pass


if __name__ == "__main__":
    run()
