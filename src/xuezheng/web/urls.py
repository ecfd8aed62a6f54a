"""All addresses, part by part."""

from django.urls import URLPattern, URLResolver, include, path

PARTS = ("cockpit", "standards", "register", "cases", "meetings", "notices", "people", "audit", "operations", "design")

urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(f"xuezheng.web.pages.{part}.urls")) for part in PARTS),
    path("", include("xuezheng.web.api.urls")),
]
urlpatterns.append(path("", include("xuezheng.web.pages.cases.paper_urls")))

handler404 = "xuezheng.web.pages.design.faults.not_found"
handler403 = "xuezheng.web.pages.design.faults.forbidden"
handler400 = "xuezheng.web.pages.design.faults.bad_request"
handler500 = "xuezheng.web.pages.design.faults.broken"
