"""Alerts on what the API report shows: links that open the alert form filled in, for the endpoints, keys and versions
that the page is filtered by."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from analytics.query.condition_text import to_text
from analytics.query.page import PageQuery
from analytics.views.menus import Item
from analytics.views.said import said

REPORTS = ("endpoints", "api_keys", "api_versions")


@dataclass(frozen=True)
class Watch:
    """What the form is filled in with; the threshold is in the metric's unit, and to be changed."""

    label: str
    metric: str
    condition: str
    threshold: str
    window: int  # minutes
    lasting: int  # minutes


WATCHES = (
    Watch("Server errors", "api_server_errors", "above", "5", 10, 2),
    Watch("Refused requests", "api_client_errors", "above", "20", 10, 2),
    Watch("Slow answers", "api_latency_p95", "above", "1000", 10, 2),
    Watch("No requests", "api_requests", "absence", "", 30, 0),
)


def watches(page: PageQuery, slug: str) -> list[Item]:
    return [Item(each.label, _href(page, slug, each)) for each in WATCHES]


def _href(page: PageQuery, slug: str, watch: Watch) -> str:
    about = ", ".join(said(each) for each in page.filters)
    name = f"API: {watch.label.lower()}" + (f", {about}" if about else "")
    pairs = [("m", watch.metric), *(("f", to_text(each)) for each in page.filters), ("name", name[:80])]
    pairs += [("condition", watch.condition), ("threshold", watch.threshold)]
    pairs += [("window", str(watch.window)), ("for", str(watch.lasting)), ("env", page.environment)]
    return f"{reverse('alert_new', args=[slug])}?{urlencode(pairs, safe='/,:;()*|')}"
