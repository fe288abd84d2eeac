"""What the numbers of each report mean: for receipts and for the API. Metrics of the engine stand in its catalogue."""

from dataclasses import dataclass

from analytics import glossary
from analytics.query.catalogue import METRICS


@dataclass(frozen=True)
class Meaning:
    unit: str
    description: str


MEANINGS = {
    "trends": Meaning(
        "as the series", "Each series is one metric under its own conditions, in each bucket of the period."
    ),
    "funnel": Meaning(
        "people, visits or accounts",
        "Who took the first step in the period, and of them, who took each next step within the window from the first. "
        "A step needs an event of its own; steps within one second count in either order. The attempt that got "
        "furthest counts, of equals the earliest.",
    ),
    "retention": Meaning(
        "people",
        "People who began in a day, week or month, and of those how many came back in the ones after. A cell that is "
        "not over for everybody is marked and left out of the average; a row of which the period has only a part is "
        "marked and stays in it.",
    ),
    "lifecycle": Meaning(
        "people",
        "Each active person of a unit is new (first time ever), returning (also active in the unit before) or "
        "resurrected (active earlier, not in the unit before); dormant are those active before and not now. Units are "
        "whole weeks or months; where the period begins or ends within one, the period's days are counted.",
    ),
    "stickiness": Meaning("people", "On how many days, weeks or months of the period each person was active."),
    "paths": Meaning(
        "visits", "What came after what inside one visit, step by step; a step seen twice in a row is one."
    ),
    "attribution": Meaning(
        "conversions",
        "Each conversion's touches are the visits with a page view of the same person in the days before it. The "
        "first, the last or all in equal parts have the credit; conversions without a touch are unattributed.",
    ),
    "revenue": Meaning(
        "the currency paid in",
        "Payments less refunds, each currency by itself; currencies are added only at a rate that you state.",
    ),
    "business": Meaning(
        "as the measure",
        "Daily numbers are counted at 01:00 UTC from the events that the workspace maps to each role, and again when "
        "late events reopen a day.",
    ),
    "realtime": Meaning("visitors", "Visitors and page views of the last 30 minutes, minute by minute."),
    "web": Meaning(
        "as the column", "Numbers of pages, searches, links, downloads and loading times, by page or by word."
    ),
    "accounts": Meaning("people", "People grouped by the property that names their account."),
    "definitions": Meaning("as the metric", "The same stored events, cut into visits by the rules of each tool."),
    "events": Meaning("events", "Single events, newest first."),
    "people": Meaning("people", "Everybody seen in the period, newest first."),
    "sessions": Meaning("visits", "Visits that were going on in the period, newest first."),
}
COLUMNS = {
    "people": "Different people: who is known by a user id on all their devices; anybody else counts as a visitor.",
    "visits": METRICS["visits"].description,
    "of first (%)": "Of those who took the first step, the share that took this one.",
    "of previous (%)": "Of those who took the step before, the share that took this one.",
    "median (s)": "Half needed less time from the first step to this one, half more.",
    "mean (s)": "The mean time from the first step to this one.",
    "people with at least as many": "People active on so many units of the period, or more.",
    "share": "Of the visits at the step it starts from.",
    "first touch": "Credit to the first touch.",
    "last touch": "Credit to the last touch before the conversion.",
    "linear": "Credit to all touches in equal parts.",
    "payments": "Events that mean a payment in this workspace.",
}


def of_column(name: str) -> str:
    """What a column of a report says; '' where the report's own words say it all."""
    lower = name.lower()
    known = next((each for each in METRICS.values() if lower in (each.name, each.label.lower())), None)
    own = glossary.OWN.get(lower)
    return COLUMNS.get(lower) or (known.description if known else "") or (own.description if own else "")
