"""The network plane: looks at one device, and says which sections stand there and how far it saw.

Read only: there is no way from here to a command that changes a device.
"""

import hashlib
import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from omlib.errors import RefusedError
from omlib.log import event
from omlib.model.action import Action
from omlib.model.estate import Device, Estate
from omlib.model.finding import Finding
from omlib.model.item import Actual, Declared
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, Ref
from omlib.model.status import UnknownReason
from omlib.planes.access.faults import AccessError
from omlib.planes.access.text import clean
from omlib.planes.access.way import way_to
from omlib.planes.network.declared import SECRETS, attributes_of, ref_of, scope_of
from omlib.planes.network.encoding import decode
from omlib.planes.network.platforms import PLATFORMS, Platform
from omlib.planes.network.session import open_device
from omlib.planes.network.text import Document, masked, parse, sections
from omlib.ports import Clock, Secrets, Target


class NetworkPlane:
    """*declared* are the sections of `omlib.planes.network.declared`.

    Of a device under partial ownership only these are reported.
    """

    name = Plane.NETWORK

    def __init__(
        self, estate: Estate, declared: Sequence[Declared], secrets: Secrets, clock: Clock
    ) -> None:
        self._estate = estate
        self._secrets = secrets
        self._clock = clock
        self._declared: dict[str, set[Ref]] = {}
        for item in declared:
            self._declared.setdefault(item.scope.where, set()).add(item.ref)

    def targets(self) -> Sequence[Target]:
        return tuple(
            Target(
                name=device.id,
                site=device.access.site,
                scopes=(scope_of(device.id),),
                deadline_s=self._estate.sites[device.access.site].deadline_s,
                asked={scope_of(device.id): self._asked(device)},
            )
            for _, device in sorted(self._estate.devices.items())
        )

    def observe(self, target: Target) -> Observation:
        device = self._estate.devices[target.name]
        site = self._estate.sites[device.access.site]
        began = time.monotonic()
        try:
            look = self._look(device, target.deadline_s)
        except AccessError as error:
            look = _Look(reason=error.reason, detail=error.detail)
        except Exception as error:  # noqa: BLE001 - one device must not stop the others
            words = clean(f"{type(error).__name__}: {error}")
            look = _Look(reason=UnknownReason.ERROR, detail=words)
        took_s = time.monotonic() - began
        event("observe.device", device=device.id, reason=look.reason, took_s=took_s)
        sight = Sight(
            complete=look.reason is None,
            reason=look.reason,
            at=self._clock.now(),
            by=device.access.user or site.user or "nobody",
            via=look.via,
            detail=look.detail,
            took_s=took_s,
            asked=self._asked(device),
        )
        return Observation(sights={scope_of(device.id): sight}, actual=look.actual)

    def _asked(self, device: Device) -> str:
        """Stands for the sections that are reported; "" for all that there are."""
        if device.ownership == "full":
            return ""
        names = sorted(str(ref) for ref in self._declared.get(device.id, ()))
        return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]

    def propose(self, findings: Sequence[Finding]) -> Sequence[Action]:  # noqa: ARG002
        return ()

    def perform(self, action: Action) -> None:
        raise RefusedError(what=f"changing {action.ref}", why="network gear is only read")

    def verify(self, action: Action) -> bool:
        raise RefusedError(what=f"verifying {action.ref}", why="network gear is only read")

    def _look(self, device: Device, deadline_s: float) -> "_Look":
        platform = PLATFORMS.get(device.platform)
        if platform is None:
            words = f"platform {device.platform}; can be read: {', '.join(sorted(PLATFORMS))}"
            return _Look(reason=UnknownReason.UNSUPPORTED, detail=clean(words))
        site = self._estate.sites[device.access.site]
        way = way_to(device.access, site, self._secrets)
        way = replace(way, deadline_s=deadline_s, sha1=platform.sha1)
        with open_device(way, platform) as session:
            running = session.running()
        decoded = decode(running.raw)
        via = f"ssh, netmiko {platform.driver}, {decoded.encoding or 'mixed encodings'}"
        if running.gap:
            # part of a section may be among what is left out: none is taken for whole
            return _Look(reason=UnknownReason.INCOMPLETE, detail=clean(running.gap), via=via)
        document = parse(decoded.text, platform.dialect)
        _refuse_complaints(document, platform)
        lost = f"{decoded.undecodable} bytes in no known encoding" if decoded.undecodable else ""
        declared = self._declared.get(device.id, set())
        found = tuple(actual_items(device, document, declared))
        return _Look(actual=found, detail=lost, via=via)


def actual_items(
    device: Device, document: Document, declared: AbstractSet[Ref]
) -> Iterator[Actual]:
    """The device's sections, by name; under partial ownership the declared ones alone."""
    for name, section in sorted(sections(document).items()):
        ref = ref_of(device.id, name)
        if device.ownership == "full" or ref in declared:
            yield Actual(
                ref=ref,
                scope=scope_of(device.id),
                attributes=attributes_of(section),
                unseen={SECRETS: UnknownReason.UNSUPPORTED} if section.secret else {},
                label=name,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    actual: tuple[Actual, ...] = ()
    reason: UnknownReason | None = None
    detail: str = ""
    via: str = "ssh"


def _refuse_complaints(document: Document, platform: Platform) -> None:
    """Raise where the system complains in the middle of its configuration."""
    for line in document.lines:
        if line.family is None or line.path or line.opaque:
            continue
        for complaint, fault in platform.complaints.items():
            if complaint.fullmatch(line.text):
                raise AccessError(fault=fault, detail=masked(line.text, platform.dialect))
