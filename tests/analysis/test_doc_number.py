"""Document numbers are one thing, however they are set."""

import pytest

from analysis.doc_number import DocNumber, find_numbers, parse_number
from analysis.passages import plain_key


@pytest.mark.parametrize(
    "written",
    [
        "示知办函办字〔2022〕495号",
        "示知办函办字[2022]495号",
        "示知办函办字【2022】第0495号",
        "示知办函办字（２０２２） 第 495 号",
        "示知办函办字﹝2022﹞495号",
        "示知办函办字2022年495号",
        "示知办函办字2022495号",
        "示知辦函辦字〔 2022 〕495 號",
    ],
)
def test_brackets_blanks_zeros_and_width_make_no_difference(written: str) -> None:
    """Every way of writing one number is the same number, printed in the official form."""
    number = parse_number(written)
    assert number == DocNumber("示知办函办字", 2022, 495)
    assert str(number) == "示知办函办字〔2022〕495号"


@pytest.mark.parametrize(
    "text", ["", "公告第495号", "〔2022〕495号", "示知发〔1822〕5号", "示知发〔2022〕495号附件"]
)
def test_what_is_not_exactly_a_number_with_its_agency_is_none(text: str) -> None:
    """Another form, no agency, no year of ours, or more text: nothing is guessed."""
    assert parse_number(text) is None


@pytest.mark.parametrize("verb", ["转发", "印发", "请看", ""])
def test_a_verb_before_a_bare_number_is_no_agency(verb: str) -> None:
    """转发〔2022〕495号 forwards a number; 示知发 is an agency's own."""
    (bare,) = find_numbers(plain_key(f"{verb}〔2022〕495号"))
    (named,) = find_numbers(plain_key("示知发〔2022〕495号"))
    assert (bare.lacks_agency, named.lacks_agency) == (True, False)


def test_numbers_are_found_inside_a_sentence_in_order() -> None:
    """The run of Han characters before a number is kept, so that the agency can be looked for at its end."""
    key = plain_key("根据示知发〔2026〕12号和〔2025〕第3号，住2026年12号楼的")
    found = list(find_numbers(key))
    assert [(one.year, one.number, one.bracketed) for one in found] == [
        (2026, 12, True),
        (2025, 3, True),
        (2026, 12, False),
    ]
    assert found[0].names("示知发")
    assert not found[0].names("京知发")
    assert [one.lacks_agency for one in found] == [False, True, False]
