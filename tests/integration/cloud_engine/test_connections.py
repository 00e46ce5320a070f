"""Runs of the engine leave no connection to a cloud open: a server takes only so many."""

import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.cloud_engine.conftest import Town


@pytest.fixture
def nothing_collected() -> Iterator[None]:
    """A run must close by itself; a collection would do it too, some day."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("nothing_collected")
def test_a_run_closes_what_it_opened(town: "Town") -> None:
    town.vm("oa-01", 11)
    assert not town.preview().fault
    assert town.cloud.connections() == 0
    assert not town.up().fault
    assert town.cloud.connections() == 0
    assert not town.drift().fault
    assert town.cloud.connections() == 0


@pytest.mark.usefixtures("nothing_collected")
def test_a_run_that_failed_closes_what_it_opened(town: "Town") -> None:
    town.vm("oa-01", 11)
    town.cloud.trouble(path="/servers/detail", status=500)
    town.up()
    assert town.cloud.connections() == 0
