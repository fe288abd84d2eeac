"""How long allauth's limits (ACCOUNT_RATE_LIMITS) refuse somebody still: allauth itself only says that they do."""

import math

from allauth.core.internal.ratelimit import Rate, get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest

from config.lib import clock

APP = "allauth.account"


def seconds(request: HttpRequest, action: str, key: str | None = None) -> int:
    """Until one more attempt is allowed; 0: it is now. `key` is what a limit for each key counts by."""
    return max((_of_rate(request, action, key, rate) for rate in get_rates(app=APP, action=action)), default=0)


def _of_rate(request: HttpRequest, action: str, key: str | None, rate: Rate) -> int:
    attempts = cache.get(get_cache_key(request, app=APP, action=action, rate=rate, key=key), [])  # newest first
    if len(attempts) < rate.amount:
        return 0
    return max(0, math.ceil(attempts[-1] + rate.duration - clock.now().timestamp()))
