from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.mfa import signals

        from accounts.sign_in import end_elsewhere

        # Whoever came in before by the password alone comes in anew.
        signals.authenticator_added.connect(end_elsewhere, dispatch_uid="sessions")
        signals.authenticator_removed.connect(end_elsewhere, dispatch_uid="sessions")
