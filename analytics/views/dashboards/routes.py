"""Pages of dashboards, for members and for readers without an account."""

from django.urls import URLPattern, path

from analytics.views.dashboards import builder, listing, public, shares, show, widgets_made

ONE = "w/<slug:slug>/dashboards/<uuid:uid>/"

pages: list[URLPattern] = [
    path("w/<slug:slug>/dashboards/", listing.listed, name="dashboards"),
    path("w/<slug:slug>/dashboards/new/", listing.new, name="dashboard_new"),
    path("w/<slug:slug>/dashboards/add/", widgets_made.add, name="dashboard_add"),
    path(ONE, show.one, name="dashboard"),
    path(f"{ONE}keep/", show.keep, name="dashboard_keep"),
    path(f"{ONE}edit/", builder.edit, name="dashboard_edit"),
    path(f"{ONE}layout/", builder.layout, name="dashboard_layout"),
    path(f"{ONE}details/", builder.details, name="dashboard_details"),
    path(f"{ONE}duplicate/", listing.duplicate, name="dashboard_duplicate"),
    path(f"{ONE}delete/", listing.delete, name="dashboard_delete"),
    path(f"{ONE}share/", shares.listed, name="dashboard_shares"),
    path(f"{ONE}share/<uuid:share_uid>/revoke/", shares.revoke, name="dashboard_unshare"),
    path(f"{ONE}widgets/<str:widget>.csv", show.widget_csv, name="widget_csv"),
    path(f"{ONE}widgets/<str:widget>/", widgets_made.edit, name="widget"),
    path(f"{ONE}widgets/<str:widget>/preview/", widgets_made.preview, name="widget_preview"),
    path("share/<str:secret>/", public.link, name="shared_dashboard"),
    path("embed/<uuid:uid>/", public.embed, name="embedded_dashboard"),
]
