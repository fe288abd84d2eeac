"""Saved views: kept from a page, found in its menu and in the list, by those who may see them."""

import re

import pytest

from analytics.models import SavedView
from analytics.tests.world import page_view, store_events
from workspaces.models import AuditEntry

pytestmark = pytest.mark.usefixtures("event_store", "clock")
LIST, OVERVIEW, TRENDS = "/w/acme/saved-views/", "/w/acme/", "/w/acme/reports/trends/"
GERMANY = {"name": "Germany, weekly", "page": "overview", "state": "?period=7d&f=is,country,DE"}


def keep(client, **changes):
    return client.post(LIST, GERMANY | changes, follow=True)


def menu_of(answer):
    """The views that the page's menu offers: name -> address."""
    panel = re.search(r'id="views-menu">(.*?)<form', answer.content.decode(), re.S)[1]
    found = re.findall(r'href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?<span class="truncate">(.*?)</span>', panel)
    return {name: address.replace("&amp;", "&") for address, name in found}


def test_a_page_is_kept_as_it_is_and_found_again_in_the_menu_of_every_page(as_analyst, acme):
    kept = keep(as_analyst)

    address = kept.redirect_chain[-1][0]
    assert address == f"{OVERVIEW}{GERMANY['state']}"
    assert menu_of(kept) == menu_of(as_analyst.get(TRENDS)) == {"Germany, weekly": address}
    assert 'aria-current="true"' in re.search(r'id="views-menu">(.*?)<form', kept.content.decode(), re.S)[1]


def test_the_form_of_a_report_keeps_its_question(as_analyst, acme):
    page = as_analyst.get(f"{TRENDS}?s=pageviews&by=country&period=7d").content.decode()
    state = re.search(r'name="state" value="([^"]+)"', page)[1].replace("&amp;", "&")

    kept = keep(as_analyst, page="trends", state=state)

    assert kept.redirect_chain[-1][0] == TRENDS + state
    assert "s=pageviews" in state and "by=country" in state and "period=7d" in state


def test_a_personal_view_is_seen_by_its_maker_alone_and_a_shared_one_by_all(as_analyst, as_viewer, acme):
    keep(as_analyst)
    keep(as_analyst, name="Ours", shared="1")

    assert sorted(menu_of(as_analyst.get(TRENDS))) == ["Germany, weekly", "Ours"]
    assert sorted(menu_of(as_viewer.get(TRENDS))) == ["Ours"]
    assert "Ours" in as_viewer.get(LIST).content.decode()
    assert list(AuditEntry.objects.filter(action__startswith="view").values_list("action", "target")) == [
        ("view.saved", "Ours")
    ]


def test_a_shared_view_of_a_report_that_is_not_for_viewers_is_not_shown_to_them(as_analyst, as_viewer, acme):
    keep(as_analyst, name="Checkout", page="funnel", state="?period=7d", shared="1")
    keep(as_analyst, name="Ours", shared="1")

    viewers, analysts = (menu_of(client.get(TRENDS)) for client in (as_viewer, as_analyst))
    assert (sorted(viewers), sorted(analysts)) == (["Ours"], ["Checkout", "Ours"])
    assert as_viewer.get(analysts["Checkout"]).status_code == 403
    assert "Checkout" not in as_viewer.get(LIST).content.decode()
    assert "Checkout" in as_analyst.get(LIST).content.decode()


def test_a_viewers_views_are_personal_and_theirs_to_delete_and_no_others(as_analyst, as_viewer, acme):
    keep(as_viewer, shared="1")
    keep(as_analyst, name="Ours", shared="1")
    keep(as_analyst, name="Mine")
    mine, ours, hidden = (SavedView.objects.get(name=name).uid for name in (GERMANY["name"], "Ours", "Mine"))

    assert "Germany" not in as_analyst.get(LIST).content.decode()
    assert as_viewer.post(f"{LIST}{mine}/delete/").status_code == 302
    assert as_viewer.post(f"{LIST}{ours}/delete/").status_code == 302
    assert as_viewer.post(f"{LIST}{hidden}/delete/").status_code == 404
    assert set(SavedView.objects.values_list("name", flat=True)) == {"Ours", "Mine"}


def test_saving_again_under_a_name_of_ones_own_takes_its_place(as_analyst, as_admin, acme):
    store_events(acme.dataset_id(), [page_view("10:00")])  # yesterday: 28 days go without saying
    keep(as_analyst, shared="1")
    keep(as_admin, shared="1")
    keep(as_analyst, state="?period=28d&f=is,country,FR")

    assert sorted(SavedView.objects.values_list("created_by__email", "state", "is_shared")) == [
        ("admin@example.com", GERMANY["state"], True),
        ("analyst@example.com", "?f=is,country,FR", False),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "  "}, "Give the view a name."),
        ({"page": "nowhere"}, "There is no such page."),
        ({"page": "events"}, "There is no such page."),  # of single people, and not for viewers
        ({"state": "?period=nonsense"}, "period"),
        ({"state": "?f=is,country," + "|".join(f"country-{n}" for n in range(400))}, ""),
    ],
)
def test_what_cannot_be_kept_is_said_and_not_kept(as_viewer, acme, changes, said):
    answer = keep(as_viewer, **changes)

    assert said in answer.content.decode()
    assert not SavedView.objects.exists()


def test_markup_in_a_name_stays_text(as_analyst, acme):
    keep(as_analyst, name="<script>alert(1)</script>")

    for page in (LIST, TRENDS):
        assert "<script>alert(1)" not in as_analyst.get(page).content.decode()
