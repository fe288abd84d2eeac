"""The URL map. Each app exports what it serves; this file only says where it stands.

`/api/v1/` is the API. The same routes answer under `/api/`, as the older clients write them.
"""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView

import accounts.urls
import analytics.urls
import billing.urls
import tracking.urls
import workspaces.urls
from config import errors, health
from config.docs import views as docs

api: list[URLPattern | URLResolver] = [
    *accounts.urls.api,
    *workspaces.urls.api,
    *tracking.urls.api,
    *analytics.urls.api,
    *billing.urls.api,
]

urlpatterns: list[URLPattern | URLResolver] = [
    # Pages that are not ours to write (admin, API reference) name no icon, and browsers ask for this one. Lazy: this
    # file is read before the static files are collected.
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("favicon.svg")), name="favicon"),
    *health.pages,
    path("api/schema/", SpectacularAPIView.as_view(urlconf="config.schema_urls"), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api_docs"),
    path("api/redoc/", SpectacularRedocView.as_view(url_name="schema"), name="api_redoc"),
    path("api/v1/", include(api)),
    path("api/", include(api)),
    *accounts.urls.root,
    path("accounts/", include("allauth.urls")),
    path("docs/", include(docs.pages)),
    path("admin/", admin.site.urls),
    *accounts.urls.pages,
    *tracking.urls.pages,
    *workspaces.urls.pages,
    *analytics.urls.pages,
    *billing.urls.pages,
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
