"""What the demo writes for the product is in the product's own forms."""

import json
from pathlib import Path

from minyi.config import load
from minyi.importfile import read_posts
from minyi.models import RawPost
from minyi.policyfile import load_policies
from sample.history import history_lines
from sample.office import expected, office_toml, policies_toml
from sample.story import SITE_FROM, load_story

BASE = "http://127.0.0.1:8765"


def test_the_office_is_a_valid_configuration(tmp_path: Path) -> None:
    """Every source is a sample on the demo's port, without delay, and mail goes to the mailbox."""
    path = tmp_path / "office.toml"
    path.write_text(office_toml(8765, 2525), "utf-8")
    config = load(path)
    assert {item.source for item in load_story().items} < {card.id for card in config.source}
    assert all(card.sample and card.delay == 0 for card in config.source)
    assert all(address.startswith(BASE) for card in config.source for address in card.url)
    assert (config.mail.host, config.mail.port, config.mail.security) == ("127.0.0.1", 2525, "none")
    assert "{" not in office_toml(1, 2).replace("{ checked", "")


def test_the_policies_can_be_imported(tmp_path: Path) -> None:
    """Three policies; the first carries three watched claims, each with the right statement."""
    path = tmp_path / "policies.toml"
    path.write_text(policies_toml(), "utf-8")
    policies = load_policies(path)
    assert [policy.id for policy in policies] == ["dibiao", *expected().silent_policies]
    assert [item.id for item in policies[0].watch] == ["w1", "w2", "w3"]
    assert all(item.statement and item.wording for item in policies[0].watch)


def test_documents_carry_the_imported_numbers() -> None:
    """A document found on the site is the imported policy: same number, same title."""
    documents = {one.doc_number: one.title for one in load_story().documents}
    for block in policies_toml().split("[[policy]]")[1:]:
        number = next(line for line in block.splitlines() if line.startswith("doc_number")).split('"')[1]
        title = next(line for line in block.splitlines() if line.startswith("title")).split('"')[1]
        assert f"《{title}》" in documents[number]


def test_the_history_is_the_same_every_time() -> None:
    """Two generations are equal, ascending, and name only sources that have a card."""
    lines = list(history_lines(BASE))
    assert lines == list(history_lines(BASE))
    times = [json.loads(line)["published_at"] for line in lines]
    assert times == sorted(times)


def test_the_history_imports_without_a_complaint(tmp_path: Path) -> None:
    """Every line is a post; no unknown column, nothing for quarantine."""
    path = tmp_path / "history.jsonl"
    path.write_text("\n".join(history_lines(BASE)) + "\n", "utf-8")
    read = list(read_posts(path, None, source=None, now=SITE_FROM))
    assert all(isinstance(one, RawPost) for one in read)
    assert len(read) == expected().counts["history"]
