"""What a page says when its question cannot be answered: by the engine as asked, or by the event store just now."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from analytics.query.model import QueryError
from tracking.store import QueryTimeout, QueryTooLarge, StoreUnavailable
from workspaces.access import WorkspaceRequest

AWAY = "The event store does not answer; it may be starting again. Nothing is lost: events keep being recorded."
TOO_LONG = "The question took too long. A shorter period may be answered in time."
TOO_LARGE = "The question needs more memory than it may take. Choose a shorter period or fewer filters."
View = Callable[..., HttpResponse]


def says_when_unavailable(view: View) -> View:
    """A sentence and a way on instead of a traceback. A faulty statement is our mistake and stays a 500."""

    @wraps(view)
    def guarded(request: WorkspaceRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except QueryError as error:
            return _say(request, str(error), 400)
        except QueryTimeout:
            return _say(request, TOO_LONG, 503)
        except QueryTooLarge:
            return _say(request, TOO_LARGE, 503)
        except StoreUnavailable:
            return _say(request, AWAY, 503)

    return guarded


def _say(request: WorkspaceRequest, reason: str, status: int) -> HttpResponse:
    template = "analytics/_unavailable.html" if request.headers.get("HX-Target") else "analytics/unavailable.html"
    return render(request, template, {"reason": reason}, status=status)
