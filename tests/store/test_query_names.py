"""Names as people copy them: with brackets, title marks, and document numbers in any brackets."""

import pytest

from minyi.models import Policy, PolicyId, SourceId
from minyi.store.nodes import And, Field, Member, Not, Or, Text
from minyi.store.query import NameBook, parse
from tests.store.invented import seeded

DRAFT, RULE = PolicyId("draft"), PolicyId("rule")
BOOK = NameBook(
    policies=(
        Policy(DRAFT, "特色食品名称规定（征求意见稿）"),
        Policy(RULE, "商标会费办法", doc_number="示知发〔2026〕12号"),
    ),
    sources={SourceId("daily"): "青溪日报（示例）", SourceId("forum"): "市民论坛"},
)
DAILY = Member(Field.SOURCE, ("daily",))


@pytest.mark.parametrize(
    ("typed", "policies"),
    [
        ("政策:特色食品名称规定（征求意见稿）", {DRAFT}),
        ("政策:特色食品名称规定(征求意见稿)", {DRAFT}),
        ("政策:《特色食品名称规定（征求意见稿）》", {DRAFT}),
        ("政策:《商标会费办法》", {RULE}),
        ("policy:示知发〔2026〕12号", {RULE}),
        ("policy:示知发[2026]12号", {RULE}),
        ("policy:示知发(2026)12号", {RULE}),
        ("政策：示知发（2026）12号", {RULE}),
        ("政策:(特色食品名称规定（征求意见稿） OR 示知发（2026）12号)", {DRAFT, RULE}),
    ],
)
def test_a_name_is_found_as_it_is_written(typed: str, policies: set[PolicyId]) -> None:
    """No quotes needed, and nothing of the name is searched as text."""
    query = parse(typed, resolver=BOOK)
    assert set(query.policies) == policies
    assert (query.text, query.notes) == (None, ())


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("信源:青溪日报（示例）", DAILY),
        ("(信源:青溪日报（示例）)", DAILY),
        ("((信源:青溪日报（示例） OR 会费) 商标)", And((Or((DAILY, Text(("会费",)))), Text(("商标",))))),
        ("-信源:青溪日报（示例）", Not(DAILY)),
        ("信源:青溪日报（示例）（会费）", And((DAILY, Text(("会费",))))),
        ("信源:市民论坛(会费 OR 商标)", None),
        ("信源:市民论坛（会费 OR 商标）", None),
        ("信源:市民论坛 （示例）", And((Member(Field.SOURCE, ("forum",)), Text(("示例",))))),
    ],
)
def test_brackets_belong_to_a_name_only_when_the_office_knows_it(typed: str, tree: object) -> None:
    """A group after a name stays a group."""
    either = Or((Text(("会费",)), Text(("商标",))))
    wanted = tree or And((Member(Field.SOURCE, ("forum",)), either))
    assert parse(typed, resolver=BOOK).tree() == wanted


def test_brackets_without_end_cost_little() -> None:
    """Only a few pieces are tried as a name, whatever is typed."""
    asked = 0

    def count(name: str) -> str:
        nonlocal asked
        asked += 1
        return name

    class Counting(NameBook):
        def source(self, name: str) -> tuple[SourceId, ...]:
            count(name)
            return ()

    random = seeded(5)
    for _ in range(50):
        typed = "信源:甲" + "".join(random.choices(["(", ")", "乙", "）", "（"], k=15))
        asked = 0
        parse(typed, resolver=Counting())
        assert asked <= 10
