"""The demo organization that a first start makes: somebody to sign in as, and a shop to look at."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts.models import User
from workspaces import organizations
from workspaces.models import Organization, Workspace

EMAIL = "demo@example.com"
DOMAIN = "shop.example.com"


@dataclass(frozen=True)
class DemoWorld:
    """It is its owner's to change, and none of that is undone."""

    email: str
    password: str  # "": its owner has chosen another
    organization: Organization
    workspace: Workspace
    key: str  # publishable, live; "": there is none any more


def ensure_demo(now: datetime) -> DemoWorld:
    """The demo world, made where it is missing. The password is random and kept in the data directory."""
    with transaction.atomic():
        user = _user() or _new_user()
        workspace = _workspace(user) or _new_workspace(user, now)
    return _world(user, workspace, now)


def find_demo(now: datetime) -> DemoWorld | None:
    """The same, or None where it is missing: never made, or deleted since."""
    user = _user()
    workspace = _workspace(user) if user else None
    return _world(user, workspace, now) if user and workspace else None


def _world(user: User, workspace: Workspace, now: datetime) -> DemoWorld:
    keys = workspace.api_keys.live_at(now).filter(kind="publishable", environment="live")
    key = keys.order_by("id").first()
    return DemoWorld(EMAIL, _password(user), workspace.organization, workspace, key.raw if key else "")


def _password(user: User) -> str:
    """Kept in a file for its owner alone. A new one where it is missing: at the start, or because it was lost."""
    path = settings.VAR_DIR / "secrets" / "demo_password"
    if not path.exists():
        password = secrets.token_urlsafe(12)
        user.set_password(password)
        user.save()  # before the file: killed between them, the next start gives another one
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)
    password = path.read_text().strip()
    return password if user.check_password(password) else ""


def _user() -> User | None:
    return User.objects.filter(email=EMAIL).first()


def _new_user() -> User:
    user = User.objects.create_user(EMAIL, None, name="Demo")
    EmailAddress.objects.create(user=user, email=EMAIL, primary=True, verified=True)
    return user


def _workspace(user: User) -> Workspace | None:
    return Workspace.objects.filter(organization__memberships__user=user, domain=DOMAIN).first()


def _new_workspace(user: User, now: datetime) -> Workspace:
    organization = organizations.create_organization(user, name="Demo", now=now)
    return organizations.create_workspace(organization, name="Demo shop", domain=DOMAIN, actor=user, now=now)
