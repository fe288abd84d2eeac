"""Where alerts, their channels and annotations stand in the API and on the site."""

from django.urls import URLPattern, URLResolver, path

from analytics.api import alerts as api_alerts
from analytics.api import annotations as api_annotations
from analytics.api import channels as api_channels
from analytics.views import annotations
from analytics.views.alerts import acting, building, channels, detail, listed

api: list[URLPattern | URLResolver] = [
    path("alerts", api_alerts.listed, name="api_alerts"),
    path("alerts/<uuid:uid>", api_alerts.one, name="api_alert"),
    path("alerts/<uuid:uid>/test", api_alerts.test, name="api_alert_test"),
    path("alerts/<uuid:uid>/history", api_alerts.history, name="api_alert_history"),
    path("alerts/<uuid:uid>/acknowledge", api_alerts.acknowledge, name="api_alert_acknowledge"),
    path("alerts/<uuid:uid>/snooze", api_alerts.snooze, name="api_alert_snooze"),
    path("annotations", api_annotations.listed, name="api_annotations"),
    path("annotations/<uuid:uid>", api_annotations.one, name="api_annotation"),
    path("channels", api_channels.listed, name="api_channels"),
    path("channels/<uuid:uid>", api_channels.one, name="api_channel"),
    path("channels/<uuid:uid>/test", api_channels.test, name="api_channel_test"),
]
pages: list[URLPattern | URLResolver] = [
    path("w/<slug:slug>/alerts/", listed.listed, name="alerts"),
    path("w/<slug:slug>/alerts/history/", listed.history, name="alert_history"),
    path("w/<slug:slug>/alerts/new/", building.new, name="alert_new"),
    path("w/<slug:slug>/alerts/<uuid:uid>/", detail.alert, name="alert"),
    path("w/<slug:slug>/alerts/<uuid:uid>/edit/", building.edit, name="alert_edit"),
    path("w/<slug:slug>/alerts/<uuid:uid>/delete/", acting.delete, name="alert_delete"),
    path("w/<slug:slug>/alerts/<uuid:uid>/test/", acting.test, name="alert_test"),
    path("w/<slug:slug>/alerts/<uuid:uid>/snooze/", acting.snooze, name="alert_snooze"),
    path("w/<slug:slug>/alerts/<uuid:uid>/switch/", acting.switch, name="alert_switch"),
    path("w/<slug:slug>/alerts/<uuid:uid>/acknowledge/", acting.acknowledge, name="alert_acknowledge"),
    path("w/<slug:slug>/annotations/", annotations.listed, name="annotations"),
    path("w/<slug:slug>/annotations/<uuid:uid>/delete/", annotations.delete, name="annotation_delete"),
    path("w/<slug:slug>/channels/", channels.listed, name="channels"),
    path("w/<slug:slug>/channels/add/<slug:kind>/", channels.new, name="channel_new"),
    path("w/<slug:slug>/channels/<uuid:uid>/", channels.edit, name="channel"),
    path("w/<slug:slug>/channels/<uuid:uid>/test/", channels.test, name="channel_test"),
    path("w/<slug:slug>/channels/<uuid:uid>/resume/", channels.resume, name="channel_resume"),
    path("w/<slug:slug>/channels/<uuid:uid>/delete/", channels.delete, name="channel_delete"),
]
