"""What can be said of an address and of headers before anything is sent. For forms, and again before each request."""

from collections.abc import Mapping

import httpx
from django.conf import settings

from config.lib.http.errors import HttpError

PORTS = {80, 443, 8080, 8443}
LARGEST_ADDRESS = 2048  # characters
# The client writes these itself; a second one would let the sender smuggle a request.
OURS = {"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "accept-encoding"}


def check_url(url: str) -> None:
    """For forms: whether `url` could be sent to. What it resolves to is looked at when it is sent to."""
    address = parsed(url)
    if address.scheme not in ("http", "https"):
        raise HttpError("bad_address", "Give an address that begins with https://.")
    if not address.host:
        raise HttpError("bad_address", "The address names no host.")
    if address.userinfo:
        raise HttpError("bad_address", "Leave user name and password out of the address.")
    if port_of(address) not in PORTS and not is_allowed(address.host, port_of(address)):
        raise HttpError("port", f"Port {port_of(address)} is not served: use {', '.join(map(str, sorted(PORTS)))}.")


def check_headers(headers: Mapping[str, str]) -> None:
    """Names that the client writes itself, and line breaks, are refused."""
    for name, value in headers.items():
        if name.lower() in OURS:
            raise HttpError("header", f"The header {name} is written by MetricPal.")
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            raise HttpError("header", f"{name!r} is no name of a header.")
        if any(ord(each) < 32 or ord(each) == 127 for each in value):
            raise HttpError("header", f"The header {name} holds a control character.")


def parsed(url: str) -> httpx.URL:
    if len(url) > LARGEST_ADDRESS or any(ord(each) <= 32 or ord(each) == 127 for each in url):
        raise HttpError("bad_address", f"An address has at most {LARGEST_ADDRESS} characters and no blanks.")
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        raise HttpError("bad_address", "This is not an address.") from None


def port_of(url: httpx.URL) -> int:
    return url.port or {"http": 80}.get(url.scheme, 443)


def is_allowed(host: str, port: int) -> bool:
    """What the operator opened: an own relay, say, or a stand-in on the same machine."""
    return bool({host, f"{host}:{port}"} & set(settings.OUTGOING_ALLOWED))
