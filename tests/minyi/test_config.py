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
