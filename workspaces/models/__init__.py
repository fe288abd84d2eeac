"""The tenant, and the right to touch it.

    Organization ─┬─ Membership (User, role)
                  ├─ AuditEntry
                  ├─ Logo
                  ├─ Limit, LimitNotice
                  └─ Workspace ─┬─ ApiKey
                                └─ Connection

Events are not here: they live in the event store, under the number `Workspace.dataset_id` gives.
"""

from workspaces.models.api_key import ApiKey, ApiKeyQuerySet
from workspaces.models.audit_entry import AuditEntry
from workspaces.models.connection import Connection
from workspaces.models.limits import Limit, LimitNotice
from workspaces.models.logo import Logo
from workspaces.models.organization import Invitation, Membership, Organization, Role
from workspaces.models.words import CURRENCY, ENVIRONMENTS, PRINTABLE, SLUG, Environment
from workspaces.models.workspace import Workspace

__all__ = [
    "CURRENCY",
    "ENVIRONMENTS",
    "PRINTABLE",
    "SLUG",
    "ApiKey",
    "ApiKeyQuerySet",
    "AuditEntry",
    "Connection",
    "Environment",
    "Invitation",
    "Limit",
    "LimitNotice",
    "Logo",
    "Membership",
    "Organization",
    "Role",
    "Workspace",
]
