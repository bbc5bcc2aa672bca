"""The closed list of differences: what each is called, whose it is, and how code tells that it is that one.

Two kinds of difference exist. *Forms*: the walker and an oracle accept a document and disagree about its canonical
form, or the oracle accepts nothing; then the oracle must have one of the faults below, and its own statements, brought
into canonical form by our RDFC-1.0, must give our bytes (or its message must say that it gave up). *Refusals*: the
oracle accepts what the walker refuses; each of the walker's reasons must be listed for that oracle.
"""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pyld import jsonld

from app.errors import Finding
from app.jsonld import CanonicalizationBudgetExceeded
from app.jsonld.contexts import load_pinned
from app.jsonld.rdfc10 import Quad, canonicalize_quads
from fuzz.oracles import OUT_OF_TIME, Answer, ask_walker
from tests.jsonld import nquads

Json = Any


class Oracle(StrEnum):
    """Who else was asked."""

    PYLD = "PyLD"
    JSONLD_JS = "jsonld.js"


class Whose(StrEnum):
    """Whom a difference speaks against."""

    FAULT = "fault of the oracle"
    STRICTER = "allowed by JSON-LD, refused here"
    NOT_DONE = "feature not processed here"


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry of the list."""

    oracle: Oracle
    name: str
    whose: Whose


class Unclassified(Exception):
    """A difference that is not on the list: a defect of the walker, or a fault nobody has described yet."""


# --- forms ------------------------------------------------------------------------------------------------------------

# RDFC-1.0 section 4.4 step 2: a quad is one of the quads of a blank node, however often it mentions the node.
_SELF_REFERENCE: Final = re.compile(rb"(?m)^(_:\S+) \S+ \1 ")
_WORK_LIMIT: Final = ("Maximum deep iterations", "maxDeepIterations", "Abort", "aborted")


def _statements_of_pyld(document: Mapping[str, Json]) -> list[Quad]:
    """Return the statements that PyLD sees, before it brings them into canonical form; one may be there twice."""
    text: str = jsonld.to_rdf(document, {"documentLoader": load_pinned, "format": "application/n-quads"})
    return nquads.parse(text)


def _twice(quads: Sequence[Quad]) -> bool:
    """Whether a statement is there twice: ``true`` and ``"true"`` under a boolean term, for one.

    A dataset is a set (RDF 1.1 Concepts section 4), but both oracles write and hash the line as often as it comes.
    """
    return len(set(quads)) < len(quads)


def _utf16(line: str) -> bytes:
    return line.encode("utf-16-be")


def _of_forms(oracle: Oracle, document: Mapping[str, Json], ours: bytes, theirs: Answer) -> Difference:
    if theirs.nquads is None:
        if theirs.reason == OUT_OF_TIME and oracle is Oracle.PYLD:
            return Difference(oracle, "knows no limit of work on blank nodes", Whose.FAULT)
        if any(words in theirs.reason for words in _WORK_LIMIT):
            return Difference(oracle, "ends at a limit of work that is narrower than ours", Whose.FAULT)
        raise Unclassified(f"accepted by the walker, refused by {oracle}: {theirs.reason}")
    if canonicalize_quads(nquads.parse(theirs.nquads.decode())) != ours:
        raise Unclassified(f"{oracle} reads other statements than the walker")
    # The same statements: only labels or order differ.
    theirs_text = theirs.nquads.decode()
    lines = re.findall(r"[^\n]*\n", theirs_text)
    if oracle is Oracle.JSONLD_JS and sorted(lines) != lines and sorted(lines, key=_utf16) == lines:
        return Difference(oracle, "sorts by UTF-16 code units, not by code points", Whose.FAULT)
    statements = _statements_of_pyld(document)
    if _twice(statements):
        return Difference(oracle, "counts a statement twice that the document spells in two ways", Whose.FAULT)
    if oracle is Oracle.PYLD and _SELF_REFERENCE.search(ours):
        return Difference(oracle, "counts a statement of a blank node about itself twice", Whose.FAULT)
    raise Unclassified(f"{oracle} orders or labels the same statements in another way")


# --- refusals ---------------------------------------------------------------------------------------------------------

_F, _S = Whose.FAULT, Whose.STRICTER
_LENIENT: Final[Mapping[Oracle, Mapping[str, tuple[str, Whose]]]] = {
    Oracle.PYLD: {
        "undefined-term": ("drops members that no context defines", _F),
        "undefined-type": ("drops types that no context defines, or keeps blank nodes as types", _F),
        "relative-iri": ("drops statements with relative identifiers", _F),
        "malformed-iri": ("drops or writes malformed IRIs", _F),
        "malformed-language-tag": ("drops or writes malformed language tags", _F),
        "control-character": ("writes control characters without the escape of canonical N-Quads", _F),
        "lone-surrogate": ("writes half of a surrogate pair", _F),
        "not-an-identifier": ("makes a literal, or nothing, of what should be an identifier", _S),
        "not-text": ("takes other things than texts in a language map", _F),
        "ill-typed-literal": ("keeps literals that their datatype does not admit", _S),
        "rewritten-number": ("rewrites numbers", _S),
        "nothing-stated": ("drops null and empty values", _S),
    },
    Oracle.JSONLD_JS: {
        "undefined-type": ("keeps blank nodes as types", _S),
        "relative-iri": ("drops empty identifiers in safe mode", _F),
        "malformed-iri": ("writes malformed IRIs in safe mode", _F),
        "malformed-language-tag": ("writes malformed language tags in safe mode", _F),
        "control-character": ("keeps control characters and noncharacters", _S),
        "lone-surrogate": ("writes half of a surrogate pair", _F),
        "not-an-identifier": ("makes a literal, or nothing, of what should be an identifier", _S),
        "ill-typed-literal": ("keeps literals that their datatype does not admit", _S),
        "rewritten-number": ("rewrites numbers", _S),
        "nothing-stated": ("drops null and empty values", _S),
    },
}
_STARTS_LIKE_IRI: Final = re.compile(r"/(?:[A-Za-z][A-Za-z0-9+.-]*|_):[^/]*$")
_NOT_PROCESSED: Final = "Not processed here: "


def _of_refusal(oracle: Oracle, refusal: Answer) -> Iterator[Difference]:
    if refusal.reason == CanonicalizationBudgetExceeded.code:
        yield Difference(oracle, "spends more work on blank nodes than our budget", Whose.STRICTER)
        return
    for finding in refusal.findings:
        if finding.code == "unsupported-feature":
            yield Difference(oracle, finding.detail.removeprefix(_NOT_PROCESSED).rstrip("."), Whose.NOT_DONE)
        elif finding.code == "not-a-plain-term":
            yield Difference(oracle, "takes a term by its IRI, or a keyword beside its word", Whose.STRICTER)
        elif finding.code in ("context-not-accepted", "context-not-pinned"):
            yield Difference(oracle, "contexts within the document, `null`, or none", Whose.NOT_DONE)
        elif (
            finding.code == "undefined-term" and oracle is Oracle.JSONLD_JS and _STARTS_LIKE_IRI.search(finding.pointer)
        ):
            yield Difference(
                oracle, "takes a member like `foo:` for a property, or drops one like `_:p`", Whose.STRICTER
            )
        elif finding.code in _LENIENT[oracle]:
            yield Difference(oracle, *_LENIENT[oracle][finding.code])
        else:
            raise Unclassified(f"refused by the walker for {finding.code}, accepted by {oracle}")
    if not refusal.findings:
        raise Unclassified(f"refused by the walker without a finding ({refusal.reason}), accepted by {oracle}")


def without(document: Json, findings: Sequence[Finding]) -> Json:
    """Return a copy without the parts that findings point to."""
    altered = copy.deepcopy(document)
    # Later items of a list first, so that earlier pointers stay right.
    for steps in sorted({_steps(finding.pointer) for finding in findings}, key=_last_first):
        held = altered
        try:
            for step in steps[:-1]:
                held = held[int(step) if isinstance(held, list) else step]
            last = steps[-1]
            del held[int(last) if isinstance(held, list) else last]
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # within a part that is gone already
    return altered


def _steps(pointer: str) -> tuple[str, ...]:
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _last_first(steps: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    return tuple((-int(step), "") if step.isdecimal() else (0, step) for step in steps)


def drops_silently(document: Mapping[str, Json], refusal: Answer, theirs: Answer) -> bool:
    """Whether an oracle signs what is left when everything that the walker points to is taken away.

    Where that is so, the oracle has dropped those parts without a word: the proof that the refusal was right.
    """
    if any(finding.code == "unsupported-feature" or not _steps(finding.pointer) for finding in refusal.findings):
        return False
    return ask_walker(without(document, refusal.findings)).nquads == theirs.nquads


# --- the verdict on one mutant ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What three answers come to."""

    agreement: str
    """``accepted by all``, ``refused by all``, or ``different``."""
    differences: frozenset[Difference] = frozenset()
    dropped_silently: frozenset[Oracle] = frozenset()


ACCEPTED_BY_ALL: Final = "accepted by all"
REFUSED_BY_ALL: Final = "refused by all"
DIFFERENT: Final = "different"


def judge(document: Mapping[str, Json], walker: Answer, theirs: Mapping[Oracle, Answer]) -> Verdict:
    """Compare three answers.

    Raises:
        Unclassified: a difference that is not on the list, and always when the walker alone accepts.
    """
    if walker.nquads is not None:
        if not any(answer.accepted for answer in theirs.values()):
            reasons = "; ".join(f"{oracle}: {answer.reason}" for oracle, answer in theirs.items())
            raise Unclassified(f"accepted by the walker alone. {reasons}")
        found = {
            _of_forms(oracle, document, walker.nquads, answer)
            for oracle, answer in theirs.items()
            if answer.nquads != walker.nquads
        }
        return Verdict(DIFFERENT if found else ACCEPTED_BY_ALL, frozenset(found))
    lenient = {oracle: answer for oracle, answer in theirs.items() if answer.accepted}
    if not lenient:
        return Verdict(REFUSED_BY_ALL)
    return Verdict(
        DIFFERENT,
        frozenset(difference for oracle in lenient for difference in _of_refusal(oracle, walker)),
        frozenset(oracle for oracle, answer in lenient.items() if drops_silently(document, walker, answer)),
    )
