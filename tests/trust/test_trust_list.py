"""What a trust list may say, and what makes it unusable."""

import copy
from datetime import UTC, datetime, timedelta

import pytest

from app.keys import Algorithm, InProcessSigner, KeyState
from app.trust.members import Members
from app.trust.trust_list import TrustListUnusable, read_claims
from tests.counterparts.other_deployment import BEGAN, OtherDeployment

NOW = datetime(2026, 7, 1, tzinfo=UTC)
LATER = BEGAN + timedelta(days=40)


def read(claims):
    return read_claims(claims, sha256="0" * 64)


def test_what_was_written_is_read_again():
    other = OtherDeployment(slugs=("wut", "tu-berlin"))
    other.key_facts = {"state": KeyState.REVOKED, "retired_at": BEGAN, "revoked_at": LATER, "compromised_since": BEGAN}
    says = read(other.claims(version=7, at=NOW))
    assert (says.signer, says.version, says.issued_at) == ("did:web:other.example", 7, NOW)
    assert [member.slug for member in says.members] == ["tu-berlin", "wut"]
    (key,) = says.members[1].keys
    assert key == other.member_keys("wut")[0]
    assert says.members[1].listed_by == says.signer
    assert says.members[1].listed_until == NOW + timedelta(days=30)


def test_a_member_is_known_by_every_name_that_the_list_and_the_alliance_give_it():
    known = Members(read(OtherDeployment().claims(version=1, at=NOW)).members)
    for name in ("Politechnika Warszawska", "NTRXX-OTHER-wut", "X WUT01", "did:web:other.example:issuers:wut"):
        (claim,) = known.claimed_by({"issuer": {"id": "did:key:z1", "legalName": {"en": name}}})
        assert (claim.slug, claim.dids) == ("wut", {"did:web:other.example:issuers:wut"})


def test_a_university_in_two_deployments_may_bear_its_name_in_both():
    lists = [read(OtherDeployment(host=f"{name}.example").claims(version=1, at=NOW)) for name in ("one", "two")]
    known = Members(tuple(member for says in lists for member in says.members))
    (claim,) = known.claimed_by({"issuer": {"name": "Warsaw University of Technology"}})
    assert claim.dids == {"did:web:one.example:issuers:wut", "did:web:two.example:issuers:wut"}
    (claim,) = known.claimed_by({"issuer": "did:web:one.example:issuers:wut"})
    assert claim.dids == {"did:web:one.example:issuers:wut"}


def test_members_that_a_later_version_adds_to_the_form_are_passed_over():
    claims = OtherDeployment().claims(version=1, at=NOW, logo="later")
    claims["members"][0]["seal_certificates"] = [{"x5c": []}]
    assert read(claims).members[0].slug == "wut"


def changed(path, value):
    def change(claims):
        parent = claims
        for step in path[:-1]:
            parent = parent[step]
        if value is ...:
            del parent[path[-1]]
        else:
            parent[path[-1]] = value

    return change


STRANGER = InProcessSigner.generate(Algorithm.ED25519).public_key


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["form"], 2),
        (["form"], ...),
        (["iss"], "https://other.example"),
        (["iss"], "did:web:another.example"),
        (["version"], 0),
        (["version"], True),
        (["version"], "1"),
        (["version"], 2**31),
        (["iat"], 1.5),
        (["exp"], 0),
        (["exp"], 10**15),
        (["previous_sha256"], "abc"),
        (["signer_keys"], []),
        (["signer_keys", 0, "id"], "did:web:another.example#p256-2026-1"),
        (["signer_keys", 0, "jwk_id"], "did:web:other.example#p256-2026-1"),
        (["members", 0, "slug"], "WUT"),
        (["members", 0, "did"], "did:web:another.example"),
        (["members", 0, "legal_name"], {}),
        (["members", 0, "legal_name", "en"], ""),
        (["members", 0, "keys"], ...),
        (["members", 0, "keys", 0, "id"], "did:web:other.example:issuers:tu-berlin#key-1"),
        (["members", 0, "keys", 0, "state"], "lost"),
        (["members", 0, "keys", 0, "state"], "revoked"),
        (["members", 0, "keys", 0, "revoked_at"], "2026-05-01T00:00:00Z"),
        (["members", 0, "keys", 0, "compromised_since"], "2026-05-01T00:00:00Z"),
        (["members", 0, "keys", 0, "published_at"], "2026-05-01T00:00:00"),
        pytest.param(["members", 0, "keys", 0, "public_key_multibase"], STRANGER.multikey, id="another-multikey"),
        pytest.param(["members", 0, "keys", 0, "public_key_jwk"], STRANGER.jwk(), id="another-jwk"),
        (["members", 0, "keys", 0, "public_key_jwk"], {"kty": "oct", "k": "AAAA"}),
        (["members", 0, "keys", 0, "public_key_jwk", "d"], "AAAA"),
        (["members"], [{}]),
        (["members"], None),
    ],
)
def test_a_list_that_says_anything_wrong_is_unusable_as_a_whole(path, value):
    claims = OtherDeployment().claims(version=1, at=NOW)
    changed(path, value)(claims)
    with pytest.raises(TrustListUnusable) as caught:
        read(claims)
    assert caught.value.findings


def test_one_did_is_listed_once():
    claims = OtherDeployment().claims(version=1, at=NOW)
    claims["members"].append(copy.deepcopy(claims["members"][0]))
    with pytest.raises(TrustListUnusable):
        read(claims)


@pytest.mark.parametrize("value", [None, [], "x", 7])
def test_what_is_no_object_is_no_list(value):
    with pytest.raises(TrustListUnusable):
        read(value)
