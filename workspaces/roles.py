"""What each role may do, as one table. Pages, API and documentation read it; nothing else decides.

Owner > Admin > Analyst > Viewer: who may do a thing at one level may do it at every level above.
"""

from dataclasses import dataclass

from workspaces.models import ApiKey, Role

RANK = {Role.VIEWER: 1, Role.ANALYST: 2, Role.ADMIN: 3, Role.OWNER: 4}


@dataclass(frozen=True)
class Action:
    needs: Role  # the least role that may do it
    says: str  # for the documentation, an infinitive


ACTIONS: dict[str, Action] = {
    "read_overview": Action(Role.VIEWER, "see the overview of a workspace"),
    "list_members": Action(Role.VIEWER, "see who belongs to the organization"),
    "leave": Action(Role.VIEWER, "leave the organization"),
    "analyse": Action(Role.ANALYST, "ask questions through the query API, build and save analyses"),
    "see_dashboards": Action(Role.VIEWER, "see the dashboards that are public or assigned to them"),
    "build_dashboards": Action(Role.ANALYST, "see all dashboards; build, change, assign and delete them"),
    "share": Action(Role.ADMIN, "share a dashboard by public links and embeds"),
    "install": Action(Role.ANALYST, "see the snippet with its publishable key and send a test event"),
    "export": Action(Role.ADMIN, "export stored events"),
    "change_workspace": Action(Role.ADMIN, "create a workspace and change its settings"),
    "erase": Action(Role.ADMIN, "erase a person, and see what was erased"),
    "manage_schemas": Action(Role.ADMIN, "edit schemas; repair, replay and discard quarantined events"),
    "manage_channels": Action(Role.ADMIN, "connect the channels that alerts are told through"),
    "manage_containers": Action(Role.ADMIN, "edit, publish, roll back and stop tag containers"),
    "manage_destinations": Action(Role.ADMIN, "forward events to destinations, pause them and send again"),
    "manage_keys": Action(Role.ADMIN, "create, rotate and revoke API keys"),
    "manage_members": Action(Role.ADMIN, "invite people, change roles up to their own and remove members"),
    "roll_up_usage": Action(Role.ADMIN, "add up usage by hand and limit single API keys"),
    "read_audit": Action(Role.ADMIN, "read and export the audit log"),
    "change_organization": Action(Role.ADMIN, "change the organization's name, domain and logo"),
    "manage_billing": Action(Role.OWNER, "see plan, usage and invoices; change the plan, cancel and pay"),
    "delete_workspace": Action(Role.OWNER, "delete a workspace"),
    "delete_organization": Action(Role.OWNER, "delete the organization"),
    "grant_ownership": Action(Role.OWNER, "make somebody an owner, or end somebody's ownership"),
}


def needs(action: str) -> Role:
    return ACTIONS[action].needs


def reaches(role: Role | str | None, needed: Role) -> bool:
    """Whether `role` is `needed` or above. None reaches nothing."""
    return role is not None and RANK[Role(role)] >= RANK[needed]


def may(role: Role | str | None, action: str) -> bool:
    return reaches(role, needs(action))


def role_of_key(key: ApiKey) -> Role | None:
    """The role a key acts with: admin as an administrator, read as an analyst; write alone may read nothing.

    A key that may only read changes nothing an analyst keeps (access.check_changes), but marks releases.
    """
    if ApiKey.Permission.ADMIN in key.permissions:
        return Role.ADMIN
    return Role.ANALYST if ApiKey.Permission.READ in key.permissions else None
