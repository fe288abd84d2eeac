"""Where a visit came from: one name for each source, one channel for each visit.

What the link says (utm parameters, an advertiser's click id) is believed before what the browser says (the referrer).
Names and hosts stand in tracking/data/sources.toml; the order of the rules is that of `_channel`.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tracking.events import STORED_URL_CHARS
from tracking.steps.urls import UrlParts, bare, split

TABLE = Path(__file__).resolve().parent.parent / "data" / "sources.toml"
# google.co.uk and google.com.br are Google's, google.evil.com is not.
SECOND_LEVEL = frozenset({"co", "com", "net", "org", "ne", "or"})
PAID_MEDIUM = re.compile(r".*cp.*|ppc|retargeting|remarketing|paid.*|.*[-_]ads?|ads?")
SHOP_CAMPAIGN = re.compile(r".*\b(shop|shopping)\b.*")
CLICK_ID_SOURCE = {
    "gclid": "Google", "gbraid": "Google", "wbraid": "Google", "gad_source": "Google", "dclid": "Google",
    "msclkid": "Bing", "yclid": "Yandex", "fbclid": "Facebook", "igshid": "Instagram", "ttclid": "TikTok",
    "twclid": "X", "li_fat_id": "LinkedIn", "epik": "Pinterest", "rdt_cid": "Reddit", "sccid": "Snapchat",
    "qclid": "Quora", "mc_eid": "Mailchimp",
}  # fmt: skip
# Facebook, Instagram and Mailchimp mark every link; these mark only what an advertiser paid for.
PAID_CLICK_IDS = frozenset(
    {"gclid", "gbraid", "wbraid", "gad_source", "dclid", "msclkid", "yclid", "ttclid", "twclid", "li_fat_id"}
)
MEDIUM_CHANNEL = {
    "affiliate": "Affiliates", "affiliates": "Affiliates", "audio": "Audio", "podcast": "Audio", "sms": "SMS",
    "email": "Email", "e-mail": "Email", "e_mail": "Email", "newsletter": "Email", "push": "Mobile Push",
    "notification": "Mobile Push", "mobile": "Mobile Push", "display": "Display", "banner": "Display",
    "expandable": "Display", "interstitial": "Display", "social": "Organic Social",
    "social-network": "Organic Social", "social-media": "Organic Social", "sm": "Organic Social",
    "social network": "Organic Social", "social media": "Organic Social", "video": "Organic Video",
    "organic": "Organic Search", "referral": "Referral", "app": "Referral", "link": "Referral", "ai": "AI",
}  # fmt: skip
KIND_CHANNEL = {
    "search": "Organic Search", "social": "Organic Social", "chat": "Organic Social", "video": "Organic Video",
    "shopping": "Organic Shopping", "email": "Email", "ai": "AI", "audio": "Audio", "site": "Referral",
}  # fmt: skip
PAID_CHANNEL = {
    "search": "Paid Search", "social": "Paid Social", "chat": "Paid Social", "video": "Paid Video",
    "shopping": "Paid Shopping",
}  # fmt: skip


class Origin(NamedTuple):
    """`referrer` is host and path of another site's page; `source` is empty for a visit that came by itself."""

    referrer: str
    source: str
    channel: str


class Source(NamedTuple):
    name: str
    kind: str


@lru_cache(maxsize=16_384)
def classify(referrer: str, parts: UrlParts, own_host: str) -> Origin:
    """The origin of a page view at `parts`; referrers from the site itself, or under `own_host`, are no origin."""
    page = split(referrer)
    if not page.host or _is_own(page.host, parts.host, own_host):
        page = UrlParts()
    source = _source(parts, page.host)
    shown = f"{bare(page.host)}{page.path}"[:STORED_URL_CHARS] if page.host else ""
    return Origin(shown, source.name, _channel(parts, source, came_by_link=bool(page.host)))


def _source(parts: UrlParts, referrer_host: str) -> Source:
    if parts.utm_source:
        said = parts.utm_source.lower()
        return _NAMES.get(said) or find(said) or Source(parts.utm_source, "")
    if referrer_host:
        return find(referrer_host) or Source(bare(referrer_host), "")
    if parts.click_id in CLICK_ID_SOURCE:
        return _NAMES[CLICK_ID_SOURCE[parts.click_id].lower()]
    return Source("", "")


def _channel(parts: UrlParts, source: Source, came_by_link: bool) -> str:
    medium, campaign = parts.utm_medium.lower(), parts.utm_campaign.lower()
    if "cross-network" in campaign:
        return "Cross-network"
    if PAID_MEDIUM.fullmatch(medium) or parts.click_id in PAID_CLICK_IDS:
        return _paid_channel(source.kind, medium, campaign)
    if medium in MEDIUM_CHANNEL:
        return MEDIUM_CHANNEL[medium]
    if source.kind:
        return KIND_CHANNEL[source.kind]
    if came_by_link:
        return "Referral"
    return "Other" if source.name or medium or campaign else "Direct"


def _paid_channel(kind: str, medium: str, campaign: str) -> str:
    if SHOP_CAMPAIGN.fullmatch(campaign):
        return "Paid Shopping"
    return PAID_CHANNEL.get(kind) or ("Display" if medium == "cpm" else "Paid Other")


def _is_own(host: str, page_host: str, own_host: str) -> bool:
    host, own = bare(host), bare(own_host)
    return host == bare(page_host) or bool(own) and (host == own or host.endswith(f".{own}"))


def find(host: str) -> Source | None:
    """The known source of a host: the longest ending that stands in the table."""
    labels = host.split(".")
    for start in range(len(labels)):
        known = _HOSTS.get(".".join(labels[start:])) or _national(labels[start], labels[start + 1 :])
        if known:
            return known
    return None


def _national(label: str, ending: list[str]) -> Source | None:
    """google.de and google.co.uk, as one entry "google.*"."""
    is_ending = len(ending) == 1 or len(ending) == 2 and ending[0] in SECOND_LEVEL
    return _HOSTS.get(f"{label}.*") if is_ending else None


def _load() -> tuple[dict[str, Source], dict[str, Source]]:
    """(by host, by what is written in utm_source), both in lower case."""
    hosts: dict[str, Source] = {}
    names: dict[str, Source] = {}
    for kind, table in tomllib.loads(TABLE.read_text("utf-8")).items():
        for name, marks in table.items():
            source = Source(name, kind)
            names[name.lower()] = source
            for mark in marks:
                (hosts if "." in mark else names)[mark.lower()] = source
    return hosts, names


_HOSTS, _NAMES = _load()
