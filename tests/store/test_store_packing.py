"""Small lists of a post survive their short spelling, whatever stands in them."""

from hypothesis import given
from hypothesis import strategies as st

from minyi.models import Evidence
from minyi.store.sqlite import packing

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
REAL = st.floats(allow_nan=False, allow_infinity=False)
EVIDENCE = st.builds(
    Evidence,
    WORDS,
    st.integers(0, 30_000),
    st.integers(0, 30_000),
    REAL,
    st.sampled_from(["不满", '"\n\t,', ""]),
)


@given(st.lists(WORDS, max_size=5).map(tuple))
def test_words_come_back(words: tuple[str, ...]) -> None:
    """Quotes, commas, line feeds and empty words too."""
    assert packing.unpack_words(packing.pack_words(words)) == words


@given(st.lists(EVIDENCE, max_size=4).map(tuple))
def test_evidence_comes_back(evidence: tuple[Evidence, ...]) -> None:
    """Word, place, weight and reason, where the place is not as long as the word too."""
    assert packing.unpack_evidence(packing.pack_evidence(evidence)) == evidence


@given(
    st.dictionaries(
        st.sampled_from(["likes", "views", "comments", "reposts", "收藏", ""]), st.integers(0, 1 << 53)
    )
)
def test_metrics_come_back(metrics: dict[str, int]) -> None:
    """The usual four and any other name."""
    assert packing.unpack_metrics(packing.pack_metrics(metrics)) == metrics


def test_spellings_are_short_and_readable() -> None:
    """What stands in the file can be read without us."""
    assert packing.pack_words(("商标", "会费")) == "商标\n会费"
    assert packing.pack_metrics({"likes": 33, "comments": 5}) == "5,33,,"
    assert (
        packing.pack_evidence([Evidence("太贵", 3, 5, -1.3, "不满（程度）")])
        == "太贵\t3\t\t-1.3\t不满（程度）"
    )
    assert (packing.pack_words(()), packing.pack_metrics({}), packing.pack_evidence(())) == (None, None, None)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.binary(max_size=8).map(bytes.hex))
def test_names_come_back(name: str) -> None:
    """Hexadecimal or not, upper case and odd digits too."""
    packed = packing.tight(name)
    assert packing.loose(packed) == name
    assert isinstance(packed, str) or len(packed) * 2 == len(name)
