"""Host names as people type them, made one form: `https://WWW.Example.com/shop?x=1` is www.example.com."""

import re
from urllib.parse import urlsplit

from config.lib.problems import Problem

USUAL_PORTS = (80, 443)  # browsers leave them out of the Origin
SCHEMES = ("", "http", "https")
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def normalize(text: str) -> str:
    """The host in lower case and ASCII (IDNA), without scheme, port, path and final dot; '' for nothing.

    Raises Problem when no host can be read from the text, or another scheme than those of websites stands before it.
    """
    text = text.strip()
    if not text:
        return ""
    host = _host(text)
    if len(host) > 253 or not host or not all(LABEL.fullmatch(label) for label in host.split(".")):
        raise Problem(422, "not_a_host", f"“{text[:80]}” is not a host name. Write it like www.example.com.")
    return host


def normalize_domain(text: str) -> str:
    """The same for a name that somebody can have registered: below a top level, and no address of a machine."""
    host = normalize(text)
    if host and ("." not in host or host.rpartition(".")[2].isdecimal()):
        detail = f"“{host}” is no domain of an organization. Write it like example.com."
        raise Problem(422, "not_a_domain", detail, field="domain")
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
        parts = urlsplit(text if "//" in text else f"//{text}")
        _ = parts.port  # ValueError where it is none, as in javascript:alert(1)
        is_mail = "//" not in text and "@" in parts.netloc
        host = "" if is_mail or parts.scheme not in SCHEMES else parts.hostname or ""
        return host.rstrip(".").encode("idna").decode() if host else ""
    except (ValueError, UnicodeError):
        return ""
