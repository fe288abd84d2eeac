"""What differs in tests. The stores are real (config/testing.py starts them); nothing here replaces one."""

import os

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

os.environ["DEBUG"] = "false"
from config.settings import *  # noqa: E402, F403
from config.settings import CACHES, CHANNEL_LAYERS, INSTALLED_APPS, REDIS_URL, STATIC_ROOT, STORAGES  # noqa: E402

ASK_IN_TIME = False  # another thread would not see what the test's transaction holds
INSTALLED_APPS.insert(0, "config.testing")  # for its command `flush`
SPOOL_MB = 0  # what is kept outlives a test; the tests of the spool switch it on
SECRET_KEY = "for-tests-only-and-long-enough-for-every-signature"
ALLOWED_HOSTS = ["*"]
HEADLESS_JWT_PRIVATE_KEY = (
    rsa.generate_private_key(public_exponent=65537, key_size=2048)
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow, as it should be
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The manifest wants collectstatic first, and a live server serves nothing by its names.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Otherwise each test's client reads the whole folder of static files first: 0.1 s, a third of the suite's time.
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # its absence is a warning, and warnings are errors here
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
CACHES["default"]["KEY_PREFIX"] = f"test-{WORKER}"
CHANNEL_LAYERS["default"]["CONFIG"] = {"hosts": [REDIS_URL], "prefix": f"test-{WORKER}"}
