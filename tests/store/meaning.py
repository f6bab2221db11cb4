"""What a typed query should mean: a plain function of a post, made beside the query, never parsed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minyi.models import Post

Condition = Callable[[Post], bool]


@dataclass(frozen=True)
class Meaning:
    """Which posts are meant, what of them is to be marked, and what is said of the ignored."""

    test: Condition
    words: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    denied: "Meaning | None" = None

    def __call__(self, post: Post) -> bool:
        """True for a post that is meant."""
        return self.test(post)


def unless(one: Meaning) -> Meaning:
    """The opposite: nothing denied is marked; denied twice it is as before."""
    return one.denied or Meaning(lambda post: not one.test(post), (), one.notes, one)


def both(parts: Sequence[Meaning]) -> Meaning:
    """All of them."""
    return _joined(parts, lambda post: all(one.test(post) for one in parts))


def either(parts: Sequence[Meaning]) -> Meaning:
    """Any of them."""
    return _joined(parts, lambda post: any(one.test(post) for one in parts))


def _joined(parts: Sequence[Meaning], test: Condition) -> Meaning:
    if len(parts) == 1:
        return parts[0]
    words = tuple(word for one in parts for word in one.words)
    return Meaning(test, words, tuple(dict.fromkeys(note for one in parts for note in one.notes)))
