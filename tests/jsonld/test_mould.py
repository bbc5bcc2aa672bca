"""Moulds of quads against canonicalization itself, with lines of every kind of order."""

import hashlib

import orjson
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.jsonld.literals import forbidden_character
from app.jsonld.mould import MouldUnfit, Pieces, QuadMould, Sentinels, written
from app.jsonld.rdfc10 import canonicalize_quads, escape_literal

SENTINELS = ["hole-0-x", "hole-1-x", "hole-2-x"]

# Characters at which orders, escapes and encodings part: UTF-16 against code points, the ends of a literal, RTL.
LETTERS = 'ab "\\\n\r\t<>@^_:.-\u00a0\u0301\u05d0\u0645\u200d\u2028\uff21\U0001f600\U0010fffd'
texts = st.text(LETTERS, max_size=6)


def literal(text: str) -> str:
    return f'"{escape_literal(text)}"'


def quads(first: str, second: str, third: str) -> list[tuple[str, str, str, str]]:
    """Holes in subjects and in literals, alone and with constants about them, next to lines that begin alike."""
    return [
        ("<urn:a>", "<urn:p>", literal("constant"), ""),
        ("<urn:a>", "<urn:p>", literal(first), ""),
        ("<urn:a>", "<urn:p>", literal(second) + "@en", ""),
        ("<urn:a>", "<urn:p>", literal(second) + "@nb", ""),
        ("<urn:a>", "<urn:q>", literal(f"{first} {second}"), ""),
        ("<urn:a>", "<urn:q>", literal(f"{first}"), ""),
        ("<urn:b>", "<urn:p>", literal("a" + second), ""),
        ("<urn:b>", "<urn:p>", literal("ab"), ""),
        ("<urn:b>", "<urn:p>", literal("b"), ""),
        (f"<urn:id:{third}>", "<urn:p>", literal(first), ""),
        (f"<urn:id:{third}>", "<urn:q>", "<urn:a>", ""),
        (f"<urn:id:{third}#x>", "<urn:p>", f"<urn:id:{third}>", ""),
        ("<urn:id:5>", "<urn:p>", literal(""), ""),
        ("<urn:z>", "<urn:p>", literal(third) + "^^<urn:type>", ""),
    ]


MOULD = QuadMould(canonicalize_quads(quads(*SENTINELS)), Sentinels(SENTINELS))


@given(texts, texts, st.text("0123456789-", max_size=3))
def test_a_filled_mould_is_the_canonical_form_of_what_was_filled_in(first, second, third):
    expected = canonicalize_quads(quads(first, second, third))
    values = (written(first), written(second), written(third))
    assert MOULD.fill(values) == expected
    assert MOULD.digest(values, "sha256") == hashlib.sha256(expected).digest()
    assert MOULD.digest(values, "sha384") == hashlib.sha384(expected).digest()


def test_lines_that_become_equal_are_written_once():
    values = (b"constant", b"", b"5")
    assert MOULD.fill(values).count(b'<urn:a> <urn:p> "constant" .\n') == 1


def test_order_is_by_code_point_and_not_by_utf16_unit():
    mould = QuadMould(
        canonicalize_quads([("<urn:a>", "<urn:p>", literal(each), "") for each in SENTINELS[:2]]),
        Sentinels(SENTINELS[:2]),
    )
    # U+1F600 is D83D DE00 in UTF-16 and would come before U+FF21 there.
    filled = mould.fill(("\U0001f600".encode(), "\uff21".encode()))
    assert filled.decode().splitlines() == ['<urn:a> <urn:p> "\uff21" .', '<urn:a> <urn:p> "\U0001f600" .']


@given(st.text(max_size=20))
def test_a_text_is_written_alike_in_json_and_in_n_quads_or_refused(text):
    assume(not forbidden_character(text))
    assert written(text) == orjson.dumps(text)[1:-1] == escape_literal(text).encode()


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\x85", "\ud800", "\ufdd0", "\uffff"])
def test_what_must_not_be_signed_does_not_go_into_a_hole(character):
    with pytest.raises(MouldUnfit):
        written(f"a{character}b")


def test_a_mould_has_no_blank_nodes():
    blank = canonicalize_quads([("_:b", "<urn:p>", literal(SENTINELS[0]), "")])
    with pytest.raises(MouldUnfit, match="blank nodes"):
        QuadMould(blank, Sentinels(SENTINELS[:1]))


def test_a_hole_that_no_statement_shows_is_refused():
    with pytest.raises(MouldUnfit, match="no statement"):
        QuadMould(canonicalize_quads([("<urn:a>", "<urn:p>", literal(SENTINELS[0]), "")]), Sentinels(SENTINELS))


@pytest.mark.parametrize(
    ("sentinels", "cast"), [(["abc", "bcd"], b"abcd"), (["ab", "abc"], b"abc"), (["a", "a"], b"a")]
)
def test_sentinels_that_overlap_are_refused(sentinels, cast):
    with pytest.raises(MouldUnfit, match="overlap"):
        Sentinels(sentinels).cut(cast)


def test_there_is_no_mould_without_a_hole():
    with pytest.raises(MouldUnfit, match="nothing to fill"):
        Pieces([b"all of it is constant"])


def test_two_holes_may_touch():
    sentinels = Sentinels(["<0>", "<1>"])
    assert Pieces(sentinels.cut(b"<0><1><0>")).fill((b"a", b"b")) == b"aba"
