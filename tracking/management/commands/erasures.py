"""`manage.py erasures`: what a restored backup brought back is erased again, before anybody is served."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.lib import clock
from tracking.erasure import again, passes
from tracking.models import Erasure
from tracking.store import StoreError
from tracking.store.erased import Noted


class Command(BaseCommand):
    help = "Erases again what a restored backup brought back. --save writes down what was erased, for another disk."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--save", type=Path, metavar="FILE", help="write all erasures to this file; erase nothing")
        parser.add_argument("--load", type=Path, metavar="FILE", help="also what such a file knows of")

    def handle(self, *args: Any, save: Path | None, load: Path | None, **options: Any) -> None:
        if save:
            save.write_text("".join(f"{again.as_line(again.noted_of(each))}\n" for each in Erasure.objects.all()))
            return
        now = clock.now()
        try:
            found = again.find(now, _read(load) if load else [])
        except StoreError as error:
            raise CommandError(f"The event store does not answer. Is it running? ({error})") from error
        for each in found:
            passes.erase(each.pk, now)
        waiting = Erasure.objects.filter(pk__in=[each.pk for each in found], hidden_at=None).count()
        self.stdout.write(f"{len(found)} erasures begun again, {len(found) - waiting} hidden by now.")


def _read(path: Path) -> list[Noted]:
    try:
        return [again.of_line(line) for line in path.read_text().splitlines() if line]
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(f"{path} cannot be read as a file of --save: {error}") from error
