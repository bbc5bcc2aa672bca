"""The moulds of a process: whichever way a document came, the bytes are the same."""

import asyncio
import hashlib
import threading
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from app.elm import mould as mould_module
from app.elm.mould import CopyFacts, cast, render, shape_of, texts_in
from app.issuance.moulds import Moulds, StatedAward, Unsigned
from app.jsonld import UnsafeDocument, canonicalize
from app.keys import Algorithm, InProcessSigner
from app.securing import secure
from app.template.alliance import MEMBERS
from app.template.elements import IssuanceRequest, Offering, statement_of
from tests.builders import a_request, altered, an_awarding_body, full_request

BODIES = {slug: an_awarding_body(slug) for slug in MEMBERS}
CREATED = datetime(2026, 7, 1, 10, 0, 5, tzinfo=UTC)
SIGNERS = {algorithm: InProcessSigner.generate(algorithm) for algorithm in Algorithm}
ISSUER_URL = "https://issuer.example/issuers/wut"
COPY = CopyFacts(
    certificate_number="ENH-WUT-2026-7K2M9QXA",
    uuid=UUID("6f1d3a52-3a8e-4a55-9a3e-6f0f7f0c2b11"),
    issued=CREATED,
    valid_from=datetime(2026, 6, 29, 22, tzinfo=UTC),
    valid_until=None,
    status_list=1,
    status_index=42,
)


def stated(request) -> StatedAward:
    parsed = IssuanceRequest.model_validate(request)
    assert isinstance(parsed.offering, Offering)
    content = orjson.dumps(parsed.offering.model_dump(mode="json", exclude_defaults=True))
    said = parsed.award.model_dump(mode="json", exclude_defaults=True)
    return StatedAward(statement_of(parsed.offering, parsed.award), said, content, hashlib.sha256(content).digest())


def learners(count, request=None):
    request = request or a_request("academic")
    return [stated(altered(request, learner__given_names=f"Nr. {number}")) for number in range(count)]


def setting_of(moulds):
    return moulds.setting(BODIES["wut"], BODIES, ISSUER_URL)


def is_the_long_way(unsigned, award, setting):
    tree, document = render(award.statement, setting, COPY)
    canonical = canonicalize(document)
    return (
        unsigned.content == orjson.dumps(document)
        and unsigned.tree == orjson.dumps(tree)
        and all(unsigned.digest(name) == hashlib.new(name, canonical).digest() for name in ("sha256", "sha384"))
    )


async def documents(moulds, awards):
    setting = setting_of(moulds)
    return [await moulds.unsigned(award, setting, COPY) for award in awards]


async def test_the_second_award_of_a_shape_casts_its_mould_and_all_say_the_same_as_the_long_way():
    moulds = Moulds()
    held = []
    for award in learners(4):
        unsigned = await moulds.unsigned(award, setting_of(moulds), COPY)
        assert is_the_long_way(unsigned, award, setting_of(moulds))
        held.append(len(moulds))
    assert held == [0, 1, 1, 1]


async def test_another_version_of_the_offering_or_another_fact_of_the_body_has_another_mould():
    moulds = Moulds()
    other_version = altered(a_request("academic"), offering__title__en="ENHANCE Certificate in sustainable towns")
    await documents(moulds, learners(2))
    await documents(moulds, learners(2, other_version))
    assert len(moulds) == 2
    moved = {**BODIES, "wut": BODIES["wut"].model_copy(update={"address": "Elsewhere"})}
    setting = moulds.setting(moved["wut"], moved, ISSUER_URL)
    for award in learners(2):
        assert is_the_long_way(await moulds.unsigned(award, setting, COPY), award, setting)
    assert len(moulds) == 3


def test_a_setting_stays_the_same_object_until_something_changes():
    moulds = Moulds()
    setting = setting_of(moulds)
    assert moulds.setting(BODIES["wut"], dict(BODIES), ISSUER_URL) is setting
    fewer = {slug: body for slug, body in BODIES.items() if slug != "upv"}
    assert moulds.setting(BODIES["wut"], fewer, ISSUER_URL) is not setting


async def test_what_was_not_used_for_longest_is_let_go_when_there_is_no_room():
    requests = [altered(a_request("academic"), offering__workload__hours=hours) for hours in (100, 110, 120)]
    one = Moulds()
    await documents(one, learners(2, requests[0]))
    moulds = Moulds(most_bytes=one.size * 5 // 2)
    for request in requests:
        for award in learners(3, request):
            assert is_the_long_way((await documents(moulds, [award]))[0], award, setting_of(moulds))
        assert moulds.size <= one.size * 5 // 2
    assert len(moulds) == 2
    # The first one's place was taken; it is cast again when it has been asked for often enough.
    await documents(moulds, learners(1, requests[0]))
    assert len(moulds) == 2
    assert {shape for *_, shape in moulds._moulds} == {shape_of(learners(1)[0].said, frozenset()).key}


async def test_a_mould_that_is_larger_than_all_room_is_used_once_and_not_kept():
    moulds = Moulds(most_bytes=1000)
    for award in learners(3):
        assert is_the_long_way((await documents(moulds, [award]))[0], award, setting_of(moulds))
    assert (len(moulds), moulds.size) == (0, 0)


async def test_a_learner_who_is_called_like_a_sentinel_only_misses_the_mould():
    moulds = Moulds()
    named = stated(altered(a_request("academic"), learner__given_names=mould_module._TEXT.sentinel(1)))
    held = []
    for award in [named, named, *learners(3), named]:
        assert is_the_long_way((await documents(moulds, [award]))[0], award, setting_of(moulds))
        held.append(len(moulds))
    # Cast at the second of a shape, in vain; then at the fourth.
    assert held == [0, 0, 0, 1, 1, 1]


async def test_what_a_signature_would_not_cover_is_refused_with_a_mould_as_without():
    moulds = Moulds()
    await documents(moulds, learners(3))
    award = learners(1)[0]
    learner = award.statement.award.learner.model_copy(update={"given_names": "a\x07b"})
    unsafe = replace(
        award,
        statement=award.statement.model_copy(
            update={"award": award.statement.award.model_copy(update={"learner": learner})}
        ),
        said=altered(award.said, learner__given_names="a\x07b"),
    )
    with pytest.raises(UnsafeDocument) as refusal:
        await documents(moulds, [unsafe])
    assert {finding.code for finding in refusal.value.findings} == {"control-character"}


async def test_many_at_once_meet_in_one_mould():
    moulds = Moulds()
    setting = setting_of(moulds)
    awards = learners(30, full_request("academic"))
    made = await asyncio.gather(*(moulds.unsigned(award, setting, COPY) for award in awards))
    assert all(is_the_long_way(unsigned, award, setting) for unsigned, award in zip(made, awards, strict=True))
    assert len(moulds) == 1


def test_threads_share_the_moulds():
    moulds = Moulds(most_bytes=400_000)
    requests = [altered(a_request("academic"), offering__workload__hours=hours) for hours in range(100, 106)]
    wrong = []

    def work(start):
        for request in requests[start:] + requests[:start]:
            for award in learners(5, request):
                unsigned = asyncio.run(documents(moulds, [award]))[0]
                if not is_the_long_way(unsigned, award, setting_of(moulds)):
                    wrong.append(award)

    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert moulds.size == sum(mould.size for mould in moulds._moulds.values()) <= 400_000


# --- Signing


@pytest.mark.parametrize("algorithms", [[Algorithm.ED25519], list(Algorithm)], ids=["one", "several"])
async def test_signed_bytes_are_those_of_the_secured_document(algorithms):
    award = stated(full_request("academic"))
    setting = setting_of(Moulds())
    signers = [(SIGNERS[algorithm], f"did:example:x#{algorithm}") for algorithm in algorithms]
    tree, document = render(award.statement, setting, COPY)
    expected = orjson.dumps(await secure(document, signers=signers, created=CREATED))

    assert await Unsigned.rendered(tree, document).signed(signers, CREATED) == expected
    assert await Unsigned.stored(orjson.dumps(document)).signed(signers, CREATED) == expected
    texts = texts_in(orjson.loads(award.offering))
    mould = cast(award.statement, award.said, texts, setting, COPY)
    filling = mould.fill(shape_of(award.said, texts), COPY)
    assert await Unsigned.filled(filling).signed(signers, CREATED) == expected
