"""The sentence of a funnel: "People who did A, then B, within 14 days …", every word a menu."""

from dataclasses import dataclass, replace
from typing import Any

from analytics.query.catalogue import DIMENSIONS, dimension
from analytics.query.model import Condition, Filter, QueryError
from analytics.reports.funnel.model import DROPS, MAX_STEPS, MAX_WITHOUT, MIN_STEPS, ORDERS, UNITS, Funnel
from analytics.reports.names import event_names, property_keys
from analytics.reports.steps import Step
from analytics.views.menus import Item
from analytics.views.reports.choices import choices
from analytics.views.reports.frame import ReportPage
from analytics.views.reports.steps import FIRST, StepRow, step_row, with_condition

LETTERS = "ABCDEFGHIJ"
WINDOWS = {"30m": "30 minutes", "1h": "1 hour", "1d": "1 day", "7d": "7 days", "14d": "14 days", "30d": "30 days",
           "90d": "90 days"}  # fmt: skip
EXAMPLES = {
    "Page views to a goal": (("type", "page_view"), ("type", "goal")),
    "SaaS: sign-up to payment": (
        ("event", "signup_started"),
        ("event", "signup_completed"),
        ("event", "payment_completed"),
    ),
    "Shop: cart to purchase": (("event", "add_to_cart"), ("event", "checkout_started"), ("event", "purchase")),
    "Content: reader to subscriber": (("type", "page_view"), ("event", "newsletter_signup")),
    "Portfolio: visit to contact": (("type", "page_view"), ("event", "project_opened"), ("event", "contact")),
}


@dataclass(frozen=True)
class Builder:
    unit: str
    units: list[Item]
    steps: list[StepRow]
    add_href: str
    order: str
    orders: list[Item]
    window: str
    windows: list[Item]
    without: list[StepRow]
    exclude_href: str
    drops: str
    drop_choices: list[Item]
    by: str
    dimensions: list[Item]
    properties: list[Item]
    attribution: str
    attributions: list[Item]
    examples: list[Item]


def builder(page: ReportPage, asked: Funnel) -> Builder:
    usual = page.query(compare=None)
    names, keys = event_names(usual, page.now), property_keys(usual, page.now)
    attributions = {"first": "of the first step", "last": "of the last step taken"}
    attributions |= {str(n): f"of step {LETTERS[n - 1]}" for n in range(2, len(asked.steps) + 1)}
    known = WINDOWS | ({} if asked.window in WINDOWS else {asked.window: asked.window})
    return Builder(
        unit=UNITS[asked.per].capitalize(),
        units=choices(page, asked, "per", {name: label.capitalize() for name, label in UNITS.items()}),
        steps=[_step(page, asked, place, names) for place in range(len(asked.steps))],
        add_href=_url(page, replace(asked, steps=(*asked.steps, (FIRST,)))) if len(asked.steps) < MAX_STEPS else "",
        order=ORDERS[asked.order],
        orders=choices(page, asked, "order", ORDERS),
        window=known[asked.window],
        windows=choices(page, asked, "window", known),
        without=[_without(page, asked, place, names) for place in range(len(asked.without))],
        exclude_href=_url(page, replace(asked, without=(*asked.without, (Filter("event", "is", ("refund",)),))))
        if len(asked.without) < MAX_WITHOUT
        else "",
        drops=DROPS[asked.drops],
        drop_choices=choices(page, asked, "drops", DROPS),
        by=dimension(asked.by).label if asked.by else "nothing",
        dimensions=[_by(page, asked, "", "Nothing"), *(_by(page, asked, n, d.label) for n, d in DIMENSIONS.items())],
        properties=[_by(page, asked, name, dimension(name).label) for name in keys],
        attribution=attributions[asked.attribution],
        attributions=choices(page, asked, "attribution", attributions),
        examples=[Item(label, _url(page, Funnel(steps=_example(steps)))) for label, steps in EXAMPLES.items()],
    )


def narrowed(asked: Funnel, into: str, added: Condition) -> Funnel:
    """The step of that letter, or the excluded event x1 …, with one condition more."""
    kind, place = ("without", into[1:]) if into.startswith("x") else ("steps", str(LETTERS.find(into)))
    steps: tuple[Step, ...] = getattr(asked, kind)
    if not place.isdecimal() or int(place) >= len(steps):
        raise QueryError(f"There is no step {into!r} to narrow.", "into")
    changed = list(steps)
    changed[int(place)] = with_condition(steps[int(place)], added)
    parts: dict[str, Any] = {kind: tuple(changed)}
    return replace(asked, **parts)


def _url(page: ReportPage, asked: Funnel) -> str:
    return page.asking(asked).url()


def _step(page: ReportPage, asked: Funnel, place: int, names: list[str]) -> StepRow:
    def put(step: Step | None) -> str:
        steps = (*asked.steps[:place], *([step] if step else []), *asked.steps[place + 1 :])
        kept = (
            asked.attribution
            if asked.attribution in ("first", "last") or int(asked.attribution) <= len(steps)
            else "first"
        )
        return _url(page, replace(asked, steps=steps, attribution=kept)) if len(steps) >= MIN_STEPS else ""

    can_go = len(asked.steps) > MIN_STEPS
    narrow = page.asking(asked).url(into=LETTERS[place])
    return step_row(LETTERS[place], asked.steps[place], names, put, narrow, can_go)


def _without(page: ReportPage, asked: Funnel, place: int, names: list[str]) -> StepRow:
    def put(step: Step | None) -> str:
        steps = (*asked.without[:place], *([step] if step else []), *asked.without[place + 1 :])
        return _url(page, replace(asked, without=steps))

    narrow = page.asking(asked).url(into=f"x{place}")
    return step_row("–", asked.without[place], names, put, narrow, can_go=True)


def _by(page: ReportPage, asked: Funnel, name: str, label: str) -> Item:
    return Item(label, _url(page, replace(asked, by=name)), name == asked.by)


def _example(steps: tuple[tuple[str, str], ...]) -> tuple[Step, ...]:
    return tuple((Filter(name, "is", (value,)),) for name, value in steps)
