"""What can be asked: every metric, dimension and operator with its SQL, unit, label and definition.

This table is also the documentation: popovers, the API's answer and the reference page read it. Only what stands here
reaches a statement as SQL; everything a person types travels as a bound parameter.

`events` and `sessions` hold the SQL of one source; None where that source cannot tell. In a metric `{within}` stands
for "the row lies in the period" and `{seen}` for "the visit reaches into it", so that the period and its comparison are
counted in one pass.
"""

import re
from dataclasses import dataclass
from typing import Literal

from analytics.query import api_requests
from analytics.query.model import Operator

Source = Literal["events", "sessions"]
Unit = Literal["count", "percent", "seconds", "ratio", "ms"]

# Of the definitions below: moves when one of them begins to count otherwise. The changelog says what and why.
VERSION = "1"
PROPERTY = "prop:"
PROPERTY_KEY = re.compile(r"[A-Za-z0-9_.$ -]{1,200}")
# Not who merely closes a tab the day after: that is neither a visit nor does it lengthen one.
WHO_DID = "uniqExactIf(visitor_id, {within} AND type NOT IN ('page_exit', 'session_end'))"
WHO_WAS_THERE = "uniqExactIf(visitor_id, {seen})"
DURATION_MS = "toUInt32(toUnixTimestamp64Milli(stop) - toUnixTimestamp64Milli(start))"


@dataclass(frozen=True)
class Metric:
    name: str
    label: str
    unit: Unit
    description: str
    events: str | None = None
    sessions: str | None = None
    only: str | None = None  # the type of event it is about: the key prunes by type, so all others stay unread
    empty: float | None = 0  # where nothing happened: a count is 0, a rate of nothing is None
    higher_is_better: bool | None = True


@dataclass(frozen=True)
class Dimension:
    name: str
    label: str
    description: str
    events: str | None = None
    sessions: str | None = None
    empty: str = "(not set)"  # shown for the value ""
    lists_empty: bool = True  # False: rows without a value are left out of breakdowns
    first: str | None = None  # SQL over `sessions`: the value of one of the visit's events, that with which it began
    # (which events have a value, where it stands in those): a filter that asks like this is answered from the key.
    narrowed: tuple[str, str] | None = None

    @property
    def of_events(self) -> bool:
        """It tells one event of a visit from another, so it chooses events; visits follow from them."""
        return self.sessions is None


# Different people, whom an earlier visit may have brought in.
OF_PEOPLE = frozenset({"visitors", "group_conversion_rate"})


def _api_latency(percent: int) -> Metric:
    return Metric(
        f"api_latency_p{percent}", f"API latency p{percent}", "ms",
        f"{percent} % of the API requests were answered within this time.",
        events=api_requests.slowest(percent / 100, of=f"{{within}} AND {api_requests.IS_ONE}"),
        only=api_requests.KIND, empty=None, higher_is_better=False,
    )  # fmt: skip


def _api_share(name: str, label: str, description: str, which: str) -> Metric:
    """In percent of the requests; `which` is SQL over one."""
    within = f"{{within}} AND {api_requests.IS_ONE}"
    return Metric(
        name, label, "percent", description,
        events=f"100 * countIf({within} AND {which}) / countIf({within})",
        only=api_requests.KIND, empty=None, higher_is_better=False,
    )  # fmt: skip


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "visitors", "Visitors", "count",
            "Different visitors who were on a visit in the period; with a filter on pages, events or properties, those "
            "who did that in it. Without consent a visitor is recognised for a day: a person of two days counts twice.",
            events=WHO_DID, sessions=WHO_WAS_THERE,
        ),
        Metric(
            "visits", "Visits", "count",
            "Visits that start in the period; in real time, those that go on in its 30 minutes, whenever they started. "
            "A visit ends after 30 minutes without an event (set per workspace).",
            events="uniqExactIf(session_id, {within})", sessions="countIf({within})",
        ),
        Metric(
            "pageviews", "Page views", "count", "Page views in the period, repeats included.",
            events="countIf({within} AND type = 'page_view')", only="page_view",
        ),
        Metric(
            "views_per_visit", "Views per visit", "ratio",
            "Page views of the visits that start in the period (in real time: go on in it), divided by those visits.",
            sessions="round(sumIf(pageviews, {within}) / countIf({within}), 2)", empty=None,
        ),
        Metric(
            "bounce_rate", "Bounce rate", "percent",
            "Share of visits with one page view, no deliberate action (click, form, search, goal, own event) and less "
            "than 10 seconds of attention (set per workspace). Visits without a page view are left out.",
            sessions="100 * sumIf(bounce, {within} AND pageviews > 0) / countIf({within} AND pageviews > 0)",
            empty=None, higher_is_better=False,
        ),
        Metric(
            "visit_duration", "Visit duration", "seconds",
            "Mean time from the first to the last event of a visit, bounces included.",
            sessions=f"avgIf({DURATION_MS}, {{within}}) / 1000", empty=None,
        ),
        Metric(
            "visit_duration_median", "Median visit duration", "seconds",
            "Half of the visits last longer than this, half shorter.",
            sessions=f"quantileExactInclusiveIf(0.5)({DURATION_MS}, {{within}}) / 1000", empty=None,
        ),
        Metric(
            "engaged_time", "Engaged time", "seconds", "Mean time a visit had the page visible and active.",
            events="sumIf(engaged_ms, {within}) / 1000 / uniqExactIf(session_id, {within})",
            sessions="sumIf(engaged_ms, {within}) / 1000 / countIf({within})", empty=None,
        ),
        Metric(
            "events", "Events", "count", "Everything recorded in the period: page views, clicks, goals, own events.",
            events="countIf({within})", higher_is_better=None,
        ),
        Metric(
            "completions", "Completions", "count",
            "How often a goal was reached; one visitor may reach it several times.",
            events="countIf({within} AND type = 'goal')", only="goal",
        ),
        Metric(
            "conversion_rate", "Conversion rate", "percent",
            "Visitors counted here, divided by all visitors of the period (filters on goal, event, type and properties "
            "do not narrow the latter).",
            events="uniqExactIf(visitor_id, {within})", empty=None,
        ),
        Metric(
            "group_conversion_rate", "Group conversion rate", "percent",
            "Visitors counted here, divided by all visitors of the same source, country or page, whatever they did "
            "(filters on goal, event, type and properties do not narrow the latter).",
            events=WHO_DID, sessions=WHO_WAS_THERE, empty=None,
        ),
        Metric(
            "exits", "Exits", "count", "Visits that start in the period and whose last page was this one.",
            sessions="countIf({within} AND pageviews > 0)", higher_is_better=None,
        ),
        Metric(
            "exit_rate", "Exit rate", "percent", "Exits, divided by the visits that saw the page.",
            events="uniqExactIf(session_id, {within} AND type = 'page_view')", empty=None, higher_is_better=False,
        ),
        Metric(
            "api_requests", "API requests", "count",
            "Requests to your own API, as the middlewares of the Python package tell them.",
            events=f"countIf({{within}} AND {api_requests.IS_ONE})", only=api_requests.KIND, higher_is_better=None,
        ),
        _api_share(
            "api_server_errors", "API server errors", "Share of the API requests that failed: status 500 and above.",
            f"{api_requests.STATUS} >= 500",
        ),
        _api_share(
            "api_client_errors", "API client errors", "Share of the API requests that were refused: status 400 to 499.",
            f"{api_requests.STATUS} BETWEEN 400 AND 499",
        ),
        *(_api_latency(percent) for percent in (50, 95, 99)),
    )
}  # fmt: skip


def _on_both(name: str, label: str, description: str, empty: str = "(not set)", lists_empty: bool = True) -> Dimension:
    """A property of the visit, copied onto each of its events."""
    return Dimension(name, label, description, events=name, sessions=name, empty=empty, lists_empty=lists_empty)


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("page", "Page", "Path of the page, such as /pricing.", events="path", lists_empty=False),
        Dimension("entry_page", "Entry page", "First page of the visit.", sessions="entry_page", lists_empty=False),
        Dimension("exit_page", "Exit page", "Last page of the visit.", sessions="exit_page", lists_empty=False),
        Dimension("title", "Page title", "Title of the page.", events="title", lists_empty=False),
        Dimension("host", "Host", "Host name of the page, such as www.example.com.", events="host", first="host"),
        _on_both(
            "source", "Source", "Who sent the visitor: a search engine, network, site or utm_source.", "Direct / none"
        ),
        _on_both("channel", "Channel", "Kind of source: search, social, e-mail, paid, direct …"),
        _on_both("referrer", "Referrer", "Full address of the page that sent the visitor.", "Direct / none"),
        _on_both("utm_source", "UTM source", "utm_source of the first page.", lists_empty=False),
        _on_both("utm_medium", "UTM medium", "utm_medium of the first page.", lists_empty=False),
        _on_both("utm_campaign", "UTM campaign", "utm_campaign of the first page.", lists_empty=False),
        _on_both("utm_term", "UTM term", "utm_term of the first page.", lists_empty=False),
        _on_both("utm_content", "UTM content", "utm_content of the first page.", lists_empty=False),
        _on_both("country", "Country", "ISO 3166-1 code of the country, such as DE.", "Unknown"),
        _on_both("region", "Region", "State or province.", "Unknown"),
        _on_both("city", "City", "City.", "Unknown"),
        _on_both("browser", "Browser", "Browser, such as Firefox.", "Unknown"),
        Dimension(
            "browser_version", "Browser version", "Browser and version, such as Firefox 128.",
            events="browser_and_version", sessions="browser_and_version", empty="Unknown",
        ),
        _on_both("os", "Operating system", "Operating system, such as Android.", "Unknown"),
        Dimension(
            "os_version", "Operating system version", "Operating system and version, such as iOS 17.",
            events="os_and_version", sessions="os_and_version", empty="Unknown",
        ),
        _on_both("device", "Device", "desktop, phone, tablet, tv or console.", "Unknown"),
        _on_both("screen", "Screen size", "Width and height of the screen in pixels, such as 1920x1080.", "Unknown"),
        _on_both("language", "Language", "Language of the browser, such as de.", "Unknown"),
        Dimension(
            "event", "Event", "Name of the event: the type, or the name given to a goal or own event.", events="name"
        ),
        Dimension(
            "goal", "Goal", "Name of the goal reached.", events="if(type = 'goal', name, '')", lists_empty=False,
            narrowed=("type = 'goal'", "name"),
        ),
        Dimension(
            "endpoint", "API endpoint", "Method and route of an API request, such as GET /orders/:id.",
            events=f"if({api_requests.IS_ONE}, {api_requests.ENDPOINT}, '')", lists_empty=False,
            narrowed=(api_requests.IS_ONE, api_requests.ENDPOINT),
        ),
        Dimension("type", "Event type", "One of the 13 types, such as page_view or click.", events="type"),
    )
}  # fmt: skip

# operator → (label, SQL over the dimension's expression {it} and the bound list of values {values})
OPERATORS: dict[Operator, tuple[str, str]] = {
    "is": ("is", "{it} IN {values}"),
    "is_not": ("is not", "{it} NOT IN {values}"),
    "contains": ("contains", "multiSearchAnyCaseInsensitiveUTF8({it}, {values})"),
    "contains_not": ("does not contain", "NOT multiSearchAnyCaseInsensitiveUTF8({it}, {values})"),
}


def dimension(name: str) -> Dimension:
    """The dimension of that name; `prop:plan` is the property `plan`. KeyError when there is none."""
    if name.startswith(PROPERTY) and PROPERTY_KEY.fullmatch(name.removeprefix(PROPERTY)):
        key = name.removeprefix(PROPERTY)
        return Dimension(name, key, f"Property {key} of the event.", events="props[{key}]", lists_empty=False)
    return DIMENSIONS[name]
