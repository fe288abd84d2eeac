"""The only way out: HTTP to addresses that customers typed.

An address may name anything and may be pointed elsewhere tomorrow, so at every connection the resolved addresses are
checked (`public`) and only a checked one is connected to. Redirects are not followed, proxies
and passwords of the environment are not used, answers are cut at a size and a time.
"""

import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpcore
import httpx

from config.lib.http.checks import check_headers, check_url
from config.lib.http.errors import Code, HttpError
from config.lib.http.guarded import Guarded

__all__ = ["Answer", "Code", "HttpError", "check_headers", "check_url", "send"]
LARGEST_ANSWER = 64 * 1024  # bytes; what is longer is cut there

# It would write every address into the log, and some addresses are secrets (a Slack webhook's).
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; 3xx too, as redirects are not followed. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 10.0,
    largest_answer: int = LARGEST_ANSWER,
) -> Answer:
    """One request, one answer, on a connection of its own; `timeout_s` covers all of it. Raises HttpError."""
    check_url(url)
    check_headers(headers or {})
    sent = {"user-agent": "MetricPal", **(headers or {}), "accept-encoding": "identity"}
    deadline = time.monotonic() + timeout_s
    try:
        with _client(deadline) as client, client.stream(method, url, content=body or None, headers=sent) as response:
            return _answer(response, largest_answer)
    except HttpError:
        raise
    except (httpx.TimeoutException, TimeoutError):
        raise HttpError("timeout", f"No answer within {timeout_s:.0f} seconds.") from None
    except httpx.ConnectError as error:
        raise _unreached(error) from None
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise HttpError("answer", f"The answer broke off or was not HTTP ({type(error).__name__}).") from None


def _answer(response: httpx.Response, largest: int) -> Answer:
    """The raw bytes: nothing is unpacked, so nothing small can become large."""
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) >= largest:
            break
    return Answer(response.status_code, {**response.headers}, bytes(body[:largest]))


def _unreached(error: httpx.ConnectError) -> HttpError:
    text = str(error)
    if "CERTIFICATE" in text.upper() or "SSL" in text.upper():
        return HttpError("tls", "The server's certificate or encryption is not valid.")
    return HttpError("connect", "The server did not take the connection.")


@cache
def _encryption() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _client(deadline: float) -> httpx.Client:
    transport = httpx.HTTPTransport(trust_env=False, verify=_encryption())
    transport._pool = httpcore.ConnectionPool(
        ssl_context=_encryption(), max_connections=1, network_backend=Guarded(deadline)
    )
    return httpx.Client(transport=transport, timeout=None, follow_redirects=False, trust_env=False)
