"""The office's addresses, and an empty page among them: same server, same middleware, same session, nothing to say."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from xuezheng.web.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    """Say nothing much."""
    del request
    return HttpResponse("ok")


urlpatterns = [*urlpatterns, path("benchmark/empty/", empty)]
