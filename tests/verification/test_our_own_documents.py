"""What this product issues, verified as a stranger would see it: every kind of Annex 2, in full and with the least."""

import copy
from uuid import UUID

import pytest

from app.elm.checks import check_format
from app.elm.mapping import map_award
from app.elm.rendering import CredentialFacts, credential_id, render_edc, render_vcdm2
from app.keys import Algorithm, InProcessSigner, KeyState, did_key
from app.securing import secure
from app.status import StatusPurpose, status_list_entries, status_list_url
from app.template.alliance import MEMBERS
from app.template.elements import statement_of
from app.template.request import parse_request
from app.trust.fetch import GuardedFetch
from app.trust.members import AllianceMember, MemberKey, Members
from app.verification.checks import CheckName, Result
from app.verification.evidence import Policy
from app.verification.gather import OwnStatus, World
from app.verification.report import Verdict
from app.verification.verifier import Verifier
from tests.builders import SUBTYPES, an_awarding_body, full_request, required_only_request
from tests.counterparts.foreign_issuer import NOW

BODIES = {slug: an_awarding_body(slug) for slug in MEMBERS}
SIGNERS = {
    slug: (InProcessSigner.generate(Algorithm.ED25519), InProcessSigner.generate(Algorithm.P256)) for slug in MEMBERS
}
REQUESTS = [(make, subtype) for make in (full_request, required_only_request) for subtype in SUBTYPES]


def methods_of(slug):
    return [f"{BODIES[slug].did}#{name}" for name in ("ed25519-2026-1", "p256-2026-1")]


async def members():
    return Members(
        tuple(
            AllianceMember.of(
                body,
                keys=tuple(
                    MemberKey(method, signer.public_key, KeyState.ACTIVE)
                    for method, signer in zip(methods_of(slug), SIGNERS[slug], strict=True)
                ),
            )
            for slug, body in BODIES.items()
        )
    )


async def own_status(list_url, _purpose, _index):
    return OwnStatus(f"did:web:localhost%3A8000:issuers:{list_url.split('/')[4]}", is_set=False)


@pytest.fixture
def verifier():
    return Verifier(World(GuardedFetch(enabled=False), members, own_status), Policy())


def the_tree(make, subtype):
    request = parse_request(make(subtype))
    statement = statement_of(request.offering, request.award)
    slug = statement.offering.awarding_body
    return slug, map_award(statement, BODIES[slug], BODIES, certificate_number="X/ENH/2026/0001")


def rendered(make, subtype):
    slug, tree = the_tree(make, subtype)
    urls = {purpose: status_list_url(f"http://localhost:8000/issuers/{slug}", 1, purpose) for purpose in StatusPurpose}
    entries = status_list_entries(urls, 42, credential_id=credential_id(UUID(int=1)))
    facts = CredentialFacts(UUID(int=1), issued=NOW, valid_from=NOW, status_entries=entries)
    return slug, copy.deepcopy(render_vcdm2(tree, facts))


async def issued(make, subtype):
    slug, document = rendered(make, subtype)
    signers = list(zip(SIGNERS[slug], methods_of(slug), strict=True))
    return slug, await secure(document, signers=signers, created=NOW)


@pytest.mark.parametrize(("make", "subtype"), REQUESTS)
async def test_what_a_university_issues_is_valid_and_of_the_required_shape(verifier, make, subtype):
    slug, credential = await issued(make, subtype)
    report = await verifier.verify(credential, now=NOW)
    assert (report.verdict, report.issuer.slug) == (Verdict.VALID, slug)
    failed = [(check.name, check.findings) for check in report.checks if check.result is Result.FAILED]
    assert failed == []
    results = {check.name: check.result for check in report.checks}
    assert results[CheckName.CREDENTIAL_SHAPE] is results[CheckName.AWARDING_BODY_IS_ISSUER] is Result.PASSED
    assert [proof.result for proof in report.proofs] == [Result.PASSED] * 2


@pytest.mark.parametrize(("make", "subtype"), REQUESTS)
def test_the_edc_rendering_has_the_required_shape_too(make, subtype):
    _, tree = the_tree(make, subtype)
    assert check_format(render_edc(tree, CredentialFacts(UUID(int=1), issued=NOW, valid_from=NOW))) == []


@pytest.mark.parametrize("subtype", SUBTYPES)
async def test_a_self_made_copy_that_names_the_university_is_invalid(verifier, subtype):
    slug, document = rendered(full_request, subtype)
    forger = InProcessSigner.generate(Algorithm.ED25519)
    did = did_key(forger.public_key)
    method = f"{did}#{did.removeprefix('did:key:')}"
    as_itself = replaced(document, BODIES[slug].did, did)
    for forged in (document, as_itself):
        secured = await secure(forged, signers=[(forger, method)], created=NOW)
        report = await verifier.verify(secured, now=NOW)
        assert (report.verdict, report.reason.code) == (Verdict.INVALID, "claims-to-be-member")


async def test_every_tenth_leaf_altered_is_never_valid(verifier):
    _, credential = await issued(full_request, "academic")
    for path in list(leaves(credential))[::10]:
        altered = copy.deepcopy(credential)
        parent = altered
        for step in path[:-1]:
            parent = parent[step]
        parent[path[-1]] += "x"
        report = await verifier.verify(altered, now=NOW)
        assert report.verdict is not Verdict.VALID, path


def replaced(value, old, new):
    if isinstance(value, dict):
        return {key: replaced(item, old, new) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, old, new) for item in value]
    return new if value == old else value


def leaves(value, path=()):
    steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, item in steps:
        if isinstance(item, str):
            yield (*path, step)
        elif isinstance(item, dict | list):
            yield from leaves(item, (*path, step))
