"""SD-JWT VCs: recognised by content, judged as any other credential, with and without the holder's key binding."""

import json
from datetime import timedelta

import pytest

from app.keys import Algorithm, InProcessSigner, KeyState
from app.securing import MalformedToken, sd_jwt
from app.securing.jws import encode_base64url
from app.settings import Lookups
from app.status import TokenStatusList, status_claim
from app.verification.checks import CREDENTIAL_CHECKS, PRESENTATION_CHECKS, CheckName, Result
from app.verification.data_model import Form
from app.verification.evidence import Policy
from app.verification.report import PresentationReport, Verdict
from app.verification.submission import read_submission
from tests.counterparts.foreign_issuer import NOW, ForeignIssuer
from tests.securing.disclosing import BROKEN, digest, payload_of, signed
from tests.verification.deployment import MEMBER_DID, OURS, code_of, outcome, result_of

ISS = f"{OURS}/tu-berlin"
HOLDER = InProcessSigner.generate(Algorithm.P256)
SECRETS = ("family_name", "grade")
MOMENT = int(NOW.timestamp())


def claims(**changes):
    stated = {
        "iss": ISS,
        "iat": MOMENT - 60,
        "nbf": MOMENT - 3600,
        "jti": "urn:uuid:6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11",
        "vct": "VerifiableMicroCredential",
        "awardingBody": "Technische Universität Berlin",
        "family_name": "Nowak",
        "grade": "1.3",
        "status": status_claim(f"{ISS}/status/1/token", 7),
        **changes,
    }
    return {name: value for name, value in stated.items() if value is not None}


async def issued(issuer, *, kid=None, holder=None, secrets=SECRETS, **changes):
    stated = claims(**changes)
    return await sd_jwt.issue(
        stated,
        [name for name in secrets if name in stated],
        signer=issuer.signer,
        header={"kid": issuer.method if kid is None else kid},
        holder=holder,
    )


async def presented(token, *, holder=HOLDER, **changes):
    content = {"iat": MOMENT - 10, "aud": "https://v.example", "nonce": "n-1", "sd_hash": digest(token), **changes}
    header = {"alg": "ES256", "typ": "kb+jwt"}
    covered = encode_base64url(json.dumps(header).encode()) + b"." + encode_base64url(json.dumps(content).encode())
    return token + covered + b"." + encode_base64url(await holder.sign(covered))


def kept_back(token, count=1):
    """Return a presentation of ``token`` without its first Disclosures."""
    first, *rest = token.split(b"~")
    return b"~".join([first, *rest[count:]])


@pytest.fixture
def member(ours):
    ours.tu_berlin = ForeignIssuer(MEMBER_DID, Algorithm.P256)
    return ours.tu_berlin


@pytest.fixture
async def issuer(host, ours):
    """A stranger whose keys stand at the well-known place of its address."""
    stranger = ForeignIssuer(host.did("issuers", "abc"), Algorithm.P256)
    ours.policy = Policy(looked_up_issuers=frozenset({stranger.did}))
    serve_keys(host, stranger)
    return stranger


def serve_keys(host, stranger, **changes):
    document = {
        "issuer": f"{host.origin}/issuers/abc",
        "jwks": {"keys": [{"kid": "key-1", **stranger.signer.public_key.jwk()}]},
        **changes,
    }
    document = {name: value for name, value in document.items() if value is not None}
    host.serve("/.well-known/jwt-vc-issuer/issuers/abc", document)


async def verify(ours, token, **asked):
    if asked:
        ours.policy = Policy(**asked)
    return await ours.verify(read_submission(token))


class TestOurOwn:
    async def test_a_members_credential_in_force_is_valid_and_told_as_what_it_is(self, ours, host, member):
        report = await verify(ours, await issued(member))
        assert outcome(report) == (Verdict.VALID, "valid")
        assert [check.name for check in report.checks] == list(CREDENTIAL_CHECKS)
        assert (report.document.form, report.document.types) == (Form.SD_JWT_VC, ("VerifiableMicroCredential",))
        assert report.document.id == "urn:uuid:6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11"
        assert (report.issuer.id, report.issuer.standing, host.seen) == (MEMBER_DID, "member", [])
        (proof,) = report.proofs
        assert (proof.mechanism, proof.algorithm, proof.by_issuer) == ("sd-jwt", "ES256", True)
        assert code_of(report, CheckName.NOTHING_DROPPED) == "disclosures-signed"
        assert [entry.purpose for entry in report.status_entries] == ["revocation", "suspension"]

    async def test_what_is_kept_back_is_missed_by_nobody(self, ours, member):
        for count in (1, 2):
            assert (await verify(ours, kept_back(await issued(member), count))).verdict is Verdict.VALID

    async def test_a_credential_as_a_json_string_is_the_same(self, ours, member):
        token = await issued(member)
        assert await verify(ours, json.dumps(token.decode()).encode()) == await verify(ours, token)

    @pytest.mark.parametrize("purpose", ["revocation", "suspension"])
    async def test_its_status_is_looked_up_in_our_records(self, ours, member, purpose):
        ours.status = {(purpose, 7): (True, False)}
        report = await verify(ours, await issued(member))
        assert outcome(report) == (Verdict.INVALID, {"revocation": "revoked", "suspension": "suspended"}[purpose])

    async def test_records_that_cannot_be_read_leave_it_open(self, ours, member):
        token = await issued(member)
        ours.reachable = False
        assert (await verify(ours, token)).verdict is Verdict.INDETERMINATE

    async def test_a_member_s_credential_without_a_status_is_not_complete(self, ours, member):
        report = await verify(ours, await issued(member, status=None))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-entry-missing")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"exp": MOMENT - 1}, "expired"),
            ({"nbf": MOMENT + 3600}, "not-yet-valid"),
            ({"iat": MOMENT + 3600}, "proof-from-the-future"),
            ({"status": {"status_list": {"idx": -1, "uri": "https://a.example"}}}, "status-entry-malformed"),
            ({"status": {"status_list": {"idx": True, "uri": "https://a.example"}}}, "status-entry-malformed"),
            ({"status": {"status_assertion": {}}}, "status-type-not-supported"),
            ({"status": status_claim(f"{OURS}/wut/status/1/token", 7)}, "status-list-of-another-issuer"),
            ({"status": "revoked"}, "data-model-broken"),
            ({"vct": 7}, "data-model-broken"),
        ],
    )
    async def test_what_it_says_of_itself_is_heeded(self, ours, member, changes, code):
        report = await verify(ours, await issued(member, **changes))
        assert report.verdict is not Verdict.VALID
        assert code in [check.code for check in report.checks]

    async def test_a_revoked_key_takes_its_credentials_along(self, ours, member):
        ours.key_facts = {"state": KeyState.REVOKED, "revoked_at": NOW}
        assert outcome(await verify(ours, await issued(member))) == (Verdict.INVALID, "key-revoked")

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"iss": "https://stranger.example/issuers/x"},
            {
                "iss": "https://stranger.example/issuers/x",
                "awardingBody": None,
                "issuing_authority": "TECHNISCHE Universität Berlin",
            },
            {
                "iss": "https://stranger.example/issuers/x",
                "awardingBody": "x",
                "awardingBodyIdentifier": "NTRDE-TEST-tu-berlin",
            },
            {"awardingBody": None},
        ],
    )
    @pytest.mark.usefixtures("member")
    async def test_whoever_names_a_member_without_its_key_is_false(self, ours, changes):
        stranger = ForeignIssuer(MEMBER_DID, Algorithm.P256)
        report = await verify(ours, await issued(stranger, kid=f"{MEMBER_DID}#key-9", **changes))
        assert outcome(report) == (Verdict.INVALID, "claims-to-be-member")

    async def test_an_altered_token_is_not_what_was_signed(self, ours, member):
        head, _, rest = (await issued(member)).partition(b".")
        payload = encode_base64url(json.dumps(claims(grade="1.0")).encode())
        report = await verify(ours, head + b"." + payload + b"." + rest.partition(b".")[2].partition(b"~")[0] + b"~")
        assert outcome(report) == (Verdict.INVALID, "proof-wrong")

    async def test_the_payload_alone_is_signed_by_nobody(self, ours):
        report = await ours.verify(claims())
        assert (report.verdict, code_of(report, CheckName.PROOF)) == (Verdict.INVALID, "proof-missing")

    @pytest.mark.parametrize(("payload", "disclosures", "code"), BROKEN.values(), ids=BROKEN)
    async def test_a_broken_rule_of_selective_disclosure_makes_it_invalid(
        self, ours, member, payload, disclosures, code
    ):
        stated = {
            **claims(family_name=None, grade=None),
            **{k: v for k, v in payload_of(payload).items() if k[0] in "_.af"},
        }
        stated.pop(payload.get("without"), None)
        token = await signed(stated, *disclosures, signer=member.signer, header={"kid": member.method})
        report = await verify(ours, token)
        assert report.verdict is Verdict.INVALID
        check = next(check for check in report.checks if check.name is CheckName.NOTHING_DROPPED)
        assert code in [finding.code for finding in check.findings]
        assert not any(secret in report.model_dump_json() for secret in ("Nowak", "Kowalska"))

    @pytest.mark.parametrize("content", [b"eyJhbGciOiJFUzI1NiJ9.e30~", b"eyJhbGciOiJFUzI1NiJ9.e30.AA~~x"])
    async def test_what_is_no_token_at_all_is_refused(self, content):
        with pytest.raises(MalformedToken):
            read_submission(content)


class TestStrangers:
    async def test_the_keys_stand_at_the_well_known_place(self, ours, host, issuer):
        report = await verify(ours, await issued_by(host, issuer))
        assert outcome(report) == (Verdict.INDETERMINATE, "issuer-not-a-member")
        assert code_of(report, CheckName.ISSUER_KEY) == "issuer-key-in-did-document"
        assert [seen.path for seen in host.seen] == ["/.well-known/jwt-vc-issuer/issuers/abc"]

    async def test_an_issuer_that_this_deployment_vouches_for_is_valid(self, ours, host, issuer):
        report = await verify(ours, await issued_by(host, issuer), accepted_issuers=frozenset({issuer.did}))
        assert report.verdict is Verdict.VALID

    @pytest.mark.parametrize(
        "changes",
        [
            {"issuer": "https://other.example"},
            {"jwks": None},
            {"jwks": {"keys": {}}},
            {"jwks": {"keys": []}},
            {"jwks_uri": "https://other.example/keys"},
            {"jwks": {"keys": [{"kid": 7}]}},
            {"jwks": {"keys": [{"kid": "key-1", "kty": "oct", "k": "AA"}]}},
            {"jwks": {"keys": [{"kid": "key-1", **HOLDER.public_key.jwk()}]}},
            {"jwks": {"keys": [{"kid": "key-1", **HOLDER.public_key.jwk(), "d": "AA"}]}},
        ],
    )
    async def test_keys_that_are_not_well_published_leave_nothing_to_believe(self, ours, host, issuer, changes):
        serve_keys(host, issuer, **changes)
        token = await issued_by(host, issuer)
        report = await verify(ours, token, accepted_issuers=frozenset({issuer.did}))
        assert report.verdict is not Verdict.VALID
        assert result_of(report, CheckName.PROOF) is not Result.PASSED

    async def test_nobody_is_asked_where_the_policy_does_not_allow_it(self, ours, host, issuer):
        token = await issued_by(host, issuer)
        for policy in ({"lookups": Lookups.OFF}, {"lookups": Lookups.MEMBERS}):
            assert (await verify(ours, token, **policy)).verdict is Verdict.INDETERMINATE
        assert host.seen == []

    async def test_an_issuer_named_by_a_certificate_alone_is_left_open(self, ours, member):
        report = await verify(ours, await issued(member, iss=None, awardingBody=None))
        assert outcome(report) == (Verdict.INDETERMINATE, "issuer-by-certificate")

    @pytest.mark.parametrize(
        ("value", "code"),
        [(0, "not-revoked"), (1, "revoked"), (2, "suspended"), (3, "status-value-unknown")],
    )
    async def test_the_value_in_its_list_is_understood(self, ours, host, issuer, value, code):
        entries = TokenStatusList(64, revoked=[7] * (value & 1), suspended=[9])
        if value > 1:
            entries = TokenStatusList.decode({"bits": 2, "lst": LISTS[value]})
        await serve_list(host, issuer, entries)
        report = await verify(ours, await with_status(host, issuer))
        assert code in [check.code for check in report.checks]
        assert (report.verdict is Verdict.INVALID) is (value in (1, 2))

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"sub": "https://other.example/list"}, "status-list-of-another-issuer"),
            ({"iss": "https://other.example"}, "status-list-of-another-issuer"),
            ({"iat": None}, "status-list-malformed"),
            ({"iat": MOMENT + 3600}, "status-list-not-current"),
            ({"exp": MOMENT - 1}, "status-list-not-current"),
            ({"exp": "soon"}, "status-list-malformed"),
            ({"ttl": 0}, "status-list-malformed"),
            ({"ttl": "long"}, "status-list-malformed"),
            ({"status_list": {"bits": 3, "lst": "eNoDAAAAAAE"}}, "status-list-malformed"),
            ({"status_list": TokenStatusList(4).encoded()}, "status-index-out-of-range"),
        ],
    )
    async def test_a_list_that_is_wrong_in_any_way_says_nothing(self, ours, host, issuer, changes, code):
        await serve_list(host, issuer, TokenStatusList(64), **changes)
        report = await verify(ours, await with_status(host, issuer), accepted_issuers=frozenset({issuer.did}))
        assert outcome(report) == (Verdict.INDETERMINATE, code)

    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ({"typ": "JWT"}, "status-list-form-not-supported"),
            ({"alg": "none"}, "status-list-proof-wrong"),
            ({"kid": "key-2"}, "status-list-proof-wrong"),
            ({"crit": ["x"]}, "status-list-proof-wrong"),
        ],
    )
    async def test_a_list_that_its_issuer_did_not_sign_as_one_says_nothing(self, ours, host, issuer, header, code):
        await serve_list(host, issuer, TokenStatusList(64), header=header)
        report = await verify(ours, await with_status(host, issuer), accepted_issuers=frozenset({issuer.did}))
        assert outcome(report) == (Verdict.INDETERMINATE, code)

    async def test_a_list_of_another_signer_says_nothing(self, ours, host, issuer):
        await serve_list(host, ForeignIssuer(issuer.did, Algorithm.P256), TokenStatusList(64))
        report = await verify(ours, await with_status(host, issuer), accepted_issuers=frozenset({issuer.did}))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-list-proof-wrong")

    async def test_a_silent_host_leaves_the_status_open(self, ours, host, issuer):
        report = await verify(ours, await with_status(host, issuer), accepted_issuers=frozenset({issuer.did}))
        assert outcome(report) == (Verdict.INDETERMINATE, "status-list-not-fetched")

    async def test_no_list_is_asked_for_before_its_issuer_is_shown_to_have_signed(self, ours, host, issuer):
        await serve_list(host, issuer, TokenStatusList(64))
        token = await issued_by(
            host, ForeignIssuer(issuer.did, Algorithm.P256), status=status_claim(f"{host.origin}/list", 7)
        )
        assert (await verify(ours, token)).verdict is Verdict.INVALID
        assert "/list" not in [seen.path for seen in host.seen]


LISTS = {2: "eNpjaGBAAQAHkACB", 3: "eNpjOMCAAgALUADB"}
"""Sixty-four places of two bits; the eighth has the value."""


async def issued_by(host, issuer, **changes):
    stated = {"iss": f"{host.origin}/issuers/abc", "awardingBody": "Academy", "status": None, **changes}
    return await issued(issuer, kid="key-1", **stated)


async def with_status(host, issuer):
    return await issued_by(host, issuer, status=status_claim(f"{host.origin}/list", 7))


async def serve_list(host, issuer, entries, *, header=None, **changes):
    stated = {
        "sub": f"{host.origin}/list",
        "iat": MOMENT - 60,
        "exp": MOMENT + 3600,
        "ttl": 300,
        "status_list": entries.encoded(),
        **changes,
    }
    stated = {name: value for name, value in stated.items() if value is not None}
    head = {"alg": "ES256", "typ": "statuslist+jwt", "kid": "key-1", **(header or {})}
    covered = encode_base64url(json.dumps(head).encode()) + b"." + encode_base64url(json.dumps(stated).encode())
    token = covered + b"." + encode_base64url(await issuer.signer.sign(covered))
    host.serve("/list", token, media_type="application/statuslist+jwt")


ASKED = {"challenge": "n-1", "domains": frozenset({"https://v.example"})}


class TestPresentations:
    async def test_whoever_has_the_confirmed_key_presents_it_and_is_told_as_its_owner(self, ours, member):
        token = await presented(kept_back(await issued(member, holder=HOLDER.public_key)))
        report = await verify(ours, token, **ASKED)
        assert isinstance(report, PresentationReport)
        assert outcome(report) == (Verdict.VALID, "valid")
        assert [check.name for check in report.checks] == list(PRESENTATION_CHECKS)
        assert (report.holder.id, report.holder.proved) == (sd_jwt.thumbprint_uri(HOLDER.public_key), True)
        codes = {check.name: check.code for check in report.checks}
        assert codes[CheckName.HOLDER_PROOF] == "key-binding-verified"
        assert codes[CheckName.HOLDER_KEY] == "holder-key-confirmed"
        assert (codes[CheckName.CHALLENGE], codes[CheckName.DOMAIN]) == ("challenge-met", "domain-met")
        (one,) = report.credentials
        assert (one.pointer, one.report.verdict) == ("#", Verdict.VALID)
        assert code_of(one.report, CheckName.OWNER) == "owner-is-holder"

    async def test_without_a_question_the_answer_is_not_fresh(self, ours, member):
        report = await verify(ours, await presented(await issued(member, holder=HOLDER.public_key)))
        assert report.verdict is Verdict.VALID
        assert code_of(report.credentials[0].report, CheckName.OWNER) == "owner-not-fresh"

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"nonce": "n-2"}, "challenge-differs"),
            ({"aud": "https://other.example"}, "domain-differs"),
            ({"sd_hash": digest(b"another")}, "key-binding-wrong"),
            ({"iat": MOMENT - 3600}, "key-binding-too-old"),
            ({"iat": MOMENT + 3600}, "proof-from-the-future"),
            ({"iat": None}, "key-binding-wrong"),
            ({"exp": MOMENT - 1}, "proof-expired"),
            ({"holder": InProcessSigner.generate(Algorithm.P256)}, "proof-wrong"),
        ],
    )
    async def test_what_the_holder_signed_must_answer_this_question(self, ours, member, changes, code):
        token = await presented(await issued(member, holder=HOLDER.public_key), **changes)
        report = await verify(ours, token, **ASKED)
        assert report.verdict is Verdict.INVALID
        assert code in [check.code for check in report.checks]
        assert code_of(report.credentials[0].report, CheckName.OWNER) != "owner-is-holder"

    async def test_a_credential_without_key_binding_answers_no_question(self, ours, member):
        for asked in ({"challenge": "n-1"}, {"domains": frozenset({"https://v.example"})}):
            report = await verify(ours, await issued(member, holder=HOLDER.public_key), **asked)
            assert outcome(report)[0] is Verdict.INVALID
            assert outcome(report)[1] in ("challenge-unanswered", "domain-unanswered")

    async def test_a_key_that_nobody_confirmed_binds_nothing(self, ours, member):
        report = await verify(ours, await presented(await issued(member)), **ASKED)
        assert report.verdict is Verdict.INVALID
        assert code_of(report, CheckName.HOLDER_PROOF) == "key-binding-wrong"

    async def test_a_disclosure_added_on_the_way_is_not_what_the_holder_presented(self, ours, member):
        token = await issued(member, holder=HOLDER.public_key)
        first, *disclosures, _ = token.split(b"~")
        shown = await presented(b"~".join([first, disclosures[0], b""]))
        report = await verify(ours, shown.replace(disclosures[0], b"~".join(disclosures)), **ASKED)
        assert (report.verdict, code_of(report, CheckName.HOLDER_PROOF)) == (Verdict.INVALID, "key-binding-wrong")
        assert report.credentials[0].report.verdict is Verdict.VALID

    async def test_a_revoked_credential_makes_the_presentation_invalid(self, ours, member):
        ours.status = {("revocation", 7): (True, False)}
        report = await verify(ours, await presented(await issued(member, holder=HOLDER.public_key)), **ASKED)
        assert outcome(report) == (Verdict.INVALID, "credential-invalid")
        assert report.checked_at - timedelta(seconds=1) < NOW
