"""The written-out form of a query means the same, whatever was typed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from minyi.errors import QueryError
from minyi.models import Policy, PolicyId, SourceId
from minyi.store.query import NameBook, parse
from minyi.store.slips import hints, mended
from minyi.store.wording import explain

BOOK = NameBook(
    policies=(
        Policy(PolicyId("p1"), "商标会费办法", aliases=("会费 新规",)),
        Policy(PolicyId("p2"), "专利办法"),
    ),
    sources={SourceId("forum"): "市民论坛"},
    hash_author=lambda name: f"#{name}",
)
_TYPED = (
    '商标 專利 ＰＣＴ COVID-19 PCT专利 ( ) （ OR AND NOT - ！ + | " “专利，商标” policy:p1 信源：市民论坛 作者:张三 倾向:负面 '
    "sent:<-0.3 情感：０..0.5 时间:2026-03-01 time:>2026-03-01 ，。 政策:没有 sent:(<0 | -0.5..0)"
)
_PIECES = st.sampled_from([*_TYPED.split(), '"会费 新规"', '政策:"会费 新规"', "政策:(p1 OR p2)"])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(_PIECES, st.sampled_from(["", " ", "　"])), max_size=12))
def test_the_bracketed_form_means_the_same(pieces: list[tuple[str, str]]) -> None:
    """Typed again, it asks the same question and is its own bracketed form."""
    typed = "".join(piece + gap for piece, gap in pieces)
    try:
        query = parse(typed, resolver=BOOK)
    except QueryError:
        return
    told = explain(typed, BOOK)
    assert parse(told.bracketed, resolver=BOOK).tree() == query.tree()
    assert explain(told.bracketed, BOOK).bracketed == told.bracketed
    assert mended(told.bracketed) == ()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_explained(typed: str) -> None:
    """Whatever the parser understands has words."""
    try:
        query = parse(typed, resolver=BOOK)
    except QueryError:
        return
    told = explain(typed, BOOK)
    assert parse(told.bracketed, resolver=BOOK).tree() == query.tree()
    assert all(step.words for _, steps in told.conditions for step in steps)
    assert isinstance(hints(typed), tuple)
