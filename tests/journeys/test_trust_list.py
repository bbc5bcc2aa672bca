"""The trust list from end to end: published, fetched, imported, and what verifying makes of it."""

import hashlib
import json
from datetime import timedelta

import pytest

from app.issuance import logos, setup, trust_list
from app.issuance.trust_list import TrustListRefused, read_trust_list
from app.keys import Algorithm, InProcessSigner, KeyState
from app.securing import MalformedToken, secure
from app.trust.resolve import DidDocument, ResolutionFailed, ResolutionProblem, ResolvedMethod
from app.trust.trust_list import TrustListUnusable
from tests.builders import full_request
from tests.counterparts.foreign_issuer import V2
from tests.counterparts.other_deployment import OtherDeployment
from tests.deployments import START
from tests.journeys.test_logos import GREEN, png

LIST = "/trust/members.jwt"


async def nobody(did):
    raise ResolutionFailed(ResolutionProblem.NO_ANSWER)


class TestPublishing:
    async def test_it_is_signed_by_the_service_and_names_every_university_with_its_keys(self, deployment):
        answer = await deployment.public.get(LIST)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwt")
        assert answer.headers["cache-control"] == "public, max-age=300"
        signed = read_trust_list(answer.content)
        service = (await deployment.public.get("/.well-known/did.json")).json()
        by_id = {method["id"]: method for method in service["verificationMethod"]}
        assert by_id[signed.key.jwk_verification_method]["publicKeyJwk"] == signed.key.public_key.jwk()
        assert signed.key.jwk_verification_method in service["assertionMethod"]
        assert (signed.says.signer, signed.says.version, signed.says.previous_sha256) == (service["id"], 1, None)
        slugs = [member.slug for member in signed.says.members]
        assert slugs == ["chalmers", "ntnu", "polimi", "rwth-aachen", "tu-berlin", "upv", "wut"]
        for member in signed.says.members:
            document = (await deployment.public.get(f"/issuers/{member.slug}/did.json")).json()
            named = {name for key in member.keys for name in (key.verification_method, key.jwk_verification_method)}
            assert {method["id"] for method in document["verificationMethod"]} == named - {None}

    async def test_it_stays_the_same_until_something_changes_or_half_its_time_is_over(self, deployment):
        first = await deployment.public.get(LIST)
        deployment.clock.advance(days=14)
        again = await deployment.public.get(LIST, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        deployment.clock.advance(days=2)
        second = await deployment.public.get(LIST)
        await setup.revoke_key(deployment.office, "wut", "ed25519-2026-1", "lost")
        third = await deployment.public.get(LIST)
        lists = [read_trust_list(answer.content).says for answer in (first, second, third)]
        assert [says.version for says in lists] == [1, 2, 3]
        for earlier, later in ((first, lists[1]), (second, lists[2])):
            assert later.previous_sha256 == hashlib.sha256(earlier.content).hexdigest()
        (key,) = [key for key in lists[2].members[-1].keys if key.verification_method.endswith("#ed25519-2026-1")]
        assert (key.state, key.revoked_at) == (KeyState.REVOKED, deployment.clock.moment)
        for number, answer in enumerate((first, second, third), start=1):
            kept = await deployment.public.get(f"/trust/members/{number}.jwt")
            assert kept.content == answer.content
            assert "immutable" in kept.headers["cache-control"]
        for number in (0, 4, 2**40):
            missing = await deployment.public.get(f"/trust/members/{number}.jwt")
            assert (missing.status_code, missing.json()["code"]) == (404, "trust-list-unknown")

    async def test_it_states_where_a_logo_is_and_its_digest(self, deployment):
        def logos_in(answer):
            return {member.slug: member.logo for member in read_trust_list(answer.content).says.members}

        first = await deployment.public.get(LIST)
        assert set(logos_in(first).values()) == {None}
        await logos.set_logo(deployment.office, "wut", png(GREEN))
        second = await deployment.public.get(LIST)
        stated = logos_in(second)["wut"]
        image = (await deployment.public.get(stated.url)).content
        assert stated.sha256 == hashlib.sha256(image).hexdigest()
        assert read_trust_list(second.content).says.version == 2
        assert {slug for slug, logo in logos_in(second).items() if logo} == {"wut"}
        await logos.remove_logo(deployment.office, "wut")
        assert set(logos_in(await deployment.public.get(LIST)).values()) == {None}

    async def test_people_can_read_what_it_says(self, deployment):
        readable = await deployment.public.get("/trust/members.json")
        assert readable.json()["members"][-1]["legal_name"]["pl"].startswith("Politechnika Warszawska")
        assert readable.json()["version"] == read_trust_list((await deployment.public.get(LIST)).content).says.version

    async def test_the_test_issuer_is_in_no_list(self, deployment):
        assert "issuers:test" not in (await deployment.public.get("/trust/members.json")).text

    async def test_it_is_nobodys_credential(self, deployment):
        report = await deployment.verify((await deployment.public.get(LIST)).content)
        assert report["verdict"] == "invalid"


class TestReading:
    async def test_only_a_whole_list_is_read(self):
        other = OtherDeployment()
        claims = other.claims(version=1, at=START)
        good = await other.sign(claims)
        assert read_trust_list(good + b"\n").says.signer == other.did
        stranger = InProcessSigner.generate(Algorithm.P256)
        unusable = [
            await other.sign(claims, typ="vc+jwt"),
            await other.sign(claims, cty="vc"),
            await other.sign(claims, fragment="p256-2026-2"),
            await other.sign(claims, signer=stranger),
            await other.sign({**claims, "form": 2}),
            good[: good.rindex(b".") + 1] + (await other.sign({**claims, "version": 2})).rpartition(b".")[2],
        ]
        for content in unusable:
            with pytest.raises(TrustListUnusable):
                read_trust_list(content)
        for content in (b"", b"{}", good[:-5] + b"=", good + b".x"):
            with pytest.raises(MalformedToken):
                read_trust_list(content)

    async def test_no_list_is_valid_for_years_or_numbered_so_that_no_later_one_could_follow(self):
        other = OtherDeployment()
        claims = other.claims(version=1, at=START)
        year = 400 * 24 * 3600
        assert read_trust_list(await other.sign({**claims, "exp": claims["iat"] + year}))
        for wrong in ({"exp": claims["iat"] + year + 1}, {"version": 2**31 - 1}):
            with pytest.raises(TrustListUnusable):
                read_trust_list(await other.sign({**claims, **wrong}))

    async def test_a_key_that_the_list_itself_revokes_does_not_sign_it(self):
        other = OtherDeployment()
        claims = other.claims(version=1, at=START)
        claims["signer_keys"][0] |= {"state": "revoked", "revoked_at": "2026-06-01T00:00:00Z"}
        with pytest.raises(TrustListUnusable):
            read_trust_list(await other.sign(claims))


class TestImporting:
    @pytest.fixture
    def office(self, deployment):
        return deployment.office

    @staticmethod
    async def take(office, content, word=None, look_up=nobody):
        return await trust_list.import_trust_list(office, content, vouched_for=word, look_up=look_up)

    async def refusal(self, office, content, word=None, look_up=nobody):
        with pytest.raises(TrustListRefused) as caught:
            await self.take(office, content, word, look_up)
        return caught.value.detail

    async def test_the_first_list_needs_the_operators_word_and_the_next_ones_do_not(self, office):
        other = OtherDeployment()
        first = await other.list_(at=START)
        assert other.signer.public_key.multikey in await self.refusal(office, first)
        assert "another key" in await self.refusal(
            office, first, InProcessSigner.generate(Algorithm.P256).public_key.multikey
        )
        assert (await self.take(office, first, other.signer.public_key.multikey)).is_new
        assert not (await self.take(office, first)).is_new
        second = await other.list_(version=2, at=START, previous=first)
        assert (await self.take(office, second)).says.version == 2
        (kept,) = await trust_list.list_imported(office)
        assert (kept.says.signer, kept.says.version) == (other.did, 2)

    async def test_a_did_is_word_enough_if_its_document_lists_the_key(self, office):
        other = OtherDeployment()
        first = await other.list_(at=START)

        def document(**changes):
            facts = {"controller": other.did, "for_assertion": True, **changes}
            key = facts.pop("key", other.signer.public_key)
            method = ResolvedMethod(id=f"{other.did}#k", type="Multikey", public_key=key, problem=None, **facts)

            async def look_up(did):
                assert did == other.did
                return DidDocument(did, (method,))

            return look_up

        assert "another signer" in await self.refusal(office, first, "did:web:third.example", document())
        assert "could not be had" in await self.refusal(office, first, other.did)
        for changes in (
            {"for_assertion": False},
            {"controller": "did:web:third.example"},
            {"revoked_at": START},
            {"key": InProcessSigner.generate(Algorithm.P256).public_key},
        ):
            assert "does not list" in await self.refusal(office, first, other.did, document(**changes))
        assert (await self.take(office, first, other.did, document())).is_new

    async def test_the_version_never_goes_back_and_there_is_one_history(self, office):
        other = OtherDeployment()
        word = other.signer.public_key.multikey
        first = await other.list_(at=START)
        second = await other.list_(version=2, at=START, previous=first)
        await self.take(office, second, word)
        assert "version 2 was imported" in await self.refusal(office, first, word)
        forged = await other.list_(version=2, at=START, previous=first, members=[])
        assert "two different" in await self.refusal(office, forged, word)
        fork = await other.list_(version=3, at=START, previous=first)
        assert "does not follow" in await self.refusal(office, fork)
        # Whoever missed some versions cannot follow the digests, only the key and the number.
        assert (await self.take(office, await other.list_(version=9, at=START, previous=b"8"))).says.version == 9

    async def test_a_list_passes_the_word_on_to_the_keys_that_it_states(self, office):
        other, next_signer = OtherDeployment(), InProcessSigner.generate(Algorithm.P256)
        first = await other.list_(at=START)
        await self.take(office, first, other.signer.public_key.multikey)
        announced = other.signer_key(next_signer, "p256-2026-2")
        other.more_signer_keys = [announced]
        claims = other.claims(version=2, at=START, previous=first)
        by_next = await other.sign(claims, signer=next_signer, fragment="p256-2026-2")
        assert "does not state" in await self.refusal(office, by_next)
        await self.take(office, await other.sign(claims))
        third = other.claims(version=3, at=START, previous=await other.sign(claims))
        by_next = await other.sign(
            {**third, "previous_sha256": None, "version": 4}, signer=next_signer, fragment="p256-2026-2"
        )
        assert (await self.take(office, by_next)).says.version == 4

    async def test_a_list_must_be_current_when_it_is_imported(self, office):
        other = OtherDeployment()
        word = other.signer.public_key.multikey
        for at in (START - timedelta(days=31), START + timedelta(hours=1)):
            assert "not current" in await self.refusal(office, await other.list_(at=at), word)

    async def test_a_list_that_is_imported_while_another_one_is_compared_is_not_undone(self, office):
        other = OtherDeployment()
        first = await other.list_(at=START)
        second = await other.list_(version=2, at=START, previous=first)
        third = await other.list_(version=3, at=START, previous=second)
        await self.take(office, first, other.signer.public_key.multikey)
        method = ResolvedMethod(
            id=f"{other.did}#k",
            type="Multikey",
            public_key=other.signer.public_key,
            problem=None,
            controller=other.did,
            for_assertion=True,
        )

        async def meanwhile(did):
            await self.take(office, third)
            return DidDocument(did, (method,))

        assert "same moment" in await self.refusal(office, second, other.did, meanwhile)
        (kept,) = await trust_list.list_imported(office)
        assert kept.says.version == 3

    async def test_nobody_imports_their_own_list(self, deployment, office):
        own = (await deployment.public.get(LIST)).content
        assert "own" in await self.refusal(office, own, read_trust_list(own).key.public_key.multikey)


class TestVerifying:
    @pytest.fixture
    def other(self):
        return OtherDeployment()

    @staticmethod
    async def import_(deployment, other, **changes):
        content = await other.list_(at=START, **changes)
        await trust_list.import_trust_list(
            deployment.office, content, vouched_for=other.signer.public_key.multikey, look_up=nobody
        )

    @staticmethod
    async def credential(other, slug="wut", *, name="Warsaw University of Technology", created=START, signer=None):
        document = {
            "@context": [V2],
            "id": "urn:uuid:6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11",
            "type": ["VerifiableCredential"],
            "issuer": {"id": other.issuer(slug), "name": name},
            "validFrom": "2026-06-30T00:00:00Z",
            "credentialSubject": {"id": "did:example:holder"},
        }
        signers = [(signer or other.assertion, f"{other.issuer(slug)}#key-1")]
        return json.dumps(await secure(document, signers=signers, created=created)).encode()

    @staticmethod
    def code(report, name):
        return next(check["code"] for check in report["checks"] if check["name"] == name)

    async def test_a_listed_member_is_one_and_unlisted_it_only_uses_the_name(self, deployment, other):
        content = await self.credential(other)
        report = await deployment.verify(content)
        assert report["reason"]["code"] == "claims-to-be-member"
        await self.import_(deployment, other)
        report = await deployment.verify(content)
        assert self.code(report, "issuer-known-member") == "issuer-is-member"
        assert self.code(report, "names-member-without-key") == "names-itself"
        assert report["issuer"] | {"name": "-"} == {
            "id": other.issuer("wut"),
            "standing": "member",
            "slug": "wut",
            "name": "-",
            "listed_by": other.did,
        }
        # Its status entries are missing, and that is all that keeps it from being valid.
        assert report["reason"]["code"] == "status-entry-missing"
        assert await trust_list.forget_trust_list(deployment.office, other.did)
        assert not await trust_list.forget_trust_list(deployment.office, other.did)
        assert (await deployment.verify(content))["reason"]["code"] == "claims-to-be-member"

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({}, "issuer-key-active"),
            ({"state": KeyState.RETIRED, "retired_at": START + timedelta(days=1)}, "issuer-key-retired"),
            ({"state": KeyState.RETIRED, "retired_at": START - timedelta(days=1)}, "key-used-after-retirement"),
            ({"state": KeyState.PRE_PUBLISHED, "active_from": None}, "key-not-yet-active"),
            ({"state": KeyState.REVOKED, "revoked_at": START}, "key-revoked"),
            (
                {"state": KeyState.REVOKED, "revoked_at": START, "compromised_since": START - timedelta(days=9)},
                "key-compromised-signed-after",
            ),
            (
                {
                    "state": KeyState.REVOKED,
                    "revoked_at": START + timedelta(days=9),
                    "compromised_since": START + timedelta(days=8),
                },
                "key-compromised",
            ),
        ],
    )
    async def test_what_the_list_says_of_a_key_has_its_own_sentence(self, deployment, other, facts, code):
        other.key_facts = facts
        await self.import_(deployment, other)
        content = await self.credential(other)
        sentences = set()
        for language in ("en", "de"):
            report = await deployment.verify(content, language=language)
            assert self.code(report, "issuer-key") == code
            sentences.add(next(check["sentence"] for check in report["checks"] if check["name"] == "issuer-key"))
        assert len(sentences) == 2
        assert not any("{" in sentence for sentence in sentences)

    async def test_a_listed_members_name_without_its_key_is_false(self, deployment, other):
        await self.import_(deployment, other)
        stranger = InProcessSigner.generate(Algorithm.ED25519)
        report = await deployment.verify(await self.credential(other, signer=stranger))
        assert report["verdict"] == "invalid"

    async def test_when_a_list_is_over_its_members_are_no_longer_vouched_for(self, deployment, other):
        await self.import_(deployment, other)
        content = await self.credential(other)
        deployment.clock.advance(days=30)
        report = await deployment.verify(content)
        assert self.code(report, "issuer-known-member") == "trust-list-expired"
        assert report["verdict"] == "indeterminate"

    async def test_of_our_own_issuers_our_own_records_speak(self, deployment):
        usurper = OtherDeployment(host="localhost%3A8000:issuers", slugs=("wut",))
        usurper_claims = usurper.claims(version=1, at=START)
        claims = {**usurper_claims, "members": [dict(usurper_claims["members"][0])]}
        claims["members"][0] |= {"did": "did:web:localhost%3A8000:issuers:wut", "keys": []}
        content = await usurper.sign(claims)
        await trust_list.import_trust_list(
            deployment.office, content, vouched_for=usurper.signer.public_key.multikey, look_up=nobody
        )
        record = await deployment.issue(full_request("service", awarding_body="wut"))
        fetched = await deployment.fetch(record)
        assert (await deployment.verify(fetched.content))["verdict"] == "valid"

    async def test_no_younger_list_gives_a_revoked_key_back(self, deployment, other):
        other.key_facts = {"state": KeyState.REVOKED, "revoked_at": START, "compromised_since": START}
        await self.import_(deployment, other)
        other.key_facts = {}
        third = OtherDeployment(host="third.example", slugs=())
        members = other.claims(version=1, at=START)["members"]
        younger = await third.list_(at=START + timedelta(minutes=1), members=members)
        await trust_list.import_trust_list(
            deployment.office, younger, vouched_for=third.signer.public_key.multikey, look_up=nobody
        )
        report = await deployment.verify(await self.credential(other))
        assert (report["verdict"], self.code(report, "issuer-key")) == ("invalid", "key-revoked")
