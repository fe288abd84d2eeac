"""The operators' admin: every list and form opens, is searched, and shows no key."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from accounts.models import User
from accounts.tests.signing_in import log_in
from config.lib import clock
from workspaces import api_keys, audit, members
from workspaces.models import ApiKey

MODELS = ["user", "organization", "workspace", "apikey", "membership", "invitation", "auditentry"]


@pytest.fixture
def as_operator(client, stranger):
    stranger.is_staff = stranger.is_superuser = True
    stranger.save()
    client.force_login(stranger)
    return client


def path(model: str) -> str:
    return f"/admin/{'accounts' if model == 'user' else 'workspaces'}/{model}/"


@pytest.fixture
def one_of_each(acme, owner, acme_key, acme_secret):
    members.invite(acme.organization.memberships.get(), email="a@example.com", role="viewer", now=clock.now())
    audit.record(acme.organization, owner, "test", now=clock.now(), workspace=acme)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_is_searched_and_leads_to_a_form(as_operator, one_of_each, model):
    listed = as_operator.get(f"{path(model)}?q=a")
    assert listed.status_code == 200
    [admin_class] = [one for one in admin.site._registry.values() if one.model._meta.model_name == model]
    row = admin_class.model.objects.first()
    assert as_operator.get(f"{path(model)}{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_no_page_of_the_admin_shows_a_key_or_its_digest(as_operator, one_of_each, acme, acme_key, acme_secret, model):
    [admin_class] = [one for one in admin.site._registry.values() if one.model._meta.model_name == model]
    pages = [path(model), f"{path(model)}{admin_class.model.objects.first().pk}/change/"]
    html = "".join(as_operator.get(page).content.decode() for page in pages)
    for key in ApiKey.objects.all():
        assert key.digest not in html
    assert acme_key not in html and acme_secret not in html


@pytest.mark.parametrize("model", ["apikey", "invitation", "auditentry"])
def test_what_only_the_product_writes_cannot_be_written_here(as_operator, one_of_each, model):
    assert as_operator.get(f"{path(model)}add/").status_code == 403
    [admin_class] = [one for one in admin.site._registry.values() if one.model._meta.model_name == model]
    row = admin_class.model.objects.first()
    assert as_operator.post(f"{path(model)}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_class.model.objects.filter(pk=row.pk).exists()


def test_an_operator_can_revoke_a_key(as_operator, acme_key):
    key = ApiKey.objects.get()
    as_operator.post(path("apikey"), {"action": "revoke", "_selected_action": [key.pk]})
    assert api_keys.authenticate(acme_key, clock.now()) is None


def entries(organization) -> list[tuple[str, str, str]]:
    return list(organization.audit_entries.order_by("number").values_list("actor", "action", "target"))


def test_what_an_operator_changes_stands_in_the_log_of_the_organization(as_operator, acme, admin, stranger):
    member = acme.organization.memberships.get(user=admin)
    as_operator.post(f"{path('membership')}{member.pk}/change/", {"role": "viewer"})
    as_operator.post(f"{path('membership')}{member.pk}/delete/", {"post": "yes"})
    empty = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    nothing = {f"{what}-{name}": count for what in ("memberships", "workspaces") for name, count in empty.items()}
    named = {"name": "Acme & Sons", "slug": "acme"}
    as_operator.post(f"{path('organization')}{acme.organization.pk}/change/", named | nothing)
    assert entries(acme.organization) == [
        (stranger.email, "member.role", f"{admin.email} is viewer"),
        (stranger.email, "member.remove", admin.email),
        (stranger.email, "organization.change", "name"),
    ]


@pytest.mark.parametrize("model", ["workspace", "organization"])
def test_an_operator_deletes_a_tenant_with_its_keys_but_makes_none(as_operator, one_of_each, acme, model):
    row = acme if model == "workspace" else acme.organization
    assert b"Are you sure" in as_operator.get(f"{path(model)}{row.pk}/delete/").content
    as_operator.post(f"{path(model)}{row.pk}/delete/", {"post": "yes"})
    assert not ApiKey.objects.exists()
    assert entries(acme.organization)[-1:] == (
        [("stranger@example.com", "workspace.delete", "Acme")] if model == "workspace" else []
    )
    assert as_operator.get(f"{path(model)}add/").status_code == 403


def test_an_operator_can_add_a_person(as_operator):
    form = {
        "email": "new@example.com",
        "usable_password": "true",
        "password1": "a good long one",
        "password2": "a good long one",
    }
    inline = {"identities-TOTAL_FORMS": 0, "identities-INITIAL_FORMS": 0}
    assert as_operator.post("/admin/accounts/user/add/", form | inline).status_code == 302


def test_the_admins_login_is_ours_with_its_limits_and_second_factor(anonymous, owner):
    answer = anonymous.get("/admin/")
    assert answer.status_code == 302
    assert anonymous.get("/admin/login/?next=/admin/").headers["Location"].startswith("/accounts/login/")


def test_a_customer_is_not_let_into_the_admin(as_owner):
    assert as_owner.get("/admin/", follow=True).status_code in (302, 403)


def test_an_address_that_an_operator_changes_leaves_the_former_one_without_a_way_in(as_operator, acme, owner):
    inline = {"identities-TOTAL_FORMS": 0, "identities-INITIAL_FORMS": 0}
    form = {"email": "Fresh@Example.com", "name": "Owner", "is_active": "on"}
    log_in(thief := Client(), owner.email)
    assert as_operator.post(f"/admin/accounts/user/{owner.pk}/change/", form | inline).status_code == 302

    owner.refresh_from_db()
    assert owner.email == "fresh@example.com"
    assert (thief.get("/account/").status_code, as_operator.get("/account/").status_code) == (302, 200)
    assert list(owner.emailaddress_set.values_list("email", "verified")) == [("fresh@example.com", False)]
    assert log_in(Client(), "owner@example.com").status_code == 200  # the form again
    assert log_in(Client(), "fresh@example.com").headers["Location"] == "/"
    Client().post("/accounts/password/reset/", {"email": "owner@example.com"})
    assert "there is no account" in mail.outbox[-1].body
    entry = acme.organization.audit_entries.get(action="email.change")
    assert entry.actor == "stranger@example.com" and entry.target.startswith("fresh@example.com from")


def test_the_page_of_an_organization_costs_the_same_however_many_belong_to_it(
    as_operator, acme, django_assert_max_num_queries
):
    for number in range(20):
        person = User.objects.create_user(f"m{number}@example.com")
        acme.organization.memberships.create(user=person, role="viewer")
    with django_assert_max_num_queries(10):
        assert as_operator.get(f"{path('organization')}{acme.organization_id}/change/").status_code == 200


@pytest.fixture
def as_support(client, stranger):
    """An operator who may edit and delete accounts, and nothing else."""
    stranger.is_staff = True
    stranger.save()
    stranger.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    client.force_login(stranger)
    return client


INLINE = {"identities-TOTAL_FORMS": 0, "identities-INITIAL_FORMS": 0}


def test_who_edits_accounts_makes_no_operator_of_anybody(as_support, owner, stranger):
    everything = {"is_active": "on", "is_staff": "on", "is_superuser": "on", "user_permissions": ["1"]}
    form = {"email": owner.email, "name": "Renamed"} | everything | INLINE
    assert as_support.post(f"{path('user')}{owner.pk}/change/", form).status_code == 302
    as_support.post(f"{path('user')}{stranger.pk}/change/", form | {"email": stranger.email})
    for user in (owner, stranger):
        user.refresh_from_db()
    assert (owner.name, owner.is_staff, owner.is_superuser, owner.user_permissions.count()) == (
        "Renamed",
        False,
        False,
        0,
    )
    assert not stranger.is_superuser


def test_who_edits_accounts_does_not_come_in_as_another_operator(as_support, owner, admin_user):
    new = {"usable_password": "true", "password1": "an even better one", "password2": "an even better one"}
    form = {"email": "mine@example.com", "name": "", "is_active": "on"} | INLINE
    for what, sent in (("password", new), ("change", form), ("delete", {"post": "yes"})):
        assert as_support.post(f"{path('user')}{admin_user.pk}/{what}/", sent).status_code == 403, what
    chosen = {"action": "delete_selected", "_selected_action": [admin_user.pk, owner.pk], "post": "yes"}
    as_support.post(path("user"), chosen)
    assert User.objects.filter(pk__in=[admin_user.pk, owner.pk]).count() == 2
    assert as_support.post(f"{path('user')}{owner.pk}/password/", new).status_code == 302


def test_what_an_operator_does_to_a_member_stands_in_the_log_of_the_organization(as_operator, acme, owner, viewer):
    """Whoever sets a password could come in by it."""
    new = {"usable_password": "true", "password1": "an even better one", "password2": "an even better one"}
    as_operator.post(f"{path('user')}{owner.pk}/password/", new | {"password2": "not the same"})
    as_operator.post(f"{path('user')}{owner.pk}/password/", new)
    form = {"email": owner.email, "name": ""} | INLINE
    as_operator.post(f"{path('user')}{owner.pk}/change/", form)
    as_operator.post(f"{path('user')}{owner.pk}/change/", form | {"is_active": "on"})
    as_operator.post(path("user"), {"action": "delete_selected", "_selected_action": [viewer.pk], "post": "yes"})

    entries = acme.organization.audit_entries.order_by("number")
    assert {each.actor for each in entries} == {"stranger@example.com"}
    assert [(each.action, each.target.partition(" ")[0]) for each in entries] == [
        ("password.set", owner.email),
        ("account.close", owner.email),
        ("account.open", owner.email),
        ("account.delete", viewer.email),
    ]
    assert not User.objects.filter(pk=viewer.pk).exists()
