"""The one query engine. Pages, API, exports and alerts ask a Query and get a Result; none of them writes SQL.

parse ► Query ► plan ► compile ► ask (cache, store) ► assemble (join, gaps, comparison) ► Result
"""

from dataclasses import dataclass, field
from datetime import datetime

from analytics.query import assemble, cache, plan, size
from analytics.query.answers import Answers, ask
from analytics.query.compile import Statement, breakdown
from analytics.query.model import Query, Result
from analytics.query.series import series


def run(query: Query, now: datetime) -> Result:
    """QueryError for a question that makes no sense; StoreUnavailable, QueryTimeout, QueryTooLarge from the store."""
    return run_many([query], now)[0]


def run_many(queries: list[Query], now: datetime) -> list[Result]:
    """All of them at once: independent statements run side by side and equal ones are asked once. All or nothing."""
    ticks = cache.ticks(sorted({query.dataset_id for query in queries}))
    asked = [_asked(query, now) for query in queries]
    answers = ask([statement for each in asked for statement in each.statements], ticks)
    for each in asked:
        each.about_groups = _about_groups(each, answers)
    answers |= ask([statement for each in asked for statement in each.about_groups], ticks)
    return [_result(each, answers, cache.as_of(ticks.get(each.query.dataset_id), now), now) for each in asked]


@dataclass
class _Asked:
    """One query and the statements it became."""

    query: Query
    exact: bool
    main: list[Statement]  # the buckets, or the part that chooses the groups
    totals: list[Statement]
    everybody: list[Statement]  # the population of a conversion rate
    rest: list[plan.Part]  # to be asked about the groups, once they are known
    about_groups: list[Statement] = field(default_factory=list)

    @property
    def statements(self) -> list[Statement]:
        return [*self.main, *self.totals, *self.everybody]


def _asked(query: Query, now: datetime) -> _Asked:
    parts, exact = plan.parts(query), size.is_exact(query, now)
    main: list[Statement] = []
    if query.interval:
        main = [series(query, part, exact) for part in parts]
    elif query.dimensions:
        main = [breakdown(query, parts[0], exact)]
    return _Asked(
        query,
        exact,
        main,
        totals=_over_all(plan.totals(query), exact) if query.totals or not main else [],
        everybody=_over_all(plan.population(query), exact) if "conversion_rate" in query.metrics else [],
        rest=parts[1:] if query.dimensions else [],
    )


def _over_all(query: Query, exact: bool) -> list[Statement]:
    return [breakdown(query, part, exact) for part in plan.parts(query)]


def _about_groups(asked: _Asked, answers: Answers) -> list[Statement]:
    if not asked.rest:
        return []
    chosen = list(assemble.groups(asked.query, answers.to(asked.main)).now)
    return [breakdown(asked.query, part, asked.exact, chosen) for part in asked.rest] if chosen else []


def _result(asked: _Asked, answers: Answers, as_of: datetime, now: datetime) -> Result:
    query, everything = asked.query, answers.to([*asked.statements, *asked.about_groups])
    everybody = assemble.groups(query, answers.to(asked.everybody))
    found = assemble.groups(query, answers.to([*asked.main, *asked.about_groups] if query.dimensions else []))
    totals, before = assemble.totals(query, assemble.groups(query, answers.to(asked.totals)), everybody)
    return Result(
        query=query,
        rows=assemble.buckets(query, answers.to(asked.main), now)
        if query.interval
        else assemble.rows(query, found, everybody),
        totals=totals,
        totals_before=before,
        group_count=found.count,
        population=everybody.now.get((), {}).get("visitors"),
        population_before=everybody.before.get((), {}).get("visitors"),
        rows_read=sum(rows.rows_read for _, rows in everything),
        engine_ms=sum(rows.engine_ms for _, rows in everything),
        as_of=as_of,
        exact=asked.exact,
        cached=all(statement in answers.cached for statement, _ in everything),
    )
