"""The OpenAPI description, its runnable examples, and an explanation for every code."""

import ast
import json
import re

import httpx
import pytest
import schemathesis

from app.api.problems import STATUS_OF_FAMILY, every_error
from app.pages.failures import visited_by_people
from app.pages.finding_codes import FINDING_CODES
from app.template.request import FORM_CODES
from app.template.rules import RULES
from tests.builders import SUBTYPES
from tests.conftest import REPOSITORY
from tests.counterparts.wallet import UNBOUND, Wallet
from tests.declared import description_of
from tests.examples import EXAMPLES, example


@pytest.fixture
async def description(sqlite_deployment):
    answer = await sqlite_deployment.public.get("/openapi.json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def operations(description):
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


async def test_every_operation_says_what_it_is_for_under_a_name_of_its_own(description):
    assert description["openapi"].startswith("3.1")
    names = [operation["operationId"] for _, operation in operations(description)]
    assert len(names) == len(set(names)) > 30
    for place, operation in operations(description):
        assert operation["summary"], place
        assert operation["description"], place
        assert operation["tags"], place


async def test_the_description_is_of_the_official_form(description):
    schemathesis.openapi.from_dict(description).validate()


@pytest.mark.parametrize(
    ("method", "path", "status", "media_type", "body"),
    [
        ("GET", "/healthz", 418, "application/json", b"{}"),
        ("GET", "/healthz", 200, "text/html", b"<p>"),
        ("GET", "/healthz", 200, "application/json", b'{"status": "dead"}'),
        ("GET", "/nowhere", 200, "application/json", b"{}"),
        ("GET", "/api/v1/credentials/search", 415, "application/problem+json", b"{}"),
    ],
)
async def test_an_answer_that_is_not_declared_would_be_noticed(
    sqlite_deployment, method, path, status, media_type, body
):
    request = httpx.Request(method, f"http://localhost:8000{path}")
    answer = httpx.Response(status, headers={"Content-Type": media_type}, content=body, request=request)
    with pytest.raises(AssertionError):
        description_of(sqlite_deployment.application).check(answer)


async def test_every_reference_leads_somewhere(description):
    def references(value):
        if isinstance(value, dict):
            yield from [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            for item in value.values():
                yield from references(item)
        elif isinstance(value, list):
            for item in value:
                yield from references(item)

    for reference in set(references(description)):
        target = description
        for step in reference.removeprefix("#/").split("/"):
            assert step in target, reference
            target = target[step]


REFUSING_WALLETS = {
    f"POST /issuers/{{slug}}/{endpoint}" for endpoint in ("token", "credential", "deferred_credential", "notification")
}
"""They answer in the words of OAuth, but for what no story had a part in."""
IN_THEIR_WORDS = {"400", "401", "413", "415", "503"}


async def test_every_failure_is_described_as_a_problem_document(description):
    for place, operation in operations(description):
        for status, answer in operation["responses"].items():
            if place in REFUSING_WALLETS and status in IN_THEIR_WORDS:
                assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/OAuthError"), (place, status)
            elif status.startswith(("4", "5")) and place != "GET /readyz":
                expected = ["application/problem+json", *["text/html"] * visited_by_people(place.split()[1])]
                assert list(answer["content"]) == expected, (place, status)


async def test_operations_of_universities_need_the_key_and_say_so(description):
    for place, operation in operations(description):
        needs_key = ("/api/v1/" in place and "/codes" not in place) or "/instance/" in place
        assert bool(operation.get("security")) == needs_key, place
        if needs_key:
            assert "401" in operation["responses"], place


@pytest.mark.parametrize("subtype", SUBTYPES)
async def test_the_example_of_each_subtype_is_the_one_of_the_builders(description, subtype):
    operation = description["paths"]["/api/v1/credentials"]["post"]
    request = operation["requestBody"]["content"]["application/json"]["examples"][subtype]["value"]
    assert request == json.loads((EXAMPLES / f"{subtype}.json").read_text(encoding="utf-8"))
    assert request == example(subtype), "run: python -m tests.examples"


async def an_unbound_copy(deployment, record):
    made = (await deployment.system("test").post(f"/api/v1/credentials/{record['id']}/offers", json={})).json()
    wallet, offer = await Wallet.scan(deployment.public, made["by_value_uri"], deployment.clock)
    await wallet.redeem(offer)
    assert (await wallet.fetch(UNBOUND)).status_code == 200


async def test_every_example_runs_as_it_stands_where_no_university_is_configured(fresh_deployment):
    description = (await fresh_deployment.public.get("/openapi.json")).json()
    system = fresh_deployment.system("test")
    award = example("service")
    ran = 0
    for place, operation in operations(description):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            for name, shown in media.get("examples", {}).items():
                method, path = place.split()
                if "{credential_id}" in path:
                    award["learner"] = {**award["learner"], "reference": f"example-{ran}"}
                    record = await fresh_deployment.issue(award, "test")
                    path = path.replace("{credential_id}", record["id"])
                if "{offering_id}" in path:
                    path = path.format(
                        offering_id=(await system.post("/api/v1/offerings", json=award["offering"])).json()["id"]
                    )
                if "{link_id}" in path:
                    made = await system.post(f"{path.partition('/{link_id}')[0]}")
                    path = path.format(link_id=made.json()["id"])
                if "{copy_id}" in path:
                    copy, _, _ = path.partition("/{copy_id}")
                    await an_unbound_copy(fresh_deployment, record)
                    path = path.format(copy_id=(await system.get(copy)).json()["items"][0]["id"])
                answer = await system.request(method, path, json=shown["value"])
                assert answer.status_code in (200, 201), (place, name, answer.text)
                ran += 1
    assert ran >= 4


def test_no_two_errors_share_a_code_and_each_explains_itself():
    errors = list(every_error())
    assert len({error.code for error in errors}) == len(errors) > 25
    for error in errors:
        assert error.code == error.code.lower().strip("-"), error
        assert (error.__doc__ or "").strip().endswith("."), error
        assert error.title, error
        assert error.family in STATUS_OF_FAMILY


MAKERS = {"Finding", "find", "_find", "found", "_found", "refuse", "_refuse", "_Refused", "_malformed"}
"""The functions that make findings; the first text that they are given is the code."""
FINDING_CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+")


def codes_in_the_source():
    for path in (REPOSITORY / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "code")]
            for value in given if name in MAKERS else ():
                if isinstance(value, ast.Constant) and FINDING_CODE.fullmatch(str(value.value)):
                    yield value.value


async def test_every_code_of_a_finding_in_the_source_is_explained(sqlite_deployment):
    codes = set(codes_in_the_source())
    assert len(codes) > 80
    unexplained = {code for code in codes if code not in sqlite_deployment.application.state.explanations}
    assert unexplained == set(), "add them to app/pages/finding_codes.py"


async def test_every_code_has_a_page_for_people_and_json_for_machines(sqlite_deployment):
    errors, rules = sorted(error.code for error in every_error()), sorted({rule.code for rule in RULES})
    forms = sorted(FORM_CODES)
    for code in {*errors, *rules, *forms, *FINDING_CODES}:
        machine = await sqlite_deployment.public.get(f"/problems/{code}", headers={"Accept": "application/json"})
        assert (machine.status_code, machine.json()["code"]) == (200, code), code
        assert machine.json()["explanation"]
    for code in (errors[0], rules[0], forms[0]):
        page = await sqlite_deployment.public.get(f"/problems/{code}", headers={"Accept": "text/html"})
        assert page.headers["content-type"].split(";")[0] == "text/html"
        assert code in page.text
