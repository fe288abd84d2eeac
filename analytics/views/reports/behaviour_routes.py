"""Pages of what people do one after the other: each report with its CSV, and the people behind a funnel's bars."""

from django.urls import URLPattern, path

from analytics.views.reports import funnel, funnel_people, lifecycle, paths, retention, stickiness
from analytics.views.reports.behind import people_view
from analytics.views.reports.frame import csv_view, page_view
from analytics.views.reports.receipts import receipt_view

REPORTS = (funnel.REPORT, retention.REPORT, lifecycle.REPORT, stickiness.REPORT, paths.REPORT)

pages: list[URLPattern] = [
    *(path(f"w/<slug:slug>/reports/{each.name}/", page_view(each), name=each.name) for each in REPORTS),
    *(path(f"w/<slug:slug>/reports/{each.name}.csv", csv_view(each), name=f"{each.name}_csv") for each in REPORTS),
    *(
        path(f"w/<slug:slug>/reports/{each.name}/receipt/", receipt_view(each), name=f"{each.name}_receipt")
        for each in REPORTS
    ),
    *(
        path(f"w/<slug:slug>/reports/{each.name}/behind/", people_view(each), name=f"{each.name}_behind")
        for each in REPORTS
        if each.behind
    ),
    path("w/<slug:slug>/reports/funnel/people/", funnel_people.behind, name="funnel_people"),
]
