"""The start page, the form that checks a credential, and the reference of the API: all without scripts."""

import re

import pytest

from app.pages.start import handed_in
from tests.builders import full_request

EXTERNAL = re.compile(r"""(?:src|href|action)=["'](?!/|#)""")


def is_plain_page(answer, status=200):
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "<script" not in answer.text
    assert not EXTERNAL.search(answer.text)


@pytest.mark.parametrize("path", ["/", "/check"])
@pytest.mark.parametrize(("language", "word"), [("en", "Check a credential"), ("de", "Einen Nachweis prüfen")])
async def test_people_are_told_what_this_is_and_can_check_a_credential(deployment, path, language, word):
    page = await deployment.public.get(path, headers={"Accept-Language": language})
    is_plain_page(page)
    assert f'<html lang="{language}">' in page.text
    assert word in page.text
    for address in ("/catalogue", "/docs"):
        assert f'href="{address}"' in page.text
        assert (await deployment.public.get(address, headers={"Accept": "text/html"})).status_code == 200


async def test_a_file_or_a_text_gets_the_report_of_the_verifier_as_a_page(deployment):
    record = await deployment.issue(full_request("academic"))
    content = (await deployment.fetch(record)).content
    token = (await deployment.public.get(f"{record['public_url']}/vc.jwt")).content
    altered = content.replace("Zoë".encode(), b"Zoe")
    assert altered != content
    for given, verdict in ((content, "Valid"), (token, "Valid"), (altered, "Not valid")):
        sentence = (await deployment.verify(given))["reason"]["sentence"].replace("'", "&#39;")
        for form in ({"files": {"file": ("c.jsonld", given)}}, {"files": {"file": b""}, "data": {"text": given}}):
            page = await deployment.public.post("/check", **form)
            is_plain_page(page)
            assert f"<strong>{verdict}.</strong> {sentence}" in page.text
            assert page.headers["cache-control"] == "no-store"
            assert page.text.count('<th scope="row">') == len((await deployment.verify(given))["checks"])
    german = await deployment.public.post("/check", files={"file": content}, headers={"Accept-Language": "de"})
    assert "<strong>Gültig.</strong>" in german.text


@pytest.mark.parametrize("given", [b"", b"not json", b'{"a": 1, "a": 2}', b"\xff\xfe"])
async def test_what_is_no_document_is_refused_in_words(deployment, given):
    browser = {"Accept": "text/html"}
    page = await deployment.public.post("/check", files={"file": given}, headers=browser)
    is_plain_page(page, 400)
    assert "/problems/malformed-json" in page.text
    program = await deployment.public.post("/check", files={"file": given})
    assert (program.status_code, program.json()["code"]) == (400, "malformed-json")


async def test_a_form_beyond_the_limit_is_refused(deployment):
    too_much = b" " * (3 * deployment.office.max_request_bytes)
    page = await deployment.public.post("/check", files={"file": too_much}, headers={"Accept": "text/html"})
    is_plain_page(page, 413)


@pytest.mark.parametrize("content", [b'{"a":\r\n"\xc3\xab"}', b"a\nb\rc\x85d\x1ce", bytes(range(33, 256)), b"--x--"])
def test_what_is_handed_in_by_a_form_is_the_very_bytes(content):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="c"\r\n\r\n' + content + b"\r\n--x--\r\n"
    if content != b"--x--":
        assert handed_in("multipart/form-data; boundary=x", body) == content
    assert handed_in("application/json", content) == content
    assert handed_in("multipart/form-data", body) == b""


async def test_the_reference_shows_every_operation_with_a_command(deployment):
    page = await deployment.public.get("/docs")
    is_plain_page(page)
    description = (await deployment.public.get("/openapi.json")).json()
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in page.text
            assert f'<section id="{operation["operationId"]}">' in page.text
    operations = sum(len(methods) for methods in description["paths"].values())
    assert page.text.count('<pre tabindex="0"><code>curl -sS') == operations
    assert "Zoë-Ánne" in page.text


async def test_pages_about_codes_are_in_english_with_the_status_that_is_given(deployment):
    for code, status in (("method-not-allowed", "405"), ("internal-error", "500"), ("erased", "410")):
        machine = (await deployment.public.get(f"/problems/{code}", headers={"Accept": "application/json"})).json()
        assert machine["HTTP status"] == status
    german = {"Accept": "text/html", "Accept-Language": "de"}
    page = await deployment.public.get("/problems/method-not-allowed", headers=german)
    is_plain_page(page)
    assert '<html lang="en">' in page.text
    assert "<code>Allow</code>" in page.text
    assert "`" not in page.text
