"""Who a person is. What they may do is a Membership (workspaces.models); how they sign in is allauth's."""

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

# Django's own, so that who is signed in stays so.
SESSION_SALT = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. The e-mail address is the name; `uid` is what the API shows."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_staff = models.BooleanField("operator", default=False, help_text="May open the Django admin.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    session_epoch = models.PositiveIntegerField(default=0, editable=False, help_text="Sessions of an earlier one end.")

    USERNAME_FIELD = "email"
    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_for_an_address")]

    def __str__(self) -> str:
        return self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's, with the epoch beside the password: whatever was signed in before a change of either is not."""
        said = f"{self.password}{self.session_epoch or ''}"
        return salted_hmac(SESSION_SALT, said, secret=secret, algorithm="sha256").hexdigest()

    def called(self) -> str:
        """What to call the person: the name, else the part of the address before the @."""
        return self.name or self.email.partition("@")[0]


class Identity(models.Model):
    """The name a single sign-on provider has for a person. Sign-in goes by `subject`: addresses change hands."""

    user = models.ForeignKey(User, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_user_for_a_subject"),
            models.UniqueConstraint(fields=["user", "issuer"], name="one_subject_for_a_user"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"
