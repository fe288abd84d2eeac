"""Settings → Destinations, as an administrator meets it."""

import re
from datetime import timedelta

import pytest

from config.lib.webhooks import new_secret
from config.testing.world import NOW
from tracking.models import Delivery, Forwarding
from tracking.tests.forwarding.world import destination, run, store, view
from workspaces import connections, providers
from workspaces.models import Connection

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/w/acme/settings/destinations/"


def text(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def address(forwarding: Forwarding, part: str = "") -> str:
    return f"{URL}{forwarding.connection.uid}/{part}"


def test_the_empty_page_offers_every_kind(as_admin, event_store):
    page = as_admin.get(URL).content.decode()

    assert "Events stay here and go nowhere else." in page
    for kind in providers.all_of("destination"):
        assert f'href="{URL}new/{kind}/"' in page


@pytest.mark.parametrize("kind", ["amplitude", "log", "mixpanel", "slack", "supabase", "tinybird", "webhook"])
def test_every_kind_has_a_form_and_a_page_of_documentation(as_admin, client, event_store, kind):
    page = as_admin.get(f"{URL}new/{kind}/").content.decode()

    assert f'href="/docs/{kind}/"' in page
    assert client.get(f"/docs/{kind}/").status_code == 200
    assert 'type="password"' in page or kind in {"log", "webhook"}


def test_an_unknown_kind_does_not_exist(as_admin):
    assert as_admin.get(f"{URL}new/fax/").status_code == 404


def test_adding_one_seals_its_secret_and_begins_now(as_admin, acme, vendor, event_store):
    form = {
        "name": "Product", "token": "t0ken", "host": vendor.url, "environment": "live",
        "event_types": ["goal", "custom"], "names": "signup\r\npurchase", "renamed_events": "signup = Sign Up",
        "sends_personal_data": "on",
    }  # fmt: skip
    answer = as_admin.post(f"{URL}new/mixpanel/", form)

    made = Forwarding.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, address(made))
    assert (made.position, made.since) == (NOW, NOW)
    assert (made.event_types, made.names, made.renamed_events) == (
        ["goal", "custom"], ["purchase", "signup"], {"signup": "Sign Up"},
    )  # fmt: skip
    assert made.sends_personal_data and not made.sends_bots
    page = as_admin.get(address(made)).content.decode()
    assert "t0ken" not in page and "t0ken" not in Connection.objects.get().secrets
    assert "Nothing yet." in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("token", "", "This field is required."),
        ("host", "http://localhost:22", "Port 22 is not served"),
        ("event_types", [], "Choose at least one kind of event."),
        ("renamed_events", "signup", "write our name, =, and theirs"),
        ("name", "Taken", "There is a connection named Taken already."),
    ],
)
def test_a_fault_stands_beside_its_field(as_admin, acme, vendor, event_store, field, value, said):
    destination(acme, vendor, name="Taken")
    form = {"name": "New", "token": "t", "host": vendor.url, "environment": "live", "event_types": ["goal"]}

    page = as_admin.post(f"{URL}new/mixpanel/", form | {field: value})

    assert said in text(page).replace("&#x27;", "'")
    assert Forwarding.objects.count() == 1


def test_the_signing_secret_of_a_webhook_is_made_here_and_shown_this_once(as_admin, vendor, event_store):
    page = as_admin.get(f"{URL}new/webhook/").content.decode()
    (secret,) = re.findall(r'value="(whsec_[^"]+)"', page)
    form = {"name": "Hook", "url": vendor.url, "secret": secret, "environment": "live", "event_types": ["goal"]}

    as_admin.post(f"{URL}new/webhook/", form)

    made = Forwarding.objects.get()
    assert connections.provider_of(made.connection).settings.secret == secret
    page = as_admin.get(address(made, "edit/")).content.decode()
    assert secret not in page and "former" not in page
    newer = new_secret()
    as_admin.post(address(made, "edit/"), form | {"secret": newer})
    made.connection.refresh_from_db()
    settings = connections.provider_of(made.connection).settings
    assert (settings.secret, settings.former_secret) == (newer, secret)
    assert settings.former_until == (NOW + timedelta(days=1)).isoformat()


def test_settings_change_and_a_secret_left_empty_stays(as_admin, acme, vendor, event_store):
    made = destination(acme, vendor)

    as_admin.post(address(made, "edit/"), {"name": "Growth", "token": "", "host": vendor.url, "event_types": ["goal"]})

    made.refresh_from_db()
    made.connection.refresh_from_db()
    assert (made.connection.name, made.event_types, made.environment) == ("Growth", ["goal"], "live")
    assert connections.provider_of(made.connection).settings.token == "t0ken"


def test_the_page_tells_state_books_and_errors(as_admin, acme, vendor, mixpanel, writer, at_noon):
    made = destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("11:01"), view("11:02")])
    vendor.answer(400, b'{"failed_records": [{"index": 0, "field": "properties.time"}]}')
    run(at_noon)
    store(writer, acme.dataset_id(), [view("11:59:59")])
    vendor.answer(503, b"<script>alert(1)</script>")
    at_noon.shift(seconds=10)
    run(at_noon)

    page = as_admin.get(address(made))

    shown = text(page)
    assert "10 Mar 2026 3 1 1 1 × properties.time 1 0" in shown  # events, sent, rejected, waiting, dead
    assert "Failing" in shown
    assert "Mixpanel answered 503: &lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "unaccounted" not in shown
    assert "Failing" in text(as_admin.get(URL))
    assert "Events waiting 1" in text(as_admin.get(address(made, "state/")))


def test_trying_it_out_answers_in_place(as_admin, acme, vendor, event_store):
    made = destination(acme, vendor)

    assert "Mixpanel takes events with these settings." in text(as_admin.post(address(made, "test/")))
    vendor.answer(401)
    assert "Mixpanel answered 401" in text(as_admin.post(address(made, "test/")))


def test_pause_resume_and_disconnect(as_admin, acme, vendor, event_store):
    made = destination(acme, vendor)

    as_admin.post(address(made, "pause/"))
    assert "Paused by admin@example.com." in text(as_admin.get(address(made)))
    as_admin.post(address(made, "resume/"), {"skip": "1"})
    made.refresh_from_db()
    assert made.position == NOW
    as_admin.post(address(made, "disconnect/"))
    assert not Forwarding.objects.exists()


def test_dead_letters_one_by_one_or_all_together(as_admin, acme, vendor, mixpanel, writer, at_noon):
    made = destination(acme, vendor, "slack")
    store(writer, acme.dataset_id(), [view(f"11:{minute:02d}") for minute in range(45)])
    vendor.respond = None
    vendor.answer(500)
    run(at_noon)
    made.deliveries.update(state=Delivery.State.DEAD)  # 20, 20 and 5 events
    first = made.deliveries.first()

    as_admin.post(address(made, "retry/"), {"delivery": str(first.uid)})
    assert made.deliveries.filter(state=Delivery.State.DEAD).count() == 2
    as_admin.post(address(made, "retry/"))
    assert made.deliveries.filter(state=Delivery.State.DEAD).count() == 0
    assert as_admin.post(address(made, "retry/"), {"delivery": "nonsense"}).status_code == 404


def test_a_stretch_is_asked_for_and_its_number_told(as_admin, acme, vendor, writer):
    made = destination(acme, vendor)
    store(writer, acme.dataset_id(), [view("10:15"), view("11:15")])

    asked = {"start": "2026-03-10T10:00", "end": "2026-03-10T12:00"}
    page = as_admin.post(address(made, "resend/"), asked, follow=True)

    assert "2 events are sent again." in text(page)
    assert made.resends.get().asked_by == "admin@example.com"


@pytest.mark.parametrize("who", ["as_analyst", "as_viewer"])
def test_others_are_kept_out(request, acme, vendor, who, event_store):
    made = destination(acme, vendor)
    someone = request.getfixturevalue(who)

    assert someone.get(URL).status_code == 403
    assert someone.post(address(made, "disconnect/")).status_code == 403
