"""What analytics serves: `api` under /api/v1/ and /api/, `pages` at the root."""

from django.urls import URLPattern, URLResolver, path

from analytics.api import (
    aggregated,
    behaviour,
    dashboard_shares,
    erasures,
    events,
    people,
    present,
    questions,
    receipts,
    report_receipts,
    saved_metrics,
    spend,
    web,
)
from analytics.api import cohorts as api_cohorts
from analytics.api import dashboards as api_dashboards
from analytics.api import exports as api_exports
from analytics.api import funnel as api_funnel
from analytics.api import retention as api_retention
from analytics.api import segments as api_segments
from analytics.api import trends as api_trends
from analytics.api import usage as api_usage
from analytics.api.grafana import views as grafana
from analytics.views import (
    audit_csv,
    details,
    downloads,
    overview,
    receipt,
    saved_views,
    suggestions,
    usage,
    usage_webhook,
)
from analytics.views import erasures as erasure_pages
from analytics.views.alerts import routes as alerts_routes
from analytics.views.dashboards import routes as dashboard_routes
from analytics.views.exports import routes as exports_routes
from analytics.views.reports import (
    behaviour_routes,
    behind,
    cohorts,
    cohorts_making,
    definitions,
    frame,
    metrics,
    routes,
    segments,
    trends,
)
from analytics.views.reports import receipts as receipt_pages

api: list[URLPattern | URLResolver] = [
    path("analytics/query", questions.query, name="api_query"),
    path("analytics/metrics", questions.metrics, name="api_metrics"),
    path("analytics/usage", api_usage.usage, name="api_usage"),
    path("analytics/quotas", api_usage.quotas_view, name="api_quotas"),
    path("analytics/rollup", api_usage.roll_up, name="api_rollup"),
    path("analytics/events", events.EventsView.as_view(), name="api_events"),
    path("events", events.EventsView.as_view(), name="api_events_short"),
    path("events/stats", events.stats, name="api_event_stats"),
    path("analytics/metrics/dashboard", aggregated.dashboard, name="api_metrics_dashboard"),
    path("analytics/metrics/aggregated", aggregated.aggregated, name="api_metrics_aggregated"),
    path("analytics/sessions", people.sessions, name="api_sessions"),
    path("analytics/people", people.people, name="api_people"),
    path("analytics/people/<str:person>", people.person, name="api_person"),
    path("erasures", erasures.listed, name="api_erasures"),
    path("erasures/<uuid:uid>", erasures.one, name="api_erasure"),
    path("analytics/accounts", people.accounts, name="api_accounts"),
    path("analytics/web", web.web, name="api_web"),
    path("analytics/realtime", present.realtime, name="api_realtime"),
    path("analytics/profiles", present.profiles, name="api_profiles"),
    path("analytics/attribution", web.attribution, name="api_attribution"),
    path("analytics/revenue", web.revenue, name="api_revenue"),
    path("analytics/spend", spend.spend, name="api_spend"),
    path("analytics/export.csv", questions.export, name="api_export"),
    *(
        path(f"analytics/export.{name}", api_exports.direct(name), name=f"api_export_{name}")
        for name in ("xlsx", "json", "parquet")
    ),
    path("grafana/", grafana.home, name="api_grafana"),
    path("grafana/query", grafana.query, name="api_grafana_query"),
    path("grafana/metrics", grafana.metrics, name="api_grafana_metrics"),
    path("grafana/metric-payload-options", grafana.options, name="api_grafana_options"),
    path("grafana/variable", grafana.variable, name="api_grafana_variable"),
    path("grafana/tag-keys", grafana.tag_keys, name="api_grafana_tag_keys"),
    path("grafana/tag-values", grafana.tag_values, name="api_grafana_tag_values"),
    path("exports", api_exports.listed, name="api_exports"),
    path("exports/<uuid:uid>", api_exports.one, name="api_export_job"),
    path("analytics/receipt", receipts.receipt, name="api_receipt"),
    path("analytics/receipt/<slug:name>", report_receipts.receipt, name="api_report_receipt"),
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
    path("dashboards", api_dashboards.listed, name="api_dashboards"),
    path("dashboards/<uuid:uid>", api_dashboards.one, name="api_dashboard"),
    path("dashboards/<uuid:uid>/data", api_dashboards.data, name="api_dashboard_data"),
    path("dashboards/<uuid:uid>/duplicate", api_dashboards.duplicate, name="api_dashboard_duplicate"),
    path("dashboards/<uuid:uid>/live", dashboard_shares.live, name="api_dashboard_live"),
    path("dashboards/<uuid:uid>/shares", dashboard_shares.listed, name="api_dashboard_shares"),
    path("dashboards/<uuid:uid>/shares/<uuid:share_uid>", dashboard_shares.one, name="api_dashboard_share"),
    *alerts_routes.api,
]
pages: list[URLPattern | URLResolver] = [
    path("o/<slug:slug>/audit.csv", audit_csv.audit_csv, name="audit_csv"),
    path("o/<slug:slug>/erasures/", erasure_pages.erasures, name="erasures"),
    path("o/<slug:slug>/usage/", usage.usage, name="usage"),
    path("o/<slug:slug>/usage/limits/<uuid:uid>/lift/", usage.lift_limit, name="usage_limit_lift"),
    path("o/<slug:slug>/usage/webhook/", usage_webhook.usage_webhook, name="usage_webhook"),
    path("o/<slug:slug>/usage/webhook/test/", usage_webhook.test, name="usage_webhook_test"),
    path("o/<slug:slug>/usage/webhook/remove/", usage_webhook.remove, name="usage_webhook_remove"),
    path("w/<slug:slug>/", overview.overview, name="overview"),
    path("w/<slug:slug>/series.csv", downloads.series_csv, name="series_csv"),
    path("w/<slug:slug>/values/", suggestions.overview_values, name="overview_values"),
    path("w/<slug:slug>/details/<slug:tab>.csv", downloads.panel_csv, name="panel_csv"),
    path("w/<slug:slug>/details/<slug:tab>/", details.panel_details, name="panel_details"),
    path("w/<slug:slug>/reports/trends/", frame.page_view(trends.REPORT), name="trends"),
    path("w/<slug:slug>/reports/trends.csv", frame.csv_view(trends.REPORT), name="trends_csv"),
    path("w/<slug:slug>/reports/trends/receipt/", receipt_pages.receipt_view(trends.REPORT), name="trends_receipt"),
    path("w/<slug:slug>/reports/trends/behind/", behind.people_view(trends.REPORT), name="trends_behind"),
    *behaviour_routes.pages,
    path("w/<slug:slug>/reports/definitions/", frame.page_view(definitions.REPORT), name="definitions"),
    path(
        "w/<slug:slug>/reports/definitions/receipt/",
        receipt_pages.receipt_view(definitions.REPORT),
        name="definitions_receipt",
    ),
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
    path("w/<slug:slug>/saved-views/", saved_views.listed, name="saved_views"),
    path("w/<slug:slug>/saved-views/<uuid:uid>/delete/", saved_views.delete, name="saved_view_delete"),
    path("w/<slug:slug>/metrics/", metrics.listed, name="metrics"),
    path("w/<slug:slug>/metrics/new/", metrics.new, name="metric_new"),
    path("w/<slug:slug>/metrics/<uuid:uid>/delete/", metrics.delete, name="metric_delete"),
    *routes.pages,
    *alerts_routes.pages,
    *dashboard_routes.pages,
    *exports_routes.pages,
]
