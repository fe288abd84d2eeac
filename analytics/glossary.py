"""What the words of the product mean: one table for popovers and docs. Metrics and dimensions bring their own."""

from dataclasses import dataclass

from analytics.query.catalogue import DIMENSIONS, METRICS


@dataclass(frozen=True)
class Term:
    label: str
    description: str


OWN = {
    "new": Term("New", "Active for the first time ever."),
    "returning": Term("Returning", "Active in this unit and in the one before."),
    "resurrected": Term("Resurrected", "Active again, not in the unit before, but earlier."),
    "dormant": Term("Dormant", "Active in the unit before and not in this one."),
    "pulse": Term(
        "Pulse", "New and resurrected people for each dormant one: above 1 the number of active people grows."
    ),
    "stickiness": Term("Stickiness", "On how many days (weeks, months) of the period people were active."),
    "retention": Term(
        "Retention", "Of the people who began in a day, week or month, the share that came back in the ones after."
    ),
    "funnel_conversion": Term(
        "Conversion",
        "Of those who took the first step in the period, the share that took the last one within the window.",
    ),
    "time_to_convert": Term(
        "Time to convert", "From the first step to the last, of those who took it. Half needed less, half more."
    ),
    "touch": Term("Touch", "A visit with a page view, of the person who converted, in the days before the conversion."),
    "revenue": Term("Revenue", "Payments less refunds, each currency by itself; added only at a rate that you state."),
    "revenue_new": Term("New", "Revenue of people who never paid before."),
    "revenue_reactivated": Term("Reactivated", "Revenue of people who paid before, but not in the month before."),
    "revenue_expansion": Term("Expansion", "What people paid more than in the month before."),
    "revenue_contraction": Term("Contraction", "What people who still pay paid less than in the month before."),
    "revenue_churned": Term("Churned", "What people paid in the month before who paid nothing in this one."),
    "segment": Term("Segment", "Saved filters. Every report can be seen through one; it follows the data."),
    "cohort": Term("Cohort", "Saved people: found anew each day (living), or a list that stays as it was (frozen)."),
    "person": Term("Person", "Who is known by a user id, on all their devices; anybody else counts as a visitor."),
    "formula": Term("Formula", "Arithmetic over the series, such as A / B * 100. A part by nothing is nothing, not 0."),
    "comparison": Term("Comparison", "The same question about an earlier period, laid under this one day by day."),
    "rolling": Term("Rolling average", "Each point is the mean of the last points up to it; the first have fewer."),
    "cumulative": Term("Cumulative", "Each point is the sum of all points up to it."),
}


def term(name: str) -> Term:
    """KeyError when nothing is called so."""
    known = METRICS.get(name) or DIMENSIONS.get(name)
    return Term(known.label, known.description) if known else OWN[name]
