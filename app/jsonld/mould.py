"""Moulds of bytes: constants with holes, and lines whose order no filling can change.

A text that was made once with a *sentinel* in each hole is cut there. Filling is then a concatenation: what
canonicalization would have written, without canonicalizing.

Invariants:

1. A value is written as in a JSON string and as in a canonical N-Quads literal at once. Without the characters that
   :func:`app.jsonld.literals.forbidden_character` names, RFC 8259 and RDFC-1.0 escape the same five, in the same way.
2. Lines stand in code point order (RDFC-1.0, section 4.4, step 7) for every filling. Two lines whose order their
   constant parts decide keep it for ever; lines whose order hangs on what is filled in are a *cluster*, which is sorted
   at each filling and in which no line is written twice.
3. A mould has no blank node: labels would hang on the hash of what is filled in.

Pure. Whoever casts a mould compares its first filling with the long way; :mod:`app.elm.mould` does.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final, TypeAlias

from app.jsonld import rdfc10
from app.jsonld.literals import forbidden_character

Values: TypeAlias = tuple[bytes, ...]
"""What fills the holes, by number of the hole, each as :func:`written` gives it."""

Parts: TypeAlias = Sequence[bytes | int]
"""Constants and, between them, the numbers of holes."""

_OBJECT_BYTES: Final = 64
"""What a constant takes beside its bytes."""
_HASHES: Final = ("sha256", "sha384")


class MouldUnfit(Exception):
    """This cannot be cast, or this value does not go into a hole. The long way decides what is wrong, if anything."""


def written(text: str) -> bytes:
    """Return ``text`` as it stands between the quotes of a JSON string and of a canonical N-Quads literal.

    Raises:
        MouldUnfit: it holds a character that must not be signed.
    """
    if text.isprintable() and '"' not in text and "\\" not in text:
        return text.encode()
    if forbidden_character(text):
        raise MouldUnfit("a character that must not be signed")
    return rdfc10.escape_literal(text).encode()


class Sentinels:
    """What stands in the holes while a mould is cast: the place of a sentinel in the list is the number of its hole."""

    def __init__(self, sentinels: Sequence[str]) -> None:
        self._sentinels: Final = [sentinel.encode() for sentinel in sentinels]

    @property
    def holes(self) -> frozenset[int]:
        """The numbers of all holes."""
        return frozenset(range(len(self._sentinels)))

    def stand_in(self, text: bytes) -> bool:
        """Whether any sentinel occurs in ``text``."""
        return any(sentinel in text for sentinel in self._sentinels)

    def cut(self, cast: bytes) -> Parts:
        """Cut ``cast`` wherever a sentinel stands.

        Raises:
            MouldUnfit: two sentinels overlap.
        """
        found = []
        for number, sentinel in enumerate(self._sentinels):
            start = cast.find(sentinel)
            while start >= 0:
                found.append((start, start + len(sentinel), number))
                start = cast.find(sentinel, start + 1)
        parts: list[bytes | int] = []
        behind = 0
        for start, end, number in sorted(found):
            if start < behind:
                raise MouldUnfit("sentinels that overlap")
            parts += [cast[behind:start], number]
            behind = end
        return [*parts, cast[behind:]]


class Pieces:
    """Bytes with holes."""

    __slots__ = ("_constants", "_pick", "holes", "size")

    def __init__(self, parts: Parts) -> None:
        """Take the parts; there must be a hole."""
        self._constants: Final = tuple(part for part in parts if isinstance(part, bytes))
        self.holes: Final = frozenset(part for part in parts if isinstance(part, int))
        if not self.holes:
            raise MouldUnfit("nothing to fill")
        self.size: Final = sum(len(constant) + _OBJECT_BYTES for constant in self._constants)
        # Constants and values lie in one tuple at a filling, from which one call picks in the order of the text.
        constants = iter(range(len(self._constants)))
        self._pick: Final = itemgetter(
            *(next(constants) if isinstance(part, bytes) else len(self._constants) + part for part in parts)
        )

    def fill(self, values: Values) -> bytes:
        """Return the bytes with ``values`` in the holes."""
        return b"".join(self._pick(self._constants + values))


class QuadMould:
    """The canonical N-Quads of a document, filled without canonicalizing it."""

    __slots__ = ("_after_head", "_clusters", "_head", "_states", "size")

    def __init__(self, canonical: bytes, sentinels: Sentinels) -> None:
        """Cut ``canonical``, the canonical form of a document with ``sentinels`` in its holes.

        Raises:
            MouldUnfit: it has blank nodes, or there is a hole that does not appear in it.
        """
        if b"_:c14n" in canonical:
            raise MouldUnfit("blank nodes")
        parts = sentinels.cut(canonical)
        if Pieces(parts).holes != sentinels.holes:
            raise MouldUnfit("a hole that no statement shows")
        lines = _lines(parts)
        clusters = _clusters(canonical.splitlines(keepends=True), lines)
        self._clusters: Final = tuple(
            tuple(line if isinstance(line, bytes) else Pieces(line) for line in lines[places.start : places.stop])
            for places in clusters
        )
        # A cluster is a value like the others, made at each filling; clusters follow the holes in number.
        flat: list[bytes | int] = [b""]
        behind = 0
        for number, places in enumerate([*clusters, None], len(sentinels.holes)):
            for line in lines[behind : places.start if places else None]:
                flat += [line] if isinstance(line, bytes) else line
            if places:
                flat.append(number)
                behind = places.stop
        whole = _merged(flat)
        # What stands before the first hole is hashed once for all fillings.
        head = whole[0]
        assert isinstance(head, bytes), "an empty constant was put first"
        self._head: Final = head
        self._states: Final = {name: hashlib.new(name, head) for name in _HASHES}
        self._after_head: Final = Pieces(whole[1:])
        self.size: Final = len(head) + self._after_head.size

    def fill(self, values: Values) -> bytes:
        """Return the canonical N-Quads with ``values`` in the holes."""
        return self._head + self._after_head.fill(self._with_clusters(values))

    def digest(self, values: Values, hash_name: str = "sha256") -> bytes:
        """Return the hash of :meth:`fill`, in less time."""
        state = self._states[hash_name].copy()
        state.update(self._after_head.fill(self._with_clusters(values)))
        return state.digest()

    def _with_clusters(self, values: Values) -> Values:
        if not self._clusters:
            return values
        return values + tuple(
            b"".join(sorted({line if isinstance(line, bytes) else line.fill(values) for line in cluster}))
            for cluster in self._clusters
        )


def _lines(parts: Parts) -> list[bytes | Parts]:
    """Cut parts into lines: bytes without a hole, or parts of which the first and the last are constant."""
    lines: list[bytes | Parts] = []
    line: list[bytes | int] = []
    for part in parts:
        if isinstance(part, int):
            line += [part] if line else [b"", part]
            continue
        for piece in part.splitlines(keepends=True):
            if not piece.endswith(b"\n"):
                line.append(piece)
            elif line:
                lines.append([*line, piece])
                line = []
            else:
                lines.append(piece)
    return lines


def _merged(parts: Iterable[bytes | int]) -> list[bytes | int]:
    """Join the constants that stand next to each other."""
    merged: list[bytes | int] = []
    constants: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes):
            constants.append(part)
        else:
            merged += [b"".join(constants), part]
            constants = []
    return [*merged, b"".join(constants)]


def _clusters(cast: Sequence[bytes], lines: Sequence[bytes | Parts]) -> list[range]:
    """Return the runs of lines whose order among each other hangs on what is filled in.

    Such lines share all that stands before the first hole of one of them, so they stand next to each other. ``cast``
    are the lines with their sentinels.
    """
    spans = []
    for at, line in enumerate(lines):
        if isinstance(line, bytes):
            continue
        before = line[0]
        assert isinstance(before, bytes), "a line begins with a constant"
        other = bisect_left(cast, before)
        while other < len(cast) and cast[other].startswith(before):
            if other != at and not _order_is_fixed(line, lines[other]):
                spans.append((min(at, other), max(at, other)))
            other += 1
    clusters: list[range] = []
    for start, end in sorted(spans):
        if clusters and start < clusters[-1].stop:
            clusters[-1] = range(clusters[-1].start, max(clusters[-1].stop, end + 1))
        else:
            clusters.append(range(start, end + 1))
    return clusters


def _order_is_fixed(one: Parts, other: bytes | Parts) -> bool:
    """Whether constants decide which of two different lines comes first, whatever the holes hold."""
    for mine, theirs in zip(one, [other] if isinstance(other, bytes) else other, strict=False):
        if isinstance(mine, bytes) and isinstance(theirs, bytes):
            if mine != theirs:
                return not (mine.startswith(theirs) or theirs.startswith(mine))
        elif mine != theirs:
            return False
    return False
