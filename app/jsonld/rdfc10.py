"""RDF Dataset Canonicalization, RDFC-1.0 (W3C Recommendation, 21 May 2024), with SHA-256 and SHA-384.

Invariants:

1. Output is canonical N-Quads: one line a quad, in code point order, no line twice (section 4.4).
2. Blank node labels depend on the graph alone, never on the labels or the order that came in.
3. Work is bounded before it is done. A poison graph ends in :class:`CanonicalizationBudgetExceeded` after a fixed
   number of steps, whatever it looks like (section 7.1 asks implementations for such a limit).

Most documents never reach the expensive part: no blank node at all means "sort the lines", and nodes that differ in
what is said about them (unique first-degree hashes) are named without looking further.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import ClassVar, Final, TypeAlias

from app.errors import Family, ServiceError

Quad: TypeAlias = tuple[str, str, str, str]
"""Subject, predicate, object and graph as N-Quads terms: ``<iri>``, ``_:label``, ``"text"^^<datatype>``.

The graph is an empty string in the default graph. IRIs and literals stand in their canonical form already
(:func:`escape_literal`), so that no term is escaped twice and every line is a concatenation.
"""

WORK_BUDGET: Final = 30_000
"""Steps granted to n-degree hashing, one for each related node looked at: well below 100 ms of one core."""

_DEEPEST_RECURSION: Final = 150
"""How far n-degree hashing follows a chain of nodes that all look alike, before it runs into Python's own limit."""

_ESCAPES: Final = {
    # ECHAR: the seven characters that have a short escape.
    **{
        ord(character): escape
        for character, escape in zip('\b\t\n\f\r"\\', ("\\b", "\\t", "\\n", "\\f", "\\r", '\\"', "\\\\"), strict=True)
    },
    # UCHAR: the other controls, DEL, and what is no XML 1.1 character.
    **{code: f"\\u{code:04X}" for code in (*range(8), 0x0B, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF)},
}
_NEEDS_ESCAPE: Final = re.compile(r'[\x00-\x1f"\\\x7f\ufffe\uffff]')


class CanonicalizationBudgetExceeded(ServiceError):
    """Naming the blank nodes of this graph takes more work than is granted to one document."""

    code: ClassVar[str] = "canonicalization-budget-exceeded"
    title: ClassVar[str] = "The graph of this document is too entangled to be canonicalised"
    family: ClassVar[Family] = Family.TOO_LARGE


def escape_literal(text: str) -> str:
    """Return ``text`` as it stands between the quotes of a canonical N-Quads literal (RDFC-1.0)."""
    return text.translate(_ESCAPES) if _NEEDS_ESCAPE.search(text) else text


def nquads_line(quad: Quad) -> str:
    """Return one canonical N-Quads line, with its end of line."""
    subject, predicate, object_, graph = quad
    return f"{subject} {predicate} {object_} {graph} .\n" if graph else f"{subject} {predicate} {object_} .\n"


def canonicalize_quads(quads: Iterable[Quad], *, hash_name: str = "sha256", budget: int = WORK_BUDGET) -> bytes:
    """Return the canonical N-Quads of a dataset (section 4.4).

    Raises:
        CanonicalizationBudgetExceeded: the blank nodes are too much alike and too much connected.
    """
    return serialize((), list(quads), hash_name=hash_name, budget=budget)


def serialize(
    ground_lines: Iterable[str], other_quads: Sequence[Quad], *, hash_name: str = "sha256", budget: int = WORK_BUDGET
) -> bytes:
    """Return the canonical N-Quads of lines that name no blank node together with quads that may.

    Raises:
        CanonicalizationBudgetExceeded: as :func:`canonicalize_quads`.
    """
    lines = set(ground_lines)
    if other_quads:
        labels = canonical_labels(other_quads, hash_name=hash_name, budget=budget)
        lines.update(nquads_line(_relabelled(quad, labels)) for quad in other_quads)
    return "".join(sorted(lines)).encode()


def canonical_labels(
    quads: Iterable[Quad], *, hash_name: str = "sha256", budget: int = WORK_BUDGET
) -> Mapping[str, str]:
    """Return the issued identifiers map: every blank node of ``quads`` and its canonical label (section 4.4).

    Raises:
        CanonicalizationBudgetExceeded: as :func:`canonicalize_quads`.
    """
    # dict.fromkeys: a dataset is a set, but the order of its members must not come from a hash seed.
    return _Labelling(dict.fromkeys(quads), hash_name, budget).run()


def _relabelled(quad: Quad, labels: Mapping[str, str]) -> Quad:
    subject, predicate, object_, graph = quad
    return labels.get(subject, subject), predicate, labels.get(object_, object_), labels.get(graph, graph)


class _Issuer:
    """Issues identifiers in order and remembers them (section 4.5)."""

    __slots__ = ("issued", "prefix")

    def __init__(self, prefix: str, issued: Mapping[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued: dict[str, str] = dict(issued or {})

    def issue(self, node: str) -> str:
        label = self.issued.get(node)
        if label is None:
            label = self.issued[node] = f"{self.prefix}{len(self.issued)}"
        return label

    def copy(self) -> "_Issuer":
        return _Issuer(self.prefix, self.issued)


class _Labelling:
    """The canonicalization state (section 4.2) of one dataset."""

    def __init__(self, quads: Iterable[Quad], hash_name: str, budget: int) -> None:
        self.hash_name = hash_name
        self.budget = budget
        self.depth = 0
        self.canonical = _Issuer("_:c14n")
        self.first_degree: dict[str, str] = {}
        self.quads_of: dict[str, list[Quad]] = {}
        for quad in quads:  # step 2: the quads each blank node is mentioned in
            subject, _, object_, graph = quad
            for node in {term for term in (subject, object_, graph) if term.startswith("_:")}:
                self.quads_of.setdefault(node, []).append(quad)

    def run(self) -> Mapping[str, str]:
        """Steps 3 to 6 of section 4.4."""
        nodes_with: dict[str, list[str]] = {}
        for node in self.quads_of:  # step 3
            nodes_with.setdefault(self._hash_first_degree(node), []).append(node)
        alike: list[list[str]] = []
        for _, nodes in sorted(nodes_with.items()):  # step 4
            if len(nodes) == 1:
                self.canonical.issue(nodes[0])
            else:
                alike.append(nodes)
        for nodes in alike:  # step 5, in order of their hash
            results: list[tuple[str, _Issuer]] = []
            for node in nodes:
                if node not in self.canonical.issued:
                    temporary = _Issuer("_:b")
                    temporary.issue(node)
                    results.append(self._hash_n_degree(node, temporary))
            for _, issuer in sorted(results, key=lambda result: result[0]):
                for node in issuer.issued:
                    self.canonical.issue(node)
        return self.canonical.issued

    def _digest(self, text: str) -> str:
        return hashlib.new(self.hash_name, text.encode()).hexdigest()

    def _spend(self, steps: int) -> None:
        self.budget -= steps
        if self.budget < 0:
            raise CanonicalizationBudgetExceeded

    def _hash_first_degree(self, node: str) -> str:
        """Hash what is said about ``node``, with every other blank node alike (section 4.6)."""

        def anonymous(term: str) -> str:
            if not term.startswith("_:"):
                return term
            return "_:a" if term == node else "_:z"

        lines = sorted(
            nquads_line((anonymous(subject), predicate, anonymous(object_), anonymous(graph)))
            for subject, predicate, object_, graph in self.quads_of[node]
        )
        digest = self.first_degree[node] = self._digest("".join(lines))
        return digest

    def _hash_related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Hash how ``related`` stands to the node at hand (section 4.7)."""
        name = self.canonical.issued.get(related) or issuer.issued.get(related) or self.first_degree[related]
        return self._digest(f"{position}{name}" if position == "g" else f"{position}{quad[1]}{name}")

    def _related_by_hash(self, node: str, issuer: _Issuer) -> dict[str, list[str]]:
        """Steps 1 to 3 of section 4.8: the blank nodes next to ``node``, grouped by how they stand to it."""
        related: dict[str, list[str]] = {}
        for quad in self.quads_of[node]:
            for position, term in zip("sog", (quad[0], quad[2], quad[3]), strict=True):
                if term != node and term.startswith("_:"):
                    self._spend(1)
                    related.setdefault(self._hash_related(term, quad, issuer, position), []).append(term)
        return related

    def _hash_n_degree(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Hash the neighbourhood of ``node`` in every order that could matter (section 4.8)."""
        self.depth += 1
        if self.depth > _DEEPEST_RECURSION:
            raise CanonicalizationBudgetExceeded
        data = []
        for related_hash, nodes in sorted(self._related_by_hash(node, issuer).items()):
            data.append(related_hash)
            best_path = ""
            best_issuer = issuer
            for order in permutations(nodes):
                self._spend(len(order) + len(issuer.issued) // 8)  # copying what is issued costs, too
                attempt = self._path_through(order, issuer.copy(), best_path)
                if attempt and (not best_path or attempt[0] < best_path):
                    best_path, best_issuer = attempt
            data.append(best_path)
            issuer = best_issuer
        self.depth -= 1
        return self._digest("".join(data)), issuer

    def _path_through(self, order: Sequence[str], issuer: _Issuer, best_path: str) -> tuple[str, _Issuer] | None:
        """Steps 5.4.1 to 5.4.5 of section 4.8: walk the related nodes in one order, or give up when it cannot win."""

        def cannot_win(path: str) -> bool:
            return bool(best_path) and len(path) >= len(best_path) and path > best_path

        path = ""
        recursion: list[str] = []
        for related in order:
            name = self.canonical.issued.get(related)
            if name is None:
                if related not in issuer.issued:
                    recursion.append(related)
                name = issuer.issue(related)
            path += name
            if cannot_win(path):
                return None
        for related in recursion:
            digest, reached = self._hash_n_degree(related, issuer)
            path += f"{issuer.issue(related)}<{digest}>"
            issuer = reached
            if cannot_win(path):
                return None
        return path, issuer
