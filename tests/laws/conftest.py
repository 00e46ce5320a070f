"""Two sizes of the laws: a seeded sample by default, the full count with OMLIB_SOAK=1."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile("quick", max_examples=50, derandomize=True, deadline=None, database=None)
settings.register_profile(
    "soak",
    max_examples=1000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("soak" if os.environ.get("OMLIB_SOAK") == "1" else "quick")
