"""What an export is about, as a form or the API say it: checked before anybody works on it."""

from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import QueryDict

from analytics.exports import jobs
from analytics.models import Export
from analytics.query.model import QueryError
from analytics.tasks import make_export
from analytics.views import spans
from analytics.views.exports import sources
from config.lib import clock
from workspaces.models import Environment, Workspace

OWN = ("source", "format", "env", "csrfmiddlewaretoken", "workspace")  # of the form, not of the report


def parameters_of(given: QueryDict) -> str:
    """The report's part of a form, as it stands in a URL; dates count for a period of one's own only."""
    pairs = [(name, value) for name, values in given.lists() if name not in OWN for value in values if value]
    is_custom = given.get("period") == "custom"
    return urlencode([pair for pair in pairs if is_custom or pair[0] not in ("from", "to")], safe="/,:")


def ask(
    workspace: Workspace, environment: Environment, source: str, file_format: str, parameters: str, actor: Any
) -> Export:
    """QueryError for what makes no sense; Problem for a format that is none, and for too many at once."""
    if source not in sources.SOURCES:
        raise QueryError(f"There is no report {source!r}. Choose from: {', '.join(sources.SOURCES)}.", "source")
    now = clock.now()
    what, given = sources.SOURCES[source], sources.asked(workspace, environment, parameters, now)
    sources.check(source, given)
    page = given.page
    with transaction.atomic():
        made = jobs.ask(
            workspace,
            environment,
            source=source,
            title=f"{what.title}, {spans.span(page.period)}"[:120],
            file_format=file_format,
            parameters=parameters,
            actor=actor,
            now=now,
        )
        transaction.on_commit(lambda: make_export.delay(made.pk))
    return made
