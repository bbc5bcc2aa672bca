"""w3c/vc-data-model-2.0-test-suite: each requirement that it tests of issuers and verifiers of credentials.

The wording of a requirement is the specification's; documents and tests are ours.
"""

import base64
import hashlib

import pytest

from app.jsonld import pinned_context
from tests.interop.conftest import EXAMPLES, V2, codes, copy, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")

HERE = "https://example.org/#"


def terms(*names):
    """Contexts that define these words, as a document may bring them."""
    return [V2, {name: HERE + name for name in names}]


def srI(content, algorithm="sha384"):  # noqa: N802 - as the specification spells it
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


class TestContexts:
    async def test_credentials_must_include_a_context(self, suite):
        assert (await suite.issued())["@context"] == [V2]
        await suite.refuses_to_issue(suite.credential(context=None))

    @pytest.mark.parametrize("contexts", [[EXAMPLES, V2], [EXAMPLES], [{"a": HERE + "a"}, V2], [], V2])
    async def test_the_first_context_must_be_that_of_version_two_in_an_ordered_set(self, suite, contexts):
        await suite.refuses_to_issue(suite.credential(context=contexts))

    async def test_further_contexts_may_be_urls_or_objects(self, suite):
        for contexts in ([V2, EXAMPLES], terms("Example")):
            credential = await suite.issued(suite.credential(context=contexts))
            assert credential["@context"] == contexts
            assert (await suite.verify(credential)).status_code == 200

    @pytest.mark.parametrize("wrong", ["https ://not-a-url/v1", "https://example.com/unknown", 123192875, None])
    async def test_a_context_that_is_none_or_not_to_be_had_is_refused(self, suite, wrong):
        await suite.refuses_to_issue(suite.credential(context=[V2, wrong]))

    @pytest.mark.parametrize("protected", ["VerifiableCredential", "DataIntegrityProof", "type", "id"])
    async def test_a_context_that_redefines_a_term_of_the_base_is_refused(self, suite, protected):
        await suite.refuses_to_issue(suite.credential(context=terms(protected)))

    async def test_a_signed_credential_whose_context_is_changed_does_not_verify(self, suite):
        credential = await suite.issued(
            suite.credential(context=terms("Example"), type=["VerifiableCredential", "Example"])
        )
        assert (await suite.verify(credential)).status_code == 200
        credential["@context"] = [V2, {"Example": "https://elsewhere.example/#Example"}]
        await suite.refuses_to_verify(credential)


class TestIdentifiers:
    async def test_an_id_is_a_single_url(self, suite):
        assert await suite.issued(suite.credential(id="urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33"))
        assert await suite.issued(suite.credential(id="did:example:credential"))
        for wrong in (None, ["did:example:a", "did:example:b"], "not a url", "relative", 7, {"id": "did:example:a"}):
            await suite.refuses_to_issue({**suite.credential(), "id": wrong})

    async def test_a_subject_has_at_most_one_id_and_it_is_a_url(self, suite):
        assert await suite.issued(
            suite.credential(credentialSubject=[{"id": "did:example:a"}, {"id": "did:example:b"}])
        )
        for wrong in (["did:example:a", "did:example:b"], "not a url", 7):
            await suite.refuses_to_issue(suite.credential(credentialSubject={"id": wrong}))


class TestTypes:
    async def test_credentials_must_have_a_type_and_one_is_verifiable_credential(self, suite):
        for wrong in (None, [], "Example", ["Example"]):
            await suite.refuses_to_issue({**suite.credential(context=[V2, EXAMPLES]), "type": wrong})

    async def test_types_are_terms_or_absolute_urls(self, suite):
        assert await suite.issued(suite.credential(type=["VerifiableCredential", HERE + "Other"]))
        with_term = suite.credential(context=terms("Other"), type=["VerifiableCredential", "Other"])
        assert await suite.issued(with_term)
        await suite.refuses_to_issue({**with_term, "@context": [V2, {"Other": "not-a-url"}]})
        await suite.refuses_to_issue({**with_term, "@context": [V2]})

    async def test_the_order_of_types_does_not_matter(self, suite):
        for types in (
            [HERE + "A", HERE + "B", "VerifiableCredential"],
            [HERE + "B", "VerifiableCredential", HERE + "A"],
        ):
            assert await suite.issued(suite.credential(type=types))

    @pytest.mark.parametrize(
        "member", ["credentialStatus", "termsOfUse", "evidence", "refreshService", "credentialSchema"]
    )
    async def test_each_object_of_an_extension_point_must_have_a_type(self, suite, member):
        node = {"id": "https://example.org/node", "type": "Kind"}
        for good in (node, [node, {**node, "id": "https://example.org/another"}]):
            assert await suite.issued(suite.credential(context=terms("Kind"), **{member: good})), member
        for wrong in ({"id": node["id"]}, [node, {"id": "https://example.org/second"}], {**node, "type": 2}, "text"):
            await suite.refuses_to_issue(suite.credential(context=terms("Kind"), **{member: wrong}))


class TestNamesAndDescriptions:
    @pytest.mark.parametrize("member", ["name", "description"])
    @pytest.mark.parametrize(
        "value",
        [
            "Text",
            {"@value": "Text", "@language": "en"},
            {"@value": "Text", "@language": "en", "@direction": "ltr"},
            [{"@value": "Text", "@language": "en"}, {"@value": "نص", "@language": "ar", "@direction": "rtl"}],
        ],
        ids=["string", "language", "direction", "several"],
    )
    async def test_a_text_is_a_string_or_language_value_objects(self, suite, member, value):
        assert await suite.issued(suite.credential(**{member: value}))
        issuer = {"id": suite.issuers["ed25519"], member: value}
        assert await suite.issued(suite.credential(issuer=issuer))

    @pytest.mark.parametrize("member", ["name", "description"])
    async def test_a_text_with_other_members_is_refused(self, suite, member):
        wrong = {"@value": "Text", "@language": "en", "url": "did:example:extra"}
        await suite.refuses_to_issue(suite.credential(**{member: wrong}))
        await suite.refuses_to_issue(suite.credential(issuer={"id": suite.issuers["ed25519"], member: wrong}))


class TestDates:
    async def test_dates_are_instants_with_a_time_zone(self, suite):
        for good in ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00-05:00", "2020-01-01T00:00:00.123Z"):
            assert await suite.issued(suite.credential(validFrom=good, validUntil="2030-01-01T00:00:00Z"))
        for wrong in ("2020-01-01", "2020-01-01T00:00:00", "yesterday", 2020):
            await suite.refuses_to_issue(suite.credential(validFrom=wrong))
            await suite.refuses_to_issue(suite.credential(validUntil=wrong))

    async def test_a_validity_must_not_end_before_it_begins(self, suite):
        problem = refused(
            await suite.issue(suite.credential(validFrom="2027-01-01T00:00:00Z", validUntil="2026-01-01T00:00:00Z"))
        )
        assert codes(problem) == {"ends-before-it-begins"}
        assert [finding["pointer"] for finding in problem["errors"]] == ["#/credential/validUntil"]


class TestSchemas:
    async def test_each_credential_schema_has_a_type_and_a_url_as_its_id(self, suite):
        schema = {"id": "https://example.org/schema.json", "type": "JsonSchema"}
        assert await suite.issued(suite.credential(credentialSchema=schema))
        assert await suite.issued(
            suite.credential(credentialSchema=[schema, {**schema, "id": "https://example.org/second.json"}])
        )
        for wrong in ({"type": "JsonSchema"}, {"id": schema["id"]}, {**schema, "id": 3}, {**schema, "id": "x"}):
            await suite.refuses_to_issue(suite.credential(credentialSchema=wrong))


class TestStatus:
    async def test_a_status_has_a_type_and_at_most_one_id_that_is_a_url(self, suite):
        status = {"id": "https://example.org/status/1", "type": "Kind"}
        assert await suite.issued(suite.credential(context=terms("Kind"), credentialStatus=status))
        assert await suite.issued(suite.credential(context=terms("Kind"), credentialStatus={"type": "Kind"}))
        for wrong in (["https://example.org/1", "https://example.org/2"], "not a url"):
            await suite.refuses_to_issue(
                suite.credential(context=terms("Kind"), credentialStatus={**status, "id": wrong})
            )


class TestRelatedResources:
    """VCDM 2.0 section 5.3; quirk 5 of wallets.md section 5."""

    RESOURCE = "https://example.org/resource"

    @pytest.fixture
    def digests(self):
        content = pinned_context(V2).content
        digest = hashlib.sha256(content).digest()
        encoded = [base64.urlsafe_b64encode(value).rstrip(b"=").decode() for value in (b"\x12\x20" + digest, digest)]
        return {"sri": srI(content), "multihash": "u" + encoded[0], "bare": "u" + encoded[1]}

    async def test_a_related_resource_has_a_digest_and_may_have_a_media_type(self, suite, digests):
        for digest in (
            {"digestSRI": digests["sri"]},
            {"digestMultibase": digests["multihash"]},
            {"digestMultibase": digests["bare"]},
            {"digestSRI": digests["sri"], "digestMultibase": digests["multihash"], "mediaType": "application/ld+json"},
        ):
            credential = await suite.issued(suite.credential(relatedResource={"id": V2, **digest}))
            assert (await suite.verify(credential)).status_code == 200

    async def test_what_is_not_held_here_can_be_stated_and_is_not_called_checked(self, suite, digests):
        """Nobody fetches it, so nobody here can say that its digest is right."""
        other = {"id": self.RESOURCE, "digestSRI": srI(b"anything")}
        held = {"id": V2, "digestSRI": digests["sri"]}
        credential = await suite.issued(suite.credential(relatedResource=[held, other]))
        problem = await suite.refuses_to_verify(credential)
        (finding,) = [each for each in problem["errors"] if each["code"] == "related-resource-not-held"]
        assert finding["pointer"] == "#/relatedResource/1"
        report = (await suite.deployment.public.post("/verify", json=credential)).json()
        (check,) = [check for check in report["checks"] if check["name"] == "data-model"]
        assert (check["result"], check["code"]) == ("not_checked", "related-resource-not-held")
        assert report["verdict"] == "indeterminate"

    async def test_related_resources_must_be_objects(self, suite):
        await suite.refuses_to_issue(suite.credential(relatedResource=[self.RESOURCE]))

    async def test_the_id_of_a_related_resource_is_required_and_unique(self, suite, digests):
        one = {"id": V2, "digestSRI": digests["sri"]}
        await suite.refuses_to_issue(suite.credential(relatedResource=[{"digestSRI": digests["sri"]}]))
        problem = refused(await suite.issue(suite.credential(relatedResource=[one, one])))
        assert "related-resource-twice" in codes(problem)

    async def test_a_related_resource_without_a_digest_is_refused(self, suite):
        problem = refused(await suite.issue(suite.credential(relatedResource=[{"id": self.RESOURCE}])))
        assert codes(problem) == {"related-resource-no-digest"}

    async def test_a_digest_that_does_not_match_is_refused(self, suite, digests):
        for wrong in ({"digestSRI": srI(b"other")}, {"digestMultibase": digests["bare"][:-2] + "AA"}):
            problem = refused(await suite.issue(suite.credential(relatedResource=[{"id": V2, **wrong}])))
            assert codes(problem) == {"related-resource-differs"}


class TestReport:
    async def test_every_finding_is_told_at_once_with_its_place(self, suite):
        wrong = suite.credential(id="x", validFrom="y", refreshService={"id": "did:example:r"})
        problem = refused(await suite.issue(wrong))
        assert [finding["pointer"] for finding in problem["errors"]] == [
            "#/credential/id",
            "#/credential/validFrom",
            "#/credential/refreshService",
        ]

    async def test_a_document_that_was_changed_into_a_broken_one_does_not_verify(self, suite):
        credential = await suite.issued()
        for change in ({"type": "string"}, {"issuer": []}, {"credentialSubject": "text"}, {"@context": "string"}):
            await suite.refuses_to_verify({**copy(credential), **change})
