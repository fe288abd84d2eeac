"""The one query engine. Pages, API, exports and alerts ask a Query and get a Result; none of them writes SQL.

parse ► Query ► plan ► compile ► ask (cache, store) ► assemble (join, gaps, comparison) ► Result
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from analytics.query import assemble, cache, daily, plan, size, usual
from analytics.query.answers import Answers, ask
from analytics.query.canonical import canonical
from analytics.query.compile import Statement, breakdown
from analytics.query.model import Query, Result, Row
from analytics.query.series import series


def run(query: Query, now: datetime) -> Result:
    """QueryError for a question that makes no sense; StoreUnavailable, QueryTimeout, QueryTooLarge from the store."""
    return run_many([query], now)[0]


def run_many(queries: list[Query], now: datetime) -> list[Result]:
    """All of them at once: independent statements run side by side and equal ones are asked once. All or nothing."""
    return begin_many(queries, now)()


def begin_many(queries: list[Query], now: datetime) -> Callable[[], list[Result]]:
    """The same, asked now: what it gives waits for the results, and raises what `run` raises. Meanwhile whoever asks
    can do something else."""
    ticks = cache.ticks(sorted({query.dataset_id for query in queries}))
    asked = [_asked(canonical(query), now) for query in queries]
    answered = ask([statement for each in asked for statement in each.statements], ticks)
    return partial(_results, asked, answered, ticks, now)


def _results(
    asked: "list[_Asked]", answered: Callable[[], Answers], ticks: dict[int, int], now: datetime
) -> list[Result]:
    answers = answered()
    for each in asked:
        _choose_groups(each, answers, now)
    answers |= ask([statement for each in asked for statement in [*each.about_groups, *each.peers]], ticks)()
    return [_result(each, answers, cache.as_of(ticks.get(each.query.dataset_id), now), now) for each in asked]


def statements(query: Query, now: datetime) -> list[Statement]:
    """What `run` would send first. QueryError for a question that makes no sense."""
    return list(dict.fromkeys(_asked(canonical(query), now).statements))


@dataclass
class _Asked:
    """One query and the statements it became."""

    query: Query
    exact: bool
    main: list[Statement]  # the buckets, or the part that chooses the groups
    totals: list[Statement]
    everybody: list[Statement]  # the population of a conversion rate
    everybody_then: list[Statement]  # the same, in each bucket
    rest: list[plan.Part]  # to be asked about the groups, once they are known
    groups: tuple[str, ...] = ()
    about_groups: list[Statement] = field(default_factory=list)
    peers: list[Statement] = field(default_factory=list)  # the population of each group's conversion rate

    @property
    def statements(self) -> list[Statement]:
        return [*self.main, *self.totals, *self.everybody, *self.everybody_then]

    @property
    def has_others(self) -> bool:
        """Its groups are known before it is asked, and what belongs to none of them is counted too."""
        return _names_groups(self.query)


def _asked(question: Query, now: datetime) -> _Asked:
    query = usual.marked(question, now)
    parts, exact = plan.parts(query), size.is_exact(query, now)
    main: list[Statement] = []
    if query.interval and not query.dimensions:
        main = [_series(query, part, exact, now) for part in parts]
    elif query.dimensions and query.groups is None:
        main = [_breakdown(_whole(query), parts[0], exact, now)]
    is_rate = "conversion_rate" in query.metrics
    return _Asked(
        query,
        exact,
        main,
        totals=_over_all(plan.totals(query), exact, now) if query.totals or not (main or query.dimensions) else [],
        everybody=_over_all(plan.population(query), exact, now) if is_rate else [],
        everybody_then=_over_time(plan.population(query), query, exact, now) if is_rate and _is_series(query) else [],
        rest=(parts if _names_groups(query) else parts[1:]) if query.dimensions else [],
    )


def _names_groups(query: Query) -> bool:
    return bool(query.dimensions) and (query.interval is not None or query.groups is not None)


def _is_series(query: Query) -> bool:
    """Its rows are buckets: also where the period is the only one, of groups that are known and all others."""
    return query.interval is not None or _names_groups(query)


def _whole(query: Query) -> Query:
    """The largest groups of a series are those of the period, not of the one before."""
    return replace(query, interval=None, compare=None) if query.interval else query


def _over_time(query: Query, asked: Query, exact: bool, now: datetime) -> list[Statement]:
    then = replace(query, interval=asked.interval)
    return [_series(then, part, exact, now) for part in plan.parts(then)]


def _over_all(query: Query, exact: bool, now: datetime) -> list[Statement]:
    return [_breakdown(query, part, exact, now) for part in plan.parts(query)]


def _series(query: Query, part: plan.Part, exact: bool, now: datetime, groups: tuple[str, ...] = ()) -> Statement:
    made = series(query, part, exact, groups)
    return made if exact else daily.offered(made, query, part, now, is_series=True, groups=groups)


def _breakdown(
    query: Query, part: plan.Part, exact: bool, now: datetime, only: tuple[tuple[str, ...], ...] | None = None
) -> Statement:
    made = breakdown(query, part, exact, None if only is None else list(only))
    return made if exact else daily.offered(made, query, part, now, only=only)


def _choose_groups(asked: _Asked, answers: Answers, now: datetime) -> None:
    """The groups are known: what is to be asked about them."""
    query, is_rate = asked.query, "group_conversion_rate" in asked.query.metrics
    if not (asked.rest or is_rate):
        return
    chosen = tuple(assemble.groups(_whole(query), answers.to(asked.main)).now)
    if asked.has_others:
        asked.groups = query.groups if query.groups is not None else tuple(key for (key,) in chosen)
    asked.about_groups = _of_chosen(asked, query, asked.rest, chosen, now)
    if is_rate:
        peers = plan.population_of_groups(query)
        asked.peers = _of_chosen(asked, peers, plan.parts(peers), chosen, now)


def _of_chosen(
    asked: _Asked, query: Query, parts: list[plan.Part], chosen: tuple[tuple[str, ...], ...], now: datetime
) -> list[Statement]:
    if asked.has_others:
        return [_series(query, part, asked.exact, now, asked.groups) for part in parts]
    return [_breakdown(query, part, asked.exact, now, chosen) for part in parts] if chosen else []


def _result(asked: _Asked, answers: Answers, as_of: datetime, now: datetime) -> Result:
    query, everything = asked.query, answers.to([*asked.statements, *asked.about_groups, *asked.peers])
    everybody, peers = (assemble.groups(query, answers.to(each)) for each in (asked.everybody, asked.peers))
    found = assemble.groups(_whole(query), answers.to(_of_groups(asked)))
    totals, before = assemble.totals(query, assemble.groups(query, answers.to(asked.totals)), everybody)
    return Result(
        query=query,
        rows=_buckets(asked, answers, now) if _is_series(query) else assemble.rows(query, found, everybody, peers),
        totals=totals,
        totals_before=before,
        group_count=found.count,
        population=everybody.now.get((), {}).get("visitors"),
        population_before=everybody.before.get((), {}).get("visitors"),
        rows_read=sum(rows.rows_read for _, rows in everything),
        engine_ms=sum(rows.engine_ms for _, rows in everything),
        as_of=as_of,
        exact=asked.exact,
        last=_last(query, found),
        cached=all(statement in answers.cached for statement, _ in everything),
    )


def _last(query: Query, found: assemble.Groups) -> float | None:
    values = list(found.now.values())[-1:]
    return values[0].get(plan.ordering(query)) if values and query.metrics else None


def _of_groups(asked: _Asked) -> list[Statement]:
    """Those whose rows are the groups; a series was asked only which are the largest."""
    if not asked.query.dimensions:
        return []
    return asked.main if asked.has_others else [*asked.main, *asked.about_groups]


def _buckets(asked: _Asked, answers: Answers, now: datetime) -> list[Row]:
    found = assemble.Series.of(answers.to(asked.about_groups if asked.has_others else asked.main))
    populations = assemble.Populations(
        *(assemble.Series.of(answers.to(each)) for each in (asked.everybody_then, asked.peers))
    )
    return assemble.buckets(asked.query, found, populations, asked.groups, now)
