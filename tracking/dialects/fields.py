"""Fields as other tools write them, into ours. What is wrong with one event is passed on, for tracking.judge to say."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from config.lib.problems import Problem
from tracking import bodies, event_ids, wire
from tracking.events import MAX_VENDOR_BYTES, MAX_VENDOR_EVENTS

ANY_TYPE = wire.JSON | wire.FORM | {"", "application/octet-stream", "application/x-ndjson"}
MOBILE = re.compile(r"ios|iphone|android|swift|kotlin|flutter|react-native|unity|apple", re.I)
IN_A_BROWSER = re.compile(r"^(web|js|browser)|^(analytics\.js|amplitude-(ts|js)|@segment/analytics-next)\b", re.I)
GZIP = b"\x1f\x8b"
MAX_FORM_FIELDS = 200
SECONDS_UNTIL = 10**11  # as seconds the year 5138, as milliseconds 1973: below it a number is seconds


def is_server(environ: Mapping[str, Any], library: object = "") -> bool:
    """Whether a program sends, for many visitors: its address and its user agent say nothing of them."""
    if environ.get("HTTP_ORIGIN") or environ.get("HTTP_USER_AGENT", "").startswith("Mozilla/5.0 ("):
        return False
    return not (isinstance(library, str) and (MOBILE.search(library) or IN_A_BROWSER.search(library)))


def text(value: Any) -> Any:
    """An id that some write as a number, as text; None where there is none."""
    if value is None or value == "":
        return None
    return str(value) if type(value) is int else value


def mapping(value: Any) -> dict[str, Any]:
    """A copy of an object; of anything else nothing, where it only adds to an event."""
    return dict(value) if isinstance(value, dict) else {}


def given(**fields: Any) -> dict[str, Any]:
    """Those that say something."""
    return {name: value for name, value in fields.items() if value is not None and value != "" and value != {}}


def named(written: Any, *within: Any) -> dict[str, Any]:
    """The field that makes the event count once: a UUID as it is, another text where its tool looks for equal ones."""
    if written is None or written == "":
        return {}
    if isinstance(written, str) and not within and event_ids.of_uuid(written):
        return {"id": written}
    return {"insert_id": ":".join(str(part) for part in (*within, written) if part is not None)}


def own_name(written: Any) -> Any:
    """A `$` at the beginning is reserved with us."""
    return written.lstrip("$") or written if isinstance(written, str) else written


def milliseconds(written: Any) -> Any:
    """Seconds or milliseconds since 1970, as a number or as its digits; anything else stays what it is."""
    if isinstance(written, str) and re.fullmatch(r"\d{1,16}(\.\d{1,9})?", written):
        written = float(written)
    if isinstance(written, bool) or not isinstance(written, int | float):
        return written
    return round(written * 1000) if 0 < written < SECONDS_UNTIL else written


def moment(written: Any) -> Any:
    """RFC 3339; without a zone it is UTC, as these tools read it."""
    if not isinstance(written, str):
        return written
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return written
    return written if read.tzinfo else read.replace(tzinfo=UTC).isoformat()


def screen(width: Any, height: Any) -> str | None:
    return f"{width}x{height}" if type(width) is int and type(height) is int and width and height else None


def without(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def form(body: bytes) -> dict[str, str]:
    """The fields of an HTML form; of one written twice the first counts. Raises Problem 400."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except (UnicodeDecodeError, ValueError):
        raise Problem(400, "form", "The form cannot be read.") from None
    return dict(reversed(pairs))


def from_base64(written: str) -> bytes:
    """Of either alphabet, padded or not; a plus that a form turned into a space is one again. Raises Problem 400."""
    plain = written.strip().replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Problem(400, "base64", "This is not base64.") from None


def unpacked(body: bytes) -> bytes:
    """Plain bytes of what may be gzip though no header says so."""
    return wire.gunzip(body, MAX_VENDOR_BYTES) if body.startswith(GZIP) else body


def basic_user(environ: Mapping[str, Any]) -> str:
    """The user name of HTTP Basic authentication, where these tools put their key; or ""."""
    scheme, _, credentials = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def listed(tree: Any, what: str = "") -> list[Any]:
    """Raises Problem 400 where `what` is no list, and 413 for one so long that reading it would take its time."""
    if not isinstance(tree, list):
        named = f"`{what}` as a list" if what else "a list"
        raise Problem(400, "type", f"Send {named}.", pointer=f"/{what}" if what else "")
    if len(tree) > MAX_VENDOR_EVENTS:
        raise Problem(413, "too_many_events", f"Send at most {MAX_VENDOR_EVENTS} events in one request.")
    return tree


def one_or_many(body: bytes) -> list[Any]:
    """The events of a body that is one event or a list of them. Raises Problem 400 or 413."""
    tree = bodies.read(body)
    return listed(tree) if isinstance(tree, list) else [bodies.as_object(tree)]


def groups(written: Any) -> dict[str, Any]:
    """The accounts somebody acts for, by their kind; the only one is `account`, by which reports group people."""
    found = mapping(written)
    only = next(iter(found.values())) if len(found) == 1 else None
    return found | given(account=only[0] if isinstance(only, list) and len(only) == 1 else only)
