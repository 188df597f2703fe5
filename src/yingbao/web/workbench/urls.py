"""Addresses of the staff's pages. A room adds its own lines; a name is the room, or begins with `room-`."""

from django.urls import path

from yingbao.web.workbench import calculator, components, place, policy

urlpatterns = [
    path("policy/", policy.library, name="policy"),
    path("policy/compare/", policy.compare, name="policy-compare"),
    path("policy/calculator/", calculator.calculator, name="policy-calculator"),
    path("policy/<str:region>/<int:year>/", policy.release, name="policy-release"),
    path("policy/<str:region>/<int:year>/proof/", policy.proof, name="policy-proof"),
    path("policy/<str:region>/<int:year>/examples/", policy.examples, name="policy-examples"),
    path("policy/<str:region>/<int:year>/source/", policy.source, name="policy-source"),
    path("components/", components.components, name="components"),
    path("place/<str:region>/<int:year>/", place.choose, name="place"),
]
