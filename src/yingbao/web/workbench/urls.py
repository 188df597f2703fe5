"""Addresses of the staff's pages. A room adds its own lines; a name is the room, or begins with `room-`."""

from django.urls import path

from yingbao.web.workbench import components, place

urlpatterns = [
    path("components/", components.components, name="components"),
    path("place/<str:region>/<int:year>/", place.choose, name="place"),
]
