"""`minyi init` leads from the demo to an office of one's own."""

from pathlib import Path

from minyi import config
from minyi.policyfile import load_policies
from tests.cli.conftest import Minyi

FLAGS = (
    '--name=示例"局"', "--contact=press@office.example",
    "--source-url=https://paper.example/feed.xml", "--source-name=示例日报", "--robots-checked=2026-01-05",
    "--policy-title=青溪油糕商标使用办法", "--recipient=duty@office.example",
    "--mail-host=mail.office.example", "--mail-sender=minyi@office.example",
)  # fmt: skip


def test_flags_give_a_configuration_that_reads_back(minyi: Minyi) -> None:
    """Every answer arrives, quotes included, and what to run next is said."""
    result = minyi("init", *FLAGS)
    assert result.code == 0
    read = config.load(Path("config/office.toml"))
    assert read.office.name == '示例"局"'
    assert read.source[0].url == ("https://paper.example/feed.xml",)
    assert read.recipient[0].address == "duty@office.example"
    assert (read.mail.host, read.mail.port, read.mail.security) == ("mail.office.example", 587, "starttls")
    assert load_policies(Path("config/policies.toml"))[0].title == "青溪油糕商标使用办法"
    for words in ("minyi policies import", "minyi notify test", "minyi crawl", "minyi run"):
        assert words in result.out
    assert minyi("config", "check").code == 0


def test_the_least_is_a_name_and_a_contact(minyi: Minyi) -> None:
    """Without sources and recipients the file is whole, and the check says what is missing."""
    assert minyi("init", "--name=示例局", "--contact=a@b.example").code == 0
    check = minyi("config", "check", "--json").lines[0]
    assert check["ok"]
    assert len(check["warnings"]) == 2


def test_what_is_missing_is_named_and_nothing_is_written(minyi: Minyi) -> None:
    """No terminal to ask on: the flag is named; an address without a robots check is refused."""
    assert "--name" in minyi("init").err
    short = minyi("init", "--name=局", "--contact=a@b.example", "--source-url=https://paper.example/")
    assert (short.code, "--robots-checked" in short.err) == (2, True)
    assert not Path("config/office.toml").exists()


def test_an_existing_file_is_kept_unless_forced(minyi: Minyi) -> None:
    """A second init does not undo the first."""
    base = ("init", "--contact=a@b.example")
    minyi(*base, "--name=甲局")
    assert minyi(*base, "--name=乙局").code == 2
    assert config.load(Path("config/office.toml")).office.name == "甲局"
    minyi(*base, "--name=乙局", "--force")
    assert config.load(Path("config/office.toml")).office.name == "乙局"
