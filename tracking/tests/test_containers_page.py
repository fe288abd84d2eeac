"""The pages of tag containers: who may open them, and what they say."""

import pytest

from tracking.containers import serving
from tracking.models import ScriptChannel
from tracking.tests.containers import container

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_build(built):
    serving.forget()
    built("2.2.0", trackingscript="core()", container="container.run=function(){}", inert="nothing()")


def rules(rows, **fields):
    """The rules form as a browser sends it; each row is a rule's fields."""
    about = {"name": "Shop", "channel": "stable", "environment": "live", "consent": "granted", "auto_page_view": "on"}
    counts = {"events-TOTAL_FORMS": len(rows), "events-INITIAL_FORMS": 0}
    named = {f"events-{index}-{name}": value for index, row in enumerate(rows) for name, value in row.items()}
    return about | counts | named | fields


BUY = {"on": "click", "selector": ".buy", "kind": "event", "event": "buy_clicked"}


def test_only_admins_get_to_the_pages_and_see_the_link(as_admin, as_analyst, acme):
    assert as_admin.get("/w/acme/containers/").status_code == 200
    assert as_analyst.get("/w/acme/containers/").status_code == 403
    assert b"/w/acme/containers/" in as_admin.get("/w/acme/install/").content
    assert b"/w/acme/containers/" not in as_analyst.get("/w/acme/install/").content


def test_a_container_is_created_edited_published_rolled_back_stopped_and_deleted(as_admin, acme, acme_key):
    as_admin.post("/w/acme/containers/", {"name": "Shop", "website_url": "acme.example"})
    made = acme.containers.get()
    home, tag = f"/w/acme/containers/{made.public_id}/", f"/tag/{made.public_id}.js"
    assert b"Nothing is published yet" in as_admin.get(home).content

    as_admin.post(f"{home}publish/")
    as_admin.post(
        f"{home}rules/", rules([BUY | {"pages": "/shop/**, /sale/*", "properties": 'n = 3\nid = "3"\np = @text'}])
    )
    rule = acme.containers.get().rules["events"][0]
    assert rule["pages"] == ["/shop/**", "/sale/*"]
    assert rule["properties"] == {"n": 3, "id": "3", "p": "@text"}
    page = as_admin.get(f"{home}rules/").content.decode()
    assert "n = 3\np = @text\nid = &quot;3&quot;" in page  # in the order in which PostgreSQL keeps names
    assert "The draft has changes" in as_admin.get(home).content.decode()
    preview = as_admin.get(f"{home}preview/").content.decode()
    assert "+ rule: click .buy on /shop/** /sale/* sends event buy_clicked with n = 3, p = @text, id = 3" in preview

    as_admin.post(f"{home}publish/", {"note": "Count buyers"})
    assert b"buy_clicked" in as_admin.get(tag).content
    assert b"Count buyers" in as_admin.get(f"{home}revisions/2/").content
    as_admin.post(f"{home}revisions/1/rollback/")
    assert b"buy_clicked" not in as_admin.get(tag).content
    as_admin.post(f"{home}kill/")
    assert b"nothing()" in as_admin.get(tag).content
    as_admin.post(f"{home}revive/")
    assert b"core()" in as_admin.get(tag).content
    as_admin.post(f"{home}delete/")
    assert as_admin.get(tag).status_code == 404


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"event": ""}, "This field is required."),
        ({"selector": ""}, "Say which element"),
        ({"pages": "shop"}, "does not begin with /"),
        ({"properties": "plan"}, "write name = value"),
        ({"properties": "plan = @on click"}, "After @ stands the name of an attribute"),
        ({"event": "$x"}, "reserved"),
    ],
)
def test_a_wrong_rule_is_told_beside_its_field_and_nothing_is_saved(as_admin, acme, row, says):
    made = container(acme)
    answer = as_admin.post(f"/w/acme/containers/{made.public_id}/rules/", rules([BUY, BUY | row]))
    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert acme.containers.get().rules["events"] == []


def test_a_removed_row_is_gone_even_if_it_was_wrong(as_admin, acme):
    made = container(acme)
    gone = BUY | {"event": "", "DELETE": "on"}
    as_admin.post(f"/w/acme/containers/{made.public_id}/rules/", rules([gone, BUY]))
    assert [rule["event"] for rule in acme.containers.get().rules["events"]] == ["buy_clicked"]


def test_code_that_does_not_parse_is_kept_shown_with_its_line_and_not_published(as_admin, acme):
    made = container(acme, "first()")
    adaptor, home = made.adaptors.get(), f"/w/acme/containers/{made.public_id}/"
    address = f"{home}adaptors/{adaptor.uid}/"
    as_admin.post(address, {"name": "shop", "is_enabled": "on", "code": "  first()\nsecond("})
    page = as_admin.get(address).content.decode()
    assert "Line 2: Unexpected token" in page
    assert 'data-fault-line="2"' in page
    assert "  first()\nsecond(" in page
    answer = as_admin.post(f"{home}publish/", follow=True)
    assert "shop, line 2: Unexpected token" in answer.content.decode()
    assert b"first()" in as_admin.get(f"/tag/{made.public_id}.js").content
    as_admin.post(f"{address}delete/")
    as_admin.post(f"{home}publish/")
    assert b"first()" not in as_admin.get(f"/tag/{made.public_id}.js").content


def test_the_install_page_shows_the_tag_of_each_container(as_admin, acme):
    made = container(acme)
    page = as_admin.get("/w/acme/install/").content.decode()
    assert f"&lt;script async src=&quot;http://testserver/tag/{made.public_id}.js&quot;&gt;&lt;/script&gt;" in page


def test_an_operator_holds_the_stable_channel_in_the_admin(client, django_user_model, acme, built):
    made = container(acme)
    built("2.3.0", trackingscript="newer()", container="", inert="")
    client.force_login(django_user_model.objects.create_superuser("root@example.com", "x"))
    client.post("/admin/tracking/scriptchannel/add/", {"name": "stable", "version": "2.2.0"})
    assert ScriptChannel.objects.get().version == "2.2.0"
    assert b"core()" in client.get(f"/tag/{made.public_id}.js").content
