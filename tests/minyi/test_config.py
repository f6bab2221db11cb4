"""Reading office.toml: what is wrong is named with file, key and the way out."""

from pathlib import Path

import pytest

from minyi import config
from minyi.errors import ConfigError

CASES = Path(__file__).parents[1] / "config"


@pytest.mark.parametrize(
    ("name", "key", "words"),
    [
        ("unknown-key", "mail.hots", "是否想写 host"),
        ("bad-source-kind", "source[0].kind", "feed、article、gov"),
        ("no-card-basis", "source[0].legal_basis", "缺少这一项"),
        ("hurried-source", "source[0].delay", "allow_hosts"),
        ("missing", "", "minyi init"),
    ],
)
def test_a_fault_names_file_key_and_remedy(name: str, key: str, words: str) -> None:
    """Each faulty file is refused with a message that leads to the line."""
    path = CASES / f"office.{name}.toml"
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert caught.value.key == key
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


OFFICE = '[office]\nname = "示例局"\ncontact = "press@office.example"\n'
CARD = """[[source]]
id = "paper"
name = "示例日报"
kind = "feed"
url = ["https://paper.example/feed"]
legal_basis = "公开信息"
robots = { checked = 2026-01-05, result = "allowed" }
assessed = 2026-01-05
"""


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (OFFICE + "[crawl]\nparallel = 0\n", "crawl.parallel"),
        (OFFICE + "[crawl]\nmemory_mb = 1\n", "crawl.memory_mb"),
        (OFFICE + "[mail]\nport = 99999\n", "mail.port"),
        (OFFICE + "[mail]\ntimeout_seconds = -1\n", "mail.timeout_seconds"),
        (OFFICE + "[rules.volume]\npoisson = nan\n", "rules.volume.poisson"),
        (OFFICE + "[rules.negative_volume]\nmin_posts = 0\n", "rules.negative_volume.min_posts"),
        (OFFICE + CARD + "delay = inf\n", "source[0].delay"),
        (OFFICE + CARD + 'zone = "Mars/Base"\n', "source[0].zone"),
        (OFFICE + CARD + 'zone = "../etc/passwd"\n', "source[0].zone"),
        (OFFICE + CARD + 'encoding = "gb99"\n', "source[0].encoding"),
        (OFFICE + CARD + 'every = "9999999d"\n', "source[0].every"),
        (OFFICE.replace("press@", "press\\r\\nX: @"), "office.contact"),
    ],
)
def test_a_value_that_could_not_work_is_refused_when_read(tmp_path: Path, text: str, key: str) -> None:
    """Numbers out of range, unknown zones and encodings are named here, not found out at night."""
    path = tmp_path / "office.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert caught.value.key == key


def test_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    """The two required keys are enough, and the rules then have their documented defaults."""
    path = tmp_path / "office.toml"
    path.write_text('[office]\nname = "示例局"\ncontact = "press@office.example"\n', "utf-8")
    read = config.load(path)
    assert read.rules.volume.return_period == 2.2
    assert read.rules.negative_volume.min_posts == 3
    assert read.source == ()
    assert read.path == path


def test_a_rule_table_keeps_the_other_defaults(tmp_path: Path) -> None:
    """Setting one threshold changes that one only."""
    path = tmp_path / "office.toml"
    text = '[office]\nname = "局"\ncontact = "a@b.example"\n[rules.negative_volume]\nsparse_score = 4.5\n'
    path.write_text(text, "utf-8")
    rule = config.load(path).rules.negative_volume
    assert rule.sparse_score == 4.5
    assert (rule.enabled, rule.min_posts) == (True, 3)


def test_a_secret_comes_from_the_variable_or_its_file(tmp_path: Path) -> None:
    """`X` and `X_FILE` are both read, never both set; a trailing newline is not part of the secret."""
    file = tmp_path / "password"
    file.write_text("口令 1\n", "utf-8")
    assert config.secret("KEY", {}) is None
    assert config.secret("KEY", {"KEY": "a"}) == "a"
    assert config.secret("KEY", {"KEY_FILE": str(file)}) == "口令 1"
    with pytest.raises(ConfigError, match="只能设一个"):
        config.secret("KEY", {"KEY": "a", "KEY_FILE": str(file)})
    with pytest.raises(ConfigError, match="KEY_FILE"):
        config.secret("KEY", {"KEY_FILE": str(tmp_path / "none")})
