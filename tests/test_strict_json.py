"""One JSON text in, one value out, or a finding that says where it went wrong."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.strict_json import DocumentTooLarge, MalformedJson, _canonical_pieces, canonical, parse

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2.0**53) + 1, 2.0**53 - 1)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_what_any_writer_wrote_is_read_as_it_was(value):
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@given(JSON_VALUES)
def test_the_canonical_form_reads_back_equal_and_is_its_own_canonical_form(value):
    once = canonical(value)
    again = json.loads(once)
    assert again == value
    assert canonical(again) == once


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        # The numbers of RFC 8785, appendix B.
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (1.0000000000000001e23, "1.0000000000000001e+23"),
        (999999999999999700000.0, "999999999999999700000"),
        (999999999999999900000.0, "999999999999999900000"),
        (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"),
        (-0.0000033333333333333333, "-0.0000033333333333333333"),
        (1424953923781206.2, "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_the_scheme_says(number, expected):
    assert canonical(number) == expected.encode()


def test_members_are_sorted_by_utf_16_code_units():
    assert canonical({"\U00010000": 1, "\uffff": 2, "a": 3}) == '{"a":3,"\U00010000":1,"\uffff":2}'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, 2**53, {"a": "\ud800"}])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(ValueError, match=r"canonical|surrogates"):
        canonical(value)


@pytest.mark.parametrize(
    ("text", "code", "pointer"),
    [
        (b'{"a": {"b": 1, "b": 2}}', "duplicate-member", "#/a/b"),
        (b'[{"x":1},{"x":1,"y":{"z":1,"z":1}}]', "duplicate-member", "#/1/y/z"),
        (b'{"a":1,"\\u0061":2}', "duplicate-member", "#/a"),
        (b'{"a": NaN}', "not-a-number", "#"),
        (b'{"a": -Infinity}', "not-a-number", "#"),
        (b'{"a": 1e999}', "number-too-large", "#"),
        (b'{"a":' + b"9" * 40 + b"}", "number-too-long", "#"),
        (b'{"a": [1, {"b": 9007199254740992}]}', "integer-too-large", "#/a/1/b"),
        (b"[-9007199254740992, 9007199254740993]", "integer-too-large", "#/0"),
        (b"12345678901234567890123", "integer-too-large", "#"),
        (b'{"a": {"b": 1, "b": 18446744073709551616}}', "duplicate-member", "#/a/b"),
        (b"\xef\xbb\xbf{}", "byte-order-mark", "#"),
        (b'{"a":"\xff"}', "not-utf-8", "#"),
        (b'{"a":1} x', "not-json", "#"),
        (b"", "not-json", "#"),
        (b"[" * 65 + b"]" * 65, "too-deep", "#"),
        (b"{" * 15_000, "too-deep", "#"),
        (b"{" * 100_000, "too-many-values", "#"),
        (b"[" + b"0," * 20_000 + b"0]", "too-many-values", "#"),
        (b'{"a":[' + b"{}," * 300_000 + b"{}]}", "too-many-values", "#"),
        (b'{"a":{"b":[' + b"0," * 2_000 + b"0]}}", "list-too-long", "#/a/b"),
        (b'{"\\ud800":{"a":1,"a":2}}', "duplicate-member", "#/%3F/a"),
        (b'{"\\ud800":[' + b'"",' * 2_000 + b'""]}', "list-too-long", "#/%3F"),
    ],
)
def test_what_two_readers_might_understand_differently_is_refused_with_its_place(text, code, pointer):
    with pytest.raises(MalformedJson) as refusal:
        parse(text)
    assert [(finding.code, finding.pointer) for finding in refusal.value.findings] == [(code, pointer)]


def test_the_largest_integers_that_every_reader_understands_are_read():
    assert parse(b'{"a": [9007199254740991, -9007199254740991]}') == {"a": [2**53 - 1, 1 - 2**53]}


def test_brackets_inside_strings_are_not_depth():
    assert parse(b'{"a":"' + b"[" * 500 + b'\\"{"}') == {"a": "[" * 500 + '"{'}


def test_a_member_named_like_its_end_is_not_taken_for_a_duplicate():
    assert parse(b'{"a":"\\":\\":","b":1}') == {"a": '":":', "b": 1}


NAMES = st.sampled_from(["a", "b", "\u00e9", '"', "a\\", '":', ""])
NUMBERS = st.sampled_from(["0", "-0", "0.0", "-0.0", "1.0", "1e5", "1E400", "9007199254740991", "9007199254740992"])
LARGE = st.sampled_from(["18446744073709551616", "1e22", "10000000000000000.0", "9" * 33, "0." + "3" * 31, "NaN"])
TEXTS = st.recursive(
    NUMBERS | LARGE | NAMES.map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(NAMES, inner), max_size=3).map(
            lambda members: "{" + ",".join(f"{json.dumps(name)}:{held}" for name, held in members) + "}"
        )
    ),
    max_leaves=8,
)


@given(TEXTS)
@example('{"a":1,"a":1}')
@example('{"a":18446744073709551616}')
def test_a_text_without_blanks_is_read_as_one_with_blanks_is(text):
    """The shorter way to the same answer is open to texts without blanks alone."""

    def outcome(raw):
        try:
            return repr(parse(raw))
        except MalformedJson as refused:
            return [(finding.code, finding.pointer) for finding in refused.findings]

    assert outcome(text.encode()) == outcome(b" " + text.encode())


def test_too_many_bytes_are_refused_before_anything_is_read():
    with pytest.raises(DocumentTooLarge):
        parse(b"[" + b" " * 100, max_bytes=50)


def test_lone_surrogates_are_kept_for_the_check_of_text_that_knows_their_member():
    assert parse(b'{"name":"\\ud800"}') == {"name": "\ud800"}


PLAIN_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=0x7F), max_size=4), inner, max_size=6)
    ),
    max_leaves=20,
)


@given(PLAIN_VALUES | JSON_VALUES)
def test_the_fast_way_to_the_canonical_form_writes_what_the_slow_one_writes(value):
    try:
        slowly = "".join(_canonical_pieces(value)).encode()
    except ValueError:
        with pytest.raises(ValueError, match=r"canonical|surrogates"):
            canonical(value)
    else:
        assert canonical(value) == slowly


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"\udfff": 1}, [{"a": "\ud83d"}], float("nan")])
def test_what_has_no_canonical_form_is_refused_whichever_way_was_begun(value):
    with pytest.raises(ValueError, match=r"canonical|surrogates"):
        canonical(value)


def test_names_are_sorted_by_utf_16_units():
    # U+10000 is D800 DC00 in UTF-16, before U+E000; by code point it comes after.
    assert canonical({"\ue000": 1, "\U00010000": 2, "a": 3}) == '{"a":3,"\U00010000":2,"\ue000":1}'.encode()


def depth_of(value):
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


TEXT_WITH_BRACKETS = st.text(st.sampled_from('[]{}"\\:,ab\n'), max_size=6)


@given(
    st.recursive(
        TEXT_WITH_BRACKETS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT_WITH_BRACKETS, inner, max_size=3),
        max_leaves=30,
    )
)
def test_depth_is_counted_outside_of_strings_only(value):
    raw = json.dumps(value).encode()
    depth = depth_of(value)
    assert parse(raw, max_depth=depth) == value
    if depth:
        with pytest.raises(MalformedJson) as refused:
            parse(raw, max_depth=depth - 1)
        assert refused.value.findings[0].code == "too-deep"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", ['{"a": 1}', '{"\\"": ' * 200 + "1" + "}" * 200])
def test_no_other_encoding_is_guessed(encoding, text):
    with pytest.raises(MalformedJson):
        parse(text.encode(encoding))


@pytest.mark.parametrize(
    "number", [b"1." + b"3" * 400_000, b"0." + b"0" * 40 + b"1", b"9" * 40, b"1e-" + b"0" * 40 + b"1"]
)
def test_a_long_number_is_refused_whichever_reader_sees_it(number):
    with pytest.raises(MalformedJson) as caught:
        parse(b'{"a": [0.5, ' + number + b"]}")

    assert [finding.code for finding in caught.value.findings] == ["number-too-long"]
