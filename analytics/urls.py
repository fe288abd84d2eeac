"""What analytics serves: `api` under /api/v1/ and /api/, `pages` at the root."""

from django.urls import URLPattern, URLResolver, path

from analytics.api import aggregated, behaviour, events, people, questions, receipts, saved_metrics, spend, web
from analytics.api import cohorts as api_cohorts
from analytics.api import funnel as api_funnel
from analytics.api import retention as api_retention
from analytics.api import segments as api_segments
from analytics.api import trends as api_trends
from analytics.views import details, downloads, overview, receipt, suggestions
from analytics.views.reports import (
    behaviour_routes,
    cohorts,
    cohorts_making,
    definitions,
    frame,
    metrics,
    routes,
    segments,
    trends,
)

api: list[URLPattern | URLResolver] = [
    path("analytics/query", questions.query, name="api_query"),
    path("analytics/metrics", questions.metrics, name="api_metrics"),
    path("analytics/events", events.EventsView.as_view(), name="api_events"),
    path("events", events.EventsView.as_view(), name="api_events_short"),
    path("events/stats", events.stats, name="api_event_stats"),
    path("analytics/metrics/dashboard", aggregated.dashboard, name="api_metrics_dashboard"),
    path("analytics/metrics/aggregated", aggregated.aggregated, name="api_metrics_aggregated"),
    path("analytics/sessions", people.sessions, name="api_sessions"),
    path("analytics/people", people.people, name="api_people"),
    path("analytics/people/<str:person>", people.person, name="api_person"),
    path("analytics/accounts", people.accounts, name="api_accounts"),
    path("analytics/web", web.web, name="api_web"),
    path("analytics/attribution", web.attribution, name="api_attribution"),
    path("analytics/revenue", web.revenue, name="api_revenue"),
    path("analytics/spend", spend.spend, name="api_spend"),
    path("analytics/export.csv", questions.export, name="api_export"),
    path("analytics/receipt", receipts.receipt, name="api_receipt"),
    path("analytics/trends", api_trends.trends, name="api_trends"),
    path("analytics/funnel", api_funnel.funnel, name="api_funnel"),
    path("analytics/retention", api_retention.retention, name="api_retention"),
    path("analytics/lifecycle", behaviour.lifecycle, name="api_lifecycle"),
    path("analytics/stickiness", behaviour.stickiness, name="api_stickiness"),
    path("analytics/paths", behaviour.paths, name="api_paths"),
    path("analytics/saved-metrics", saved_metrics.listed, name="api_saved_metrics"),
    path("analytics/saved-metrics/<uuid:uid>", saved_metrics.one, name="api_saved_metric"),
    path("analytics/segmentation", api_segments.segmented, name="api_segmentation"),
    path("analytics/segments", api_segments.listed, name="api_segments"),
    path("analytics/segments/<uuid:uid>", api_segments.one, name="api_segment"),
    path("analytics/cohorts", api_cohorts.listed, name="api_cohorts"),
    path("analytics/cohorts/<uuid:uid>", api_cohorts.one, name="api_cohort"),
    path("analytics/cohorts/<uuid:uid>/members", api_cohorts.members, name="api_cohort_members"),
]
pages: list[URLPattern | URLResolver] = [
    path("w/<slug:slug>/", overview.overview, name="overview"),
    path("w/<slug:slug>/series.csv", downloads.series_csv, name="series_csv"),
    path("w/<slug:slug>/values/", suggestions.overview_values, name="overview_values"),
    path("w/<slug:slug>/details/<slug:tab>.csv", downloads.panel_csv, name="panel_csv"),
    path("w/<slug:slug>/details/<slug:tab>/", details.panel_details, name="panel_details"),
    path("w/<slug:slug>/reports/trends/", frame.page_view(trends.REPORT), name="trends"),
    path("w/<slug:slug>/reports/trends.csv", frame.csv_view(trends.REPORT), name="trends_csv"),
    *behaviour_routes.pages,
    path("w/<slug:slug>/reports/definitions/", frame.page_view(definitions.REPORT), name="definitions"),
    path("w/<slug:slug>/reports/definitions.csv", frame.csv_view(definitions.REPORT), name="definitions_csv"),
    path("w/<slug:slug>/receipt/", receipt.receipt, name="receipt"),
    path("w/<slug:slug>/segments/", segments.listed, name="segments"),
    path("w/<slug:slug>/segments/new/", segments.new, name="segment_new"),
    path("w/<slug:slug>/segments/<uuid:uid>/", segments.edit, name="segment"),
    path("w/<slug:slug>/segments/<uuid:uid>/delete/", segments.delete, name="segment_delete"),
    path("w/<slug:slug>/cohorts/", cohorts.listed, name="cohorts"),
    path("w/<slug:slug>/cohorts/new/", cohorts_making.new, name="cohort_new"),
    path("w/<slug:slug>/cohorts/upload/", cohorts_making.upload, name="cohort_upload"),
    path("w/<slug:slug>/cohorts/<uuid:uid>/", cohorts.detail, name="cohort"),
    path("w/<slug:slug>/cohorts/<uuid:uid>.csv", cohorts.download, name="cohort_csv"),
    path("w/<slug:slug>/cohorts/<uuid:uid>/freeze/", cohorts.freeze, name="cohort_freeze"),
    path("w/<slug:slug>/cohorts/<uuid:uid>/delete/", cohorts.delete, name="cohort_delete"),
    path("w/<slug:slug>/metrics/", metrics.listed, name="metrics"),
    path("w/<slug:slug>/metrics/new/", metrics.new, name="metric_new"),
    path("w/<slug:slug>/metrics/<uuid:uid>/delete/", metrics.delete, name="metric_delete"),
    *routes.pages,
]
