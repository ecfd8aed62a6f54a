"""Django's settings, made of the configuration. Nothing here is for an administrator to edit."""

from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.web.configuration import Configuration
from xuezheng.web.operations.delivery.hosts import read_hosts
from xuezheng.web.operations.logs import logging_settings

configuration = Configuration()

HERE = Path(__file__).parent
DATA_FOLDER = configuration.data_folder
SNAPSHOT_STORE = DATA_FOLDER / "snapshots"
EVIDENCE_STORE = DATA_FOLDER / "evidence"
UPLOAD_STORE = DATA_FOLDER / "uploads"
HEAD_STORE = DATA_FOLDER / "heads"
BACKUP_FOLDER = configuration.text("XUEZHENG_BACKUPS")
BACKUPS_KEPT = configuration.number("XUEZHENG_BACKUPS_KEPT")

DEBUG = False
try:
    SECRET_KEY = configuration.secret_key()
except OSError as problem:
    raise InvalidRequest("data_folder_not_writable", folder=str(DATA_FOLDER)) from problem
ALLOWED_HOSTS = configuration.listed("XUEZHENG_HOSTS")
ROOT_URLCONF = "xuezheng.web.urls"
WSGI_APPLICATION = "xuezheng.web.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "csp",
    "django_htmx",
    "leaflet",
    "django_tasks_db",
    "xuezheng.ledger.apps.LedgerConfig",
    "xuezheng.people.apps.PeopleConfig",
    "xuezheng.register.apps.RegisterConfig",
    "xuezheng.standards.apps.StandardsConfig",
    "xuezheng.notices.apps.NoticesConfig",
    "xuezheng.cases.apps.CasesConfig",
    "xuezheng.meetings.apps.MeetingsConfig",
    "xuezheng.web.apps.WebConfig",
]

# How many reverse proxies stand before the server: the client's address is that many entries from the end.
TRUSTED_PROXIES = int(configuration.chosen("XUEZHENG_PROXIES", ("0", "1", "2", "3")))

MIDDLEWARE = [
    "xuezheng.web.middleware.ClientAddressMiddleware",
    "xuezheng.web.operations.requests.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "xuezheng.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "xuezheng.web.middleware.PersonMiddleware",
    "xuezheng.web.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "xuezheng.web.context.office",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "xuezheng.web.templatetags.design",
                "xuezheng.web.pages.people.words",
                "xuezheng.web.pages.audit.words",
                "xuezheng.web.pages.meetings.words",
            ],
        },
    },
]


def _database() -> dict[str, object]:
    url = configuration.text("DATABASE_URL")
    if not url:
        return _sqlite(str(DATA_FOLDER / "xuezheng.sqlite3"))
    kind = url.partition("://")[0].lower()
    if kind not in ("postgres", "postgresql", "sqlite"):
        raise InvalidRequest("database_of_other_kind", kind=kind[:20] if "://" in url else "…")
    parsed: dict[str, object] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    return _sqlite(str(parsed["NAME"])) if kind == "sqlite" else parsed


def _sqlite(name: str) -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A deferred transaction that reads, then writes, fails with "database is locked" under load; this waits.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000;",
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "xuezheng.people.authentication.PasswordBackend",
]
PASSWORD_HASHERS = ["xuezheng.people.passwords.CappedArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("login", "name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "xuezheng.web.pages.design.faults.token_missing"
CSRF_COOKIE_SAMESITE = "Lax"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying again while locked out does not lock for longer
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # sign-ins stand in the ledger; a second list would keep names and addresses for ever
AXES_USERNAME_FORM_FIELD = "username"  # what `authenticate` is called with, whatever the form calls it
AXES_LOCKOUT_CALLABLE = "xuezheng.web.pages.people.signing_in.locked_out"
SECOND_FACTOR_ROLES = configuration.roles("XUEZHENG_SECOND_FACTOR")
OTP_TOTP_ISSUER = "Xuezheng"

OIDC_ISSUER = configuration.text("XUEZHENG_OIDC_ISSUER")
OIDC_NAME = configuration.text("XUEZHENG_OIDC_NAME")
OIDC_RP_CLIENT_ID = configuration.text("XUEZHENG_OIDC_CLIENT_ID")
OIDC_RP_CLIENT_SECRET = configuration.text("XUEZHENG_OIDC_CLIENT_SECRET")
OIDC_RP_SIGN_ALGO = configuration.text("XUEZHENG_OIDC_ALGORITHM")
OIDC_RP_SCOPES = "openid"
OIDC_OP_AUTHORIZATION_ENDPOINT = configuration.text("XUEZHENG_OIDC_AUTHORIZE_URL")
OIDC_OP_TOKEN_ENDPOINT = configuration.text("XUEZHENG_OIDC_TOKEN_URL")
OIDC_OP_JWKS_ENDPOINT = configuration.text("XUEZHENG_OIDC_KEYS_URL")
OIDC_OP_USER_ENDPOINT = ""
OIDC_USE_PKCE = True
OIDC_TIMEOUT = 10
OIDC_CREATE_USER = False
OIDC_AUTHENTICATION_CALLBACK_URL = "identity-callback"
LOGIN_REDIRECT_URL_FAILURE = "/sign-in/?identity=unknown"
if OIDC_ISSUER:
    AUTHENTICATION_BACKENDS.append("xuezheng.people.oidc.IdentityServiceBackend")

PUBLIC_ADDRESS = configuration.text("XUEZHENG_ADDRESS").rstrip("/")
MAIL_HOST = configuration.text("XUEZHENG_MAIL_HOST")
_mail_tls = configuration.chosen("XUEZHENG_MAIL_TLS", ("starttls", "ssl", "no"))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = MAIL_HOST, configuration.number("XUEZHENG_MAIL_PORT")
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (
    configuration.text("XUEZHENG_MAIL_USER"), configuration.text("XUEZHENG_MAIL_PASSWORD"),
)  # fmt: skip
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail_tls == "starttls", _mail_tls == "ssl"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = configuration.text("XUEZHENG_MAIL_FROM")
if MAIL_HOST and not DEFAULT_FROM_EMAIL:
    raise InvalidRequest("mail_sender_missing")
OUTGOING_HOSTS = configuration.listed("XUEZHENG_OUTGOING_HOSTS")
read_hosts(OUTGOING_HOSTS)  # a wrong entry stops here, not with the first message
OUTGOING_CERTIFICATES = configuration.text("XUEZHENG_OUTGOING_CERTIFICATES")

# The language that the source is written in; another one here would take its place wherever Chinese is asked for.
LANGUAGE_CODE = "zh-hans"
DEFAULT_LANGUAGE = {"zh": "zh-hans", "en": "en"}[configuration.chosen("XUEZHENG_LANGUAGE", ("zh", "en"))]
LANGUAGES = [("zh-hans", gettext_lazy("中文")), ("en", gettext_lazy("English"))]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# One folder of translations for each part of the interface; Chinese is the source and needs none.
LOCALE_PATHS = sorted(str(path) for path in (HERE / "locale").iterdir() if path.is_dir())
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_FOLDER / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "xuezheng.web.storage.HashedStaticFiles"},
}
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder", "xuezheng.web.finders.MadeFiles"]
WHITENOISE_USE_FINDERS = False

FILE_UPLOAD_HANDLERS = [
    "xuezheng.web.uploads.LimitedUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if configuration.is_yes("XUEZHENG_HTTPS"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^ready/$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # The browsers' preload list is for whole domains: the county's to decide.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = logging_settings(configuration.chosen("XUEZHENG_LOG_LEVEL", ("debug", "info", "warning", "error")).upper())
LOG_ADDRESSES = configuration.is_yes("XUEZHENG_LOG_ADDRESSES")
