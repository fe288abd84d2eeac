"""Routes of workspaces: pages under /w/<slug>/ and /o/<slug>/, and the API by id."""

from django.urls import path

from workspaces.api import audit as audit_api
from workspaces.api import keys as key_api
from workspaces.api import organizations as organization_api
from workspaces.api import workspaces as workspace_api
from workspaces.views import account, audit, home, invitations, keys, logo, members, organization, settings

api = [
    path("workspaces", workspace_api.workspaces, name="api_workspaces"),
    path("workspaces/<uuid:uid>", workspace_api.workspace, name="api_workspace"),
    path("workspaces/<uuid:uid>/keys", key_api.keys, name="api_keys"),
    path("workspaces/<uuid:uid>/keys/<uuid:key_uid>/rotate", key_api.rotate_key, name="api_rotate_key"),
    path("workspaces/<uuid:uid>/keys/<uuid:key_uid>/revoke", key_api.revoke_key, name="api_revoke_key"),
    path("organizations", organization_api.organizations, name="api_organizations"),
    path("organizations/<uuid:uid>", organization_api.organization, name="api_organization"),
    path("organizations/<uuid:uid>/audit", audit_api.audit, name="api_audit"),
    path("organizations/<uuid:uid>/audit/chain", audit_api.audit_chain, name="api_audit_chain"),
    path("tenants", organization_api.tenants, name="api_tenants"),
]
pages = [
    path("", home.home, name="home"),
    path("ui/analytics", home.home, name="ui_analytics"),  # as older clients have it in their bookmarks
    path("account/delete/", account.delete, name="account_delete"),
    path("welcome/", home.welcome, name="welcome"),
    path("workspaces/new/", home.new_workspace, name="workspace_new"),
    path("w/<slug:slug>/settings/", settings.general, name="workspace_settings"),
    path("w/<slug:slug>/settings/delete/", settings.delete, name="workspace_delete"),
    path("w/<slug:slug>/settings/keys/", keys.keys, name="keys"),
    path("w/<slug:slug>/settings/keys/<uuid:uid>/rotate/", keys.rotate, name="key_rotate"),
    path("w/<slug:slug>/settings/keys/<uuid:uid>/revoke/", keys.revoke, name="key_revoke"),
    path("o/<slug:slug>/", organization.general, name="organization"),
    path("o/<slug:slug>/logo/", logo.logo, name="organization_logo"),
    path("o/<slug:slug>/delete/", organization.delete, name="organization_delete"),
    path("o/<slug:slug>/audit/", audit.audit, name="audit"),
    path("o/<slug:slug>/members/", members.members, name="members"),
    path("o/<slug:slug>/members/<uuid:uid>/role/", members.change_role, name="member_role"),
    path("o/<slug:slug>/members/<uuid:uid>/remove/", members.remove, name="member_remove"),
    path("o/<slug:slug>/invitations/<uuid:uid>/withdraw/", members.withdraw, name="invitation_withdraw"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]
