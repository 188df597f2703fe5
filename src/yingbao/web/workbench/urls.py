"""Addresses of the staff's pages. A room adds its own lines; a name is the room, or begins with `room-`."""

from django.urls import path

from yingbao.web.workbench import (
    calculator,
    changes,
    components,
    covers,
    duties,
    households,
    merges,
    place,
    policy,
    registration,
    residents,
    units,
)

_PERSON = "residents/<uuid:resident_id>/"
_HOUSEHOLD = "households/<uuid:household_id>/"
_UNIT = "units/<str:code>/"

registry_patterns = [
    path("search/", residents.find, name="search"),
    path("search/suggest/", residents.suggest, name="search-suggest"),
    path("residents/", residents.find, name="residents"),
    path(_PERSON, residents.person, name="residents-person"),
    path(f"{_PERSON}records/", residents.records, name="residents-records"),
    path(f"{_PERSON}versions/", residents.versions, name="residents-versions"),
    path(f"{_PERSON}journal/", residents.deeds, name="residents-journal"),
    path(f"{_PERSON}number/", residents.number, name="residents-number"),
    path(f"{_PERSON}change/", changes.details, name="residents-change"),
    path(f"{_PERSON}document/", changes.document, name="residents-document"),
    path(f"{_PERSON}move/", changes.move, name="residents-move"),
    path(f"{_PERSON}state/<slug:deed>/", changes.state, name="residents-state"),
    path(f"{_PERSON}survival/", changes.survival, name="residents-survival"),
    path(f"{_PERSON}survival/end/", changes.survival_end, name="residents-survival-end"),
    path(f"{_PERSON}covers/", covers.cover_add, name="residents-cover"),
    path(f"{_PERSON}covers/<uuid:cover_id>/end/", covers.cover_end, name="residents-cover-end"),
    path(f"{_PERSON}classes/", covers.class_add, name="residents-class"),
    path(f"{_PERSON}classes/<uuid:holding_id>/end/", covers.class_end, name="residents-class-end"),
    path(f"{_PERSON}merge/", merges.choose, name="residents-merge-choose"),
    path(f"{_PERSON}merge/<uuid:other_id>/", merges.propose, name="residents-merge"),
    path(f"{_PERSON}split/", merges.split, name="residents-split"),
    path("merges/", merges.merges, name="residents-merges"),
    path("merges/<uuid:merge_id>/", merges.merge, name="residents-merges-merge"),
    path("households/new/", registration.register, name="residents-register"),
    path("households/check/", registration.check_field, name="residents-check"),
    path("households/landing/", registration.landing, name="residents-landing"),
    path(_HOUSEHOLD, households.household, name="residents-household"),
    path(f"{_HOUSEHOLD}members/", registration.add_member, name="residents-member"),
    path(f"{_HOUSEHOLD}move/", households.move, name="residents-household-move"),
    path(f"{_HOUSEHOLD}relations/", households.relations, name="residents-household-relations"),
    path("units/", units.units, name="units"),
    path(_UNIT, units.unit, name="units-unit"),
    path(f"{_UNIT}add/", units.add, name="units-add"),
    path(f"{_UNIT}close/", units.close, name="units-close"),
    path(f"{_UNIT}assign/", units.assign, name="units-assign"),
    path(f"{_UNIT}assign/<uuid:assignment_id>/end/", units.assign_end, name="units-assign-end"),
    path(f"{_UNIT}duties/", duties.give, name="units-duty"),
    path(f"{_UNIT}duties/<uuid:duty_id>/end/", duties.end, name="units-duty-end"),
]

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
    *registry_patterns,
]
