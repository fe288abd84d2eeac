"""The world of the tests: Acme with one member of each role, a stranger who owns Globex, keys, a fixed clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django.test import Client

from accounts.models import User
from config.lib.clock import now
from workspaces import api_keys
from workspaces.models import Membership, Organization, Role, Workspace

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PASSWORD = "correct horse battery staple"  # everybody's


@receiver(post_migrate)
def let_tests_begin_empty(sender: AppConfig, using: str, **_: object) -> None:
    """Between tests the database is emptied, which the audit log refuses everywhere else."""
    if sender.name == "workspaces":
        with connections[using].cursor() as cursor:
            cursor.execute("ALTER TABLE workspaces_auditentry DISABLE TRIGGER audit_is_not_emptied")
            cursor.execute("GRANT TRUNCATE ON workspaces_auditentry TO CURRENT_USER")


def _person(name: str) -> User:
    user = User.objects.create_user(f"{name}@example.com", PASSWORD, name=name.title())
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def _workspace(name: str, owner: User) -> Workspace:
    organization = Organization.objects.create(name=name, slug=name.lower())
    _join(organization, owner, Role.OWNER)
    return Workspace.objects.create(
        organization=organization, name=name, slug=name.lower(), domain=f"{name.lower()}.example"
    )


def _join(organization: Organization, user: User, role: Role) -> User:
    Membership.objects.create(organization=organization, user=user, role=role)
    return user


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(db: None) -> User:
    return _person("owner")


@pytest.fixture
def acme(owner: User) -> Workspace:
    """The workspace of the organization Acme, which `owner` owns."""
    return _workspace("Acme", owner)


@pytest.fixture
def admin(acme: Workspace) -> User:
    return _join(acme.organization, _person("admin"), Role.ADMIN)


@pytest.fixture
def analyst(acme: Workspace) -> User:
    return _join(acme.organization, _person("analyst"), Role.ANALYST)


@pytest.fixture
def viewer(acme: Workspace) -> User:
    return _join(acme.organization, _person("viewer"), Role.VIEWER)


@pytest.fixture
def stranger(db: None) -> User:
    """Owns Globex (the fixture `globex`), and has nothing to do with Acme."""
    return _person("stranger")


@pytest.fixture
def globex(stranger: User) -> Workspace:
    return _workspace("Globex", stranger)


@pytest.fixture
def as_owner(acme: Workspace, owner: User) -> Client:
    return _signed_in(owner)


@pytest.fixture
def as_admin(admin: User) -> Client:
    return _signed_in(admin)


@pytest.fixture
def as_analyst(analyst: User) -> Client:
    return _signed_in(analyst)


@pytest.fixture
def as_viewer(viewer: User) -> Client:
    return _signed_in(viewer)


@pytest.fixture
def as_stranger(globex: Workspace, stranger: User) -> Client:
    return _signed_in(stranger)


@pytest.fixture
def anonymous(db: None) -> Client:
    return Client()


@pytest.fixture
def acme_key(acme: Workspace, owner: User) -> str:
    """The text of Acme's publishable key for live events, as it stands in the snippet."""
    return api_keys.issue(acme, name="Website", actor=owner, now=now())[1]


@pytest.fixture
def acme_secret(acme: Workspace, owner: User) -> str:
    """The text of a secret key of Acme that may read, write and administer."""
    everything = ["read", "write", "admin"]
    return api_keys.issue(acme, name="Server", actor=owner, now=now(), kind="secret", permissions=everything)[1]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It is 2026-03-10 12:00 UTC and stays so, until the test says `clock.shift(seconds)`."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
