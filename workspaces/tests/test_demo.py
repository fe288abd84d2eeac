"""The demo organization: made once, and somebody can sign in to it."""

from config.testing.world import NOW
from workspaces import api_keys
from workspaces.demo import ensure_demo, find_demo
from workspaces.models import Workspace


def test_the_demo_is_made_once_with_a_password_that_only_the_owner_of_the_files_can_read(
    db, settings, tmp_path, client
):
    settings.VAR_DIR = tmp_path
    world = ensure_demo(NOW)
    assert ensure_demo(NOW) == world
    assert Workspace.objects.get().domain == "shop.example.com"
    assert (tmp_path / "secrets/demo_password").stat().st_mode & 0o777 == 0o600
    client.post("/accounts/login/", {"login": world.email, "password": world.password})
    assert client.get("/").headers["Location"] == "/w/demo-shop/"
    assert world.key.startswith("mp_live_")


def test_a_lost_password_file_gives_a_new_password_that_works(db, settings, tmp_path, client):
    settings.VAR_DIR = tmp_path
    first = ensure_demo(NOW)
    (tmp_path / "secrets/demo_password").unlink()
    second = ensure_demo(NOW)
    assert second.password != first.password
    answer = client.post("/accounts/login/", {"login": second.email, "password": second.password})
    assert answer.headers["Location"] == "/"


def test_what_its_owner_changes_stays_so_and_is_no_reason_not_to_start(db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    made = ensure_demo(NOW)
    user = made.organization.memberships.get().user
    user.set_password("my own long password")
    user.save()
    for key in made.workspace.api_keys.all():
        api_keys.revoke(key, actor=user, now=NOW)

    for world in (find_demo(NOW), ensure_demo(NOW)):
        assert world and (world.password, world.key, world.workspace) == ("", "", made.workspace)
    user.refresh_from_db()
    assert user.check_password("my own long password")


def test_a_demo_that_is_not_there_is_not_made_by_looking_for_it(db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert find_demo(NOW) is None
    ensure_demo(NOW).workspace.delete()

    assert find_demo(NOW) is None
    assert not Workspace.objects.exists()
