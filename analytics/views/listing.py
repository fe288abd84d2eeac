"""The state of a details page on top of the overview's: `search=docs&sort=bounce_rate&order=asc&page=2`."""

from dataclasses import dataclass
from typing import Any, Literal, cast

from django.http import QueryDict

from analytics import countries
from analytics.query.model import Filter, Query
from analytics.query.plan import AFTERWARDS
from analytics.views.panels import Tab
from analytics.views.state import PageState

PAGE_SIZE = 50
CSV_ROWS = 50_000
LAST_PAGE = 10_000


def named(dimension: str, text: str) -> Filter:
    """Rows that read like `text`. Countries are stored by code and sought by name."""
    if dimension == "country":
        return Filter(dimension, "is", countries.codes_of(text) or (text,))
    return Filter(dimension, "contains", (text,))


@dataclass(frozen=True)
class Listing:
    page: PageState
    tab: Tab
    search: str
    sort: str
    order: Literal["asc", "desc"]
    number: int  # of the page of rows, from 1

    @property
    def offset(self) -> int:
        return (self.number - 1) * PAGE_SIZE

    @property
    def query(self) -> Query:
        """One page of rows with every column; without a comparison, which would double the work."""
        return self.page.query(
            *self.tab.in_detail,
            dimensions=(self.tab.dimension,),
            filters=self.tab.filters + self._searched,
            order_by=(self.sort, self.order),
            limit=PAGE_SIZE,
            offset=self.offset,
            compare=None,
            totals=False,
        )

    @property
    def _searched(self) -> tuple[Filter, ...]:
        return (named(self.tab.dimension, self.search),) if self.search else ()

    def url(self, **changes: Any) -> str:
        own = {"search": self.search or None, "sort": self.sort, "order": self.order, "page": self.number}
        return self.page.url(**(own | changes))

    def sorted_by(self, metric: str) -> str:
        """By that column, largest first; a second click turns it round. Empty where rows cannot be ordered so."""
        if metric in AFTERWARDS:
            return ""
        turned = "asc" if metric == self.sort and self.order == "desc" else "desc"
        return self.url(sort=metric, order=turned, page=None)


def read(params: QueryDict, page: PageState, tab: Tab) -> Listing:
    """Words it does not know give way to the usual ones."""
    sort, order, number = params.get("sort"), params.get("order"), params.get("page", "")
    return Listing(
        page=page,
        tab=tab,
        search=params.get("search", "").strip()[:200],
        sort=sort if sort in tab.in_detail and sort not in AFTERWARDS else tab.in_detail[0],
        order=cast(Literal["asc", "desc"], order) if order in ("asc", "desc") else "desc",
        number=min(int(number), LAST_PAGE) if number.isdecimal() and int(number) else 1,
    )
