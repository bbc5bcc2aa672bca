"""The Token Status List: its published encodings, its bounds, and its claims (draft-ietf-oauth-status-list-20)."""

import base64
import json
import re
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.status import (
    LIST_ENTRIES,
    StatusIndexOutOfRange,
    StatusListMalformed,
    TokenStatus,
    TokenStatusList,
    status_claim,
    status_list_claims,
    status_list_token_url,
)

URL = status_list_token_url("https://credentials.example/issuers/upv", 1)
ISSUED_AT = datetime(2026, 11, 24, tzinfo=UTC)


def packed(octets: bytes, level: int = 9) -> str:
    return base64.urlsafe_b64encode(zlib.compress(octets, level)).rstrip(b"=").decode()


def values_of(status_list: TokenStatusList) -> list[int]:
    return [status_list.value(index) for index in range(len(status_list))]


@pytest.mark.reference
class TestThePublishedEncodings:
    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("status_list_encoding_json", [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
            ("status_list_encoding2_json", [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]),
        ],
    )
    def test_the_short_ones_are_read_value_by_value(self, reference_dir, name, values):
        assert values_of(TokenStatusList.decode(example(reference_dir, name))) == values

    @pytest.mark.parametrize(
        ("bits", "values"), [(1, [1] * 11), (2, [1, 2, 1, 3, 1, 1, 2, 1, 1, 2, 3])], ids=["one bit", "two bits"]
    )
    def test_the_long_ones_have_a_million_places(self, reference_dir, bits, values):
        """Appendix "Test vectors for Status List encoding": these places and no others."""
        places = [0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345]
        read = values_of(TokenStatusList.decode(example(reference_dir, f"status_list_encoding{bits}_long_json")))
        assert len(read) == 2**20
        assert [(index, value) for index, value in enumerate(read) if value] == list(zip(places, values, strict=True))

    @pytest.mark.parametrize("name", ["status_list_encoding4_json", "status_list_encoding8_json"])
    def test_larger_entries_are_read_too(self, reference_dir, name):
        assert any(values_of(TokenStatusList.decode(example(reference_dir, name))))


def example(reference_dir, name):
    text = (reference_dir / "vectors" / "token-status-list" / f"{name}.md").read_text()
    return json.loads(re.sub(r"\s*\n\s*", "", text[text.index("{") :]))


class TestOurList:
    def test_it_says_valid_invalid_or_suspended_of_each_place(self):
        read = TokenStatusList.decode(TokenStatusList(revoked=[0, 7], suspended=[5, LIST_ENTRIES - 1]).encoded())
        assert len(read) == LIST_ENTRIES
        assert {index: value for index, value in enumerate(values_of(read)) if value} == {
            0: TokenStatus.INVALID,
            5: TokenStatus.SUSPENDED,
            7: TokenStatus.INVALID,
            LIST_ENTRIES - 1: TokenStatus.SUSPENDED,
        }

    def test_what_is_revoked_and_suspended_is_invalid(self):
        assert TokenStatusList(8, revoked=[3], suspended=[3]).value(3) == TokenStatus.INVALID

    def test_the_same_places_give_the_same_text(self):
        assert TokenStatusList(revoked=[9, 4]).encoded() == TokenStatusList(revoked=[4, 9]).encoded()

    @given(st.lists(st.integers(0, 63), unique=True, max_size=8), st.lists(st.integers(0, 63), unique=True, max_size=8))
    def test_any_places_are_read_back(self, revoked, suspended):
        read = TokenStatusList.decode(TokenStatusList(64, revoked=revoked, suspended=suspended).encoded())
        expected = {**dict.fromkeys(suspended, 2), **dict.fromkeys(revoked, 1)}
        assert {index: value for index, value in enumerate(values_of(read)) if value} == expected

    def test_its_claims_name_its_address_and_how_long_it_holds(self):
        claims = status_list_claims(
            TokenStatusList(8),
            url=URL,
            issuer="https://credentials.example/issuers/upv",
            issued_at=ISSUED_AT,
            expires_at=ISSUED_AT + timedelta(days=1),
            time_to_live=timedelta(minutes=5),
        )
        assert claims.pop("status_list")["bits"] == 2
        assert claims == {
            "sub": "https://credentials.example/issuers/upv/status/1/token",
            "iss": "https://credentials.example/issuers/upv",
            "iat": 1795478400,
            "exp": 1795564800,
            "ttl": 300,
        }

    def test_a_token_names_its_place(self):
        assert status_claim(URL, 412) == {"status_list": {"idx": 412, "uri": URL}}
        with pytest.raises(ValueError, match="not negative"):
            status_claim(URL, -1)


class TestListsOfStrangers:
    @pytest.mark.parametrize("index", [-1, 12, 10**9])
    def test_a_place_behind_the_end_is_no_place(self, index):
        with pytest.raises(StatusIndexOutOfRange):
            TokenStatusList.decode({"bits": 2, "lst": "eNo76fITAAPfAgc"}).value(index)

    @pytest.mark.parametrize(
        "claim",
        [
            None,
            [],
            {},
            {"bits": 2},
            {"lst": packed(b"\x00")},
            *({"bits": bits, "lst": packed(b"\x00")} for bits in (0, 3, 16, True, "2", 2.0)),
            *(
                {"bits": 1, "lst": text}
                for text in (
                    7,
                    "",
                    "u",
                    packed(b"\x00") + "=",
                    packed(b"\x00")[:-2],
                    "A" * 40,
                    packed(b"\x00") + "AAAA",
                )
            ),
            {"bits": 1, "lst": base64.urlsafe_b64encode(zlib.compress(b"\x00") + b"x").rstrip(b"=").decode()},
        ],
    )
    def test_what_is_not_of_the_form_is_refused(self, claim):
        with pytest.raises(StatusListMalformed):
            TokenStatusList.decode(claim)

    def test_a_bomb_is_refused_before_it_fills_the_memory(self):
        with pytest.raises(StatusListMalformed, match="larger than the bounds"):
            TokenStatusList.decode({"bits": 1, "lst": packed(bytes(64 * 1024 * 1024), 1)})
