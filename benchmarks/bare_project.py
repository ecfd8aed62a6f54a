"""An empty Django page and nothing else: settings, address, view and application of a project without any middleware."""

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

SECRET_KEY = "nothing is signed with it"  # noqa: S105
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "benchmarks.bare_project"
USE_TZ = True


def empty(request: HttpRequest) -> HttpResponse:
    """Say nothing much."""
    del request
    return HttpResponse("ok")


urlpatterns = [path("", empty)]
application = get_wsgi_application()  # the settings above are read from this module, which is why it comes last
