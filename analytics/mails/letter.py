"""The mail: its text, its HTML, the PDF attached, and the headers by which mail programs offer to end it."""

from dataclasses import dataclass
from datetime import datetime
from email.mime.image import MIMEImage
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from analytics.exports import papers
from analytics.exports.pages import Grid
from analytics.mails import times
from analytics.mails.digest import digest
from analytics.mails.links import unsubscribe_link
from analytics.models import ReportMail, ReportRecipient, ScheduledReport
from analytics.query import run_many
from analytics.query.page import PageQuery
from analytics.query.parse import from_params
from analytics.views import spans
from analytics.views.exports import paper, sources
from analytics.views.panels import TABS
from analytics.views.rows import Table, table
from analytics.views.said import said
from analytics.views.tiles import tile_metrics, tiles
from workspaces.logos import logo_of
from workspaces.models import Environment, Logo

LISTED = ("page", "source", "country")
ROWS, TABLE_ROWS, TABLE_COLUMNS = 5, 15, 4
BAR_HEIGHT = 72  # pixels
FIXED = ("period", "from", "to", "compare", "match", "interval", "env")
OVERVIEW = "overview"
# With the whole month before, not with the five weeks that match its weekdays.
COMPARED = {"compare": "previous", "match": "date"}
LOGO_WIDTH, LOGO_HEIGHT = 200, 40  # pixels at most
LOGO_ID = "logo"


@dataclass(frozen=True)
class Bar:
    title: str
    height: int
    value: str


def write(mail: ReportMail) -> EmailMultiAlternatives:
    """For one due time; the same whenever it is tried again."""
    message = compose(mail.recipient, mail.due_at)
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
    message.extra_headers["Message-ID"] = f"<{mail.uid}@{domain}>"
    return message


def compose(recipient: ReportRecipient, due_at: datetime) -> EmailMultiAlternatives:
    """QueryError when the report's parameters make no sense any more."""
    report = recipient.report
    given = asked(report, due_at)
    page = given.page
    is_overview = report.source == OVERVIEW
    unsubscribe = unsubscribe_link(recipient) if recipient.pk else ""  # a trial has nothing to end
    logo = logo_of(report.workspace.organization)
    context = {
        "report": report,
        "logo": logo and _fitted(logo),
        "workspace": report.workspace,
        "period": spans.span(page.period),
        "compared": spans.span(page.compare) if page.compare and is_overview else "",
        "deleted": spans.deleted(paper.told(report.source, page).period, page.compare if is_overview else None),
        "filters": [said(each) for each in page.filters],
        "link": _link(report, given.params),
        "unsubscribe": unsubscribe,
        **(_overview(report, page) if is_overview else _table(report, given)),
    }
    subject = f"{report.workspace.name}: {report.title}, {spans.span(page.period)}".replace("\r", " ").replace(
        "\n", " "
    )
    message = EmailMultiAlternatives(
        subject,
        render_to_string("emails/report.txt", context),
        to=[recipient.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    if unsubscribe:  # RFC 8058
        message.extra_headers["List-Unsubscribe"] = f"<{unsubscribe}>"
        message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.attach_alternative(render_to_string("emails/report.html", context), "text/html")
    name = f"{report.workspace.slug}-{report.source}-{page.period.start:%Y-%m-%d}.pdf"
    message.attach(name, paper.pdf(report.source, given), "application/pdf")
    if logo:
        message.attach(_inline(logo))
    return message


def _fitted(logo: Logo) -> dict[str, Any]:
    scale = min(1, LOGO_WIDTH / logo.width, LOGO_HEIGHT / logo.height)
    return {"cid": LOGO_ID, "width": round(logo.width * scale), "height": round(logo.height * scale)}


def _inline(logo: Logo) -> MIMEImage:
    """In the mail itself: what mail programs would have to fetch, they hide."""
    part = MIMEImage(bytes(logo.data), logo.kind)
    part["Content-ID"] = f"<{LOGO_ID}>"
    part["Content-Disposition"] = f'inline; filename="logo.{logo.kind}"'
    return part


def asked(report: ScheduledReport, due_at: datetime) -> sources.Asked:
    """The report's own question, about the period that was over at `due_at`."""
    first, last = times.period_over(report.every, report.workspace.timezone, due_at)
    params = QueryDict(report.parameters.removeprefix("?")).copy()
    for name in FIXED:
        params.pop(name, None)
    params.update({"period": "custom", "from": first.isoformat(), "to": last.isoformat()})
    params.update(COMPARED if report.source == OVERVIEW else {"compare": "off"})
    environment: Environment = "test" if report.environment == "test" else "live"
    return sources.asked(report.workspace, environment, params.urlencode(), due_at)


def _overview(report: ScheduledReport, page: PageQuery) -> dict[str, Any]:
    tabs = [TABS[name].on(page) for name in LISTED]
    figures, series, *groups = run_many(
        [page.query(*tile_metrics(page)), page.query(page.metric, interval="day", totals=False, compare=None)]
        + [tab.query(page, ROWS) for tab in tabs],
        page.now,
    )
    lists: list[tuple[str, Table]] = [
        (tab.label, table(page, tab, result.rows, figures.totals[tab.share_of or "visitors"], ""))
        for tab, result in zip(tabs, groups, strict=True)
    ]
    values = [row.values[page.metric] or 0 for row in series.rows]
    most = max([*values, 1])
    starts = [datetime.fromisoformat(row.keys[0]) for row in series.rows]
    return {
        "tiles": tiles(page, figures),
        "digest": digest(page),
        "lists": [each for each in lists if each[1].rows],
        "bars": [
            Bar(spans.short(start, "day"), max(1, round(BAR_HEIGHT * value / most)), f"{value:,.0f}")
            for start, value in zip(starts, values, strict=True)
        ],
        "is_empty": not any(values),
    }


def _table(report: ScheduledReport, given: sources.Asked) -> dict[str, Any]:
    """The first rows; the PDF has more."""
    (section,) = papers.of_table(report.title, sources.SOURCES[report.source].table(given))
    found = section.table or Grid([], [], [])
    return {
        "heading": list(found.columns[:TABLE_COLUMNS]),
        "rows": [row[:TABLE_COLUMNS] for row in found.rows[:TABLE_ROWS]],
        "is_cut": len(found.rows) > TABLE_ROWS or len(found.columns) > TABLE_COLUMNS,
        "is_empty": not found.rows,
    }


def _link(report: ScheduledReport, params: QueryDict) -> str:
    """To the page that shows the same."""
    shown = params.copy()
    shown.pop("compare", None)
    if report.environment != "test":
        shown.pop("env", None)
    path = reverse(paper.page_of(report.source), args=[report.workspace.slug])
    return f"{report.origin}{path}?{shown.urlencode(safe='/,:')}"


def validated(report: ScheduledReport, now: datetime) -> None:
    """QueryError for a report that cannot be asked."""
    given = asked(report, now)
    if report.source in sources.REPORTS:
        sources.check(report.source, given)
    else:
        from_params(given.params, report.workspace, now)
