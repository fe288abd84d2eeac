"""User documentation: Markdown files in templates/docs/, served at /docs/.

A page's title is its first heading; the order of the menu is CONTENTS. Tables of what the product knows already
(metrics, roles) are written where a page says `<!-- metrics -->`. config/tests/test_docs.py runs the examples.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nh3
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from markdown_it import MarkdownIt

from analytics.query.catalogue import DIMENSIONS, METRICS
from analytics.reports.web.model import VIEWS
from analytics.rollups.measures import MEASURES
from analytics.rollups.roles import ROLES as EVENT_ROLES
from billing.plans import PLANS, Plan
from tracking.usage import SAID, DropReason
from workspaces.models import Role
from workspaces.roles import ACTIONS, may

DIRECTORY = settings.BASE_DIR / "templates" / "docs"
CONTENTS = (
    "start", "install", "migrate", "script", "javascript", "python", "containers", "schemas", "proxy", "api",
    "ingestion", "query", "trends", "funnels", "retention", "paths", "lifecycle", "stickiness", "segments", "receipts",
    "profiles",
    "events", "people", "web", "attribution", "revenue", "business", "metrics", "exports", "mails", "grafana", "keys",
    "forwarding", "tinybird", "supabase", "amplitude", "mixpanel", "webhook", "slack", "log",
    "dashboards", "sharing", "alerts", "annotations", "roles", "usage", "billing", "audit",
    "operate", "privacy", "changelog",
)  # fmt: skip
ELSEWHERE = {
    "changelog": settings.BASE_DIR / "CHANGELOG.md",
    "python": settings.BASE_DIR / "tracking" / "clients" / "python" / "README.md",
}
# `class` on code blocks names the language; ids make headings linkable.
ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "code": {"class"}, "h2": {"id"}, "h3": {"id"}}


def _table(*rows: tuple[str, ...]) -> str:
    """Markdown: the first row is the head."""
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])


def _metrics() -> str:
    rows = ((f"`{each.name}`", each.label, each.unit, each.description) for each in METRICS.values())
    return _table(("name", "label", "unit", "definition"), *rows)


def _dimensions() -> str:
    rows = ((f"`{each.name}`", each.label, each.description) for each in DIMENSIONS.values())
    own = ("`prop:<key>`", "Property", "A property of your own events, such as `prop:plan`.")
    return _table(("name", "label", "meaning"), *rows, own)


def _roles() -> str:
    head = ("may", *(str(role.label) for role in Role))
    rows = ((action.says, *("✓" if may(role, name) else "" for role in Role)) for name, action in ACTIONS.items())
    return _table(head, *rows)


def _measures() -> str:
    rows = ((f"`{each.name}`", each.label, ", ".join(each.periods), each.description) for each in MEASURES.values())
    return _table(("name", "label", "kept", "definition"), *rows)


def _event_roles() -> str:
    roles = EVENT_ROLES.values()
    rows = ((each.label, each.meaning, ", ".join(f"`{name}`" for name in each.defaults)) for each in roles)
    return _table(("role", "meaning", "events"), *rows)


def _web_reports() -> str:
    rows = ((f"`{each.name}`", each.label, each.description) for each in VIEWS.values())
    return _table(("name", "label", "tells"), *rows)


def _plans() -> str:
    def price(plan: Plan) -> str:
        further = f", then ${plan.cents_for_1000_events / 100:.2f} for 1,000 events" if plan.is_metered else ""
        return f"${plan.price_cents // 100}{further}"

    def most(number: int | None) -> str:
        return "no limit" if number is None else f"{number:,}"

    rows = ((each.label, price(each), most(each.included or each.events), most(each.seats)) for each in PLANS.values())
    return _table(("plan", "a month", "events a month", "members"), *rows)


def _reasons() -> str:
    return _table(("code", "why"), *((f"`{reason}`", SAID[reason]) for reason in DropReason))


TABLES = {
    "<!-- reasons -->": _reasons,
    "<!-- plans -->": _plans,
    "<!-- measures -->": _measures,
    "<!-- event roles -->": _event_roles,
    "<!-- web reports -->": _web_reports,
    "<!-- metrics -->": _metrics,
    "<!-- dimensions -->": _dimensions,
    "<!-- roles -->": _roles,
}


@dataclass(frozen=True)
class Page:
    slug: str
    title: str
    html: str


def source(slug: str) -> Path:
    """A few pages are files that others read where they stand; every other one lies in DIRECTORY."""
    return ELSEWHERE.get(slug, DIRECTORY / f"{slug}.md")


def render_markdown(text: str) -> str:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    for opening, inline in zip(tokens, tokens[1:], strict=False):
        if opening.type == "heading_open" and opening.tag in ("h2", "h3"):
            opening.attrSet("id", "-".join(inline.content.lower().replace("`", "").split()))
    return nh3.clean(markdown.renderer.render(tokens, markdown.options, {}), attributes=ATTRIBUTES)


@cache
def load(slug: str) -> Page:
    text = source(slug).read_text()
    for mark, table in TABLES.items():
        text = text.replace(mark, table())
    return Page(slug, text.partition("\n")[0].removeprefix("# ").strip(), render_markdown(text))


def page(request: HttpRequest, slug: str = CONTENTS[0]) -> HttpResponse:
    if slug not in CONTENTS:
        raise Http404
    shown = load(slug)
    toc = [(each, load(each).title) for each in CONTENTS]
    return render(request, "docs/page.html", {"title": shown.title, "html": shown.html, "toc": toc, "current": slug})


pages = [path("", page, name="docs"), path("<slug:slug>/", page, name="docs_page")]
