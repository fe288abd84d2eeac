"""Who stands behind a metric: the people whose rows it counts."""

from dataclasses import replace

from analytics.query import plan
from analytics.query.catalogue import OF_PEOPLE
from analytics.query.compile import only_type, reaches
from analytics.query.conditions import PERSON
from analytics.query.model import Query
from analytics.query.scope import Parameters, tables, where


def people_of(query: Query) -> tuple[str, Parameters]:
    """SQL of one column, `person`, for the first metric of `query` over its whole period."""
    if not OF_PEOPLE.isdisjoint(query.metrics):  # of a group's share, those who did it
        query = replace(query, metrics=("visitors",))
    bound, part = Parameters(), plan.parts(query)[0]
    conditions = [where(query, part.source, bound, reaches(query, part)), *only_type(part, bound)]
    if part.source == "events" and "visitors" in part.metrics:  # as the catalogue counts them
        conditions.append("type NOT IN ('page_exit', 'session_end')")
    return (
        f"SELECT DISTINCT {PERSON} AS person FROM {tables(query, bound)[part.source]} WHERE {' AND '.join(conditions)}",
        bound,
    )
