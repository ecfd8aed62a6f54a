"""Signing in by OpenID Connect, against a real little identity service on loopback with real RS256 keys."""

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from world import AT, person
from xuezheng.ledger.actions import SYSTEM
from xuezheng.ledger.models import Event
from xuezheng.people.actions import begin_second_factor, close_account, link_identity
from xuezheng.people.models import Account

pytestmark = pytest.mark.django_db
CLIENT, SECRET = "xuezheng-test", "a-client-secret"


class IdentityService(ThreadingHTTPServer):
    """Hands out codes at `/authorize`, tokens at `/token` and its public key at `/keys`, as OpenID Connect says.

    `claims` are laid over the token's; `key` signs it.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = self.published = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.subject, self.claims, self.algorithm = "citizen-7", {}, "RS256"
        self.asked: dict[str, dict[str, str]] = {}

    def token(self, nonce):
        now = int(time.time())
        body = {"iss": self.url, "aud": CLIENT, "sub": self.subject, "nonce": nonce, "iat": now, "exp": now + 300}
        body = {key: value for key, value in (body | self.claims).items() if value is not None}
        return jwt.encode(body, self.key, algorithm=self.algorithm, headers={"kid": "one"})


class _Answers(BaseHTTPRequestHandler):
    server: IdentityService

    def do_GET(self):
        asked = urlsplit(self.path)
        if asked.path == "/keys":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.server.published.public_key(), as_dict=True)
            return self._json({"keys": [public | {"kid": "one", "alg": "RS256", "use": "sig"}]})
        wanted = {name: values[0] for name, values in parse_qs(asked.query).items()}
        self.server.asked["the-code"] = wanted
        self.send_response(302)
        self.send_header("Location", f"{wanted['redirect_uri']}?code=the-code&state={wanted['state']}")
        return self.end_headers()

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        wanted = self.server.asked[sent["code"][0]]
        proof = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"][0].encode()).digest()).rstrip(b"=")
        if sent["client_secret"] != [SECRET] or proof.decode() != wanted["code_challenge"]:
            return self._json({"error": "invalid_client"}, 401)
        return self._json({"access_token": "unused", "id_token": self.server.token(wanted["nonce"])})

    def _json(self, content, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def running():
    service = IdentityService()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        thread.join()
        service.server_close()


@pytest.fixture
def service(settings):
    with running() as service:
        settings.OIDC_ISSUER = service.url
        settings.OIDC_NAME = "渝快办"
        settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = CLIENT, SECRET
        settings.OIDC_OP_AUTHORIZATION_ENDPOINT = f"{service.url}/authorize"
        settings.OIDC_OP_TOKEN_ENDPOINT = f"{service.url}/token"
        settings.OIDC_OP_JWKS_ENDPOINT = f"{service.url}/keys"
        settings.AUTHENTICATION_BACKENDS = [
            *settings.AUTHENTICATION_BACKENDS, "xuezheng.people.oidc.IdentityServiceBackend",
        ]  # fmt: skip
        yield service


def go_there_and_back(client, address="/sign-in/identity/"):
    """Follow the browser's way: to the service, and back with its code; return the office's last answer."""
    import urllib.error
    import urllib.request

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    out = client.get(address)
    assert out.status_code == 302
    try:
        urllib.request.build_opener(Stay).open(out.url)
    except urllib.error.HTTPError as answer:
        back = urlsplit(answer.headers["Location"])
        answer.close()
    return client.get(f"{back.path}?{back.query}")


def tied(subject="citizen-7"):
    account = person("planner", "planner")
    link_identity(account_id=account.pk, subject=subject, by=SYSTEM, at=AT)
    return account


def test_the_sign_in_page_names_the_service_where_there_is_one(client, service):
    assert "用渝快办登录" in client.get("/sign-in/").content.decode()
    assert service.url not in client.get("/sign-in/").content.decode()


def test_whoever_is_tied_to_an_account_comes_in(client, service):
    account = tied()
    answer = go_there_and_back(client, "/sign-in/identity/?next=/my/")
    assert (answer.status_code, answer.url) == (302, "/my/")
    assert client.get("/my/").status_code == 200
    event = Event.objects.filter(action="people.sign_in", subject_id=str(account.pk)).select_related("payload").get()
    assert event.payload.body["after"] == {"means": "identity_service"}
    assert service.asked["the-code"]["scope"] == "openid"


def test_whoever_is_tied_to_none_gets_no_account(client, service):
    tied("citizen-8")
    before = Account.objects.count()
    answer = go_there_and_back(client)
    assert answer.url == "/sign-in/?identity=unknown"
    assert "尚未与本系统的账号关联" in client.get(answer.url).content.decode()
    assert client.get("/my/").status_code == 302
    assert (Account.objects.count(), service.subject) == (before, "citizen-7")


def test_a_closed_account_stays_closed(client, service):
    account = tied()
    close_account(account_id=account.pk, by=SYSTEM, at=AT, reason="离任")
    assert go_there_and_back(client).url == "/sign-in/?identity=unknown"
    assert service.asked


def test_a_second_factor_of_our_own_is_asked_for_all_the_same(client, service):
    account = tied()
    device = begin_second_factor(account_id=account.pk, by=SYSTEM, at=AT)
    device.confirmed = True
    device.save()
    assert go_there_and_back(client).url == "/sign-in/code/"
    assert service.asked


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"}, {"iss": "https://elsewhere.example"}, {"exp": 1_500_000_000}, {"exp": None},
        {"nonce": "another"}, {"sub": None}, {"sub": ""},
    ],
    ids=["for-others", "from-others", "stale", "endless", "replayed", "nobody", "empty"],
)  # fmt: skip
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(client, service, claims):
    tied()
    service.claims = claims
    assert go_there_and_back(client).url == "/sign-in/?identity=unknown"
    assert client.get("/my/").status_code == 302


def test_a_token_signed_by_another_key_opens_nothing(client, service):
    tied()
    service.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert go_there_and_back(client).url == "/sign-in/?identity=unknown"


def test_a_token_signed_with_the_public_secret_opens_nothing(client, service):
    tied()
    service.key, service.algorithm = SECRET.ljust(64, "x"), "HS256"
    assert go_there_and_back(client).url == "/sign-in/?identity=unknown"


def test_an_answer_that_nobody_asked_for_opens_nothing(client, service):
    tied()
    go_there_and_back(client)
    stolen = Client()
    state = service.asked["the-code"]["state"]
    assert stolen.get(f"/sign-in/identity/back/?code=the-code&state={state}").url == "/sign-in/?identity=unknown"


def test_a_service_that_is_down_leads_back_to_the_sign_in_page(client, service, settings):
    tied()
    settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/token"  # noqa: S105 - nobody listens there
    assert go_there_and_back(client).url == "/sign-in/?identity=unknown"
    assert service.asked
