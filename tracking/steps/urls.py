"""What a page's address says: host, path and campaign. The rest of the query is dropped, as it may hold anything."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_plus, urlsplit

from tracking.events import STORED_URL_CHARS, STORED_VALUE_CHARS

# Advertisers' click ids. Which one it was is kept, its value is not: it names a person's click.
CLICK_IDS = frozenset(
    {
        "gclid", "gbraid", "wbraid", "gad_source", "dclid", "msclkid", "fbclid", "igshid", "ttclid", "twclid",
        "li_fat_id", "yclid", "epik", "rdt_cid", "sccid", "qclid", "irclickid", "mc_eid",
    }
)  # fmt: skip
UTM_REST = ("utm_medium", "utm_campaign", "utm_term", "utm_content")
# utm_source and its short forms, in the order they are believed.
UTM_SOURCE = ("utm_source", "ref", "source")
WANTED = CLICK_IDS.union(UTM_SOURCE, UTM_REST)
HASH_ROUTES = ("/", "!/")


class UrlParts(NamedTuple):
    """`click_id` is the name of the click id found, such as "gclid". Empty means not there."""

    host: str = ""
    path: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    utm_term: str = ""
    utm_content: str = ""
    click_id: str = ""


@lru_cache(maxsize=16_384)
def split(url: str) -> UrlParts:
    """The parts of an absolute or relative address; nothing at all for one that cannot be read."""
    if not url:
        return UrlParts()
    try:
        scheme, netloc, path, query, fragment = urlsplit(url[:STORED_URL_CHARS])
    except ValueError:
        return UrlParts()
    if fragment.startswith(HASH_ROUTES):  # the page of a hash router, with a query of its own
        route, _, route_query = fragment.partition("?")
        path, query = f"{path or '/'}#{route}", f"{query}&{route_query}"
    host = _host(netloc)
    given = _wanted(query) if query else {}
    source = next((given[key] for key in UTM_SOURCE if given.get(key)), "")
    click_id = next((key for key in given if key in CLICK_IDS), "")
    said = {key: given.get(key, "") for key in UTM_REST}
    return UrlParts(host, path or "/", source, click_id=click_id, **said)


def bare(host: str) -> str:
    """The host without a leading "www.", for comparing."""
    return host.removeprefix("www.")


def _host(netloc: str) -> str:
    """Lower case, without user, port and final dot."""
    host = netloc.rpartition("@")[2].lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


def _wanted(query: str) -> dict[str, str]:
    """The parameters that tell where a visit came from. The first of equal names counts."""
    found: dict[str, str] = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        key = key.lower()
        if key in WANTED and value:
            found.setdefault(key, _text(value))
    return found


def _text(value: str) -> str:
    text = unquote_plus(value)[:STORED_VALUE_CHARS]
    return text.strip() if text.isprintable() else "".join(filter(str.isprintable, text)).strip()
