"""What a password must not be, beyond the rules that Django brings. All of them stand in AUTH_PASSWORD_VALIDATORS."""

from django.core.exceptions import ValidationError

LEAST = 4


class FewCharactersValidator:
    """aaaaaaaaaa and 1212121212 are long enough, on no list and guessed at once."""

    def validate(self, password: str, user: object = None) -> None:
        if len(set(password)) < LEAST:
            raise ValidationError("This password repeats the same few characters.", code="password_few_characters")

    def get_help_text(self) -> str:
        return f"Your password must contain at least {LEAST} different characters."
