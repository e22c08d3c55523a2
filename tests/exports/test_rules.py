"""No text in a file of ours is taken for an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reporting.exports.rules import guarded, is_order, printable


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠"))
@pytest.mark.parametrize("before", ["", " ", "\u3000", '"', "'", "“", "\ufeff", "\t", "\r\n", ' " '])
def test_signs_that_begin_a_formula_are_guarded(sign, before):
    text = f"{before}{sign}cmd|' /C calc'!A0"
    assert is_order(text)
    assert guarded(text).startswith("'")


@pytest.mark.parametrize("text", ["\t1", "\r1", "\n1", "\x001"])
def test_control_characters_at_the_beginning_are_guarded(text):
    assert guarded(text).startswith("'")


@pytest.mark.parametrize("text", ["", "河北质监局", "Q-HE", "1+1", "a=b", "3-2", "“质量月”", " 前有空格", "A@B"])
def test_plain_text_stays_as_it_is(text):
    assert guarded(text) == text


def test_control_characters_are_left_out_but_tabs_and_lines_stay():
    assert printable("a\x00b\x07c\td\ne\x9f\ud800") == "abc\td\ne"


@given(some.text())
def test_whatever_comes_no_cell_begins_as_an_order(text):
    told = guarded(text)
    assert not is_order(told)
    assert told.removeprefix("'") in {printable(text), printable(text).removeprefix("'")}
