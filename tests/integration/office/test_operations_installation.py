"""A fresh installation as an administrator finds it: closed by default, told by the doctor, told in the docs."""

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from addresses import ADDRESSES
from xuezheng.web.configuration import SETTINGS, Configuration

ROOT = Path(__file__).resolve().parents[3]
POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'",
    "manifest-src 'self'",
}  # fmt: skip
SHOWN = """
import json
from django.conf import settings
import django; django.setup()
from django.contrib.auth.hashers import get_hasher
print(json.dumps({
    "debug": settings.DEBUG, "hosts": settings.ALLOWED_HOSTS, "key": settings.SECRET_KEY, "hasher": get_hasher().algorithm,
    "secure": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.LANGUAGE_COOKIE_SECURE],
    "http_only": [settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_HTTPONLY],
    "hsts": settings.SECURE_HSTS_SECONDS, "redirect": settings.SECURE_SSL_REDIRECT,
}))
"""
ANSWERED = """
import django; django.setup()
from django.test import Client
from xuezheng.web.operations.server import collect_static_files
collect_static_files()
answer = Client(headers={"host": "localhost"}).get("/sign-in/", secure=True)
for name, value in answer.headers.items(): print(f"{name}: {value}")
for cookie in answer.cookies.values(): print(cookie.output())
"""


def run(folder, *arguments, **settings):
    return subprocess.run(
        [sys.executable, *arguments],
        env={
            "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "XUEZHENG_DATA": str(folder / "data"),
            "XUEZHENG_LANGUAGE": "en", "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings", **settings,
        },
        capture_output=True, text=True, check=False, cwd="/",
    )  # fmt: skip


def command(folder, *arguments, **settings):
    return run(folder, "-m", "xuezheng", *arguments, **settings)


def done(found):
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_a_fresh_installation_is_closed(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one = json.loads(done(run(tmp_path / "one", "-c", SHOWN)))
    two = json.loads(done(run(tmp_path / "two", "-c", SHOWN)))
    assert (one["debug"], one["hosts"]) == (False, ["localhost", "127.0.0.1", "[::1]"])
    assert one["key"] != two["key"]
    assert len(one["key"]) >= 50
    assert one["hasher"] == "argon2"
    assert one["http_only"] == [True, True]
    assert (tmp_path / "one" / "data" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "one" / "data").stat().st_mode & 0o007 == 0
    assert json.loads(done(run(tmp_path / "one", "-c", SHOWN)))["key"] == one["key"]


def test_with_https_cookies_are_secure_and_the_deployment_check_is_clean(tmp_path):
    settings = {"XUEZHENG_HTTPS": "yes", "XUEZHENG_HOSTS": "jy.example.gov.cn"}
    shown = json.loads(done(run(tmp_path, "-c", SHOWN, **settings)))
    assert (shown["secure"], shown["hsts"], shown["redirect"]) == ([True] * 3, 31_536_000, True)
    checked = run(tmp_path, "-m", "django", "check", "--deploy", "--fail-level", "WARNING", **settings)
    assert checked.returncode == 0, checked.stderr


def test_the_headers_of_an_answer_are_strict(tmp_path):
    done(command(tmp_path, "migrate"))
    lines = done(run(tmp_path, "-c", ANSWERED, XUEZHENG_HTTPS="yes")).splitlines()
    headers = dict(line.split(": ", 1) for line in lines if not line.startswith("Set-Cookie"))
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    cookies = [line for line in lines if line.startswith("Set-Cookie")]
    assert cookies
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_nobody_is_let_in_without_an_account_made_for_them():
    public = {name for name, address in ADDRESSES.items() if address.door == "public"}
    assert {name for name in public if re.search("sign-up|regist|create|join", name)} == set()


def test_the_first_administrator_gets_a_random_password_once(tmp_path):
    done(command(tmp_path, "migrate"))
    count = "import django; django.setup()\nfrom xuezheng.people.models import Account\nprint(Account.objects.count())"
    assert done(run(tmp_path, "-c", count)) == "0\n"
    first = done(command(tmp_path, "create-administrator", "chief", "--county", "500101")).strip()
    second = done(command(tmp_path, "create-administrator", "deputy", "--county", "500101")).strip()
    assert first != second
    assert len(first) >= 16
    assert command(tmp_path, "create-administrator", "chief", "--county", "500101").returncode == 19
    assert command(tmp_path, "create-administrator", "third", "--county", "50").returncode == 19


def test_the_website_does_not_start_on_a_database_that_waits_or_is_newer(tmp_path):
    refused = command(tmp_path, "serve")
    assert (refused.returncode, "xuezheng migrate" in refused.stderr) == (19, True)
    assert command(tmp_path, "migrate", "--check").returncode == 19
    done(command(tmp_path, "migrate"))
    done(command(tmp_path, "migrate", "--check"))
    newer = (
        "import django; django.setup()\nfrom django.db.migrations.recorder import MigrationRecorder as R\n"
        "from django.db import connection\nR(connection).record_applied('people', '9999_from_the_future')"
    )
    done(run(tmp_path, "-c", newer))
    refused = command(tmp_path, "serve")
    assert (refused.returncode, "9999_from_the_future" in refused.stderr) == (19, True)


def test_the_website_does_not_start_where_it_cannot_listen(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        held = f"127.0.0.1:{taken.getsockname()[1]}"
        for address in (held, "127.0.0.1:http", "127.0.0.1:70000"):
            refused = command(tmp_path, "serve", "--migrate", "--bind", address)
            assert (refused.returncode, f"Cannot listen on {address}: " in refused.stderr) == (19, True), refused.stderr


def test_a_demonstration_leaves_somebody_s_own_database_as_it_is(tmp_path):
    behind = (
        "import django; django.setup()\nfrom django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\nfrom django.utils.timezone import now\n"
        "from xuezheng.people.models import Account\nAccount.objects.create(login='somebody', created_at=now())\n"
        "call_command('migrate', 'meetings', 'zero', verbosity=0)"
    )
    done(run(tmp_path, "-c", behind))
    refused = run(tmp_path, "-m", "xuezheng.web.operations.demonstration", "load")
    assert (refused.returncode, json.loads(refused.stdout)["code"]) == (19, "demonstration_not_empty")
    assert command(tmp_path, "migrate", "--check").returncode == 19


def test_a_database_that_is_not_there_is_told_in_a_sentence(tmp_path):
    refused = command(tmp_path, "worker", "--burst", DATABASE_URL="postgres://nobody@%2Fnowhere/none")
    assert refused.returncode == 19
    assert "DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_doctor_tells_line_by_line_and_fails_when_something_does(tmp_path):
    behind = command(tmp_path, "doctor")
    assert behind.returncode == 19
    assert "fail  The database is" in behind.stdout
    done(command(tmp_path, "migrate"))
    told = done(command(tmp_path, "doctor"))
    assert "ok    The ledger's chain of 0 events holds" in told
    assert "warn  No worker is running." in told
    assert "      → Start xuezheng worker" in told
    (tmp_path / "data" / "secret-key").chmod(0o644)
    assert "fail  Other users can read the signing key" in command(tmp_path, "doctor").stdout


def test_the_doctor_names_what_an_identity_service_lacks(tmp_path):
    done(command(tmp_path, "migrate"))
    half = {"XUEZHENG_OIDC_ISSUER": "https://id.example.cn", "XUEZHENG_OIDC_CLIENT_ID": "xuezheng"}
    told = command(tmp_path, "doctor", **half)
    assert told.returncode == 19
    assert "fail  The identity service is configured by half" in told.stdout
    assert "XUEZHENG_OIDC_CLIENT_SECRET" in told.stdout


def test_the_worker_ends_when_nothing_is_left_to_do(tmp_path):
    done(command(tmp_path, "migrate"))
    done(command(tmp_path, "worker", "--burst"))
    heads = list((tmp_path / "data" / "heads").glob("*.json"))
    assert [re.fullmatch(r"\d{4}-\d\d-\d\d", path.stem) is not None for path in heads] == [True]


def test_the_daily_backup_lets_go_of_the_oldest(tmp_path):
    done(command(tmp_path, "migrate"))
    backups = tmp_path / "backups"
    backups.mkdir()
    (backups / "xuezheng-20200101-020000.zip").write_text("old")
    (backups / "mine.zip").write_text("not ours to delete")
    ask = (
        "import django; django.setup()\nfrom django.utils import timezone\nfrom xuezheng.ledger.actions import SYSTEM\n"
        "from xuezheng.web.background import enqueue\n"
        "enqueue(kind='operations.backup', arguments={}, by=SYSTEM, at=timezone.now())"
    )
    settings = {"XUEZHENG_BACKUPS": str(backups), "XUEZHENG_BACKUPS_KEPT": "1"}
    done(run(tmp_path, "-c", ask, **settings))
    done(command(tmp_path, "worker", "--burst", **settings))
    kept = sorted(path.name for path in backups.iterdir())
    assert len(kept) == 2
    assert kept[0] == "mine.zip"
    assert kept[1] > "xuezheng-2026"
    (tmp_path / "data" / "xuezheng.sqlite3").unlink()
    shutil.rmtree(tmp_path / "data" / "heads")
    done(command(tmp_path, "restore", str(backups / kept[1])))


def test_no_migration_is_missing(tmp_path):
    found = run(tmp_path, "-m", "django", "makemigrations", "--check", "--dry-run")
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("words", [["--help"], ["standards", "list"], ["assess", "--help"], ["demo-county", "--help"]])
def test_engine_commands_never_load_django(tmp_path, words):
    watch = (
        "import sys\nfrom xuezheng.cli import main\nsys.argv = ['xuezheng', *sys.argv[1:]]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "sys.exit(1 if 'django' in sys.modules else 0)"
    )
    assert run(tmp_path, "-c", watch, *words).returncode == 0


def test_assessing_never_loads_django(tmp_path):
    done(command(tmp_path, "demo-county", str(tmp_path / "county"), "--size", "small"))
    watch = (
        "import sys\nfrom xuezheng.cli import main\nsys.argv = ['xuezheng', *sys.argv[1:]]\n"
        "try: main()\nexcept SystemExit as end: assert not end.code, end.code\n"
        "assert 'django' not in sys.modules"
    )
    done(run(tmp_path, "-c", watch, "assess", str(tmp_path / "county"), "--standard", "cn-compulsory-2017"))


# What others set: the system, Django's way to find the settings, and the tests.
OF_OTHERS = {"PATH", "HOME", "LANG", "SYSTEMROOT", "DJANGO_SETTINGS_MODULE"}


def environment_names():
    """Every name that the program looks up in the environment, with its file."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        text = path.read_text("utf-8")
        for name in re.findall(r'"(XUEZHENG_[A-Z_]+|DATABASE_URL)"', text):
            yield name, path.name
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call | ast.Subscript):
                called = ast.unparse(node.func if isinstance(node, ast.Call) else node.value)
                if called in {"os.environ.get", "os.environ", "os.getenv", "os.environ.setdefault"}:
                    given = node.args[0] if isinstance(node, ast.Call) else node.slice
                    if isinstance(given, ast.Constant):
                        yield given.value, path.name


def test_every_setting_that_is_read_is_declared_and_every_declared_one_is_read():
    read = set(environment_names())
    declared = {setting.name for setting in SETTINGS}
    assert {(name, file) for name, file in read if name not in declared | OF_OTHERS} == set()
    elsewhere = {name for name, file in read if file != "configuration.py"}
    own = (ROOT / "src/xuezheng/web/configuration.py").read_text("utf-8")
    assert {name for name in declared if name not in elsewhere and own.count(f'"{name}"') < 2} == set()


def test_a_setting_of_the_wrong_form_is_refused_with_its_name():
    from xuezheng.kernel.refusal import InvalidRequest

    given = Configuration({"XUEZHENG_HTTPS": "perhaps", "XUEZHENG_BACKUPS_KEPT": "0", "XUEZHENG_LOG_LEVEL": "loud"})
    for ask in (
        lambda: given.is_yes("XUEZHENG_HTTPS"),
        lambda: given.number("XUEZHENG_BACKUPS_KEPT"),
        lambda: given.chosen("XUEZHENG_LOG_LEVEL", ("info", "error")),
    ):
        with pytest.raises(InvalidRequest) as refused:
            ask()
        assert refused.value.params["name"].startswith("XUEZHENG_")


def test_the_page_about_operating_shows_the_files_as_they_are_shipped():
    page = (ROOT / "docs" / "how-to" / "operate.md").read_text("utf-8")
    shipped = sorted((ROOT / "deploy").iterdir())
    assert [path.name for path in shipped if path.read_text("utf-8") not in page] == []


def test_units_run_commands_that_exist():
    from xuezheng.cli.app import app

    names = {entry.name for entry in app.registered_commands}
    for path in (ROOT / "deploy").glob("*.service"):
        (start,) = re.findall(r"^ExecStart=/opt/xuezheng/bin/xuezheng (\S+)", path.read_text("utf-8"), re.MULTILINE)
        assert start in names
