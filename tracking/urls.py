"""What tracking serves: `api` under /api/v1/ and /api/, `pages` at the root."""

from django.urls import URLPattern, URLResolver, path

from tracking import views_install
from tracking.api import collect
from tracking.snippet import tracking_script

api: list[URLPattern | URLResolver] = [
    path("collect", collect.CollectView.as_view(), name="collect"),
    path("collect/health", collect.health, name="collect_health"),
]
pages: list[URLPattern | URLResolver] = [
    path("trackingscript.js", tracking_script, name="tracking_script"),
    path("w/<slug:slug>/install/", views_install.install, name="install"),
    path("w/<slug:slug>/install/state/", views_install.verifier, name="install_state"),
    path("w/<slug:slug>/install/test/", views_install.test_event, name="install_test"),
]
