"""Host names as people type them, made one form: `https://WWW.Example.com/shop?x=1` is www.example.com."""

import re
from urllib.parse import urlsplit

from config.lib.problems import Problem

USUAL_PORTS = (80, 443)  # browsers leave them out of the Origin
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def normalize(text: str) -> str:
    """The host in lower case and ASCII (IDNA), without scheme, port, path and final dot; '' for nothing.

    Raises Problem when no host can be read from the text.
    """
    text = text.strip()
    if not text:
        return ""
    host = _host(text)
    if len(host) > 253 or not host or not all(LABEL.fullmatch(label) for label in host.split(".")):
        raise Problem(422, "not_a_host", f"“{text[:80]}” is not a host name. Write it like www.example.com.")
    return host


def normalize_allowed(text: str) -> str:
    """The same for a place that may send: `*.example.com` is every host below it; an unusual port is kept."""
    text = text.strip()
    star, text = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    host = normalize(text)
    try:
        port = urlsplit(text if "//" in text else f"//{text}").port
    except ValueError:
        port = None
    return f"{star}{host}" + (f":{port}" if port and port not in USUAL_PORTS else "") if host else ""


def _host(text: str) -> str:
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        return host.rstrip(".").encode("idna").decode() if host else ""
    except (ValueError, UnicodeError):
        return ""
