"""The cloud plane: one target per declared cloud, seen as the account in clouds.yaml sees it.

It reads. Clouds are changed by plans later on, with another credential.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from omlib.errors import RefusedError
from omlib.log import event
from omlib.model.action import Action
from omlib.model.estate import Estate
from omlib.model.finding import Finding
from omlib.model.item import Scope
from omlib.model.observation import Observation
from omlib.model.ref import Plane
from omlib.planes.cloud.assemble import assemble
from omlib.planes.cloud.declared import kinds_at, where_of
from omlib.planes.cloud.look import Look
from omlib.ports import Clock, Target


class ReadOnlyCloudError(RefusedError):
    """Clouds are only read; nothing was sent. Facts: ref, verb."""

    code = "cloud_read_only"


class CloudPlane:
    """*clouds_yaml* None: where openstacksdk looks, OS_CLIENT_CONFIG_FILE first."""

    name: ClassVar[Plane] = Plane.CLOUD

    def __init__(self, estate: Estate, clock: Clock, *, clouds_yaml: Path | None = None) -> None:
        self._estate = estate
        self._clock = clock
        self._clouds_yaml = clouds_yaml

    def targets(self) -> Sequence[Target]:
        return tuple(
            Target(
                name=cloud.id,
                site=cloud.site,
                scopes=tuple(
                    Scope(Plane.CLOUD, kind, where_of(self._estate, cloud.id, project.id))
                    for project in cloud.projects
                    for kind in kinds_at(cloud, project.id)
                ),
                deadline_s=self._estate.sites[cloud.site].deadline_s,
            )
            for cloud in self._estate.clouds.values()
        )

    def observe(self, target: Target) -> Observation:
        cloud = self._estate.clouds[target.name]
        started_at = self._clock.now()
        look = Look(
            cloud=cloud,
            site=self._estate.sites[cloud.site],
            clock=self._clock,
            clouds_yaml=self._clouds_yaml,
        )
        look.run()
        seen = assemble(self._estate, cloud, look.places, look.by, started_at)
        event(
            "cloud.observed",
            cloud=cloud.id,
            scopes=len(seen.sights),
            complete=sum(sight.complete for sight in seen.sights.values()),
            items=len(seen.actual),
        )
        return seen

    def propose(self, findings: Sequence[Finding]) -> Sequence[Action]:  # noqa: ARG002
        return ()

    def perform(self, action: Action) -> None:
        raise ReadOnlyCloudError(ref=str(action.ref), verb=action.verb)

    def verify(self, action: Action) -> bool:
        raise ReadOnlyCloudError(ref=str(action.ref), verb=action.verb)
