"""One request to a provider, and what its status means when the vendor has no words of its own for it.

    2xx                      taken
    401 403 404 410          refused for good: key, right or place is gone                 DeliveryError(permanent)
    3xx 408 425 429 5xx …    not now, or not there: worth another attempt, Retry-After honoured     DeliveryError

A provider names the statuses it reads by itself in `reads`. What is shown of an answer is short, printable and never
holds one of the provider's own secrets, even where the vendor repeats it.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from config.lib.http import Answer, HttpError, send
from workspaces.providers import DeliveryError, Provider

PERMANENT = frozenset({401, 403, 404, 410})
SHOWN_CHARS = 200
LONGEST_WAIT_S = 24 * 3600  # of a Retry-After; whoever asks for a year is asked again tomorrow
# The address is wrong in itself, and stays so until somebody changes it.
WRONG_ADDRESS = frozenset({"bad_address", "port", "header"})


def call(
    provider: Provider,
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    reads: Collection[int] = (),
    permanent: Collection[int] = PERMANENT,
) -> Answer:
    """The answer, where its status is 2xx or in `reads`. Raises DeliveryError for every other end."""
    try:
        answer = send(method, url, body=body, headers=headers)
    except HttpError as error:
        raise DeliveryError(without_secrets(provider, str(error)), permanent=error.code in WRONG_ADDRESS) from error
    if 200 <= answer.status < 300 or answer.status in reads:
        return answer
    raise DeliveryError(told(provider, answer), permanent=answer.status in permanent, retry_after=retry_after(answer))


def told(provider: Provider, answer: Answer) -> str:
    """“Tinybird answered 403: Invalid token.”"""
    if 300 <= answer.status < 400:
        return f"{provider.label} answered {answer.status}, a redirect. Redirects are not followed."
    text = answer.body.decode(errors="replace")
    printable = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    shown = without_secrets(provider, printable)[:SHOWN_CHARS]
    return f"{provider.label} answered {answer.status}{f': {shown}' if shown else '.'}"


def without_secrets(provider: Provider, text: str) -> str:
    secrets = [str(getattr(provider.settings, each.name)) for each in provider.options() if each.secret]
    # Of an address that is a secret, the path is what makes it one.
    paths = [urlsplit(each).path.strip("/") for each in secrets if each.startswith("http")]
    for secret in filter(None, (*secrets, *paths)):
        text = text.replace(secret, "…")
    return text


def retry_after(answer: Answer) -> int | None:
    """Seconds, at most a day; None where the answer asks for none. A date is read against the answer's own clock."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return min(int(text[:9]), LONGEST_WAIT_S)
    until, now = _date(text), _date(answer.headers.get("date", ""))
    if until is None or now is None:
        return None
    return int(min(max((until - now).total_seconds(), 0), LONGEST_WAIT_S))


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
