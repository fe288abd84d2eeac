"""`manage.py demo`: the demo organization with sixty days of traffic, once; `--show` prints how to sign in."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.lib import clock
from tracking import demo, installation
from workspaces.demo import DemoWorld, ensure_demo, find_demo


class Command(BaseCommand):
    help = "Make the demo organization and its traffic (once); --show prints login and key as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--show", action="store_true", help="print, and make nothing new; null where there is none")
        parser.add_argument("--resume", action="store_true", help="send again what an earlier run may have left out")

    def handle(self, *args: Any, show: bool, resume: bool, **options: Any) -> None:
        if show:
            self.stdout.write(json.dumps(_shown(find_demo(clock.now()))))
            return
        world = ensure_demo(clock.now())
        if installation.stored_at(world.workspace.dataset_id()) and not resume:
            self.stdout.write(f"Demo workspace {world.workspace.slug} has its traffic already.")
            return
        count = demo.send(world.workspace.dataset_id(), clock.now())
        self.stdout.write(f"Demo workspace {world.workspace.slug}: {count} events sent.")


def _shown(world: DemoWorld | None) -> dict[str, str] | None:
    if world is None:
        return None
    return {"email": world.email, "password": world.password, "key": world.key, "workspace": world.workspace.slug}
