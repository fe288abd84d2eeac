"""The environment that all processes of this installation share: addresses of the stores, secrets, folders."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from config.embedded.keys import kept, random_key, signing_key
from config.embedded.stores import Stores

SECRETS = {"SECRET_KEY": random_key, "JWT_PRIVATE_KEY": signing_key}


def surroundings(var: Path, port: int, stores: Stores, configured: Mapping[str, str]) -> dict[str, str]:
    """What `configured` (environment and .env) leaves open, by name."""
    made = {name: kept(var / "secrets", name, make) for name, make in SECRETS.items() if not configured.get(name)}
    defaults = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LIVE_PORT": str(port + 1),
        "METRICPAL_VAR": str(var),
        "PROMETHEUS_MULTIPROC_DIR": str(var / "metrics"),
        "MALLOC_ARENA_MAX": "2",  # glibc keeps an arena for each thread otherwise: some 10 MB a process
        "PYTHONUNBUFFERED": "1",  # what a killed process has printed is in its log
    }
    return stores.environment | made | {name: value for name, value in defaults.items() if not configured.get(name)}


def keep(var: Path, environment: Mapping[str, str]) -> None:
    """For `./metricpal manage` beside a running `up`: it needs the same addresses."""
    path = var / "secrets/environment.json"
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(environment, file)


def of_running(var: Path) -> dict[str, str]:
    kept_environment: dict[str, str] = json.loads((var / "secrets/environment.json").read_text())
    return kept_environment
