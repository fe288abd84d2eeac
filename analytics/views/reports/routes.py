"""Pages of events, people, the web, money and business: each report with its CSV, and the pages of one thing."""

from django.urls import URLPattern, path

from analytics.views import settings_business
from analytics.views.reports import (
    accounts,
    attribution,
    business,
    events,
    people,
    person,
    realtime,
    revenue,
    sessions,
    web,
)
from analytics.views.reports.behind import people_view
from analytics.views.reports.frame import csv_view, page_view
from analytics.views.reports.guarded import export_view
from analytics.views.reports.receipts import receipt_view

# Of single people: their CSV is an export.
SINGLE = (events.REPORT, people.REPORT, sessions.REPORT)
SUMMED = (accounts.REPORT, attribution.REPORT, business.REPORT, realtime.REPORT, revenue.REPORT, web.REPORT)

pages: list[URLPattern] = [
    *(path(f"w/<slug:slug>/reports/{each.name}/", page_view(each), name=each.name) for each in (*SINGLE, *SUMMED)),
    *(path(f"w/<slug:slug>/reports/{each.name}.csv", export_view(each), name=f"{each.name}_csv") for each in SINGLE),
    *(path(f"w/<slug:slug>/reports/{each.name}.csv", csv_view(each), name=f"{each.name}_csv") for each in SUMMED),
    *(
        path(f"w/<slug:slug>/reports/{each.name}/receipt/", receipt_view(each), name=f"{each.name}_receipt")
        for each in (*SINGLE, *SUMMED)
    ),
    path("w/<slug:slug>/reports/attribution/behind/", people_view(attribution.REPORT), name="attribution_behind"),
    path("w/<slug:slug>/people/<str:person>/", person.person_page, name="person"),
    path("w/<slug:slug>/people/<str:person>/erase/", person.erase, name="person_erase"),
    path("w/<slug:slug>/visits/<str:session_id>/", sessions.session_page, name="session"),
    path("w/<slug:slug>/settings/business/", settings_business.business_settings, name="business_settings"),
]
