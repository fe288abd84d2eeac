"""Address → country, and region and city where the database has them. Without a database there is no country."""

from functools import cache
from typing import Any, NamedTuple

import maxminddb
from django.conf import settings


class Place(NamedTuple):
    """`country` is ISO 3166-1 alpha-2, `region` ISO 3166-2 without the country. Empty means unknown."""

    country: str = ""
    region: str = ""
    city: str = ""


NOWHERE = Place()


def locate(address: str) -> Place:
    """The place of an address. Not cached: it takes half a microsecond, and addresses are not to be kept."""
    reader = _reader()
    if reader is None:
        return NOWHERE
    try:
        found: Any = reader.get(address)
    except ValueError:  # no address, such as the name of a Unix socket
        return NOWHERE
    return _place(found) if found else NOWHERE


@cache
def _reader() -> maxminddb.Reader | None:
    try:
        return maxminddb.open_database(settings.GEOIP_PATH)
    except (OSError, maxminddb.InvalidDatabaseError):
        return None


def _place(found: dict[str, Any]) -> Place:
    """From either usual shape: DB-IP's flat one, or MaxMind's with names in languages."""
    if "country_code" in found:
        return Place(found["country_code"], city=found.get("city", ""))
    region: dict[str, Any] = next(iter(found.get("subdivisions", [])), {})
    return Place(
        found.get("country", {}).get("iso_code", ""),
        region.get("iso_code", ""),
        found.get("city", {}).get("names", {}).get("en", ""),
    )
