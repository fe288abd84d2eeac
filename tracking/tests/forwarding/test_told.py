"""What people do to a destination and its line in the audit log are one: killed between, they have done neither."""

from datetime import timedelta

from config.testing.killed import check_told
from config.testing.world import NOW
from tracking.forwarding import resends, setup
from tracking.models import Delivery, Forwarding, Resend
from workspaces.models import Connection

HOUR = timedelta(hours=1)


def dead_letter(forwarding: Forwarding) -> None:
    span = dict.fromkeys(("received_from", "received_to", "happened_from", "happened_to"), NOW)
    Delivery.objects.create(
        forwarding=forwarding, day=NOW.date(), events=1, ids=bytes(16), due_at=NOW, state=Delivery.State.DEAD, **span
    )


def test_it_is_paused(forwarding, owner):
    assert check_told(lambda: setup.pause(forwarding, actor=owner, now=NOW), Connection) == 2


def test_a_stretch_of_the_past_is_sent_again(forwarding, owner):
    assert check_told(lambda: resends.of_range(forwarding, NOW - HOUR, NOW, actor=owner, now=NOW), Resend) == 2


def test_dead_letters_are_tried_anew(forwarding, owner):
    dead_letter(forwarding)

    assert check_told(lambda: resends.dead_letters(forwarding, actor=owner, now=NOW), Delivery, Forwarding) == 3
