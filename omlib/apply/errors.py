"""Why a plan is not carried out. Nothing was changed by the run that raises one of these."""

from omlib.errors import RefusedError


class StalePlanError(RefusedError):
    """What the plan stands on has moved. Facts: plan, moved (a list of ref, side, path, how)."""

    code = "stale_plan"


class NoPlaneError(RefusedError):
    """The plan needs a plane that is not at hand. Facts: planes."""

    code = "no_plane"
