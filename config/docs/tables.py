"""Tables of what the product knows already: a page says `<!-- metrics -->` where one is to stand."""

import re
from collections.abc import Iterator

from django.conf import settings
from prometheus_client.metrics import MetricWrapperBase

from analytics.query.catalogue import DIMENSIONS, METRICS
from analytics.query.periods import PRESETS
from analytics.reports.web.model import VIEWS
from analytics.rollups.measures import MEASURES
from analytics.rollups.roles import ROLES as EVENT_ROLES
from billing.plans import PLANS, Plan
from config.lib import metrics
from tracking import events
from tracking.usage import SAID, DropReason
from workspaces.models import Role
from workspaces.roles import ACTIONS, may

SETTINGS_HEAD = ("setting", "usual, or an example", "what for")


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


def _settings() -> str:
    """.env.example: groups (`# --- …`) of settings, each with its reason above it."""
    return "\n\n".join(_group(*text.split("\n", 1)) for text in _env_example().split("# --- ")[1:])


def _env_example() -> str:
    return (settings.BASE_DIR / ".env.example").read_text()


def _group(title: str, lines: str) -> str:
    return f"## {title[0].upper()}{title[1:]}\n\n" + _table(SETTINGS_HEAD, *_rows(lines))


def _rows(lines: str) -> Iterator[tuple[str, str, str]]:
    reason: list[str] = []
    for line in lines.splitlines():
        if setting := re.match(r"#([A-Z][A-Z0-9_]*)=(.*)", line):
            yield f"`{setting[1]}`", f"`{setting[2]}`" if setting[2] else "", _cell(reason)
            reason = []
        elif line:
            reason.append(line.removeprefix("# "))


def _cell(lines: list[str]) -> str:
    return re.sub(r"([<>|*_])", r"\\\1", " ".join(lines))


def _limits() -> str:
    """Of a request to the collect endpoints (tracking.events)."""
    rows = (
        ("events in a request", f"{events.MAX_EVENTS}"),
        ("a request as sent", _size(events.MAX_WIRE_BYTES)),
        ("a request unpacked, where it is gzip", _size(events.MAX_DECODED_BYTES)),
        ("an event", _size(events.MAX_EVENT_BYTES)),
        ("properties of an event, and how deep they nest", f"{events.MAX_PROPERTIES}, {events.MAX_DEPTH} levels"),
        ("a text, and a name", f"{_size(events.MAX_STRING_BYTES)}, {events.MAX_NAME_BYTES} bytes"),
        (
            "kept of a property, an address, a title: what is longer is cut",
            f"{events.STORED_VALUE_CHARS:,}, {events.STORED_URL_CHARS:,}, {events.STORED_TITLE_CHARS} characters",
        ),
    )
    return _table(("what", "at most"), *rows)


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >> 20 else f"{count >> 10} KiB"


def _periods() -> str:
    return ", ".join(f"`{each.key}` ({each.label.lower()})" for each in PRESETS.values() if each.key != "custom")


def _prometheus() -> str:
    """Of our own collectors, by the names that are printed; `_bucket` and `_sum` of histograms are left out."""
    ours = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    told = sorted((family for each in ours for family in each.describe()), key=lambda each: each.name)
    rows = ((f"`{each.name}{'_total' * (each.type == 'counter')}`", each.type, each.documentation) for each in told)
    return _table(("name", "type", "what"), *rows)


TABLES = {
    "<!-- prometheus -->": _prometheus,
    "<!-- limits -->": _limits,
    "<!-- periods -->": _periods,
    "<!-- settings -->": _settings,
    "<!-- reasons -->": _reasons,
    "<!-- plans -->": _plans,
    "<!-- measures -->": _measures,
    "<!-- event roles -->": _event_roles,
    "<!-- web reports -->": _web_reports,
    "<!-- metrics -->": _metrics,
    "<!-- dimensions -->": _dimensions,
    "<!-- roles -->": _roles,
}


def filled(text: str) -> str:
    for mark, table in TABLES.items():
        if mark in text:
            text = text.replace(mark, table())
    return text
