"""What a test with real transactions leaves behind: nothing, but what the migrations made."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from workspaces.models import AuditEntry, Organization


@pytest.mark.django_db(transaction=True)
def test_whatever_people_wrote_is_gone_and_permissions_stay(as_owner: Client, acme_key: str) -> None:
    assert AuditEntry.objects.exists()  # the key was issued
    made = Permission.objects.count(), ContentType.objects.count()

    call_command("flush", interactive=False)

    assert [User.objects.count(), Organization.objects.count(), AuditEntry.objects.count()] == [0, 0, 0]
    assert (Permission.objects.count(), ContentType.objects.count()) == made != (0, 0)
