"""Events of functions: a decorator, and a tracker with the families of events that business metrics know."""

import inspect
import logging
from collections.abc import Callable, Generator, Mapping
from functools import wraps
from typing import Any, TypeVar

from metricpal.client import Client, default

log = logging.getLogger("metricpal")
Function = TypeVar("Function", bound=Callable[..., Any])
USERS = ("user", "current_user")  # arguments in which functions are handed who calls


def track_analytics_event(
    event_type: str,
    event_data_mapper: Callable[..., Mapping[str, Any]] | None = None,
    include_user: bool = False,
    *,
    client: Client | None = None,
) -> Callable[[Function], Function]:
    """Sends `event_type` after each call that did not raise; for sync and async functions.

    `event_data_mapper` gets the call's arguments and gives the properties. `include_user`: the user is taken from an
    argument named user or current_user, or from `request.user`. The function's own answer and errors pass unchanged.
    """

    def decorate(function: Function) -> Function:
        def tell(args: Any, kwargs: Any) -> None:
            try:
                to = client or default()
                if to is None:
                    return
                data = event_data_mapper(*args, **kwargs) if event_data_mapper else {}
                to.track(event_type, data, user_id=_user_of(function, args, kwargs) if include_user else None)
            except Exception:
                log.exception("MetricPal: the event of %s is lost", function.__qualname__)

        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def told_later(*args: Any, **kwargs: Any) -> Any:
                result = await function(*args, **kwargs)
                tell(args, kwargs)
                return result

            return told_later  # type: ignore[return-value]

        @wraps(function)
        def told(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            tell(args, kwargs)
            return result

        return told  # type: ignore[return-value]

    return decorate


def _user_of(function: Callable[..., Any], args: Any, kwargs: Any) -> str | None:
    given = inspect.signature(function).bind_partial(*args, **kwargs).arguments
    given = {**given, **given.get("kwargs", {})}
    candidates = [given.get(name) for name in USERS] + [getattr(given.get("request"), "user", None)]
    for user in candidates:
        found = (
            getattr(user, "pk", None) or getattr(user, "id", None) or (user if isinstance(user, (str, int)) else None)
        )
        if found is not None:
            return str(found)
    return None


class AnalyticsTracker:
    """`await tracker.track_generation(user_id, "image", "completed", result_id=7)` sends `generation_completed`.

    Works without a loop too: each call has put its event into the queue when it returns its awaitable. `session` is
    taken as other trackers do and not used: events are not written to your database.
    """

    def __init__(self, client: Client | None = None, session: object = None) -> None:
        self._client = client

    def track(self, event: str, user_id: str | None = None, **properties: Any) -> "_Done":
        client = self._client or default()
        return _Done(client.track(event, properties, user_id=user_id) if client else None)

    def track_auth(self, user_id: str | None, action: str, **properties: Any) -> "_Done":
        """`action`: signup_started, signup_completed, email_verified, login, logout, session_created."""
        return self.track(action, user_id, **properties)

    def track_generation(self, user_id: str | None, generation_type: str, status: str, **properties: Any) -> "_Done":
        """`status`: started, completed, failed, cancelled."""
        return self.track(f"generation_{status}", user_id, generation_type=generation_type, **properties)

    def track_payment(self, user_id: str | None, status: str, **properties: Any) -> "_Done":
        """`status`: initiated, completed, failed; `value` and `currency` make it revenue."""
        return self.track(f"payment_{status}", user_id, **properties)

    def track_subscription(self, user_id: str | None, status: str, **properties: Any) -> "_Done":
        """`status`: created, cancelled, upgraded, downgraded."""
        return self.track(f"subscription_{status}", user_id, **properties)

    def track_referral(self, user_id: str | None, status: str, **properties: Any) -> "_Done":
        """`status`: sent, accepted, milestone_reached, earnings_withdrawn."""
        return self.track(f"referral_{status}", user_id, **properties)

    def track_feature(self, user_id: str | None, feature: str, **properties: Any) -> "_Done":
        return self.track("feature_used", user_id, feature=feature, **properties)


class _Done:
    """An awaitable that is done already: the event's id."""

    def __init__(self, event_id: str | None) -> None:
        self.event_id = event_id

    def __await__(self) -> Generator[None, None, str | None]:
        yield from ()
        return self.event_id
