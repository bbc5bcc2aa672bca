"""The database is away, or we have a defect: what is answered, and that neither answers nor logs tell about anybody."""

import json
import traceback

import pytest
from structlog.testing import capture_logs

from app.main import name_exception
from app.store import DatabaseUnavailable
from app.verification.evidence import Policy
from tests.builders import a_request, full_request
from tests.counterparts.interrupted_database import Interrupted


@pytest.fixture
def without_database(sqlite_deployment):
    office = sqlite_deployment.office
    real = office.database
    office.database = Interrupted(real, DatabaseUnavailable(), reading=True)
    yield sqlite_deployment
    office.database = real


async def test_the_process_is_alive_and_says_that_it_cannot_work(without_database):
    alive = await without_database.public.get("/healthz")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    ready = await without_database.public.get("/readyz")
    assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")


async def test_universities_and_readers_are_told_to_come_back(without_database):
    system, public = without_database.system(), without_database.public
    for answer in [
        await system.get("/api/v1/me"),
        await system.post("/api/v1/credentials", json=full_request("academic")),
        await public.get("/c/token"),
        await public.get("/catalogue"),
        await public.get("/issuers/wut/did.json"),
    ]:
        assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_verifier_gets_a_report_and_never_a_yes(sqlite_deployment):
    office = sqlite_deployment.office
    credential = await sqlite_deployment.fetch(await sqlite_deployment.issue(full_request("academic")))
    real = office.database
    office.database = Interrupted(real, DatabaseUnavailable(), reading=True)
    report = await sqlite_deployment.verify(credential.content)
    assert report["verdict"] == "indeterminate"
    results = {check["name"]: check["result"] for check in report["checks"]}
    assert results["json-well-formed"] == "passed"
    assert results["issuer-known-member"] == "not_checked"
    office.database = real
    assert (await sqlite_deployment.verify(credential.content))["verdict"] == "valid"


async def test_a_write_that_fails_leaves_nothing_and_the_repetition_issues(sqlite_deployment):
    office = sqlite_deployment.office
    await sqlite_deployment.issue(full_request("service"))
    real = office.database
    office.database = Interrupted(real, DatabaseUnavailable(), reading=False)
    system = sqlite_deployment.system()
    headers = {"Idempotency-Key": "k"}
    failed = await system.post("/api/v1/credentials", json=full_request("academic"), headers=headers)
    assert failed.status_code == 503
    office.database = real
    issued = await system.post("/api/v1/credentials", json=full_request("academic"), headers=headers)
    assert (issued.status_code, "idempotency-replayed" in issued.headers) == (201, False)


PERSONAL = ("Zoë", "Øst", "2001-02-28", "312345", "sis-7f3a", "Dąbrowska", "Tromsø", "zoe@mail.example", "王小明")


def told_of(logs):
    return json.dumps(logs, ensure_ascii=False, default=str)


async def test_logs_name_routes_and_codes_and_nobody(deployment):
    with capture_logs(processors=[name_exception]) as logs:
        request = full_request("academic")
        record = await deployment.issue(request, Idempotency_Key="secret-of-the-system")
        credential = await deployment.fetch(record)
        system = deployment.system()
        await deployment.verify(credential.content)
        await deployment.public.get(record["public_url"], headers={"Accept": "text/html"})
        await deployment.public.get(f"{record['public_url']}/edc.jsonld")
        await system.post("/api/v1/credentials/search", json={"learner": {"reference": "sis-7f3a"}})
        await system.get("/api/v1/credentials?cursor=Zoë")
        broken = full_request("academic", {"learner.given_names": "Zoë\u0000", "learner.birth_date": "2001-02-28x"})
        refused = [
            await system.post("/api/v1/credentials", json=broken),
            await system.post("/api/v1/credentials", content=json.dumps(request)[:-5]),
            await system.post("/api/v1/credentials", json={**request, "awarded_on": "2027-01-01"}),
            await system.post(f"/api/v1/credentials/{record['id']}/status", json={"change": "Zoë", "reason": "Øst"}),
            await system.post("/api/v1/credentials/search", json={"learner": {"reference": "Zoë Øst", "limit": "Øst"}}),
            await deployment.public.post("/verify", content=credential.content[:-1]),
            await deployment.public.get("/c/Zoë"),
            await deployment.public.get("/verify?language=Zoë"),
        ]
    assert all(answer.status_code >= 400 for answer in refused)
    written = told_of(logs)
    assert [entry["event"] for entry in logs].count("request") == 15
    token = record["public_url"].rsplit("/", 1)[1]
    api_key = deployment.api_keys["wut"]
    for secret in (*PERSONAL, token, api_key, api_key.split("_", 2)[2], "secret-of-the-system", record["id"]):
        assert secret not in written
        for answer in refused:
            assert secret not in answer.text or secret == record["id"]
    assert {entry["route"] for entry in logs if entry["event"] == "request"} >= {"/c/{token}", "/verify"}


@pytest.mark.parametrize("where", ["writing", "reading", "verifying"])
async def test_a_defect_tells_its_place_to_the_log_and_nothing_to_anybody(sqlite_deployment, where):
    deployment = sqlite_deployment
    secret = "Zoë-Ánne Øst, born 2001-02-28"
    real_database, real_verifier = deployment.office.database, deployment.application.state.verifier

    class Defective:
        policy = Policy()

        async def verify(self, document, **_):
            raise RuntimeError(secret, document)

    with capture_logs(processors=[name_exception]) as logs:
        if where == "verifying":
            deployment.application.state.verifier = Defective()
            answer = await deployment.public.post("/verify", content=json.dumps(secret).encode())
            deployment.application.state.verifier = real_verifier
        else:
            await deployment.office.all_issuers()
            error = RuntimeError(secret)
            deployment.office.database = Interrupted(real_database, error, reading=where == "reading")
            answer = await deployment.system().post("/api/v1/credentials", json=a_request("academic"))
            deployment.office.database = real_database
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.headers["x-trace-id"] == answer.json()["trace_id"]
    assert answer.headers["content-type"] == "application/problem+json"
    written = told_of(logs)
    assert "Zoë" not in written + answer.text
    # The work beside requests may meet the same database, and has no trace to tell.
    defect = next(entry for entry in logs if entry["event"] == "defect" and "trace_id" in entry)
    assert defect["trace_id"] == answer.json()["trace_id"]
    assert (defect["exception"], defect["kind"]) == ("RuntimeError", "RuntimeError")
    assert any("test_trouble.py" in frame or "interrupted_database.py" in frame for frame in defect["frames"])
    request = next(entry for entry in logs if entry["event"] == "request")
    assert (request["status"], request["trace_id"]) == (500, defect["trace_id"])


async def test_a_defect_goes_no_further_than_our_own_log(sqlite_deployment):
    # Behind our middleware the server would write the exception with its text.
    sqlite_deployment.application.state.verifier = None
    scope = {
        "type": "http", "method": "POST", "path": "/verify", "raw_path": b"/verify", "query_string": b"",
        "headers": [], "http_version": "1.1", "scheme": "http", "server": ("localhost", 8000), "root_path": "",
    }  # fmt: skip
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message):
        sent.append(message)

    try:
        with capture_logs():
            await sqlite_deployment.application(scope, receive, send)
    except Exception:  # noqa: BLE001 - whatever it is
        pytest.fail(traceback.format_exc())
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 500
