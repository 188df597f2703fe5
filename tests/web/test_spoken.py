"""Values as screens say them."""

from datetime import UTC, date, datetime

import pytest

from yingbao.web import spoken
from yingbao.web.parts import Share, segments
from yingbao.web.templatetags.yingbao import keep_days


@pytest.mark.parametrize(
    ("fen", "said"), [(0, "0.00"), (153368500, "1,533,685.00"), (-250, "−2.50"), (None, "—")]
)
def test_money_has_two_decimals_thousands_and_a_true_minus(fen: int | None, said: str) -> None:
    assert spoken.yuan(fen) == said


def test_differences_carry_their_sign() -> None:
    assert [spoken.signed_yuan(fen) for fen in (54000, -2600000, 0)] == ["+540.00", "−26,000.00", "0.00"]


def test_counts_and_rates() -> None:
    assert (spoken.count(734881), spoken.percent(8775), spoken.percent(-5)) == ("734,881", "87.75%", "−0.05%")


def test_an_instant_is_said_on_chinas_clock() -> None:
    late = datetime(2024, 12, 24, 16, 30, tzinfo=UTC)
    assert (spoken.day(late), spoken.minute(late)) == ("2024-12-25", "2024-12-25 00:30")


def test_a_day_in_a_sentence_never_breaks() -> None:
    assert spoken.day_words(date(2024, 3, 1)) == "2024\u00a0年\u00a03\u00a0月\u00a01\u00a0日"


def test_names_and_numbers_are_masked() -> None:
    assert spoken.masked_id("990101195803141428") == "9901**********1428"
    assert spoken.masked_id("99010158031414") == "*" * 18
    assert (spoken.masked_name("王桂兰"), spoken.masked_id(None)) == ("王**", "—")


def test_shares_fill_the_bar_and_keep_their_order() -> None:
    bar = segments(
        [Share("本人", 15000), Share("医疗救助资金", 25000), Share("无", 0), Share("中央财政", 60000)]
    )
    assert [(part.at, part.wide) for part in bar] == [
        ("0", "88"),
        ("90", "148"),
        ("240", "0"),
        ("240", "358"),
    ]


def test_a_day_in_a_text_is_kept_on_one_line_and_the_text_stays_harmless() -> None:
    assert keep_days("<b> 到 2024-03-01 止") == '&lt;b&gt; 到 <span class="nw">2024-03-01</span> 止'
