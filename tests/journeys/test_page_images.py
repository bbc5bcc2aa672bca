"""The learner's own page in the European Digital Credential."""

import base64
import json
import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pyshacl
import pytest
import rdflib
from PIL import Image

from app.elm.artwork import artwork_base64
from app.issuance import access, erasing, seals
from app.keys import development_pki
from app.trust.seals import Anchors
from tests.builders import SUBTYPES, full_request, required_only_request
from tests.deployments import START, a_deployment
from tests.elm.documents import graph_of

FRENCH = {"en": "ENHANCE Certificate in cities", "fr": "Certificat ENHANCE", "pl": "Certyfikat ENHANCE: miasta"}


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki") / "pki"
    development_pki.make(folder, START - timedelta(days=1))
    return folder


@pytest.fixture(scope="module")
def shapes(reference_dir):
    graph = rdflib.Graph()
    for name in ("EDC-generic-no-cv", "EDC-generic-full"):
        graph.parse(reference_dir / "shapes" / f"{name}.ttl")
    graph.remove((None, rdflib.OWL.imports, None))
    return graph


@pytest.fixture
async def sealing(sqlite_prepared, pki):
    async with a_deployment(sqlite_prepared, changes={"seal_anchors": pki / "anchors"}) as running:
        request = await seals.request_seal(running.office, "wut")
        certificate = development_pki.certify(pki, request.pem, running.office.clock())
        await seals.enrol_seal(running.office, "wut", certificate, Anchors.read(pki / "anchors"))
        yield running


async def edc_of(deployment, record):
    answer = await deployment.public.get(f"{record['public_url']}/edc.jsonld")
    assert answer.status_code == 200, answer.text
    return answer


def each(value):
    return value if isinstance(value, list) else [value]


def pages_in(document):
    """The images by code of their language."""
    return {
        display["language"]["id"].rpartition("/")[2]: [
            detail["image"]["content"] for detail in each(display["displayDetail"])
        ]
        for display in each(document["displayParameter"]["individualDisplay"])
    }


@pytest.mark.reference
@pytest.mark.parametrize(
    ("kind", "request_of"), [*((kind, full_request) for kind in SUBTYPES), ("achievement", required_only_request)]
)
async def test_what_is_in_a_seal_conforms_to_edc_generic_full_with_its_pages(sealing, shapes, kind, request_of):
    sealed = (await edc_of(sealing, await sealing.issue(request_of(kind)))).content
    # Europass recognises a sealed file by its first member; payload and file are UTF-8 without a mark at the beginning.
    assert sealed.startswith(b'{"payload":"')
    file = json.loads(sealed.decode("utf-8"))
    assert list(file) == ["payload", "signatures"]
    document = json.loads(file["payload"])
    assert list(document)[:3] == ["@context", "id", "type"]
    pages = pages_in(document)
    assert pages.keys() >= {"ENG"}
    for ((content,),) in zip(pages.values(), strict=True):
        assert content != artwork_base64()
        image = base64.b64decode(content, validate=True)
        assert Image.open(BytesIO(image)).format == "PNG"
        assert len(image) < 60_000
    conforms, _, words = pyshacl.validate(graph_of(document), shacl_graph=shapes, inference="none")
    assert conforms, words
    assert (await sealing.verify(sealed))["verdict"] == "valid"


async def test_each_language_of_the_title_has_its_page_and_the_w3c_form_keeps_the_artwork(deployment):
    record = await deployment.issue(full_request("academic", {"offering.title": FRENCH}))
    pages = pages_in((await edc_of(deployment, record)).json())
    assert pages.keys() == {"ENG", "FRA", "POL"}
    assert len({content for (content,) in pages.values()}) == 3
    own = (await deployment.fetch(record)).document
    assert artwork_base64() in json.dumps(own)
    assert not any(content in json.dumps(own) for (content,) in pages.values())


async def test_the_same_award_has_the_same_pages_tomorrow_and_when_none_is_kept(deployment):
    record = await deployment.issue(full_request("service"))
    first = (await edc_of(deployment, record)).content
    deployment.clock.advance(days=400)
    deployment.office.drawing._kept.clear()
    assert (await edc_of(deployment, record)).content == first


async def test_page_and_document_are_told_apart_by_learner(deployment):
    request = full_request("academic")
    one = await deployment.issue(request)
    other = await deployment.issue(
        {**request, "learner": {**request["learner"], "given_names": "Anna", "reference": "another-learner"}}
    )
    assert pages_in((await edc_of(deployment, one)).json()) != pages_in((await edc_of(deployment, other)).json())


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"learner.given_names": "Zoë ⴰⵎⴰ"}, "#/learner/given_names"),
        ({"learner.name_in_other_script": {"zgh": "ⴰⵎⴰ"}}, "#/learner/name_in_other_script/zgh"),
        ({"offering.title.pl": "Certyfikat \U0001fae0"}, "#/offering/title/pl"),
        (
            {"offering.units.1.provided_by.1.name": {"en": "Institute \U0001fae0"}},
            "#/offering/units/1/provided_by/1/name/en",
        ),
        ({"offering.learning_outcomes.0.text.en": "Reads ⴰⵎⴰ."}, "#/offering/learning_outcomes/0/text/en"),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
async def test_what_no_page_could_show_is_a_finding_and_never_an_empty_box(deployment, changes, pointer, dry_run):
    answer = await deployment.system().post(
        "/api/v1/credentials",
        json=full_request("academic", changes),
        params={"dry_run": "true"} if dry_run else {},
    )
    findings = answer.json()["findings" if dry_run else "errors"]
    found = [finding for finding in findings if finding["code"] == "text-unshowable"]
    assert [finding["pointer"] for finding in found] == [pointer]
    assert "ⴰ" not in answer.text
    assert answer.status_code == (200 if dry_run else 422)
    assert not dry_run or answer.json()["issuable"] is False


async def test_what_no_page_shows_may_hold_any_character(deployment):
    request = full_request("academic", {"offering.further_information.profile": {"en": "Writes ⴰⵎⴰ."}})
    assert (await edc_of(deployment, await deployment.issue(request))).status_code == 200


async def test_an_offering_is_looked_at_before_it_is_published(deployment):
    offering = full_request("academic", {"offering.title.en": "ENHANCE Certificate in \U0001fae0"})["offering"]
    draft = (await deployment.system().post("/api/v1/offerings", json=offering)).json()
    assert [finding["pointer"] for finding in draft["findings"] if finding["code"] == "text-unshowable"] == [
        "#/title/en"
    ]
    answer = await deployment.system().post(f"/api/v1/offerings/{draft['id']}/versions")
    assert answer.status_code == 422


async def test_the_page_for_people_shows_the_picture_and_offers_every_file_in_words(deployment):
    record = await deployment.issue(full_request("academic"))
    address = record["public_url"].removeprefix("http://localhost:8000")
    said = {"en": ("Paper proves nothing by itself", "Norway"), "de": ("Papier allein beweist nichts", "Norwegen")}
    for language, (words, nationality) in said.items():
        browser = {"Accept": "text/html", "Accept-Language": language}
        page = await deployment.public.get(record["public_url"], headers=browser)
        assert words in page.text
        assert f"<li>{nationality}</li>" in page.text
        source, alternative = re.search(r'<img class="page" src="([^"]+)"[^>]* alt="([^"]+)"', page.text).groups()
        assert source.startswith(f"{address}/page.png?language=")
        assert record_title(full_request("academic"), "en") in alternative
        assert "img-src 'self'" in page.headers["content-security-policy"]
        links = re.findall(rf'href="({re.escape(address)}[^"]+)"', page.text)
        assert [link.removeprefix(address).partition("?")[0] for link in links] == [
            *("/page.pdf", "", "/edc.jsonld", "/vc.jwt", "/manifest.jwt")
        ]
        for link in [source, *links]:
            assert (await deployment.public.get(link)).status_code == 200, link


def record_title(request, language):
    return request["offering"]["title"][language]


@pytest.mark.parametrize(("asked", "given"), [("pl", "pl"), ("en", "en"), ("de", "en"), ("pl-PL", "pl"), ("", "en")])
async def test_picture_and_print_come_in_the_language_that_is_nearest(deployment, asked, given):
    record = await deployment.issue(full_request("academic"))
    for kind, media, start in (("png", "image/png", b"\x89PNG"), ("pdf", "application/pdf", b"%PDF-")):
        answers = [
            await deployment.public.get(f"{record['public_url']}/page.{kind}", params={"language": language})
            for language in (asked, given)
        ]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].content == answers[1].content
        assert answers[0].content.startswith(start)
        assert answers[0].headers["content-type"] == media
        assert answers[0].headers["cache-control"] == "private, no-cache"
        assert answers[0].headers["x-robots-tag"] == "noindex"


async def test_the_picture_is_the_one_in_the_european_credential(deployment):
    record = await deployment.issue(full_request("achievement"))
    pages = pages_in((await edc_of(deployment, record)).json())
    picture = await deployment.public.get(f"{record['public_url']}/page.png", params={"language": "pl"})
    assert base64.b64encode(picture.content).decode() == pages["POL"][0]


@pytest.mark.parametrize("kind", ["png", "pdf"])
async def test_there_is_no_picture_of_what_was_erased_and_none_at_a_wrong_address(deployment, kind):
    record = await deployment.issue(full_request("achievement"))
    assert (await deployment.public.get(f"/c/nobody-has-this/page.{kind}")).status_code == 404
    assert (await deployment.public.get(f"{record['public_url']}/page.{kind}")).status_code == 200
    caller = await access.operator(deployment.office, "wut")
    (award,) = await erasing.find_erasable(deployment.office, caller, credential_ids=[UUID(record["id"])])
    await erasing.erase(deployment.office, caller, [award.award_id])
    assert (await deployment.public.get(f"{record['public_url']}/page.{kind}")).status_code == 410
