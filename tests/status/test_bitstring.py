"""BitstringStatusList: W3C Bitstring Status List v1.0, sections 2 and 3."""

import base64
import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.status import (
    LIST_ENTRIES,
    BitstringStatusList,
    StatusIndexMalformed,
    StatusIndexOutOfRange,
    StatusListMalformed,
    StatusListTooShort,
    parse_status_index,
)

indices = st.integers(min_value=0, max_value=LIST_ENTRIES - 1)


def encode(content: bytes, suffix: bytes = b"") -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(content, mtime=0) + suffix).rstrip(b"=").decode()


@given(st.sets(indices, max_size=40))
def test_exactly_the_set_entries_read_as_set_after_a_round_trip(raised):
    read = BitstringStatusList.decode(BitstringStatusList(raised=raised).encoded())
    assert {index for index in raised if read.get(index)} == raised
    assert sum(byte.bit_count() for byte in read._bits) == len(raised)


@given(indices)
def test_clearing_an_entry_gives_the_list_from_before(index):
    changed = BitstringStatusList()
    changed.set(index)
    changed.set(index, raised=False)
    assert changed == BitstringStatusList()
    assert changed.encoded() == BitstringStatusList().encoded()


def test_index_zero_is_the_left_most_bit():
    assert BitstringStatusList(raised=[0])._bits[0] == 0b1000_0000
    assert BitstringStatusList(raised=[9])._bits[1] == 0b0100_0000


def test_another_gzip_reads_what_we_write():
    written = BitstringStatusList(raised=[3, 131_071]).encoded()
    assert written[0] == "u"
    assert "=" not in written
    content = gzip.decompress(base64.urlsafe_b64decode(written[1:] + "=" * (-len(written[1:]) % 4)))
    assert len(content) == 16_384
    assert content[0] == 0b0001_0000
    assert content[-1] == 1


def test_the_gzip_header_says_nothing_about_time_and_machine():
    written = BitstringStatusList().encoded()[1:]
    header = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))[:10]
    assert header[4:8] == bytes(4)
    assert header[9] == 255


def test_the_example_of_the_standard_decodes_to_an_empty_list():
    example = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"  # BSL example 2
    assert BitstringStatusList.decode(example) == BitstringStatusList()


@pytest.mark.parametrize("index", [-1, LIST_ENTRIES, 2**40])
def test_an_entry_outside_of_the_list_is_refused(index):
    with pytest.raises(StatusIndexOutOfRange):
        BitstringStatusList().get(index)


def test_a_list_below_the_least_length_is_refused():
    with pytest.raises(StatusListTooShort):
        BitstringStatusList(LIST_ENTRIES - 8)
    with pytest.raises(StatusListTooShort):
        BitstringStatusList.decode(encode(bytes(16_383)))


@pytest.mark.parametrize(
    "encoded",
    [
        None,
        7,
        "",
        "u",
        BitstringStatusList().encoded()[1:],
        "z" + BitstringStatusList().encoded()[1:],
        BitstringStatusList().encoded() + "=",
        BitstringStatusList().encoded() + "\n",
        BitstringStatusList().encoded()[:-8],
        BitstringStatusList().encoded().replace("-", "+").replace("_", "/") + "+",
        "u" + base64.urlsafe_b64encode(zlib.compress(bytes(16_384))).rstrip(b"=").decode(),
        encode(bytes(16_384), b"\x00"),
        encode(bytes(16_384), gzip.compress(b"second member", mtime=0)),
        "uAA_B",
        "u" + "A" * 4_000_000,
    ],
)
def test_what_is_not_one_gzip_member_in_base64url_is_refused(encoded):
    with pytest.raises(StatusListMalformed):
        BitstringStatusList.decode(encoded)


def test_bits_left_over_in_base64url_are_refused():
    written = BitstringStatusList(raised=[1]).encoded()
    with_remainder = next(
        BitstringStatusList(raised=range(n)).encoded()
        for n in range(64)
        if len(BitstringStatusList(raised=range(n)).encoded()[1:]) % 4
    )
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twisted = with_remainder[:-1] + alphabet[alphabet.index(with_remainder[-1]) + 1]
    with pytest.raises(StatusListMalformed):
        BitstringStatusList.decode(twisted)
    assert BitstringStatusList.decode(written).get(1)


def test_a_wrong_checksum_is_refused():
    member = bytearray(gzip.compress(bytes(16_384)))
    member[-8] ^= 1
    with pytest.raises(StatusListMalformed):
        BitstringStatusList.decode("u" + base64.urlsafe_b64encode(member).rstrip(b"=").decode())


def test_a_decompression_bomb_is_refused_without_filling_the_memory():
    bomb = encode(bytes(64 * 1024 * 1024))
    tracemalloc.start()
    try:
        with pytest.raises(StatusListMalformed):
            BitstringStatusList.decode(bomb)
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_larger_list_of_a_stranger_is_read():
    assert len(BitstringStatusList.decode(encode(bytes(1024 * 1024)))) == 8 * 1024 * 1024


@given(st.integers(min_value=0, max_value=9_999_999_999))
def test_a_plain_decimal_index_is_read(number):
    assert parse_status_index(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "01", "1 ", " 1", "1\n", "1_0", "1.0", "1e3", "٣", "0x10", "9" * 11, 5]
)
def test_an_index_that_int_would_forgive_is_refused(text):
    with pytest.raises(StatusIndexMalformed):
        parse_status_index(text)


@given(st.integers(1, 8), st.data())
def test_an_entry_of_several_bits_reads_as_it_was_written_left_most_bit_first(size, data):
    index = data.draw(st.integers(0, LIST_ENTRIES - 1))
    value = data.draw(st.integers(0, (1 << size) - 1))
    bits = [index * size + position for position, bit in enumerate(f"{value:0{size}b}") if bit == "1"]
    status_list = BitstringStatusList(LIST_ENTRIES * size, raised=bits)
    assert status_list.value(index, size) == value
    assert [status_list.value(other, size) for other in (index - 1, index + 1) if 0 <= other < LIST_ENTRIES] == [
        0 for other in (index - 1, index + 1) if 0 <= other < LIST_ENTRIES
    ]


@pytest.mark.parametrize("index", [LIST_ENTRIES, 10 * LIST_ENTRIES, -1])
def test_an_entry_of_several_bits_behind_the_end_is_refused(index):
    with pytest.raises(StatusIndexOutOfRange):
        BitstringStatusList(3 * LIST_ENTRIES).value(index, 3)


def test_a_list_is_too_short_when_it_has_too_few_entries_of_their_size():
    with pytest.raises(StatusListTooShort):
        BitstringStatusList(2 * LIST_ENTRIES - 8).value(0, 2)
