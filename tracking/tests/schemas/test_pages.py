"""The pages of schemas: made, changed, restored and deleted by hand."""

import json

import pytest

from config.lib.clock import now
from tracking.models import EventSchema, FixRule
from tracking.quarantine import rules
from tracking.schemas import registry
from tracking.tests.door import post

pytestmark = pytest.mark.usefixtures("clock")
URL = "/w/acme/schemas/"
DEMANDS = {"purchase": {"total": "number", "plan": {"type": "string", "enum": ["free", "pro"]}}}


def fields(**changes):
    about = {"name": "shop", "description": "", "mode": "warn", "properties": json.dumps(DEMANDS)}
    return {name: value for name, value in (about | changes).items() if value is not None}


@pytest.fixture
def shop(acme, owner):
    return registry.create(acme, actor=owner, now=now(), name="shop", properties=DEMANDS)


def test_without_a_schema_the_page_says_how_to_begin(as_owner):
    page = as_owner.get(URL).content.decode()

    assert "No schema yet" in page and f"{URL}new/?from=seen" in page


def test_a_schema_is_made_by_hand(acme, as_admin):
    answer = as_admin.post(f"{URL}new/", fields(checks_all="on"))

    assert answer.headers["Location"] == f"{URL}shop/"
    made = EventSchema.objects.get()
    assert (made.workspace, made.mode, made.checks_all, made.is_closed) == (acme, "warn", True, False)
    assert made.properties == DEMANDS
    page = as_admin.get(f"{URL}shop/").content.decode()
    assert "one of free, pro" in page and "Version 1" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"properties": "{"}, "This is not JSON in line 1."),
        ({"properties": '{"purchase": {"total": "money"}}'}, "purchase → total: Give a type"),
        ({"name": "a b"}, "Use letters, digits"),
        ({"name": "new"}, "Use letters, digits"),
        ({"mode": "explode"}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(as_admin, changes, said):
    answer = as_admin.post(f"{URL}new/", fields(**changes))

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not EventSchema.objects.exists()


def test_a_change_and_the_way_back(as_admin, shop):
    as_admin.post(f"{URL}shop/", fields(name=None, mode="reject", properties='{"purchase": {"total": "string"}}'))
    shop.refresh_from_db()
    assert (shop.mode, shop.version, shop.properties["purchase"]) == ("reject", 2, {"total": "string"})

    as_admin.post(f"{URL}shop/versions/1/restore/")

    shop.refresh_from_db()
    assert (shop.mode, shop.version, shop.properties) == ("reject", 3, DEMANDS)


def test_saving_without_a_change_makes_no_version(as_admin, shop):
    as_admin.post(f"{URL}shop/", fields(name=None))

    shop.refresh_from_db()
    assert shop.version == 1


def test_the_page_shows_what_did_not_fit_lately(as_owner, acme_key, shop):
    for total in ("much", "more"):
        post({"schema_id": "shop", "event_type": "purchase", "properties": {"total": total}}, acme_key)

    page = as_owner.get(f"{URL}shop/").content.decode()

    assert "has another type" in page
    assert '<td class="number">2</td>' in page


def test_a_rule_is_listed_and_ended(as_owner, owner, shop):
    rules.add(shop, "live", rules.cleaned("purchase", "rename", "sum", "total"), actor=owner, now=now())
    page = as_owner.get(f"{URL}shop/").content.decode()
    rule = FixRule.objects.get()
    assert "Rename" in page and f"rules/{rule.uid}/end/" in page

    as_owner.post(f"{URL}shop/rules/{rule.uid}/end/")

    assert not FixRule.objects.exists()


def test_an_analyst_reads_and_changes_nothing(as_analyst, as_viewer, shop):
    page = as_analyst.get(f"{URL}shop/")

    assert page.status_code == 200
    assert "Change it" not in page.content.decode()
    assert as_analyst.post(f"{URL}shop/", fields(name=None)).status_code == 404
    for action in ("delete", "versions/1/restore"):
        assert as_analyst.post(f"{URL}shop/{action}/").status_code == 403
    assert as_viewer.get(URL).status_code == 403


def test_it_is_deleted_by_hand(as_owner, shop):
    as_owner.post(f"{URL}shop/delete/")

    assert not EventSchema.objects.exists()
    assert as_owner.get(f"{URL}shop/").status_code == 404
