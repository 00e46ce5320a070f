"""Ctrl-C while a cloud says nothing."""

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.cloud_engine.conftest import Town

_OMLIB = [sys.executable, "-c", "from omlib.cli.main import run; run()"]


def test_one_ctrl_c_ends_a_look_at_a_silent_cloud_soon(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.up()
    town.cloud.trouble(method="GET", path="/servers/detail", hang_s=150)
    environment = {
        **os.environ,
        "OS_CLIENT_CONFIG_FILE": str(town.cloud.clouds_yaml),
        "OMLIB_INVENTORY": str(town.root),
        "OMLIB_PULUMI": str(town.pulumi),
        "LC_ALL": "C.UTF-8",
    }
    looking = subprocess.Popen(
        [*_OMLIB, "cloud", "preview"], env=environment, stdout=subprocess.PIPE, text=True
    )
    asked = "GET compute /servers/detail"
    before = town.cloud.counts().get(asked, 0)
    until = time.monotonic() + 60
    while town.cloud.counts().get(asked, 0) == before and time.monotonic() < until:
        time.sleep(0.2)
    looking.send_signal(signal.SIGINT)
    told, _ = looking.communicate(timeout=40)
    assert looking.returncode == 130
    assert "gone from the cloud" not in told
    assert "cloud/server/oa-01" in told
