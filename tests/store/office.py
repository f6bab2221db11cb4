"""The invented office: its policies, sources and authors, and the time of its posts."""

from datetime import UTC, datetime, timedelta

from minyi.models import Policy, PolicyId, SourceId
from minyi.store.query import NameBook

START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = START + timedelta(days=12)
POLICIES = tuple(PolicyId(f"p-{n}") for n in range(4))
SOURCES = tuple(SourceId(f"s{n}") for n in range(4))
AUTHORS = ("甲", "乙", "丙")

BOOK = NameBook(
    policies=tuple(
        Policy(one, f"办法之{n}", aliases=(f"会费新规（{n}）",), doc_number=f"示发〔2026〕{n}号")
        for n, one in enumerate(POLICIES)
    ),
    sources={one: f"论坛{n}" for n, one in enumerate(SOURCES)},
    hash_author=lambda name: f"h{ord(name[0]):x}",
)
