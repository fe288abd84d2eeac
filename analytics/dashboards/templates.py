"""What a new dashboard can begin with. Every widget stays what it is: change, add and remove as you like."""

from dataclasses import dataclass
from typing import Any

Widget = dict[str, Any]

# The usual names of the same deed: whoever calls it otherwise changes the widget.
SEEN = "is,event,product_view|product_viewed|view_item"
CARTED = "is,event,add_to_cart|product_added"
BOUGHT = "is,event,purchase|order_completed|payment_completed"
JOINED = "is,event,signup|sign_up|signup_completed|user_signed_up"


@dataclass(frozen=True)
class Template:
    name: str
    label: str
    says: str
    icon: str
    widgets: tuple[Widget, ...]


def _number(title: str, question: str, width: int = 3) -> Widget:
    return {"kind": "number", "title": title, "question": question, "w": width}


def _of(kind: str, title: str, question: str = "", w: int = 6, h: int = 4) -> Widget:
    return {"kind": kind, "title": title, "question": question, "w": w, "h": h}


def _count(deed: str) -> str:
    return f"s=events;{deed}"


PORTFOLIO = (
    _number("Visitors", "s=visitors"),
    _number("Page views", "s=pageviews"),
    _number("Project clicks", _count("is,event,project_click")),
    _number("Session duration", "s=visit_duration"),
    _of("series", "Page views by section", "s=pageviews&by=page&show=area", 8),
    _of("bar", "Device types", "by=device&m=visitors&top=5", 4),
    _of("bar", "Project clicks: which are popular",
        "by=prop:project_name&m=events&m=visitors&top=10&where=is,event,project_click"),
    _of("bar", "External links: LinkedIn, GitHub, résumé",
        "by=prop:link_type&m=events&m=visitors&top=10&where=is,event,link_click"),
    _of("map", "Geographic distribution", "m=visitors", 8),
    _of("bar", "Where visitors come from", "by=source&m=visitors", 4),
)  # fmt: skip

ECOMMERCE = (
    _number("Product views", _count(SEEN)),
    _number("Add to cart rate (%)", f"{_count(CARTED)}&{_count(SEEN)}&formula=A/B*100"),
    _number("Purchases", _count(BOUGHT)),
    _number("Visitors", "s=visitors"),
    _of("funnel", "Purchase funnel", f"step={SEEN}&step={CARTED}&step={BOUGHT}"),
    _of("revenue", "Revenue metrics"),
    _of("bar", "Top products",
        f"by=prop:product_name&m=events&m=visitors&top=10&where={SEEN}"),
    _of("bar", "Categories", f"by=prop:category&m=events&top=10&where={SEEN}"),
    _of("series", "Product views and purchases", f"{_count(SEEN)}&{_count(BOUGHT)}"),
    _of("bar", "What brings buyers", f"by=source&m=visitors&m=events&where={BOUGHT}"),
)  # fmt: skip

SAAS = (
    _number("Visitors", "s=visitors"),
    _number("Sign-ups", _count(JOINED)),
    _number("Sign-up rate (%)", f"s=visitors;{JOINED}&s=visitors&formula=A/B*100"),
    _number("Active people", "s=visitors;is,type,custom|goal"),
    _of("funnel", "From visit to sign-up", f"step=is,type,page_view&step={JOINED}"),
    _of("series", "Sign-ups by channel", f"{_count(JOINED)}&by=channel&show=bar"),
    _of("retention", "Do people come back after sign-up?", f"begin={JOINED}&unit=week&columns=8", 12, 5),
    _of("bar", "Features used", "by=event&m=visitors&m=events&where=is,type,custom|goal"),
    _of("bar", "Plans", "by=prop:plan&m=visitors&m=events"),
)  # fmt: skip

CONTENT = (
    _number("Readers", "s=visitors"),
    _number("Page views", "s=pageviews"),
    _number("Views per visit", "s=views_per_visit"),
    _number("Engaged time", "s=engaged_time"),
    _of("series", "Page views by channel", "s=pageviews&by=channel&show=area", 8),
    _of("live", "Right now", "", 4),
    _of("table", "Pages", "by=page&m=visitors&m=pageviews&m=engaged_time&top=20", 8, 5),
    _of("bar", "Sources", "by=source&m=visitors&top=12", 4, 5),
    _of("heatmap", "When people read", "m=pageviews", 8, 4),
    _of("bar", "Countries", "by=country&m=visitors&top=8", 4),
    _of("paths", "Where readers go next", "steps=4&top=5", 12, 7),
)  # fmt: skip

USAGE = (
    _number("Events", "s=events"),
    _number("Active people", "s=visitors"),
    _number("Visits", "s=visits"),
    _number("Events a visit", "s=events&s=visits&formula=A/B"),
    _of("series", "Events by name", "s=events&by=event&show=bar", 8),
    _of("live", "Right now", "", 4),
    _of("bar", "Most used", "by=event&m=events&m=visitors&top=12", 6, 5),
    _of("heatmap", "Usage by hour", "m=events", 6, 5),
    _of("retention", "Who comes back, week by week", "unit=week&columns=8", 12, 5),
)  # fmt: skip

TEMPLATES: dict[str, Template] = {
    each.name: each
    for each in (
        Template("portfolio", "Portfolio", "Sections, projects, links, places and devices.", "photo", PORTFOLIO),
        Template("ecommerce", "E-commerce", "Products, carts, the purchase funnel and revenue.", "shopping-cart",
                 ECOMMERCE),
        Template("saas", "SaaS", "Sign-ups, activation, features and who comes back.", "rocket-launch", SAAS),
        Template("content", "Content", "What is read, by whom, when, and where readers go next.", "newspaper", CONTENT),
        Template("usage", "Product usage", "Events, active people, hours and weekly retention.", "bolt", USAGE),
    )
}  # fmt: skip


def config_of(name: str) -> dict[str, Any]:
    """Of a template; an empty dashboard for any other name."""
    return {"widgets": [dict(each) for each in TEMPLATES[name].widgets] if name in TEMPLATES else []}
