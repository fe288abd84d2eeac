"""What becomes of views and notes when their maker deletes the account."""

from analytics import annotations, saved_views
from config.testing.world import NOW


def test_what_somebody_shared_outlives_them_and_what_was_theirs_alone_does_not(acme, analyst, as_owner):
    for shared in (True, False):
        made = {"actor": analyst, "now": NOW, "is_shared": shared}
        saved_views.keep(acme, name=f"View {shared}", page="overview", state="", **made)
        annotations.create(acme, text=f"Note {shared}", **made)
    analyst.delete()
    assert list(acme.saved_views.values_list("name", "created_by")) == [("View True", None)]
    assert list(acme.annotations.values_list("text", "created_by")) == [("Note True", None)]
    assert b"somebody who left" in as_owner.get("/w/acme/saved-views/").content
