"""Changes of one row, one after the other."""

from django.db.models import Model

from config.lib.problems import Problem


def take_turn(row: Model, name: str, *related: str) -> None:
    """Waits for whoever is changing the row, and begins with what they have left: `row` is read anew, with what it
    belongs to by `related`. Call in the transaction that changes it. Raises Problem 409 when it is deleted by now;
    `name` is what people call it.
    """
    kind = type(row)
    locked = kind._default_manager.select_related(*related).select_for_update(of=("self",))
    try:
        row.refresh_from_db(from_queryset=locked)
    except kind.DoesNotExist:  # type: ignore[attr-defined]  # which every model has
        raise Problem(409, f"{name}_deleted", f"This {name} has been deleted meanwhile.") from None
