"""Attacks on the doors that belong to no single room."""

import gzip
import hashlib
import re
import sqlite3
import time
import tracemalloc
import zlib

import pytest
from structlog.testing import capture_logs

from tests.builders import full_request


@pytest.mark.parametrize(
    "document",
    [
        b"[" + b"[]," * 300_000 + b"0]",
        b'{"a":[' + b"{}," * 300_000 + b"0]}",
        b"[" * 500_000,
        b"[" + b'"",' * 300_000 + b"0]",
        b"[" + b"0," * 500_000 + b"0]",
    ],
    ids=["lists", "objects", "deep", "texts", "numbers"],
)
async def test_a_document_of_very_many_values_is_refused_quickly_and_without_filling_the_memory(
    sqlite_deployment, document
):
    assert len(document) <= 1024 * 1024 + 10
    document = document[: 1024 * 1024]
    tracemalloc.start()
    began = time.perf_counter()
    answer = await sqlite_deployment.public.post("/verify", content=document)
    elapsed = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")
    assert elapsed < 2
    assert peak < 32 * 1024 * 1024


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, identity", "GZIP"])
async def test_no_door_unpacks_a_body(sqlite_deployment, coding):
    bomb = gzip.compress(b" " * 10_000_000) if "gz" in coding.lower() else zlib.compress(b" " * 10_000_000)
    headers = {"Content-Encoding": coding, "Content-Type": "application/json"}
    system = sqlite_deployment.system()
    for client, path in (
        (sqlite_deployment.public, "/verify"),
        (system, "/api/v1/credentials"),
        (system, "/api/v1/credentials/search"),
        (system, "/api/v1/offerings"),
    ):
        answer = await client.post(path, content=bomb, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "media-type-unsupported"), path


async def test_no_header_of_a_request_changes_an_address_that_is_given_out(sqlite_deployment):
    strange = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/evil.example",
    }
    issued = await sqlite_deployment.system().post(
        "/api/v1/credentials", json=full_request("academic"), headers=strange
    )
    assert issued.status_code == 201, issued.text
    record = issued.json()
    answers = [issued, await sqlite_deployment.system().get(f"/api/v1/credentials/{record['id']}", headers=strange)]
    for path, accept in (
        (record["public_url"], "text/html"),
        (record["public_url"], "application/vc"),
        ("/issuers/wut/did.json", "*/*"),
        ("/catalogue", "application/json"),
        ("/problems/not-found", "text/html"),
        ("/nowhere", "*/*"),
        ("/openapi.json", "*/*"),
    ):
        answers.append(await sqlite_deployment.public.get(path, headers={**strange, "Accept": accept}))
    for answer in answers:
        assert answer.status_code < 500
        assert "evil" not in answer.text, answer.url
        assert "evil" not in str(answer.headers), answer.url
    assert record["public_url"].startswith("http://localhost:8000/c/")


async def test_an_api_key_has_a_form_that_scanners_know_and_is_kept_as_a_digest_alone(sqlite_deployment, tmp_path):
    key = sqlite_deployment.api_keys["wut"]
    prefix, secret, checksum = re.fullmatch(r"enh_([0-9a-f]{12})_([\w-]{43})([0-9a-f]{8})", key).groups()
    assert f"{zlib.crc32(f'{prefix}_{secret}'.encode()):08x}" == checksum
    file = sqlite_deployment.settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as connection:
        kept = "\n".join(connection.iterdump())
    connection.close()
    assert prefix in kept
    assert hashlib.sha256(secret.encode()).hexdigest().upper() in kept.upper()
    assert secret not in kept


async def test_an_api_key_in_an_address_opens_nothing(sqlite_deployment):
    key = sqlite_deployment.api_keys["wut"]
    for name in ("api_key", "access_token", "key", "token", "Authorization"):
        answer = await sqlite_deployment.public.get("/api/v1/me", params={name: key})
        assert (answer.status_code, answer.json()["code"]) == (401, "api-key-not-accepted")
    for header in ({"X-Api-Key": key}, {"Cookie": f"Authorization={key}"}, {"Authorization": f"Basic {key}"}):
        answer = await sqlite_deployment.public.get("/api/v1/me", headers=header)
        assert answer.status_code == 401, header


async def test_line_ends_in_an_address_reach_neither_log_nor_header(sqlite_deployment):
    attacks = (
        "/c/x%0d%0aSet-Cookie:%20a=b",
        "/c/x%0a%7B%22event%22:%22forged%22%7D",
        "/problems/%0d%0aLocation:%20https:%2F%2Fevil.example",
        "/issuers/%0d%0aA:%20b/did.json",
        "/catalogue?cursor=%0d%0aSet-Cookie:%20a=b",
    )
    with capture_logs() as logs:
        answers = [await sqlite_deployment.public.get(path) for path in attacks]
    for answer in answers:
        assert 400 <= answer.status_code < 500
        assert not {"set-cookie", "location", "a"} & set(answer.headers)
        assert all("\n" not in value and "\r" not in value for value in answer.headers.values())
    said = str(logs)
    assert "request" in said
    assert not re.search(r"Set-Cookie|forged|evil|\\r|\\n", said)


async def test_a_page_runs_no_script_and_stands_in_no_frame(sqlite_deployment):
    record = await sqlite_deployment.issue(full_request("academic"))
    for path in (record["public_url"], "/catalogue", "/problems/not-found"):
        page = await sqlite_deployment.public.get(path, headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html"), path
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script" not in page.text.lower()
        assert "set-cookie" not in page.headers
