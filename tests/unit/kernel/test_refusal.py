"""A refusal speaks to a person and keeps its code for machines."""

import pickle

import pytest

from yingbao.kernel.id_number import BadIdNumber, IdReason
from yingbao.kernel.money import BadAmount
from yingbao.kernel.refusal import Conflict, Forbidden, Invalid, NotFound, Refusal


def test_a_refusal_prints_its_sentence_and_keeps_its_facts() -> None:
    refusal = BadAmount("金额不能为负数", found="-1")
    assert str(refusal) == "金额不能为负数"
    assert refusal.sentence == "金额不能为负数"
    assert dict(refusal.facts) == {"found": "-1"}
    assert (refusal.code, isinstance(refusal, Invalid)) == ("bad-amount", True)


@pytest.mark.parametrize("kind", [NotFound, Conflict, Invalid, Forbidden])
def test_the_four_kinds_are_refusals_with_codes_of_their_own(kind: type[Refusal]) -> None:
    assert issubclass(kind, Refusal)
    assert kind.code != Refusal.code


def test_a_refused_id_number_survives_the_way_between_worker_processes() -> None:
    refusal = BadIdNumber(IdReason.LENGTH, "身份证号应为18位", length=17)
    copy = pickle.loads(pickle.dumps(refusal))
    assert (str(copy), copy.reason, copy.facts["length"]) == ("身份证号应为18位", IdReason.LENGTH, 17)
