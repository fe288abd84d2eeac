"""The demo organization that a first start makes: somebody to sign in as, and a shop to look at."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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
    email: str
    password: str
    organization: Organization
    workspace: Workspace
    key: str  # publishable, live


def ensure_demo(now: datetime) -> DemoWorld:
    """The demo world, made where it is missing. The password is random and kept in the data directory."""
    password = _password(settings.VAR_DIR / "secrets" / "demo_password")
    with transaction.atomic():
        user = _user(password)
        workspace = _workspace(user, now)
    key = workspace.api_keys.live_at(now).filter(kind="publishable", environment="live").earliest("id")
    return DemoWorld(EMAIL, password, workspace.organization, workspace, key.raw)


def _password(path: Path) -> str:
    """Read from `path`, or made and written there for its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(12))
    return path.read_text().strip()


def _user(password: str) -> User:
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        user = User.objects.create_user(EMAIL, password, name="Demo")
        EmailAddress.objects.create(user=user, email=EMAIL, primary=True, verified=True)
    elif not user.check_password(password):  # the file was lost
        user.set_password(password)
        user.save()
    return user


def _workspace(user: User, now: datetime) -> Workspace:
    workspace = Workspace.objects.filter(organization__memberships__user=user, domain=DOMAIN).first()
    if workspace is None:
        organization = organizations.create_organization(user, name="Demo", now=now)
        workspace = organizations.create_workspace(organization, name="Demo shop", domain=DOMAIN, actor=user, now=now)
    return workspace
