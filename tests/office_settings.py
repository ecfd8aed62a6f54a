"""The office's settings for tests: a data folder of its own, a cheap password hasher, static files as they lie."""

import os
import tempfile

import postgres

os.environ["XUEZHENG_DATA"] = tempfile.mkdtemp(prefix="xuezheng-test-")
os.environ["XUEZHENG_LANGUAGE"] = "zh"
os.environ.pop("XUEZHENG_HTTPS", None)
os.environ.pop("DATABASE_URL", None)
if postgres.is_asked_for():
    os.environ["DATABASE_URL"] = f"{postgres.address()}/postgres"

from xuezheng.web.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
