"""The engine gives SnowNLP's own numbers, and is ready and fast where SnowNLP is not."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.snow import TABLE_NAME, SnowEngine, load_engine
from analysis.snow.build import fingerprint
from analysis.snow.table import read_table
from minyi.errors import ResourceError

PLAIN = (
    "听说以后注册商标每年都要交年费，真的假的？",
    "谣言！专利年费没有涨价。",
    "青溪油糕的商标是老祖宗留下的，凭什么要交会费",
    "支持！严厉打击恶意抢注👍👍",
    "公开征求意见截止日期为6月30日",
    "这个政策太好了，办事方便多了",
    "這個政策太差了，退錢",
    "ＣＮＩＰＡ 2022年 new policy ok",
)
HAN = [char for char in "".join(PLAIN) if "一" <= char <= "龥"]
ODD = (
    "",
    " ",
    "😀",
    "的",
    "的的的的的的的的",
    "好" * 200,
    "一\u0085二\u2028三\x1c四 五",
    "𠀀𠀁政策𠀂",
    "染力的魅力傳",
    "斑白的鬓发憔",
    "傳",
    "傳傳",
    "憔悴",
    "鬓傳鬓",
    "政傳策",
    "龥龦\u9fa6鿿",
    "--?<>!",
    "\ud800政策",
)


@pytest.mark.parametrize("text", [*PLAIN, *ODD])
def test_score_and_words_equal_the_stock_package(
    engine: SnowEngine,
    stock_score: Callable[[str], float],
    stock_words: Callable[[str], list[str]],
    text: str,
) -> None:
    """Chosen texts: unknown characters, ties, separators, other scripts, nothing at all."""
    assert engine.words(text) == stock_words(text)
    assert engine.sentiments(text) == stock_score(text)


def _random_texts(seed: int) -> list[str]:
    """Runs of known, rare and unknown characters, mixed with separators and other scripts."""
    chance = random.Random(seed)
    common = "".join(PLAIN) * 3
    rare = "鬓魅憔悴傳產權藉磅礡涕嗽擤噱颜"
    every = [chr(code) for code in range(0x4E00, 0x9FA6)]
    others = [*"，。！？abc12 \u3000\u2028\x85", "😀", "𠀀"]
    pools = [common, common + rare, every, [*common, *others], rare + "的了是"]
    return ["".join(chance.choice(pools[n % 5]) for _ in range(chance.randint(1, 60))) for n in range(600)]


def test_random_texts_differ_in_no_bit(engine: SnowEngine, stock_score: Callable[[str], float]) -> None:
    """Six hundred texts, a fresh draw each time; the seed of a failing draw is shown."""
    seed = random.SystemRandom().randrange(1 << 30)
    differing = [text for text in _random_texts(seed) if engine.sentiments(text) != stock_score(text)]
    assert differing == [], f"seed {seed}"


def test_empty_text_scores_as_the_classifier_of_nothing(engine: SnowEngine) -> None:
    """Where SnowNLP('') raises, the share of positive words in the model stands."""
    assert engine.sentiments("") == pytest.approx(0.526, abs=0.001)


def test_scoring_twice_gives_the_same(engine: SnowEngine) -> None:
    """Caches change nothing, even when they overflow and start again."""
    fresh = [engine.sentiments(text) for text in PLAIN]
    for text in _random_texts(1):
        engine.sentiments(text)
    assert [engine.sentiments(text) for text in PLAIN] == fresh


def test_time_grows_with_length_and_not_its_square(engine: SnowEngine) -> None:
    """Twenty thousand Han characters in one run take well under a second."""
    run = "".join(random.Random(3).choices(HAN, k=20_000))
    start = time.process_time()
    engine.sentiments(run)
    assert time.process_time() - start < 1.0


def test_ready_soon_and_small_without_importing_the_package(snow_cache: Path) -> None:
    """A cold process is ready to score within half a second of work and 120 MB, and imports no snownlp."""
    code = (
        "import sys, time; start = time.process_time()\n"
        "from pathlib import Path; from analysis.snow import load_engine\n"
        f"load_engine(Path({str(snow_cache)!r})).sentiments('政策')\n"
        "spent = time.process_time() - start\n"
        "status = Path('/proc/self/status').read_text()\n"
        "size = int(status.split('VmHWM:')[1].split()[0]) / 1024\n"
        "assert not any(name.startswith('snownlp') for name in sys.modules)\n"
        "assert spent < 0.5 and size < 120, (spent, size)\n"
    )
    subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2], timeout=60
    )


@pytest.mark.parametrize("damage", ["cut", "bit", "foreign", "empty"])
def test_damaged_table_is_refused(snow_cache: Path, tmp_path: Path, damage: str) -> None:
    """A truncated, altered or foreign table file is never used."""
    data = bytearray((snow_cache / TABLE_NAME).read_bytes())
    if damage == "cut":
        del data[-1000:]
    elif damage == "bit":
        data[len(data) // 2] ^= 1
    elif damage == "foreign":
        data[10] ^= 1
    else:
        data.clear()
    path = tmp_path / TABLE_NAME
    path.write_bytes(data)
    with pytest.raises(ResourceError, match="情感模型表"):
        read_table(path, fingerprint())


def test_damaged_table_was_built_again(snow_cache: Path) -> None:
    """Loading over rubbish left a sound table under its name, and nothing else."""
    assert [path.name for path in snow_cache.iterdir()] == [TABLE_NAME]
    assert len(read_table(snow_cache / TABLE_NAME, fingerprint()).characters) > 4_000


def test_altered_model_file_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A package whose files are not those of 0.12.3 is refused before anything is unmarshalled."""
    package = tmp_path / "snownlp"
    for name in ("seg/seg.marshal.3", "sentiment/sentiment.marshal.3", "normal/stopwords.txt"):
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"other")
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "snownlp", raising=False)
    with pytest.raises(ResourceError, match=r"0\.12\.3"):
        load_engine(tmp_path / "cache")


def test_folder_that_cannot_be_written_is_named(
    monkeypatch: pytest.MonkeyPatch, snow_cache: Path, tmp_path: Path
) -> None:
    """When the table cannot be kept, the message says where."""
    sound = read_table(snow_cache / TABLE_NAME, fingerprint())
    monkeypatch.setattr("analysis.snow.build_table", lambda: sound)
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="无法写入情感模型表"):
        load_engine(tmp_path / "file" / "cache")
