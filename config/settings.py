"""One settings file, read from the environment (`.env.example` lists every name), failing loudly on a bad value."""

import logging
import sys
from datetime import timedelta
from pathlib import Path

import environ
import structlog

from config.secret import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# --- where and how ---------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
ROUTEBOOK_DATA = Path(env.str("ROUTEBOOK_DATA", default="") or BASE_DIR / ".data").absolute()
SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(ROUTEBOOK_DATA)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # how many proxies of ours stand in front

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

INSTALLED_APPS = [
    "vrp.apps.VrpConfig",
    "accounts.apps.AccountsConfig",
    "vrp.admin.apps.RoutebookAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",  # full-text search of addresses
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "axes",
    "health_check",
    "django_htmx",
    "django_structlog",
]

MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "config.middleware.BodyLimitMiddleware",
    "config.middleware.DatabaseAwayMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.authentication.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"show": "vrp.web.show"},
        },
    }
]

# --- PostgreSQL, ours or yours ------------------------------------------------
if env.str("DATABASE_URL", default=""):
    DATABASES = {"default": env.db("DATABASE_URL")}
else:
    DATABASES = {
        "default": {
            "ENGINE": "config.embedded",
            "NAME": "routebook",
            "USER": "routebook",
            "EMBEDDED_DATA": ROUTEBOOK_DATA,
        }
    }
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "TEST": {"NAME": env.str("TEST_DB_NAME", default="") or None},
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
EMBEDDED_POSTGRES_IN_PRODUCTION = env.bool("EMBEDDED_POSTGRES_IN_PRODUCTION", default=False)

# --- who is asking -----------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "web:sessions"
LOGOUT_REDIRECT_URL = "accounts:login"
CSRF_FAILURE_VIEW = "config.errors.csrf_failed"

# Never the e-mail alone: strangers could lock its owner out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_DISABLE_ACCESS_LOG = True  # `logins` says who came in; axes would make a browser session for every token
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "accounts.lockout.username"
AXES_CLIENT_IP_CALLABLE = "accounts.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "config.errors.locked_out"

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
REFRESH_TOKEN_LIFETIME = timedelta(days=30)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "SIGNING_KEY": env.str("JWT_SIGNING_KEY", default="") or SECRET_KEY,
    "ALGORITHM": "HS256",
    "ISSUER": "routebook",
    "USER_ID_CLAIM": "sub",
    "TOKEN_TYPE_CLAIM": "typ",
}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS_ONLY
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- the API -------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.AccessTokenAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["config.json.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "config.json.JSONRenderer",
        "rest_framework.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_PAGINATION_CLASS": "vrp.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Routebook",
    "DESCRIPTION": "Vehicle routing: planning sessions, scenarios, verified plans.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "vrp.api.documents.add_schemas",
        "vrp.api.described_errors.add_errors",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # nothing leaves the site
}
MAX_BODY_BYTES = env.int("MAX_BODY_BYTES", default=32 * 2**20)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

# --- the queue -----------------------------------------------------------------
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # only the worker imports the tasks: the web sends jobs by name
PROCRASTINATE_WORKER_DEFAULTS = {
    "update_heartbeat_interval": 3,
    "stalled_worker_timeout": 15,
    "fetch_job_polling_interval": 1,
    "shutdown_graceful_timeout": 8,
}
SOLVES_AT_ONCE = env.int("SOLVES_AT_ONCE", default=2)
SUB_SOLVES = env.int("SUB_SOLVES", default=8)
SUB_SOLVES_FROM = env.int("SUB_SOLVES_FROM", default=2000)
MACHINE = env.str("MACHINE", default="")

# --- the map ----------------------------------------------------------------------
MAP_STYLE_URL = env.str("MAP_STYLE_URL", default="")  # instead of the base maps of our own regions

# --- roads: beside the regions in ROUTEBOOK_DATA; only what stands here is ever asked ------------
ROAD_SERVERS = {
    "osrm": env.str("OSRM_URL", default=""),
    "valhalla": env.str("VALHALLA_URL", default=""),
    "openrouteservice": env.str("OPENROUTESERVICE_URL", default=""),
    "graphhopper": env.str("GRAPHHOPPER_URL", default=""),
}
ROAD_SERVER_KEYS = {
    "openrouteservice": env.str("OPENROUTESERVICE_KEY", default=""),
    "graphhopper": env.str("GRAPHHOPPER_KEY", default=""),
}
ROAD_SERVER_CELLS = {  # of one table at most; 0: what the server takes when nobody told it otherwise
    "osrm": env.int("OSRM_MOST_CELLS", default=0),
    "valhalla": env.int("VALHALLA_MOST_CELLS", default=0),
    "openrouteservice": env.int("OPENROUTESERVICE_MOST_CELLS", default=0),
    "graphhopper": env.int("GRAPHHOPPER_MOST_CELLS", default=0),
}
NOMINATIM_URL = env.str("NOMINATIM_URL", default="")  # asked for addresses that no region of ours has
PHOTON_URL = env.str("PHOTON_URL", default="")
ROAD_CACHE_BYTES = env.int("ROAD_CACHE_BYTES", default=2 * 2**30)

# --- files ---------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = ROUTEBOOK_DATA / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or "pytest" in sys.modules
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- what is written down ------------------------------------------------------
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # our own middleware has already looked at it
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request: the one at its end
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # it believes any X-Forwarded-For; log-ins keep the true address
DJANGO_STRUCTLOG_USER_ID_FIELD = None  # it would ask for the session's user every time; we bind it once known
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="json")
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "lines": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer()
            if LOG_FORMAT == "json"
            else structlog.dev.ConsoleRenderer(),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso"),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "django.request": {"level": "CRITICAL"},  # django-structlog writes the same, with its traceback
    },
}
