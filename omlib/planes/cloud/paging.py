"""A listing, page by page, to an end that is certain.

OpenStack says `<key>_links: [{rel: next}]` when there is more, and gives no link at the end. A fork
may cut pages at a length of its own and have no links at all: there a short page proves nothing.
What does prove it: a page shorter than one that the same listing gave before, for so long a page it
would not have cut; or an empty page behind it. So one more page is asked for wherever a listing is
as long as any before it: once for each kind in most looks, and about ln(n) times for n projects.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from omlib.planes.cloud.faults import CloudFaultError, Condition

PAGE_ITEMS = 500
Query = Mapping[str, str | int]
Items = Mapping[str, Mapping[str, Any]]  # things by id


@dataclass(frozen=True, slots=True)
class PageSizes:
    """What the listings of one cloud showed of their pages so far. Several threads may share it:
    what one does not know yet of another costs a page more, never a thing."""

    longest: dict[str, int] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)

    def proves_the_end(self, listing: str, length: int) -> bool:
        """Whether a page of *length* without a link must be the last one of *listing*."""
        if listing in self.linked or length < self.longest.get(listing, 0):
            return True
        self.longest[listing] = length
        return not length


def each_page(
    ask: Callable[[Query], tuple[Items, bool]],
    listing: str,
    sizes: PageSizes,
    *,
    by_offset: bool = False,
) -> Iterator[Items]:
    """What each page brings that no page before it had.

    *ask* gives a page, and whether it says that there is more. The marker is ours, since the
    address in that link is often one that only the cloud itself can reach. Raises CloudFaultError.
    """
    seen: set[str] = set()
    place: Query = {}
    while True:
        page, promised = ask({"limit": PAGE_ITEMS, **place})
        fresh = {item_id: item for item_id, item in page.items() if item_id not in seen}
        seen |= fresh.keys()
        yield fresh
        if promised:
            sizes.linked.add(listing)
            if not fresh:  # no marker to go on from
                raise CloudFaultError(condition=Condition.PAGES_REPEAT)
        elif sizes.proves_the_end(listing, len(page)):
            return
        elif not fresh:
            if _gives_all_at_once(ask, len(seen)):
                return
            raise CloudFaultError(condition=Condition.PAGES_REPEAT)
        place = {"offset": len(seen)} if by_offset else {"marker": next(reversed(list(page)))}


def _gives_all_at_once(ask: Callable[[Query], tuple[Items, bool]], count: int) -> bool:
    """Whether it knows no pages: asked for one thing, it gives all. Else it only knows no marker,
    and may well have cut."""
    return count == 1 or len(ask({"limit": 1})[0]) > 1
