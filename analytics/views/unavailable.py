"""What a page says when its question cannot be answered: by the engine as asked, or by the event store just now."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from analytics.query.costs import said
from analytics.query.model import QueryError
from tracking.store import QueryTimeout, QueryTooLarge, StoreUnavailable
from workspaces.access import WorkspaceRequest

AWAY = "The event store does not answer; it may be starting again. Nothing is lost: events keep being recorded."
View = Callable[..., HttpResponse]


def says_when_unavailable(view: View) -> View:
    """A sentence and a way on instead of a traceback. A faulty statement is our mistake and stays a 500."""

    @wraps(view)
    def guarded(request: WorkspaceRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except QueryError as error:
            return _say(request, error.on_pages, 400)
        except (QueryTimeout, QueryTooLarge) as error:
            return _say(request, said(error), 503)
        except StoreUnavailable:
            return _say(request, AWAY, 503)

    return guarded


def _say(request: WorkspaceRequest, reason: str, status: int) -> HttpResponse:
    template = "analytics/_unavailable.html" if request.headers.get("HX-Target") else "analytics/unavailable.html"
    return render(request, template, {"reason": reason}, status=status)
