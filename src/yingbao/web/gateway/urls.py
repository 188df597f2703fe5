"""The API's paths, for the door alone: the site's own addresses do not hold them."""

from django.urls import path

from yingbao.web.gateway.api import PREFIX, api

urlpatterns = [path(PREFIX.lstrip("/"), api.urls)]
