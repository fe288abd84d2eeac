"""Which pages there are, in what order, under what heading of the menu. A page's title is its first heading."""

from pathlib import Path

from django.conf import settings

DIRECTORY = settings.BASE_DIR / "templates" / "docs"
SECTIONS = {
    "First steps": ("start", "install", "migrate"),
    "Sending events": ("script", "javascript", "python", "containers", "proxy", "api", "schemas", "ingestion"),
    "Numbers": ("metrics", "receipts", "profiles", "business", "revenue", "attribution", "web"),
    "Reports": ("trends", "funnels", "retention", "paths", "lifecycle", "stickiness", "segments", "people", "events"),
    "Showing and telling": ("dashboards", "sharing", "annotations", "alerts", "mails", "exports", "query", "grafana"),
    "Forwarding": ("forwarding", "tinybird", "supabase", "amplitude", "mixpanel", "webhook", "slack", "log"),
    "Organization": ("account", "roles", "keys", "usage", "billing", "audit", "privacy"),
    "Installation": ("operate", "settings", "changelog"),
}
CONTENTS = tuple(slug for slugs in SECTIONS.values() for slug in slugs)
# A few pages are files that others read where they stand; every other one lies in DIRECTORY.
ELSEWHERE = {
    "changelog": settings.BASE_DIR / "CHANGELOG.md",
    "python": settings.BASE_DIR / "tracking" / "clients" / "python" / "README.md",
}


def source(slug: str) -> Path:
    return ELSEWHERE.get(slug, DIRECTORY / f"{slug}.md")


def beside(slug: str) -> tuple[str | None, str | None]:
    """The pages before and after."""
    at = CONTENTS.index(slug)
    return CONTENTS[at - 1] if at else None, CONTENTS[at + 1] if at + 1 < len(CONTENTS) else None
