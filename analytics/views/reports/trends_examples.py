"""Questions to begin with, by kind of business: whoever does not know what to ask changes one of these."""

from analytics.query.model import Filter
from analytics.reports.trends import Series, Trend
from analytics.reports.trends.read import trend


def _of(metric: str, *events: str) -> Series:
    return Series(metric, (Filter("event", "is", events),) if events else ())


def _rate(event: str, among: str, by: str = "") -> Trend:
    """Of the visitors who did one thing, the percentage who did another."""
    return trend((_of("visitors", event), _of("visitors", among)), "A / B * 100", by, "", "", "line")


EXAMPLES: dict[str, Trend] = {
    "SaaS: sign-ups a day, by channel": Trend((_of("visitors", "signup", "signup_completed"),), by="channel"),
    "SaaS: payments per sign-up, in percent": _rate("payment_completed", "signup_completed"),
    "Shop: visitors, carts and purchases": Trend(
        (_of("visitors"), _of("visitors", "add_to_cart"), _of("visitors", "purchase"))
    ),
    "Shop: purchases, by source": Trend((_of("events", "purchase"),), by="source"),
    "Shop: share of visitors who buy, by source": Trend((_of("group_conversion_rate", "purchase"),), by="source"),
    "Content: engaged time, by page": Trend((_of("engaged_time"),), by="page"),
    "Content: readers who subscribe, in percent": _rate("newsletter_signup", "page_view"),
    "Portfolio: projects opened, by country": Trend((_of("visitors", "project_opened"),), by="country"),
    "Portfolio: contacts, added up": Trend((_of("events", "contact"),), smooth="sum"),
}
