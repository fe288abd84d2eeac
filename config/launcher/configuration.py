"""What the launcher must know before Django runs: where the project is, and what the environment and .env say."""

import os
from collections.abc import Mapping
from pathlib import Path

from config.launcher.terminal import Refusal

ROOT = Path(__file__).resolve().parents[2]


def _from_file() -> dict[str, str]:
    """The lines NAME=value of .env. Django reads the file itself (django-environ); here only a few names matter."""
    path = ROOT / ".env"
    lines = path.read_text().splitlines() if path.exists() else []
    pairs = (line.removeprefix("export ").split("=", 1) for line in lines if "=" in line and line[0] != "#")
    return {name.strip(): value.strip().strip("'\"") for name, value in pairs}


def configured() -> Mapping[str, str]:
    """Settings by name; the environment wins over .env."""
    return {**_from_file(), **os.environ}


def var_folder() -> Path:
    """Where data, logs and secrets live; made on first use, for its owner only."""
    folder = Path(configured().get("METRICPAL_VAR") or ROOT / "var").absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in ("log", "metrics"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        folder_word = f"{folder} cannot be written ({error.strerror}). "
        raise Refusal(folder_word + "Make it writable, or name another folder in METRICPAL_VAR.") from None
    if not os.access(folder, os.W_OK):
        raise Refusal(f"{folder} cannot be written. Make it writable, or name another folder in METRICPAL_VAR.")
    return folder


def port() -> int:
    """Where the pages are served; live updates use the next one."""
    text = configured().get("METRICPAL_PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65534:
        raise Refusal(f"METRICPAL_PORT is {text!r}. Give a number between 1 and 65534, such as 8000.")
    return int(text)
