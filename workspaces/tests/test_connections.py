"""A connection keeps what was typed in: openly what may be read, sealed what may not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import User
from config.lib.http import HttpError, send
from config.lib.problems import Problem
from config.testing.vendor import Vendor
from config.testing.world import NOW
from workspaces import connections, providers
from workspaces.connection_form import ConnectionForm
from workspaces.models import AuditEntry, Connection, Workspace
from workspaces.providers import DeliveryError, Provider, SettingError, option


@dataclass(frozen=True)
class BellSettings:
    url: str = option("Address")
    token: str = option("Token", secret=True)
    tone: str = option("Tone", default="high", choices=(("high", "High"), ("low", "Low")))

    def __post_init__(self) -> None:
        if not self.url.startswith("http"):
            raise SettingError("url", "Begin the address with https://.")


class Bell(Provider):
    group, kind, label, says, Settings = "toy", "bell", "Bell", "Rings.", BellSettings

    def test(self) -> None:
        try:
            answer = send("POST", self.settings.url, headers={"authorization": f"Bearer {self.settings.token}"})
        except HttpError as error:
            raise DeliveryError(str(error)) from error
        if answer.status == 401:
            raise DeliveryError("The bell does not know this token.", permanent=True)


@pytest.fixture(autouse=True)
def bell() -> Iterator[None]:
    providers.register(Bell)
    yield
    del providers._registry["toy"]


def ring(workspace: Workspace, actor: User, url: str = "https://bell.example/ring", **more: str) -> Connection:
    values = {"url": url, "token": "s3cret", **more}
    return connections.connect(workspace, "toy", "bell", "Front door", values, actor=actor, now=NOW)


def test_a_secret_is_stored_sealed_and_the_rest_can_be_read(acme: Workspace, owner: User) -> None:
    made = ring(acme, owner)
    stored = Connection.objects.get(pk=made.pk)
    assert stored.configuration == {"url": "https://bell.example/ring", "tone": "high"}
    assert "s3cret" not in stored.secrets
    assert connections.provider_of(stored).settings == BellSettings("https://bell.example/ring", "s3cret", "high")


def test_what_cannot_be_right_is_refused_at_its_field(acme: Workspace, owner: User) -> None:
    with pytest.raises(Problem) as wrong:
        ring(acme, owner, url="bell.example")
    assert (wrong.value.extra["field"], wrong.value.detail) == ("url", "Begin the address with https://.")
    with pytest.raises(Problem) as missing:
        ring(acme, owner, token="")
    assert missing.value.detail == "Token is needed."


def test_two_connections_of_one_workspace_have_two_names(acme: Workspace, globex: Workspace, owner: User) -> None:
    ring(acme, owner)
    ring(globex, owner)
    with pytest.raises(Problem) as taken:
        ring(acme, owner)
    assert taken.value.code == "name_taken"


def test_a_secret_left_empty_stays_and_other_values_change(acme: Workspace, owner: User) -> None:
    made = ring(acme, owner)
    connections.change(
        made, "Back door", {"url": "https://b.example/", "token": "", "tone": "low"}, actor=owner, now=NOW
    )
    assert connections.provider_of(made).settings == BellSettings("https://b.example/", "s3cret", "low")
    assert made.name == "Back door"


def test_trying_out_says_what_the_provider_said(acme: Workspace, owner: User, vendor: Vendor) -> None:
    made = ring(acme, owner, url=vendor.url)
    connections.try_out(made)
    assert vendor.requests[0].headers["authorization"] == "Bearer s3cret"
    vendor.answer(401)
    with pytest.raises(DeliveryError, match="does not know this token") as refused:
        connections.try_out(made)
    assert refused.value.permanent and "s3cret" not in str(refused.value)


def test_every_change_is_in_the_audit_log(acme: Workspace, owner: User) -> None:
    made = ring(acme, owner)
    connections.pause(made, "401: token revoked", now=NOW)
    assert Connection.objects.get().pause_reason == "401: token revoked"
    connections.resume(made, actor=owner, now=NOW)
    connections.disconnect(made, actor=owner, now=NOW)
    log = set(AuditEntry.objects.values_list("action", "target", "workspace_id"))
    assert log == {(f"toy.{verb}", "Front door", acme.id) for verb in ("connect", "resume", "disconnect")}
    assert not Connection.objects.exists()


def test_the_form_never_shows_a_secret(acme: Workspace, owner: User) -> None:
    form: Any = ConnectionForm(Bell, connection=ring(acme, owner))
    shown = form.as_p()
    assert "s3cret" not in shown and "Leave empty to keep the present one." in shown
    assert "https://bell.example/ring" in shown
    filled = ConnectionForm(Bell, {"name": "x", "url": "https://b.example", "token": "t", "tone": "low"})
    assert filled.is_valid()
    assert filled.values() == {"url": "https://b.example", "token": "t", "tone": "low"}
