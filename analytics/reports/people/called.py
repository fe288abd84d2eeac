"""What a person is called in every list."""


def called(user_id: str, person_id: int | str) -> str:
    """The user id where one is known, else a visitor with the end of their number."""
    return user_id or f"Visitor {int(person_id) % 0x10000:04x}"
