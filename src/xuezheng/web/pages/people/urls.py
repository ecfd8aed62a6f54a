"""Addresses of signing in, one's own account, people and organisations."""

from django.urls import path

from xuezheng.web.pages.people import signing_in

urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
]
