"""A workspace sees its own data and nothing else: no neighbour's, and live never test data."""

import pytest

from analytics.query import run_many
from analytics.query.catalogue import DIMENSIONS, METRICS
from analytics.query.compile import Statement, breakdown
from analytics.query.model import Query, QueryError
from analytics.query.page import PageQuery
from analytics.query.plan import AFTERWARDS, parts
from analytics.query.series import series
from analytics.tests.test_filters import random_events
from analytics.tests.world import page, store_events
from config.testing.world import NOW
from tracking import store
from workspaces.models import Workspace

WEEK = "period=7d&bots=1&compare=previous"


def questions(asked: PageQuery) -> list[Query]:
    """Every metric: over all, over time, by each dimension that can tell it, and filtered by each dimension."""
    everywhere = tuple(name for name in METRICS if name not in AFTERWARDS)
    found = [asked.query(*everywhere), asked.query(*everywhere, interval="day")]
    for name in [*DIMENSIONS, "prop:plan"]:
        able = [metric for metric in METRICS if _can(asked.query(metric, dimensions=(name,)))]
        assert len(able) > 4
        found.append(asked.query(*able, dimensions=(name,)))
        found.append(asked.with_filter(name, "a", operator="contains").query(*everywhere))
    return found


def _can(query: Query) -> bool:
    try:
        return bool(parts(query))
    except QueryError:
        return False


def statements(query: Query) -> list[Statement]:
    """Of several parts the first chooses the groups, the others are asked about those."""
    if query.interval:
        return [series(query, part, True) for part in parts(query)]
    first, *others = parts(query)
    groups = [("a",) * len(query.dimensions)] if query.dimensions else None
    return [breakdown(query, first, True), *(breakdown(query, part, True, groups) for part in others)]


@pytest.fixture
def neighbours(event_store, acme: Workspace, globex: Workspace) -> Workspace:
    """Acme without live data, beside Acme's test data and Globex's live data."""
    store_events(globex.dataset_id(), random_events(seed=1))
    store_events(acme.dataset_id("test"), random_events(seed=2))
    return acme


def test_every_question_to_an_empty_workspace_finds_nothing_of_its_neighbours(neighbours):
    for result in run_many(questions(page(neighbours, WEEK)), NOW):
        nothing = {name: METRICS[name].empty for name in result.query.metrics}
        assert result.totals.items() <= nothing.items(), result.query
        if result.query.interval:
            assert all(row.values == nothing for row in result.rows), result.query
        else:
            assert result.rows == [], result.query


def test_the_neighbours_do_see_their_own(neighbours, globex):
    live, test = run_many(
        [page(globex, WEEK).query("visitors"), page(neighbours, f"{WEEK}&env=test").query("visitors")], NOW
    )

    assert live.totals["visitors"]
    assert test.totals["visitors"]


def test_each_statement_prunes_by_the_dataset_first(neighbours, globex):
    """The index is asked for the dataset by the statement itself, not only by the store's own filter."""
    kinds = {
        (each.sql.partition(" FROM ")[2]): each for query in questions(page(globex, WEEK)) for each in statements(query)
    }

    for statement in list(kinds.values())[::5]:
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in statement.parameters}
        plan = store.query(f"EXPLAIN indexes = 1 {statement.sql}", values, dataset_id=globex.dataset_id())
        text = "\n".join(str(row[0]) for row in plan.rows)
        assert statement.sql.count("dataset_id = ") == statement.sql.count("FROM ")
        conditions = text.count("ReadFromMergeTree")
        assert conditions >= 1
        assert text.count("PrimaryKey") == conditions, text
        assert text.count("dataset_id") >= 2 * conditions, text


def test_another_dataset_in_the_statement_is_stopped_by_the_store(neighbours, globex):
    bound = {"dataset": globex.dataset_id()}

    found = store.query(
        "SELECT count() FROM events WHERE dataset_id = {dataset:UInt32}", bound, dataset_id=neighbours.dataset_id()
    )

    assert found.rows == [(0,)]
