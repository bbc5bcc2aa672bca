"""What the flight recorder takes, and what it has no room for."""

import pytest

from app.claiming import flight_recorder
from app.claiming.compatibility import HINTS
from app.claiming.flight_recorder import EXPLAINED, Cause, EventKind, Subject, members_of, record, wallet_of, word_of
from app.settings import REPOSITORY
from app.store import wallet_events
from tests.store.rows import NOW, a_house, stored_award


@pytest.fixture
async def subject(database):
    async with database.transaction() as connection:
        house = await a_house(connection)
        award = await stored_award(connection, house)
    return Subject(house.body.id, award.id, award.id)


async def test_what_is_recorded_is_read_back(database, subject):
    async with database.transaction() as connection:
        await record(
            connection,
            subject,
            EventKind.CREDENTIAL_REFUSED,
            at=NOW,
            cause=Cause.PROOF_TYP_WRONG,
            facts={"format": "ldp_vc", "copies": 2, "dpop": False, "sent": ("format", "proof")},
        )
    async with database.read() as connection:
        (event,) = await wallet_events.list_after(
            connection, subject.awarding_body_id, wallet_events.Narrowed(), after=0, size=9
        )
    assert (event.kind, event.cause) == ("credential-refused", "proof-typ-wrong")
    assert event.facts == b'{"copies":2,"dpop":false,"format":"ldp_vc","sent":["format","proof"]}'


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "Ada"},
        {"format": "Ada Lovelace"},
        {"format": "x" * 61},
        {"copies": "2"},
        {"copies": True},
        {"copies": 10**9},
        {"dpop": "yes"},
        {"sent": ("a b",)},
        {"sent": ["format"]},
        {"sent": tuple(f"m{number}" for number in range(21))},
    ],
)
async def test_a_fact_of_another_name_or_form_is_a_defect(database, subject, facts):
    with pytest.raises(ValueError, match="fact"):
        async with database.transaction() as connection:
            await record(connection, subject, EventKind.OFFER_FETCHED, at=NOW, facts=facts)


def test_what_strangers_send_becomes_a_plain_word_or_none():
    assert word_of("enhance-microcredential.ldp_vc") == "enhance-microcredential.ldp_vc"
    assert [word_of(value) for value in ("Ada Lovelace", "", "a" * 99, None, {"a": 1}, "ada@example.org")] == [
        "unreadable"
    ] * 6
    assert members_of({"proof": 1, "format": 2, "é": 3, 4: 5}) == ("format", "proof", "unreadable")
    assert members_of(["format"]) == ()
    assert len(members_of({f"m{number}": 0 for number in range(99)})) == 20


@pytest.mark.parametrize(
    ("user_agent", "wallet"),
    [
        ("okhttp/4.12.0", "okhttp:4.12.0"),
        ("EudiWallet/2.1 (Ada's iPhone)", "EudiWallet:2.1"),
        ("node", "node"),
        ("Adas-Phone-4711-0815-2342-1234567890/1", "unnamed"),
        ("ada@example.org", "unnamed"),
        ("Wallet/1.2-for-ada", "unnamed"),
        ("", "unnamed"),
        (None, "unnamed"),
    ],
)
def test_a_wallet_is_named_by_its_product_and_by_nothing_else(user_agent, wallet):
    assert wallet_of(user_agent) == wallet


def test_every_cause_is_explained_with_something_to_do():
    assert set(EXPLAINED) == set(Cause)
    for said in EXPLAINED.values():
        assert said.cause.endswith(".")
        assert said.fix[0].isupper()
        assert said.fix.endswith(".")


def test_the_closed_lists_share_no_name():
    names = [*flight_recorder.WORDS, *flight_recorder.NUMBERS, *flight_recorder.FLAGS, *flight_recorder.LISTS]
    assert len(names) == len(set(names))


def test_the_operator_guide_has_the_table_of_what_is_known_of_wallets():
    guide = (REPOSITORY / "docs" / "operator-guide.md").read_text(encoding="utf-8")
    for hint in HINTS:
        seen = [f"`{cause.value}`" for cause in sorted(hint.causes)]
        seen += [f"nothing after `{kind.value}`" for kind in sorted(hint.silent_after)]
        assert f"| {', '.join(seen)} | {hint.words} |" in guide
