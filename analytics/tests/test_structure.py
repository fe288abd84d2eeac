"""What the layout promises: SQL in its homes only, and files one can read in a sitting."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from analytics.query.catalogue import DIMENSIONS, OPERATORS
from analytics.query.compile import breakdown
from analytics.query.model import Filter
from analytics.query.plan import parts
from analytics.tests.world import page
from workspaces.models import Workspace

APPS = ("accounts", "workspaces", "tracking", "analytics", "billing")
HOMES = ("analytics/query/", "analytics/reports/", "analytics/rollups/", "tracking/store/", "tracking/browse.py")
STATEMENT = re.compile(r"\bSELECT\b(?! FOR UPDATE)")


def sources() -> list[Path]:
    found = (path for app in APPS for path in (settings.BASE_DIR / app).rglob("*.py"))
    return [path for path in found if not {"tests", "migrations", "node_modules"} & set(path.parts)]


def test_only_the_engine_the_reports_and_the_store_speak_sql():
    elsewhere = [
        str(path.relative_to(settings.BASE_DIR))
        for path in sources()
        if STATEMENT.search(path.read_text()) and not str(path.relative_to(settings.BASE_DIR)).startswith(HOMES)
    ]

    assert elsewhere == []


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "analytics" / "query").glob("*.py")), ids=lambda path: path.name
)
def test_no_file_of_the_engine_is_longer_than_250_lines(path):
    assert len(path.read_text().splitlines()) <= 250


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("name", [*DIMENSIONS, "prop:hostile"])
def test_what_people_type_reaches_a_statement_as_parameters_only(name, operator):
    hostile = "hostile') OR 1=1 --"
    acme = Workspace(id=1, timezone="UTC")
    filters = (Filter(name, operator, (hostile,)),)

    query = page(acme).query("visitors", "visits", "pageviews", filters=filters)
    for statement in [breakdown(query, part, exact=True) for part in parts(query)]:
        assert "hostile" not in statement.sql
        assert any(hostile in value for _, value in statement.parameters if isinstance(value, tuple))
