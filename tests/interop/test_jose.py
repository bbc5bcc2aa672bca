"""w3c/vc-jose-cose: the command that the suite drives, and each of its JOSE tests (wallets.md section 5, quirk 6).

Keys are given as verification methods and made here; P-521 is a kind of key that this service does not have.
"""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from typer.testing import CliRunner

from app.cli import application
from app.interop import jose
from app.interop.jose import Feature, Word

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
ISSUER = "https://example.issuer/vc-jose-cose"
CURVES = {
    "P-256": (ec.SECP256R1, "ES256", 32),
    "P-384": (ec.SECP384R1, "ES384", 48),
    "P-521": (ec.SECP521R1, "ES512", 66),
}


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def a_method(curve="P-256"):
    """A verification method as the suite's key files have it."""
    if curve == "Ed25519":
        key = ed25519.Ed25519PrivateKey.generate()
        public = {"kty": "OKP", "crv": curve, "alg": "EdDSA", "x": encoded(key.public_key().public_bytes_raw())}
        secret = encoded(key.private_bytes_raw())
    else:
        kind, algorithm, size = CURVES[curve]
        key = ec.generate_private_key(kind())
        numbers = key.private_numbers()
        x, y = (encoded(value.to_bytes(size)) for value in (numbers.public_numbers.x, numbers.public_numbers.y))
        public = {"kty": "EC", "crv": curve, "alg": algorithm, "x": x, "y": y}
        secret = encoded(numbers.private_value.to_bytes(size))
    public["kid"] = f"thumbprint-of-{curve}"
    return {
        "id": f"{ISSUER}#key-{curve}",
        "type": "JsonWebKey",
        "controller": ISSUER,
        "publicKeyJwk": public,
        "secretKeyJwk": {**public, "d": secret},
    }


def a_credential(**members):
    return {
        "@context": [V2, EXAMPLES],
        "id": "http://university.example/credentials/1872",
        "type": ["VerifiableCredential", "ExampleAlumniCredential"],
        "issuer": ISSUER,
        "validFrom": "2010-01-01T19:23:24Z",
        "credentialSchema": {"id": "https://example.org/examples/degree.json", "type": "JsonSchema"},
        "credentialSubject": {"id": "did:example:123", "degree": {"type": "BachelorDegree", "name": "Arts"}},
        **members,
    }


def with_every_optional_member():
    return a_credential(
        validUntil="2027-01-01T00:00:00Z",
        credentialStatus={
            "id": "https://example.edu/status/3#94567",
            "type": "StatusList2021Entry",
            "statusPurpose": "r",
        },
        evidence=[{"id": "https://example.edu/evidence/1", "type": ["DocumentVerification"], "verifier": "Somebody"}],
        termsOfUse=[{"id": "https://example.edu/terms/1", "type": "https://example.org/examples/terms/v1"}],
        refreshService={"id": "https://example.edu/refresh/3732", "type": "ManualRefreshService2018"},
    )


def an_envelope(content="eyJhbGciOiJFUzI1NiJ9.e30.c2ln", media_type="application/vc+jwt"):
    return {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": f"data:{media_type},{content}"}


def a_presentation(*credentials, **members):
    return {
        "@context": [V2, EXAMPLES],
        "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
        "type": ["VerifiablePresentation"],
        "holder": ISSUER,
        "verifiableCredential": list(credentials or [an_envelope()]),
        **members,
    }


def octets(value):
    return json.dumps(value).encode()


async def issue(document, method, feature=Feature.CREDENTIAL_JOSE):
    return await jose.issue(feature, octets(document), octets(method))


async def a_token(payload, method, *, typ="vc+jwt", cty="vc", kid=None, feature=None):
    """A token around any payload, signed as its key signs, with a header of one's own."""
    signer = jose.InProcessSigner.from_jwk(method["secretKeyJwk"])
    header = {"typ": typ, "cty": cty, "kid": kid or method["publicKeyJwk"]["kid"]}
    header = {name: value for name, value in header.items() if value is not None}
    return await jose.jws.sign_compact(octets(payload), header, signer=signer)


def verify(token, method, feature=Feature.CREDENTIAL_JOSE):
    public = {name: value for name, value in method.items() if name != "secretKeyJwk"}
    return jose.verify(feature, token if isinstance(token, bytes) else token.encode(), octets(public))


class TestIssuing:
    @pytest.mark.parametrize("curve", ["P-256", "P-384", "Ed25519"])
    async def test_01_a_minimal_credential_is_issued_and_verifies(self, curve):
        method = a_method(curve)
        issued = await issue(a_credential(), method)
        assert issued.result is Word.SUCCESS, issued.data
        header = json.loads(base64.urlsafe_b64decode(issued.data.split(".")[0] + "=="))
        # 27: without `iss`, `kid` is the absolute URL of the verification method.
        assert header == {"alg": method["publicKeyJwk"]["alg"], "kid": method["id"], "typ": "vc+jwt", "cty": "vc"}
        verified = verify(issued.data, method)
        assert (verified.result, json.loads(verified.data)) == (Word.SUCCESS, a_credential())

    async def test_02_a_credential_with_all_optional_members_is_issued(self):
        assert (await issue(with_every_optional_member(), a_method("P-384"))).result is Word.SUCCESS

    async def test_03_a_presentation_with_one_credential_is_issued(self):
        method = a_method()
        issued = await issue(a_presentation(), method, Feature.PRESENTATION_JOSE)
        assert issued.result is Word.SUCCESS, issued.data
        assert verify(issued.data, method, Feature.PRESENTATION_JOSE).result is Word.SUCCESS

    async def test_04_a_presentation_of_several_kinds_is_issued(self):
        several = (
            an_envelope(),
            an_envelope("eyJhbGciOiJFUzI1NiJ9.e30.c2ln~WyJzIl0~", "application/vc+sd-jwt"),
            an_envelope("0oRYV6Q", "application/vc+cose;base64"),
        )
        issued = await issue(a_presentation(*several), a_method("P-384"), Feature.PRESENTATION_JOSE)
        assert issued.result is Word.SUCCESS, issued.data

    async def test_04_with_a_key_of_p521_it_is_not_done_here(self):
        issued = await issue(a_presentation(), a_method("P-521"), Feature.PRESENTATION_JOSE)
        assert issued.result is Word.INDETERMINATE

    @pytest.mark.parametrize("curve", ["P-256", "P-521"])
    async def test_05_unknown_extensions_are_refused(self, curve):
        unknown = a_credential(badExtension={"huh": "what?"}, anotherBadOne={"oh": "no!"})
        issued = await issue(unknown, a_method(curve))
        assert issued.result is Word.FAILURE
        assert "#/badExtension" in issued.data
        assert "#/anotherBadOne" in issued.data

    @pytest.mark.parametrize(
        "broken", [{"type": "Example"}, {"issuer": 4}, {"credentialSubject": []}, {"@context": [EXAMPLES]}, {"vc": {}}]
    )
    async def test_what_is_no_credential_is_refused(self, broken):
        assert (await issue({**a_credential(), **broken}, a_method())).result is Word.FAILURE

    @pytest.mark.parametrize(
        "credential",
        [a_credential(), {**an_envelope(), "type": "VerifiableCredential"}, {**an_envelope(), "id": "x"}, "text"],
    )
    async def test_credentials_in_a_presentation_must_be_in_envelopes(self, credential):
        issued = await issue(a_presentation(credential), a_method(), Feature.PRESENTATION_JOSE)
        assert issued.result is Word.FAILURE


class TestVerifying:
    async def test_06_a_signed_credential_verifies_though_its_iat_is_an_instant(self):
        # As in the suite's vectors, which also repeat issuer and id as claims.
        method = a_method()
        claims = {"iss": ISSUER, "jti": a_credential()["id"], "iat": "2010-01-01T19:23:24Z"}
        verified = verify(await a_token({**a_credential(), **claims}, method), method)
        assert (verified.result, json.loads(verified.data)) == (Word.SUCCESS, a_credential())
        wrong = verify(await a_token({**a_credential(), "iat": "yesterday"}, method), method)
        assert wrong.result is Word.FAILURE

    async def test_07_a_signed_presentation_verifies_though_it_has_expired(self):
        method = a_method("P-384")
        inner = await a_token(a_credential(), a_method())
        claims = {"iss": ISSUER, "exp": 1734397450, "iat": 1734311050}
        payload = {**a_presentation(an_envelope(inner.decode())), **claims, "type": "VerifiablePresentation"}
        verified = verify(await a_token(payload, method, typ="vp+jwt", cty="vp"), method, Feature.PRESENTATION_JOSE)
        assert verified.result is Word.SUCCESS, verified.data
        assert "exp" not in json.loads(verified.data)

    @pytest.mark.parametrize("issuer", [ISSUER, {"id": ISSUER, "name": "Example"}])
    async def test_08_the_claim_iss_is_the_issuer(self, issuer):
        method = a_method("Ed25519")
        for claim, word in ((ISSUER, Word.SUCCESS), ("https://example.issuer/other", Word.FAILURE)):
            token = await a_token({**a_credential(issuer=issuer), "iss": claim}, method)
            assert verify(token, method).result is word

    async def test_09_signed_unknown_extensions_are_refused(self):
        method = a_method("Ed25519")
        assert verify(await a_token(a_credential(badExtension={"huh": "what?"}), method), method).result is Word.FAILURE

    @pytest.mark.parametrize("unsecured", [octets(a_credential()), b"eyJhbGciOiJub25lIiwidHlwIjoidmMrand0In0.e30."])
    @pytest.mark.parametrize("feature", [Feature.CREDENTIAL_JOSE, Feature.PRESENTATION_JOSE])
    async def test_10_and_11_what_is_unsecured_is_refused(self, unsecured, feature):
        assert verify(unsecured, a_method("Ed25519"), feature).result is Word.FAILURE

    async def test_12_a_wrong_signature_is_refused(self):
        method = a_method("Ed25519")
        token = (await a_token(a_credential(), method)).decode()
        head, payload, signature = token.split(".")
        assert verify(f"{head}.{payload}.{signature[:-4]}AAAA", method).result is Word.FAILURE
        other = {**a_method("Ed25519"), "id": method["id"]}
        assert verify(token, other).result is Word.FAILURE

    async def test_13_and_14_another_media_type_is_refused(self):
        method = a_method("Ed25519")
        for header in ({"typ": "bad+typ"}, {"cty": "bad+cty"}, {"typ": "vp+jwt"}, {"typ": "JWT"}, {"typ": None}):
            assert verify(await a_token(a_credential(), method, **header), method).result is Word.FAILURE
        for header in ({"typ": "bad+typ", "cty": "vp"}, {"typ": "vp+jwt", "cty": "bad+cty"}, {"typ": "vc+jwt"}):
            token = await a_token(a_presentation(), method, **header)
            assert verify(token, method, Feature.PRESENTATION_JOSE).result is Word.FAILURE

    @pytest.mark.parametrize("claim", ["vc", "vp"])
    async def test_15_the_claims_vc_and_vp_must_not_be_there(self, claim):
        method = a_method("Ed25519")
        assert verify(await a_token({**a_credential(), claim: "oops"}, method), method).result is Word.FAILURE
        token = await a_token({**a_presentation(), claim: "oops"}, method, typ="vp+jwt", cty="vp")
        assert verify(token, method, Feature.PRESENTATION_JOSE).result is Word.FAILURE

    @pytest.mark.parametrize(
        "credential",
        [
            a_credential(),
            {**an_envelope(), "id": "not-a-credential"},
            an_envelope("not.a"),
            an_envelope("eyJhbGciOiJub25lIn0.e30."),
        ],
    )
    async def test_16_a_presentation_with_invalid_credentials_is_refused(self, credential):
        method = a_method("Ed25519")
        token = await a_token(a_presentation(credential), method, typ="vp+jwt", cty="vp")
        assert verify(token, method, Feature.PRESENTATION_JOSE).result is Word.FAILURE

    async def test_22_the_key_that_the_token_names_is_the_one_that_is_handed_in(self):
        method = a_method()
        assert (
            verify(await a_token(a_credential(), method, kid="https://else.example#1"), method).result is Word.FAILURE
        )


class TestTheCommand:
    @pytest.mark.parametrize("feature", [each for each in Feature if not each.value.endswith("_jose")])
    async def test_sd_jwt_and_cose_are_not_done_here(self, feature):
        assert (await issue(a_credential(), a_method(), feature)).result is Word.INDETERMINATE
        assert verify("x", a_method(), feature).result is Word.INDETERMINATE

    @pytest.mark.parametrize("key", [b"no json", b"[]", b"{}", b'{"id":"x"}'])
    async def test_a_key_that_is_none_is_an_error(self, key):
        assert (await jose.issue(Feature.CREDENTIAL_JOSE, octets(a_credential()), key)).result is not Word.SUCCESS
        assert jose.verify(Feature.CREDENTIAL_JOSE, b"x", key).result is not Word.SUCCESS

    def test_it_reads_and_writes_files_as_the_suite_asks(self, tmp_path):
        files = {name: tmp_path / name for name in ("input", "key", "token", "output")}
        files["input"].write_bytes(octets(a_credential()))
        files["key"].write_bytes(octets(a_method()))

        def run(command, source, target):
            options = ["--key", files["key"], "--feature", "credential_jose", "--output", files[target]]
            done = CliRunner().invoke(
                application, [str(each) for each in ("jose", command, "--input", source, *options)]
            )
            return done.exit_code, json.loads(files[target].read_bytes())

        code, issued = run("issue", files["input"], "output")
        assert (code, issued["result"], set(issued)) == (0, "success", {"result", "data"})
        files["token"].write_text(issued["data"] + "\n")
        code, verified = run("verify", files["token"], "output")
        assert (code, verified["result"], json.loads(verified["data"])) == (0, "success", a_credential())
        code, refused = run("verify", files["input"], "output")
        assert (code, refused["result"]) == (1, "failure")
