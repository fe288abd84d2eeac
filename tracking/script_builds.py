"""Which build of the tracking script goes out: the installed one, or an older one that this installation has had.

    static/dist/tracker/*.js ──installed──► Build ──keep──► PostgreSQL      (so that it outlives the next upgrade)
    "stable" | "canary" | "pinned:2.1.4" ──of_channel──► Build

An operator holds a channel at a version in the admin; a channel that is not held serves what is installed.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from config.lib.problems import Problem
from tracking.models import ScriptChannel, ScriptFile

BUILT: Path = settings.BASE_DIR / "static" / "dist" / "tracker"
PACKAGE = settings.BASE_DIR / "tracking" / "tracker" / "package.json"
SCRIPT, NANO, RUNTIME, INERT, STUB = "trackingscript", "nano", "container", "inert", "stub"
CHANNELS = ("stable", "canary")
VERSION = re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}")
PINNED = re.compile(r"pinned:(\d{1,4}\.\d{1,4}\.\d{1,4})")
HASHED = re.compile(r"(.+)\.\w{8}")
_kept_here: set[frozenset[str]] = set()


@dataclass(frozen=True)
class BuiltFile:
    """`name` carries the beginning of its digest, so that its address never means anything else."""

    variant: str
    name: str
    body: str
    integrity: str


@dataclass(frozen=True)
class Build:
    version: str
    files: dict[str, BuiltFile]  # by variant

    def body(self, variant: str) -> str:
        return self.files[variant].body


def integrity_of(body: str) -> str:
    """As the attribute `integrity` writes it: sha384-…"""
    return "sha384-" + base64.b64encode(hashlib.sha384(body.encode()).digest()).decode()


def installed() -> Build | None:
    """What `npm run build` left, or None where nobody ran it."""
    found = sorted(BUILT.glob("*.js"))
    if SCRIPT not in {path.stem for path in found}:
        return None
    return _read(json.loads(PACKAGE.read_text())["version"], tuple((path, path.stat().st_mtime_ns) for path in found))


@lru_cache(maxsize=2)
def _read(version: str, paths: tuple[tuple[Path, int], ...]) -> Build:
    files = [_named(path.stem, path.read_text()) for path, _ in paths]
    return Build(version, {file.variant: file for file in files})


def _named(stem: str, body: str) -> BuiltFile:
    if named := HASHED.fullmatch(stem):
        return BuiltFile(named[1], f"{stem}.js", body, integrity_of(body))
    digest = hashlib.sha256(body.encode()).hexdigest()[:8]
    return BuiltFile(stem, f"{stem}.{digest}.js", body, integrity_of(body))


def keep(build: Build) -> None:
    """Keeps a build's files for the time after the next upgrade. Those that are kept already stay as they are."""
    kept = set(ScriptFile.objects.filter(version=build.version).values_list("name", flat=True))
    missing = [file for file in build.files.values() if file.name not in kept]
    ScriptFile.objects.bulk_create(
        [ScriptFile(version=build.version, **vars(file)) for file in missing], ignore_conflicts=True
    )


def keep_once(build: Build) -> None:
    """The same, asked of the database once in the life of a process."""
    names = frozenset(file.name for file in build.files.values())
    if names not in _kept_here:
        keep(build)
        _kept_here.add(names)


def file(version: str, name: str) -> str | None:
    """One file of one build, of those that are not installed any more too: a browser may hold the script that asks."""
    present = installed()
    files = present.files.values() if present and present.version == version else []
    found = next((each.body for each in files if each.name == name), None)
    if found is None and VERSION.fullmatch(version) and "\0" not in name:
        found = ScriptFile.objects.filter(version=version, name=name).values_list("body", flat=True).first()
    return found


def versions() -> list[str]:
    """All that can be pinned, newest first."""
    present = installed()
    kept = set(ScriptFile.objects.filter(variant=SCRIPT).values_list("version", flat=True).distinct())
    return sorted(kept | ({present.version} if present else set()), key=_order, reverse=True)


def find(version: str) -> Build | None:
    """The build of a version: the installed one, or the newest that was kept of it."""
    present = installed()
    if present and present.version == version:
        return present
    if not VERSION.fullmatch(version):
        return None
    rows = ScriptFile.objects.filter(version=version).order_by("id")
    files = [BuiltFile(row.variant, row.name, row.body, row.integrity) for row in rows]
    return Build(version, {file.variant: file for file in files}) if files else None


def check_channel(channel: str) -> str:
    """Raises Problem."""
    pinned = PINNED.fullmatch(channel)
    if channel in CHANNELS or (pinned and pinned[1] in versions()):
        return channel
    choices = ", ".join([*CHANNELS, *(f"pinned:{version}" for version in versions())])
    raise Problem(
        422, "unknown_channel", f"There is no channel “{channel[:50]}”. Choose from: {choices}.", field="channel"
    )


def of_channel(channel: str) -> Build:
    """Raises Problem 503 where the script was never built."""
    pinned = PINNED.fullmatch(channel)
    version = pinned[1] if pinned else _held_at(channel)
    build = (find(version) if version else None) or installed()
    if build is None:
        raise Problem(503, "not_built", "The tracking script is not built. Run `npm run build` in tracking/tracker.")
    return build


def _held_at(channel: str) -> str:
    return ScriptChannel.objects.filter(name=channel).values_list("version", flat=True).first() or ""


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
