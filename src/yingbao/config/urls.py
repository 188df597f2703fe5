"""Addresses: the staff's pages; others join as their rooms come."""

from django.urls import include, path

from yingbao.web.health import healthz
from yingbao.web.verify import verify

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("verify/", verify, name="verify"),
    path("", include("yingbao.web.workbench.urls")),
]

handler400 = "yingbao.web.refusals.unreadable"
handler403 = "yingbao.web.refusals.not_allowed"
handler404 = "yingbao.web.refusals.not_found"
handler500 = "yingbao.web.refusals.failed"
