"""The connection to Stripe, and what its failures are called here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from config.lib.problems import Problem

if TYPE_CHECKING:
    from stripe import StripeClient

TIMEOUT_S = 10.0
# The SDK sends the same idempotency key again, so a second try does nothing twice.
RETRIES = 1


class StripeUnreachable(Problem):
    """Nobody knows whether it happened: try again later, with the same idempotency key."""

    def __init__(self, detail: str = "Stripe cannot be reached now. Nothing was lost: try again in a minute.") -> None:
        super().__init__(503, "stripe_unreachable", detail, headers={"Retry-After": "60"})


class StripeRefused(Problem):
    """Stripe understood and said no. `reason` is Stripe's own code, such as card_declined."""

    def __init__(self, detail: str, reason: str = "") -> None:
        super().__init__(402, "stripe_refused", detail, reason=reason)
        self.reason = reason


def is_on() -> bool:
    """Whether this installation bills at all."""
    return bool(settings.STRIPE_SECRET_KEY)


@contextmanager
def calling() -> Iterator[StripeClient]:
    """The SDK's client; its errors become StripeRefused or StripeUnreachable."""
    import stripe

    if not is_on():
        raise Problem(409, "billing_off", "Billing is switched off here: the operator has set no STRIPE_SECRET_KEY.")
    try:
        yield _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_URL)
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise StripeRefused(error.user_message or str(error), error.code or "") from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise StripeUnreachable("Stripe refuses our STRIPE_SECRET_KEY. The operator has to set a valid one.") from error
    except stripe.StripeError as error:
        raise StripeUnreachable from error


def plain(answer: Any) -> dict[str, Any]:
    """A StripeObject as a dictionary, through and through."""
    found: dict[str, Any] = answer.to_dict()
    return found


def every(listing: Callable[[], Any], most: int) -> list[dict[str, Any]]:
    """All pages of a list, as dictionaries, up to `most`."""
    found = []
    for each in listing().auto_paging_iter():
        found.append(plain(each))
        if len(found) == most:
            break
    return found


@cache
def _client(key: str, address: str) -> StripeClient:
    import stripe

    return stripe.StripeClient(
        key,
        base_addresses={"api": address, "meter_events": address},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
    )
