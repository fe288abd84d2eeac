"""What becomes of things when their maker's account ends: the personal go too, the shared stay, made by nobody."""

from typing import Any

from django.db import models


def shared_outlive(collector: Any, field: Any, made: Any, using: str) -> None:
    """An `on_delete` for models with `is_shared`."""
    models.SET_NULL(collector, field, made.filter(is_shared=True), using)
    models.CASCADE(collector, field, made.filter(is_shared=False), using)
