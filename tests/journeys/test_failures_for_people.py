"""People who ask with a browser are told in words what failed; programs get the problem document all the same."""

import pytest

from app.store import DatabaseUnavailable
from tests.builders import full_request
from tests.counterparts.interrupted_database import Interrupted

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NOBODY = "00000000-0000-4000-8000-000000000000"


def is_page(answer, status, language="en"):
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8"), answer.text
    assert f'<html lang="{language}">' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-trace-id"] in answer.text
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/c/nothing", 404, "credential-unknown"),
        ("/c/nothing/edc.jsonld", 404, "credential-unknown"),
        ("/c/%00", 404, "not-found"),
        (f"/catalogue/{NOBODY}", 404, "offering-unknown"),
        ("/catalogue/not-a-uuid", 400, "parameter-malformed"),
        ("/catalogue?cursor=garbage", 400, "cursor-malformed"),
        ("/problems/nothing", 404, "not-found"),
    ],
)
async def test_a_browser_gets_a_page_and_a_program_the_problem(deployment, path, status, code):
    page = await deployment.public.get(path, headers=BROWSER)
    is_page(page, status)
    assert f'href="/problems/{code}"' in page.text
    for accept in ("*/*", "application/json", "application/vc", "application/problem+json, text/html;q=0.5"):
        problem = await deployment.public.get(path, headers={"Accept": accept})
        assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")
        assert problem.json()["code"] == code


async def test_the_page_is_in_the_language_of_the_reader(deployment):
    answer = await deployment.public.get("/c/nothing", headers={**BROWSER, "Accept-Language": "de-AT, en;q=0.5"})
    is_page(answer, 404, "de")
    assert "keinen Nachweis" in answer.text
    only_headers = await deployment.public.head("/c/nothing", headers=BROWSER)
    assert (only_headers.status_code, only_headers.content) == (404, b"")
    assert only_headers.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_reader_is_told_when_the_records_are_out_of_reach(sqlite_deployment):
    record = await sqlite_deployment.issue(full_request("service"))
    office = sqlite_deployment.office
    real = office.database
    office.database = Interrupted(real, DatabaseUnavailable(), reading=True)
    for address in (record["public_url"], "/catalogue"):
        answer = await sqlite_deployment.public.get(address, headers=BROWSER)
        is_page(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
    office.database = Interrupted(real, RuntimeError("a defect"), reading=True)
    is_page(await sqlite_deployment.public.get(record["public_url"], headers=BROWSER), 500)
    office.database = real
