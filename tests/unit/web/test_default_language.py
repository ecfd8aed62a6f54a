"""Which language a visitor gets: the chosen one, else one that the browser asks for, else the installation's own."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("own", "asked", "chosen", "shown"),
    [
        ("zh-hans", "", "", "登录"),
        ("en", "", "", "Sign in"),
        ("en", "fr", "", "Sign in"),
        ("en", "zh-CN,zh;q=0.9", "", "登录"),
        ("zh-hans", "en-GB", "", "Sign in"),
        ("en", "", "zh-hans", "登录"),
        ("zh-hans", "", "en", "Sign in"),
    ],
)
def test_both_languages_are_reached_whatever_the_installation_speaks(settings, own, asked, chosen, shown):
    settings.DEFAULT_LANGUAGE = own
    client = Client(headers={"Accept-Language": asked} if asked else {})
    if chosen:
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = chosen
    assert f"<h1>{shown}</h1>" in client.get("/sign-in/").content.decode()
