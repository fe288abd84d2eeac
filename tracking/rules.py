"""What a workspace takes in and what it keeps of it, as the door reads it: parsed once, asked for every event.

CollectionRules (the row people edit) ──of──► Rules (compiled, travels in keys.KeyGrant)
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Literal, NamedTuple

from django.db import transaction

from config.lib.problems import Problem
from tracking.expiry import limits
from tracking.expiry.limits import Kept
from tracking.models import CollectionRules
from workspaces import api_keys, audit, hosts
from workspaces.models import Environment, Workspace

Network = IPv4Network | IPv6Network
SHORT_BITS = {4: 24, 6: 48}  # what is left of a shortened address
NOTHING = re.compile(r"(?!)")
# A visitor chooses the path that a pattern is tried on: few wildcards and a short path keep the trying short.
MAX_WILDCARDS, MATCHED_CHARS = 3, 300


class Rules(NamedTuple):
    is_paused: bool = False
    keeps_personal_data: bool = False
    address_use: Literal["full", "short", "none"] = "full"
    on_gpc: Literal["limit", "refuse", "ignore"] = "limit"
    respects_dnt: bool = True
    needs_consent: bool = False
    excluded_networks: tuple[Network, ...] = ()
    internal_networks: tuple[Network, ...] = ()
    excluded_hosts: tuple[str, ...] = ()
    excluded_pages: re.Pattern[str] = NOTHING
    excluded_countries: frozenset[str] = frozenset()
    kept: Kept = limits.FOR_EVER  # how old an event may be

    def used_address(self, address: str) -> str:
        """What may be made of an address: whole, without its last part, or nothing."""
        if self.address_use == "full" or not address:
            return address
        return _shortened(address) if self.address_use == "short" else ""


DEFAULT = Rules()


def of(workspace: Workspace, environment: Environment) -> Rules:
    """The rules of one environment of the workspace. Asks the database."""
    row = CollectionRules.objects.filter(workspace=workspace).first()
    kept = limits.kept(row, workspace, environment)
    return (compiled(row) if row else DEFAULT)._replace(kept=kept)


def row_of(workspace: Workspace) -> CollectionRules:
    """The row people edit: the stored one, or one with the defaults."""
    return CollectionRules.objects.filter(workspace=workspace).first() or CollectionRules(workspace=workspace)


def change(row: CollectionRules, names: Sequence[str], *, actor: Any, now: datetime) -> None:
    """Saves what was changed. This process knows at once, every other within seconds."""
    workspace = row.workspace
    with transaction.atomic():
        row.save()
        audit.record(workspace.organization, actor, "rules.change", _told(row, names), now=now, workspace=workspace)
    api_keys.forget()


def _told(row: CollectionRules, names: Sequence[str]) -> str:
    """What was changed; of what deletes events also to what."""
    days = {"event_days": f"event_days to {row.event_days or 'the usual'}"}
    return ", ".join(days.get(name, name) for name in sorted(names))


def compiled(row: CollectionRules) -> Rules:
    return Rules(
        row.is_paused,
        row.keeps_personal_data,
        row.address_use,  # type: ignore[arg-type]  # the column has choices
        row.on_gpc,  # type: ignore[arg-type]
        row.respects_dnt,
        row.needs_consent,
        tuple(map(_network, row.excluded_addresses)),
        tuple(map(_network, row.internal_addresses)),
        tuple(row.excluded_hosts),
        _pattern(tuple(row.excluded_pages)),
        frozenset(row.excluded_countries),
    )


def is_within(address: str, networks: tuple[Network, ...]) -> bool:
    if not networks:
        return False
    try:
        parsed = ip_address(address)
    except ValueError:  # no address, such as the name of a Unix socket
        return False
    mapped = parsed.ipv4_mapped if parsed.version == 6 else None
    return any((mapped or parsed) in network for network in networks)


def is_excluded_host(host: str, excluded: tuple[str, ...]) -> bool:
    return any(host == name or name.startswith("*.") and host.endswith(name[1:]) for name in excluded)


def is_excluded_page(path: str, excluded: re.Pattern[str]) -> bool:
    return excluded is not NOTHING and excluded.fullmatch(path[:MATCHED_CHARS]) is not None


@lru_cache(maxsize=1024)
def _pattern(pages: tuple[str, ...]) -> re.Pattern[str]:
    """`/admin/**` is everything below /admin/, `/a/*/b` any one part between."""
    if not pages:
        return NOTHING
    parts = [re.escape(page).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for page in pages]
    return re.compile("|".join(f"(?:{part})" for part in parts), re.DOTALL)


def clean_network(text: str) -> str:
    """An address or a range (192.0.2.0/24, 2001:db8::/32) in its usual form. Raises Problem."""
    try:
        return str(_network(text.strip())).removesuffix("/32").removesuffix("/128")
    except ValueError:
        raise Problem(
            422, "not_an_address", f"“{text[:50]}” is no IP address and no range like 192.0.2.0/24."
        ) from None


def clean_host(text: str) -> str:
    return hosts.normalize_allowed(text)


def clean_page(text: str) -> str:
    text = text.strip()
    if not text.startswith("/") or len(text) > MATCHED_CHARS:
        raise Problem(422, "not_a_page", f"“{text[:50]}” does not begin with /. Write a path like /admin/**.")
    text = re.sub(r"\*{3,}", "**", text)
    if len(re.findall(r"\*+", text)) > MAX_WILDCARDS:
        raise Problem(422, "wildcards", f"“{text[:50]}” has more than {MAX_WILDCARDS} wildcards.")
    return text


def clean_country(text: str) -> str:
    code = text.strip().upper()
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise Problem(422, "not_a_country", f"“{text[:50]}” is no country code. Write two letters, such as DE.")
    return code


def _network(text: str) -> Network:
    return ip_network(text, strict=False)


def _shortened(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{SHORT_BITS[parsed.version]}", strict=False).network_address)
