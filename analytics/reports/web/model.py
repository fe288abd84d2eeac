"""The web reports: what each tells, of which events, in which columns. One table; page, API and CSV read it."""

from dataclasses import dataclass
from typing import Literal

from analytics.query.api_requests import ENDPOINT, IS_ONE, STATUS, slowest
from analytics.query.measured import measured

Unit = Literal["text", "count", "percent", "seconds", "ms", "score"]


@dataclass(frozen=True)
class Column:
    name: str
    label: str
    unit: Unit
    sql: str
    description: str = ""


@dataclass(frozen=True)
class View:
    """Rows are groups of `key`; `only` chooses the events. The first column orders, most first."""

    name: str
    label: str
    description: str
    key: str
    key_label: str
    only: str
    columns: tuple[Column, ...]
    nothing: str
    dimension: str = ""  # of the catalogue: a click on a row filters by it


VISITORS = Column("visitors", "Visitors", "count", "uniqExact(visitor_id)")


def _vital(name: str, label: str, unit: Unit, description: str) -> Column:
    value = measured(name)
    return Column(
        name, label, unit, f"quantileExactInclusiveIf(0.75)(assumeNotNull({value}), {value} IS NOT NULL)", description
    )


def _slowest(share: float, name: str) -> Column:
    says = f"{share:.0%} of the requests were answered within this time."
    return Column(name, name, "ms", slowest(share), says)


def _requests(name: str, label: str, says: str, key: str, key_label: str, dimension: str = "") -> View:
    """API requests, as the middlewares of the Python package tell them."""
    return View(
        name, label, says, key, key_label, f"{IS_ONE} AND {key} != ''",
        (
            Column("requests", "Requests", "count", "count()"),
            _slowest(0.5, "p50"), _slowest(0.95, "p95"), _slowest(0.99, "p99"),
            Column("client_errors", "4xx", "percent", f"100 * countIf({STATUS} BETWEEN 400 AND 499) / count()",
                   "Requests that were refused, of all."),
            Column("server_errors", "5xx", "percent", f"100 * countIf({STATUS} >= 500) / count()",
                   "Requests that failed, of all."),
        ),
        "No API request in this period. The middlewares of the Python package send them.", dimension,
    )  # fmt: skip


VIEWS: dict[str, View] = {
    view.name: view
    for view in (
        View(
            "engagement", "Engaged time", "How long a page was visible and active.", "path", "Page",
            "type IN ('page_view', 'page_exit')",
            (
                Column("pageviews", "Page views", "count", "countIf(type = 'page_view')"),
                VISITORS,
                Column("engaged_time", "Time a view", "seconds",
                       "sum(engaged_ms) / 1000 / nullIf(countIf(type = 'page_view'), 0)",
                       "Engaged time divided by page views."),
                Column("engaged_total", "In all", "seconds", "sum(engaged_ms) / 1000"),
            ),
            "No page was viewed in this period.", "page",
        ),
        View(
            "scroll", "Scroll depth", "How far down a page people get.", "path", "Page",
            "scroll > 0",
            (
                VISITORS,
                Column("depth", "Mean depth", "percent",
                       "arrayAvg(mapValues(maxMap(map(visitor_id, scroll))))",
                       "Each visitor's deepest point on the page, averaged over visitors."),
                Column("to_end", "Saw the end", "percent",
                       "100 * arrayCount(d -> d >= 90, mapValues(maxMap(map(visitor_id, scroll))))"
                       " / uniqExact(visitor_id)",
                       "Visitors who saw at least 90 % of the page."),
            ),
            "Nobody scrolled in this period, or the script does not send scroll depth.", "page",
        ),
        View(
            "search", "Site search", "What people look for on the site.", "lower(trim(props['query']))",
            "Searched for", "type = 'search' AND props['query'] != ''",
            (
                Column("searches", "Searches", "count", "count()"),
                VISITORS,
                Column("pages", "Searched from", "count", "uniqExact(path)", "Different pages it was searched from."),
            ),
            "Nobody searched in this period. Searches are recognised by q, s, query, search or keyword in the address, "
            "and by search forms.",
        ),
        View(
            "outbound", "Outbound links", "Links that lead away from the site.", "props['href']", "Link",
            "type = 'click' AND props['link'] = 'outbound' AND props['href'] != ''",
            (Column("clicks", "Clicks", "count", "count()"), VISITORS),
            "No link to another site was clicked in this period.", "prop:href",
        ),
        View(
            "downloads", "Downloads", "Files that were downloaded.", "props['href']", "File",
            "type = 'click' AND props['link'] = 'download' AND props['href'] != ''",
            (Column("clicks", "Downloads", "count", "count()"), VISITORS),
            "No file was downloaded in this period.", "prop:href",
        ),
        View(
            "not_found", "Not found", "Addresses that led to a 404 page.", "path", "Address",
            "type = 'page_view' AND props['status'] = '404'",
            (
                Column("views", "Views", "count", "count()"),
                VISITORS,
                Column("from", "Mostly from", "text", "topKIf(1)(toString(referrer), referrer != '')[1]",
                       "Where the visits that met it came from most often."),
            ),
            "Nobody met a 404 page in this period. Mark it with <meta name=\"mp-status\" content=\"404\">.", "page",
        ),
        View(
            "vitals", "Web vitals", "How fast pages feel: three of four visits are at least as good as these.", "path",
            "Page", "(name = 'web_vitals' OR props['lcp'] != '' OR props['cls'] != '' OR props['inp'] != '')",
            (
                Column("views", "Measured", "count", "count()"),
                _vital("lcp", "LCP", "ms", "Largest Contentful Paint: when the main content is there."),
                _vital("inp", "INP", "ms", "Interaction to Next Paint: how soon the page answers."),
                _vital("cls", "CLS", "score", "Cumulative Layout Shift: how much it jumps."),
                _vital("fcp", "FCP", "ms", "First Contentful Paint: when anything is there."),
                _vital("ttfb", "TTFB", "ms", "Time to First Byte: how soon the server answers."),
            ),
            "No measurements in this period. Add data-vitals to your tag, and the script measures.", "page",
        ),
        _requests("endpoints", "API endpoints", "How often, how fast and how well endpoints of your API answer.",
                  ENDPOINT, "Endpoint", "endpoint"),
        _requests("api_keys", "API keys", "The same for each key, by the beginning of its digest.",
                  "props['key_id']", "Key", "prop:key_id"),
        _requests("api_versions", "API versions", "The same for each version of your API.",
                  "props['api_version']", "Version", "prop:api_version"),
    )
}  # fmt: skip

# web.dev: up to the first is good, above the second is poor.
LIMITS = {"lcp": (2500, 4000), "inp": (200, 500), "cls": (0.1, 0.25), "fcp": (1800, 3000), "ttfb": (800, 1800)}


def rating(name: str, value: float | None) -> str:
    """good, fair or poor; empty for what has no limits."""
    if value is None or name not in LIMITS:
        return ""
    good, poor = LIMITS[name]
    return "good" if value <= good else "poor" if value > poor else "fair"
