"""The create journal: what it tells after a crash."""

import os
from pathlib import Path

import pytest

from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.provider.place import Place

PLACE = Place("gov-cloud", "RegionOne", "hrss")
URN = "urn:pulumi:s::omlib::omcloud:index:Server::人社-01"


@pytest.fixture
def journal(tmp_path: Path) -> CreateJournal:
    return CreateJournal(tmp_path / "creates" / "s.jsonl")


def test_a_creation_is_open_from_before_the_post_to_its_end(journal: CreateJournal) -> None:
    journal.began(URN, "server", PLACE, "人社应用")
    (entry,) = journal.open_entries()
    assert (entry.urn, entry.kind, entry.place, entry.name) == (URN, "server", PLACE, "人社应用")
    assert (entry.live_id, entry.ended) == ("", False)
    journal.made(URN, "6f1c")
    assert [entry.live_id for entry in journal.open_entries()] == ["6f1c"]
    journal.ended(URN, "6f1c")
    assert journal.open_entries() == ()
    assert [(entry.live_id, entry.ended) for entry in journal.entries()] == [("6f1c", True)]


def test_a_second_try_counts_alone(journal: CreateJournal) -> None:
    journal.began(URN, "server", PLACE, "a")
    journal.ended(URN, "")
    journal.began(URN, "server", PLACE, "b")
    (entry,) = journal.entries()
    assert (entry.name, entry.ended) == ("b", False)


def test_a_line_torn_by_a_crash_loses_only_itself(journal: CreateJournal, tmp_path: Path) -> None:
    journal.began(URN, "server", PLACE, "a")
    path = tmp_path / "creates" / "s.jsonl"
    whole = path.read_bytes()
    for cut in range(1, len(whole)):
        path.write_bytes(whole + whole[:cut])
        again = CreateJournal(path)
        again.made(URN, "6f1c")
        assert [entry.live_id for entry in again.open_entries()] == ["6f1c"]


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\u2029", "\n", "\x1c"])
def test_a_name_with_an_odd_line_end_in_it_is_not_lost(journal: CreateJournal, odd: str) -> None:
    name = f"人社{odd}应用"
    journal.began(f"{URN}{odd}2", "server", PLACE, name)
    (entry,) = journal.open_entries()
    assert (entry.urn, entry.name) == (f"{URN}{odd}2", name)


def test_a_journal_that_was_never_written_is_empty(journal: CreateJournal) -> None:
    assert journal.entries() == ()
    journal.forget()


def test_a_line_is_on_disk_before_the_call_returns(journal: CreateJournal, tmp_path: Path) -> None:
    """A process that is killed in the next instant leaves it."""
    child = os.fork()
    if child == 0:
        journal.began(URN, "server", PLACE, "a")
        os._exit(9)
    os.waitpid(child, 0)
    assert [entry.urn for entry in journal.open_entries()] == [URN]
