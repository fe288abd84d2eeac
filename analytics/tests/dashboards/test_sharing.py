"""Links and embeds: who reads without an account, what stays hidden from them, and how it ends."""

import re
from datetime import timedelta

import jwt
import pytest
from django.test import Client

from analytics.dashboards import making, sharing
from analytics.models import Dashboard, DashboardShare
from analytics.tests.world import goal, page_view, store_events
from config.lib import ratelimit
from config.testing.world import NOW
from workspaces.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "event_store")]
NO_FILTERS: list[object] = []
WIDGETS = [
    {"id": "visitors", "kind": "number", "question": "s=visitors"},
    {"id": "pages", "kind": "bar", "question": "by=page"},
    {"id": "live", "kind": "live"},
]


@pytest.fixture
def dashboard(acme, analyst) -> Dashboard:
    config = {"period": "yesterday", "compare": "off", "widgets": WIDGETS}
    return making.create(acme, name="Sales", config=config, actor=analyst, now=NOW)


@pytest.fixture
def two_customers(acme) -> None:
    """Of customer 1 two visitors on /one, of customer 2 one visitor on /two."""
    views = [
        page_view("10:00", "/one", 1, fields={"props": {"account_id": "1"}}),
        page_view("10:00", "/one", 2, fields={"props": {"account_id": "1"}}),
        page_view("10:00", "/two", 3, fields={"props": {"account_id": "2"}}),
    ]
    store_events(acme.dataset_id(), views)


def share(dashboard: Dashboard, admin, **about: object) -> DashboardShare:
    return sharing.create(dashboard, **({"kind": "link", "name": "Board", "actor": admin, "now": NOW} | about))


def address(shared: DashboardShare) -> str:
    return f"/share/{sharing.secret_of(shared)}/"


def frame(shared: DashboardShare, filters: object = NO_FILTERS, lives: timedelta = timedelta(hours=1)) -> str:
    said = {"exp": NOW + lives, "filters": filters}
    return f"/embed/{shared.uid}/?token={jwt.encode(said, sharing.secret_of(shared), algorithm='HS256')}"


def figure(page: str) -> str:
    """What the number widget says."""
    (found,) = re.findall(r'data-metric="visitors"[^>]*>([^<]*)<', page)
    return found


def test_whoever_has_the_link_reads_without_an_account(anonymous, dashboard, admin, two_customers):
    response = anonymous.get(address(share(dashboard, admin)))

    page = response.content.decode()
    assert response.status_code == 200 and figure(page) == "3" and "/one" in page
    assert "noindex" in response.headers["X-Robots-Tag"] and response.headers["Referrer-Policy"] == "same-origin"
    assert "/w/acme" not in page  # nothing leads inside


def test_a_link_ends_when_it_is_revoked_when_its_time_is_over_and_with_its_dashboard(
    anonymous, dashboard, admin, clock
):
    revoked, timed, lost = (share(dashboard, admin, expires_at=end) for end in (None, NOW + timedelta(days=1), None))
    assert [anonymous.get(address(each)).status_code for each in (revoked, timed, lost)] == [200] * 3

    sharing.revoke(revoked, actor=admin, now=NOW)
    assert anonymous.get(address(revoked)).status_code == 404
    clock.shift(timedelta(days=1))
    assert anonymous.get(address(timed)).status_code == 404
    address_of_lost = address(lost)
    making.delete(dashboard, actor=admin, now=NOW)
    assert anonymous.get(address_of_lost).status_code == 404
    assert anonymous.get("/share/nobody-gave-out-this/").status_code == 404


def test_a_password_is_asked_for_once_and_a_wrong_one_opens_nothing(anonymous, dashboard, admin):
    shared = share(dashboard, admin, password="open sesame")
    closed = anonymous.get(address(shared))
    assert b"Sales" not in closed.content and b'type="password"' in closed.content

    wrong = anonymous.post(address(shared), {"password": "sesame"})
    assert wrong.status_code == 403 and b"Sales" not in wrong.content
    assert anonymous.post(address(shared), {"password": "open sesame"}).status_code == 302
    assert b"Sales" in anonymous.get(address(shared)).content
    assert b"Sales" not in Client().get(address(shared)).content
    assert "open sesame" not in shared.password


def test_who_shares_without_our_name_asks_for_the_password_without_it(anonymous, dashboard, admin):
    plain = share(dashboard, admin, password="open sesame", is_branded=False)
    branded = share(dashboard, admin, password="open sesame")

    assert b"MetricPal" not in anonymous.get(address(plain)).content
    assert b"MetricPal" in anonymous.get(address(branded)).content


def test_a_password_cannot_be_guessed_at_will(anonymous, dashboard, admin):
    ratelimit.forget()
    shared = share(dashboard, admin, password="open sesame")
    for _ in range(sharing.GUESSES.burst):
        anonymous.post(address(shared), {"password": "sesame"})

    refused = anonymous.post(address(shared), {"password": "open sesame"})

    assert refused.status_code == 403 and b"Too many tries" in refused.content


def test_who_asks_too_often_is_told_when_to_come_back(anonymous, dashboard, admin, monkeypatch):
    ratelimit.forget()
    monkeypatch.setattr(sharing, "READS", ratelimit.Limit(rate=0.01, burst=2))
    shared = share(dashboard, admin)

    answers = [anonymous.get(address(shared)) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert int(answers[2].headers["Retry-After"]) > 0


def test_locked_filters_hold_whatever_the_reader_adds_and_are_not_shown(anonymous, dashboard, admin, two_customers):
    shared = share(dashboard, admin, filters=[["is", "prop:account_id", ["1"]]])

    for query in (
        "",
        "?f=is,prop:account_id,2",
        "?f=or(is,page,/one;is,page,/two)",
        "?f=did(is,page,/two)",
        "?period=28d&env=test",
    ):
        page = anonymous.get(address(shared) + query).content.decode()
        assert figure(page) in ("2", "0") and 'title="/two"' not in page
    assert "account_id" not in anonymous.get(address(shared)).content.decode()


def test_readers_who_may_change_nothing_change_nothing(anonymous, dashboard, admin, two_customers):
    shared = share(dashboard, admin, may_change=False)

    page = anonymous.get(address(shared) + "?period=day&f=is,page,/two").content.decode()

    assert figure(page) == "3" and "period-menu" not in page


def test_an_embed_shows_one_customer_their_rows_and_no_others(anonymous, dashboard, admin, two_customers):
    shared = share(dashboard, admin, kind="embed", is_branded=False)

    for account, visitors in (("1", "2"), ("2", "1")):
        page = anonymous.get(frame(shared, [["is", "prop:account_id", [account]]])).content.decode()
        assert figure(page) == visitors
        assert ("/one" in page, "/two" in page) == (account == "1", account == "2")
        assert "MetricPal" not in re.sub(r"<script.*?</script>", "", page)


def test_links_within_an_embed_keep_its_token(anonymous, dashboard, admin, two_customers):
    page = anonymous.get(frame(share(dashboard, admin, kind="embed"))).content.decode()

    links = re.findall(r'href="(\?[^"]*)"', page)
    assert links and all("token=" in each for each in links)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"lives": timedelta(seconds=-1)}, "expired"),
        ({"lives": timedelta(days=2)}, "too long"),
        ({"filters": None}, "which rows count"),
        ({"filters": [["is", "colour", ["red"]]]}, "colour"),
    ],
)
def test_a_token_that_does_not_say_whose_rows_opens_nothing(anonymous, dashboard, admin, change, says):
    shared = share(dashboard, admin, kind="embed")

    refused = anonymous.get(frame(shared, **change))

    assert refused.status_code == 403 and says in refused.content.decode() and b"Sales" not in refused.content


@pytest.mark.parametrize(
    ("exp", "says"),
    [
        (10**10, "too long"),  # in the year 2286
        (10**12, "too long"),  # milliseconds: no date has a year that large
        (10**18, "too long"),
        pytest.param(10**400, "too long", id="of 400 digits"),
        (1e300, "too long"),
        (float("inf"), "not signed"),
        (float("nan"), "not signed"),
        ("2000000000", "no number"),
        ([2000000000], "not signed"),
        (-(10**18), "expired"),
    ],
)
def test_a_token_that_ends_at_no_moment_we_know_opens_nothing(anonymous, dashboard, admin, exp, says):
    shared = share(dashboard, admin, kind="embed")
    token = jwt.encode({"exp": exp, "filters": []}, sharing.secret_of(shared), algorithm="HS256")

    refused = anonymous.get(f"/embed/{shared.uid}/?token={token}")

    assert refused.status_code == 403 and says in refused.content.decode()


def test_a_token_of_another_embed_or_without_signature_opens_nothing(anonymous, dashboard, admin):
    one, other = (share(dashboard, admin, kind="embed") for _ in range(2))
    foreign = frame(one).replace(str(one.uid), str(other.uid))
    unsigned = jwt.encode({"exp": NOW + timedelta(hours=1), "filters": []}, None, algorithm="none")

    assert anonymous.get(foreign).status_code == 403
    assert anonymous.get(f"/embed/{one.uid}/?token={unsigned}").status_code == 403
    assert anonymous.get(f"/embed/{one.uid}/").status_code == 403
    assert anonymous.get(frame(share(dashboard, admin))).status_code == 404  # a link is no embed


def test_an_embed_names_the_pages_that_may_frame_it_and_everything_else_may_be_framed_by_none(
    anonymous, dashboard, admin
):
    named = share(dashboard, admin, kind="embed", origins=["https://app.example.com"])
    anywhere = share(dashboard, admin, kind="embed")

    framed = anonymous.get(frame(named))
    assert "frame-ancestors https://app.example.com;" in framed.headers["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in framed.headers
    assert "frame-ancestors *" in anonymous.get(frame(anywhere)).headers["Content-Security-Policy"]
    link = anonymous.get(address(share(dashboard, admin)))
    assert "frame-ancestors 'none'" in link.headers["Content-Security-Policy"]
    assert link.headers["X-Frame-Options"] == "DENY"


def test_a_rate_over_all_customers_is_not_told_to_one(anonymous, acme, dashboard, admin, two_customers):
    store_events(acme.dataset_id(), [goal("10:01", "signup", 1, props={"account_id": "1"})])
    config = {"period": "yesterday", "widgets": [{"kind": "table", "question": "by=goal&m=visitors&m=conversion_rate"}]}
    dashboard = making.change(dashboard, config=config, actor=admin, now=NOW)
    shared = share(dashboard, admin, kind="embed")

    page = anonymous.get(frame(shared, [["is", "prop:account_id", ["1"]]])).content.decode()

    assert "all visitors, which this view does not show" in page


def test_readers_of_locked_rows_cannot_ask_about_others_by_what_people_did(anonymous, dashboard, admin, two_customers):
    shared = share(dashboard, admin, filters=[["is", "prop:account_id", ["1"]]])

    page = anonymous.get(address(shared) + "?f=did(is,page,/two)").content.decode()

    assert "Here a filter is a dimension and values" in page and figure(page) == "2"


def test_only_admins_share_and_every_way_in_is_audited(as_admin, as_analyst, dashboard):
    shares = f"/w/acme/dashboards/{dashboard.uid}/share/"
    assert as_analyst.get(shares).status_code == 403
    fields = {"kind": "link", "name": "Board", "password": "", "ends": "7", "theme": "dark", "origins": ""}

    made = as_admin.post(shares + "?f=is,country,DE", fields)
    (shared,) = DashboardShare.objects.all()
    listed = as_admin.get(shares).content.decode()
    as_admin.post(f"{shares}{shared.uid}/revoke/")

    assert made.status_code == 302 and address(shared) in listed and "Country is Germany" in listed
    assert (shared.theme, shared.expires_at) == ("dark", NOW + timedelta(days=7))
    shared.refresh_from_db()
    assert shared.revoked_at == NOW
    told = AuditEntry.objects.filter(action__in=("dashboard.shared", "dashboard.unshared")).values_list(
        "action", flat=True
    )
    assert sorted(told) == ["dashboard.shared", "dashboard.unshared"]


def test_the_api_shares_and_revokes(as_admin, as_analyst, anonymous, dashboard):
    shares = f"/api/dashboards/{dashboard.uid}/shares"
    body = {"kind": "link", "name": "Board", "password": "open sesame"}
    assert as_analyst.post(shares, body, content_type="application/json").status_code == 403

    made = as_admin.post(shares, body, content_type="application/json").json()
    path = "/share/" + made["url"].split("/share/")[1]

    assert made["has_password"] and "password" not in made
    assert anonymous.get(path).status_code == 200
    assert len(as_admin.get(shares).json()) == 1
    assert as_admin.delete(f"{shares}/{made['id']}").status_code == 204
    assert anonymous.get(path).status_code == 404


@pytest.mark.parametrize(
    "origin", ["app.example.com", "https://a.example/path", "https://a.example;script-src", "javascript:alert(1)", "*"]
)
def test_what_is_no_origin_is_refused(as_admin, dashboard, origin):
    body = {"kind": "embed", "origins": [origin]}

    refused = as_admin.post(f"/api/dashboards/{dashboard.uid}/shares", body, content_type="application/json")

    assert refused.status_code == 422 and refused.json()["field"] == "origins"
