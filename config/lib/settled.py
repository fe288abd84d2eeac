"""Settings that are asked for with every request: found once. Django looks each one up anew, for 0.3 µs.

    from config.lib.settled import settled
    if settled.INGEST_SHARDS == 1: …

They do not change while a process runs; tests that change them say so by Django's signal.
"""

from typing import Any

from django.conf import settings
from django.core.signals import setting_changed


class _Settled:
    def __getattr__(self, name: str) -> Any:
        """Once for each name: then it is an attribute."""
        value = getattr(settings, name)
        setattr(self, name, value)
        return value


settled = _Settled()


def _forget(*, setting: str, **_: object) -> None:
    vars(settled).pop(setting, None)


setting_changed.connect(_forget)
