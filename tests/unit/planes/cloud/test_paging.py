"""Whether a listing is whole is proved, never taken from a page that only looks like the last."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omlib.planes.cloud.faults import CloudFaultError, Condition
from omlib.planes.cloud.paging import PAGE_ITEMS, Items, PageSizes, Query, each_page


@dataclass
class Fork:
    """*cut*: how long a page it gives at most. What it does not know of paging, it ignores."""

    names: list[str]
    cut: int = PAGE_ITEMS
    links: bool = False
    markers: bool = True
    limits: bool = True
    asked: list[Query] = field(default_factory=list)

    def ask(self, query: Query) -> tuple[Items, bool]:
        self.asked.append(query)
        start = int(query.get("offset", 0))
        if self.markers and "marker" in query:
            start = 1 + self.names.index(str(query["marker"]))
        most = min(self.cut, int(query["limit"]) if self.limits else self.cut)
        page: dict[str, Any] = {name: {"id": name} for name in self.names[start : start + most]}
        return page, self.links and start + most < len(self.names)

    def listing(self, sizes: PageSizes | None = None, **how: bool) -> list[str]:
        pages = each_page(self.ask, "compute/servers", sizes or PageSizes(), **how)
        return [name for page in pages for name in page]


def named(count: int) -> list[str]:
    return [f"s{number}" for number in range(count)]


def test_a_fork_that_cuts_at_100_without_a_link_is_read_to_its_end() -> None:
    fork = Fork(named(250), cut=100)
    assert fork.listing() == named(250)
    assert len(fork.asked) == 3  # the third is shorter than the first, so it was not cut


def test_one_more_page_is_asked_for_where_a_listing_is_as_long_as_any_before() -> None:
    sizes = PageSizes()
    calls = []
    for count in (7, 3, 7, 0, 9, 8):
        fork = Fork(named(count))
        assert fork.listing(sizes) == named(count)
        calls.append(len(fork.asked))
    assert calls == [2, 1, 2, 1, 2, 1]


def test_a_service_that_gave_a_link_once_is_believed_when_it_gives_none() -> None:
    sizes = PageSizes()
    assert Fork(named(5), cut=2, links=True).listing(sizes) == named(5)
    fork = Fork(named(2), cut=2, links=True)
    assert fork.listing(sizes) == named(2)
    assert len(fork.asked) == 1


def test_a_service_that_knows_no_pages_gives_all_at_once() -> None:
    assert Fork(named(30), markers=False, limits=False).listing() == named(30)
    assert Fork(named(1), markers=False, limits=False).listing() == named(1)


def test_a_service_that_cuts_and_knows_no_marker_is_not_taken_for_whole() -> None:
    with pytest.raises(CloudFaultError) as told:
        Fork(named(30), cut=10, markers=False).listing()
    assert told.value.condition is Condition.PAGES_REPEAT


def test_server_groups_are_counted_from_an_offset() -> None:
    fork = Fork(named(25), cut=10)
    assert fork.listing(by_offset=True) == named(25)
    assert [query.get("offset") for query in fork.asked] == [None, 10, 20]


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=6),
    st.integers(1, 15),
    st.booleans(),
    st.data(),
)
def test_nothing_is_lost_whatever_the_cloud_cuts_at(
    counts: list[int], cut: int, links: bool, data: st.DataObject
) -> None:
    sizes = PageSizes()
    for count in counts:
        by_offset = data.draw(st.booleans())
        fork = Fork(named(count), cut=cut, links=links)
        assert fork.listing(sizes, by_offset=by_offset) == named(count)
        assert len(fork.asked) <= count // cut + 2
