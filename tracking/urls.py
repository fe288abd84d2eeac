"""What tracking serves: `api` under /api/v1/ and /api/, `pages` at the root."""

from django.urls import URLPattern, URLResolver, path, re_path

from tracking import script_builds, views_container_draft, views_containers, views_install, views_rules, views_script
from tracking.api import adaptors, collect, containers, events, optimized, pixel, receipts

CONTAINER = "w/<slug:slug>/containers/<str:container_id>/"

api: list[URLPattern | URLResolver] = [
    path("collect", collect.CollectView.as_view(), name="collect"),
    path("collect/health", collect.health, name="collect_health"),
    path("collect/optimized", optimized.OptimizedView.as_view(), name="collect_optimized"),
    path("collect/pixel.gif", pixel.PixelView.as_view(), name="pixel"),
    path("events/batch", events.BatchView.as_view(), name="events_batch"),
    path("events/ingest", events.IngestView.as_view(), name="events_ingest"),
    path("receipts/<uuid:uid>", receipts.receipt, name="receipt"),
    path("watermark", receipts.watermark, name="watermark"),
    path("containers", containers.containers, name="api_containers"),
    path("containers/<str:container_id>", containers.container, name="api_container"),
    path("containers/<str:container_id>/revisions", containers.revisions, name="api_container_revisions"),
    path("containers/<str:container_id>/publish", containers.publish, name="api_container_publish"),
    path("containers/<str:container_id>/rollback", containers.roll_back, name="api_container_rollback"),
    path("containers/<str:container_id>/kill", containers.kill, name="api_container_kill"),
    path("containers/<str:container_id>/revive", containers.revive, name="api_container_revive"),
    path("adaptors", adaptors.adaptors, name="api_adaptors"),
    path("adaptors/<uuid:uid>", adaptors.adaptor, name="api_adaptor"),
    path("analytics/process-events", receipts.process_events, name="process_events"),
    path("analytics/config", receipts.config, name="collect_config"),
]
pages: list[URLPattern | URLResolver] = [
    path("trackingscript.js", views_script.tracking_script, name="tracking_script"),
    path("nano.js", views_script.tracking_script, {"variant": script_builds.NANO}, name="nano_script"),
    path("s/<str:version>/manifest.json", views_script.script_manifest, name="script_manifest"),
    path("s/<str:version>/<str:name>", views_script.script_file, name="script_file"),
    path("tag/<str:container_id>.js", views_script.tag, name="tag"),
    path("tag/<str:container_id>/<int:number>.js", views_script.tag_revision, name="tag_revision"),
    path("tag/<str:container_id>/manifest.json", views_script.tag_manifest, name="tag_manifest"),
    re_path(r"^(?:tag|s)/(?P<rest>.*)$", views_script.unknown, name="tag_unknown"),
    path("w/<slug:slug>/settings/privacy/", views_rules.privacy_and_filters, name="collection_rules"),
    path("w/<slug:slug>/containers/", views_containers.containers, name="containers"),
    path(CONTAINER + "", views_containers.container, name="container"),
    path(CONTAINER + "preview/", views_containers.preview, name="container_preview"),
    path(CONTAINER + "publish/", views_containers.publish, name="container_publish"),
    path(CONTAINER + "kill/", views_containers.kill, name="container_kill"),
    path(CONTAINER + "revive/", views_containers.revive, name="container_revive"),
    path(CONTAINER + "delete/", views_containers.delete, name="container_delete"),
    path(CONTAINER + "revisions/<int:number>/", views_containers.revision, name="container_revision"),
    path(CONTAINER + "revisions/<int:number>/rollback/", views_containers.roll_back, name="container_rollback"),
    path(CONTAINER + "rules/", views_container_draft.rules, name="container_rules"),
    path(CONTAINER + "adaptors/new/", views_container_draft.new_adaptor, name="container_new_adaptor"),
    path(CONTAINER + "adaptors/<uuid:uid>/", views_container_draft.adaptor, name="container_adaptor"),
    path(
        CONTAINER + "adaptors/<uuid:uid>/delete/", views_container_draft.delete_adaptor, name="container_delete_adaptor"
    ),
    path("w/<slug:slug>/install/", views_install.install, name="install"),
    path("w/<slug:slug>/install/state/", views_install.verifier, name="install_state"),
    path("w/<slug:slug>/install/test/", views_install.test_event, name="install_test"),
]
