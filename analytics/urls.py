"""What analytics serves: `api` under /api/v1/ and /api/, `pages` at the root."""

from django.urls import URLPattern, URLResolver, path

from analytics.api import questions
from analytics.views import details, downloads, overview, suggestions

api: list[URLPattern | URLResolver] = [
    path("analytics/query", questions.query, name="api_query"),
    path("analytics/metrics", questions.metrics, name="api_metrics"),
    path("analytics/events", questions.events, name="api_events"),
    path("analytics/export.csv", questions.export, name="api_export"),
]
pages: list[URLPattern | URLResolver] = [
    path("w/<slug:slug>/", overview.overview, name="overview"),
    path("w/<slug:slug>/series.csv", downloads.series_csv, name="series_csv"),
    path("w/<slug:slug>/values/", suggestions.overview_values, name="overview_values"),
    path("w/<slug:slug>/details/<slug:tab>.csv", downloads.panel_csv, name="panel_csv"),
    path("w/<slug:slug>/details/<slug:tab>/", details.panel_details, name="panel_details"),
]
