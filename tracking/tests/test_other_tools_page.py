"""Settings → Other tools, through the browser's eyes: what is shown, what a form does, who may."""

import pytest

from config.lib.clock import now
from tracking import other_keys
from tracking.models import OtherKey

URL = "/w/acme/settings/other-tools/"
SEGMENT = {"tool": "segment", "key": "W1rt3K3y", "host": "", "environment": "live"}


def test_a_key_is_taken_and_listed(as_owner, acme):
    answer = as_owner.post(URL, SEGMENT, follow=True)

    page = answer.content.decode()
    assert "W1rt3K3y" in page
    assert "Change the host" in page
    assert OtherKey.objects.get().workspace == acme


def test_the_page_says_which_host_to_set(as_owner, acme):
    page = as_owner.get(URL).content.decode()

    assert "http://testserver/2/httpapi" in page
    assert "http://testserver/matomo.php" in page


def test_a_key_of_somebody_else_is_refused_beside_the_field(as_owner, acme, globex, stranger):
    other_keys.claim(globex, actor=stranger, now=now(), **SEGMENT)
    answer = as_owner.post(URL, SEGMENT)

    assert answer.context["form"].errors["key"][0].startswith("Another workspace takes the events of this key.")
    assert "globex" not in answer.content.decode().lower()


def test_a_key_is_removed(as_owner, acme, owner):
    row = other_keys.claim(acme, actor=owner, now=now(), **SEGMENT)
    as_owner.post(f"/w/acme/other-keys/{row.uid}/remove/")

    assert not OtherKey.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("as_analyst", 403), ("as_viewer", 403), ("as_stranger", 404)])
def test_only_who_manages_keys_gets_there(request, acme, who, status):
    assert request.getfixturevalue(who).get(URL).status_code == status
