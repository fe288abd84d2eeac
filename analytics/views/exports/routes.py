"""Downloads, exports in the background, reports by mail, and the signed links that need no sign-in."""

from django.urls import URLPattern, path

from analytics.views import mails
from analytics.views.exports.dashboards import dashboard_pdf
from analytics.views.exports.downloads import download
from analytics.views.exports.files import file, manifest
from analytics.views.exports.pages import delete, exports

pages: list[URLPattern] = [
    path("w/<slug:slug>/download/<slug:source>/as/<slug:file_format>/", download, name="download"),
    path("w/<slug:slug>/dashboards/<uuid:uid>/pdf/", dashboard_pdf, name="dashboard_pdf"),
    path("w/<slug:slug>/exports/", exports, name="exports"),
    path("w/<slug:slug>/exports/<uuid:uid>/delete/", delete, name="export_delete"),
    path("w/<slug:slug>/mails/", mails.listed, name="mails"),
    path("w/<slug:slug>/mails/<uuid:uid>/delete/", mails.delete, name="mail_delete"),
    path("w/<slug:slug>/mails/<uuid:uid>/send/", mails.send_one, name="mail_send_one"),
    path("mails/<str:token>/", mails.unsubscribe, name="unsubscribe"),
    path("exports/<str:token>/", file, name="export_file"),
    path("exports/<str:token>/manifest.json", manifest, name="export_manifest"),
]
