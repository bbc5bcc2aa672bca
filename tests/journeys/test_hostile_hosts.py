"""POST /verify against hosts that mean harm: each thing they do has a name in the report, and costs little.

The hosts speak real HTTP and HTTPS on the loopback; the deployment is a whole one that may ask anybody.
"""

import asyncio
import base64
import gzip
import ssl
import time
import tracemalloc
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

import orjson
import pytest

from app.keys import Algorithm
from app.main import build
from app.settings import Settings
from app.trust.fetch import GuardedFetch
from tests.counterparts.foreign_issuer import NOW, ForeignIssuer, status_entry
from tests.counterparts.hostile_host import HostileHost, certificate_for, names
from tests.deployments import PUBLIC_URL, Clock, Deployment, open_office

LIST = "/status/1"


@dataclass
class Open(Deployment):
    """A deployment that may ask anybody, by a way out that a test may choose."""

    fetch: Any = None
    seconds: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def running(self):
        async with super().running() as deployment:
            if self.fetch is not None:
                application = build(self.settings, self.office, fetch=self.fetch)
                self.application.state.verifier = application.state.verifier
            yield deployment

    async def report(self, content):
        """Post a credential; return its report. Whatever a host does, the answer is one, and comes in time."""
        started = time.monotonic()
        report = await self.verify(content if isinstance(content, bytes) else orjson.dumps(content))
        self.seconds.append(time.monotonic() - started)
        return report


@asynccontextmanager
async def deployment_that_asks(prepared, *exceptions, fetch=None):
    url, keys, api_keys = prepared
    clock = Clock(NOW)
    settings = Settings(
        public_url=PUBLIC_URL,
        database_url=url,
        deployment="development",
        verify_lookups="anyone",
        rate_limits=False,  # the tests ask for more at once than one address may
        loopback_exceptions=",".join(f"{host}:{port}" for host, port in exceptions),
    )
    office = open_office(url, keys, clock)
    async with Open(office, settings, clock, api_keys, fetch=fetch).running() as deployment:
        yield deployment


@pytest.fixture
async def host():
    async with HostileHost() as host:
        yield host


@pytest.fixture
async def slow_host():
    async with HostileHost() as host:
        yield host


@pytest.fixture
async def asking(sqlite_prepared, host, slow_host):
    async with deployment_that_asks(sqlite_prepared, host.exception, slow_host.exception) as deployment:
        yield deployment


def check(report, name):
    return next(each for each in report["checks"] if each["name"] == name)


@lru_cache
def a_bomb(megabytes=64):
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(megabytes * 2**20), 9)).rstrip(b"=").decode()


# What may stand where an issuer's DID document belongs: what it is, the code of the check, and why the host gave none.
DOCUMENTS = {
    "to-metadata": ("did-document-not-fetched", "redirect-not-followed"),
    "to-loopback": ("did-document-not-fetched", "redirect-not-followed"),
    "to-itself": ("did-document-not-fetched", "redirect-not-followed"),
    "nothing": ("did-document-not-fetched", "http-status-not-ok"),
    "out-of-order": ("did-document-not-fetched", "http-status-not-ok"),
    "silent": ("did-document-not-fetched", "host-too-slow"),
    "dripping": ("did-document-not-fetched", "host-too-slow"),
    "promising": ("did-document-not-fetched", "host-too-slow"),
    "endless": ("did-document-not-fetched", "answer-too-large"),
    "large": ("did-document-not-fetched", "answer-too-large"),
    "crumbs": ("did-document-not-fetched", "http-protocol-error"),
    "headers": ("did-document-not-fetched", "http-protocol-error"),
    "nonsense": ("did-document-not-fetched", "http-protocol-error"),
    "half": ("did-document-not-fetched", "http-protocol-error"),
    "bomb": ("did-document-not-fetched", "content-encoding-not-accepted"),
    "page": ("did-document-not-fetched", "media-type-not-accepted"),
    "not-json": ("did-document-not-json", None),
    "deep": ("did-document-not-json", None),
    "two-ids": ("did-document-not-json", None),
    "list": ("did-document-malformed", None),
    "many-methods": ("did-document-malformed", None),
    "another": ("did-document-of-another", None),
    "no-key": ("key-not-in-did-document", None),
    "no-purpose": ("key-not-for-assertion", None),
    "disowned": ("key-controlled-by-another", None),
    "revoked": ("key-revoked", None),
    "other-key": ("proof-wrong", None),
    "broken-key": ("key-material-malformed", None),
    "private-key": ("private-key-published", None),
    "good": ("issuer-key-in-did-document", None),
}


def put_document(host, kind, issuer, path):
    """Let ``host`` do what ``kind`` says where the document of ``issuer`` belongs."""
    good = issuer.did_document()
    (method,) = good["verificationMethod"]
    others = ForeignIssuer(issuer.did, issuer.algorithm).did_document()["verificationMethod"]
    served = {
        "not-json": b"{",
        "deep": b'{"id":' + b"[" * 5000 + b"]" * 5000 + b"}",
        "two-ids": orjson.dumps(good)[:-1] + b',"id":"did:web:other.example"}',
        "list": b"[]",
        "large": orjson.dumps({**good, "more": "x" * 65536}),
        "many-methods": issuer.did_document(verificationMethod=[method] * 200),
        "another": issuer.did_document(id="did:web:other.example"),
        "no-key": issuer.did_document(verificationMethod=[], assertionMethod=[]),
        "no-purpose": issuer.did_document(assertionMethod=[]),
        "disowned": issuer.did_document(verificationMethod=[{**method, "controller": "did:web:other.example"}]),
        "revoked": issuer.did_document(verificationMethod=[{**method, "revoked": "2026-01-01T00:00:00Z"}]),
        "other-key": issuer.did_document(verificationMethod=others),
        "broken-key": issuer.did_document(verificationMethod=[{**method, "publicKeyMultibase": "z6MkBroken"}]),
        "private-key": issuer.did_document(verificationMethod=[{**method, "secretKeyMultibase": "z3u2..."}]),
        "good": good,
    }
    misbehaviour = {
        "to-metadata": partial(host.redirect, to="http://169.254.169.254/latest/meta-data/"),
        "to-loopback": partial(host.redirect, to=f"http://127.0.0.1:{host.port}/secret", status=307),
        "to-itself": partial(host.redirect, to=path, status=308),
        "nothing": partial(host.fail, status=404),
        "out-of-order": partial(host.fail, status=503),
        "silent": host.never_answer,
        "dripping": host.drip,
        "promising": host.endless_promises,
        "endless": host.endless,
        "crumbs": host.crumbs,
        "headers": host.endless_headers,
        "nonsense": host.speak_nonsense,
        "half": host.hang_up,
        "bomb": partial(host.serve, content=gzip.compress(bytes(2**24)), content_encoding="gzip"),
        "page": partial(host.serve, content=good, media_type="text/html; charset=utf-8"),
    }
    if kind in misbehaviour:
        misbehaviour[kind](path)
    else:
        host.serve(path, served[kind], media_type="application/did+json")


SLOW = frozenset({"silent", "dripping", "promising"})


async def of_all(kinds, report_on):
    """Ask about all kinds at once: those that take no time first, for a slow host keeps its own places only."""
    reports = {}
    for group in ([kind for kind in kinds if kind not in SLOW], [kind for kind in kinds if kind in SLOW]):
        reports |= dict(zip(group, await asyncio.gather(*map(report_on, group)), strict=True))
    return {kind: reports[kind] for kind in kinds}


async def test_whatever_stands_where_a_did_document_belongs_has_a_name_in_the_report(asking, host, slow_host):
    async def report_on(kind):
        its_host = slow_host if kind in SLOW else host
        issuer = ForeignIssuer(its_host.did("issuers", kind), Algorithm.P256)
        put_document(its_host, kind, issuer, f"/issuers/{kind}/did.json")
        return await asking.report(await issuer.credential())

    reports = await of_all(DOCUMENTS, report_on)
    found = {}
    for kind, report in reports.items():
        code = check(report, "proof" if kind == "other-key" else "issuer-key")["code"]
        found[kind] = (code, report["proofs"][0]["lookup"])
    assert found == DOCUMENTS
    assert {kind for kind, report in reports.items() if report["verdict"] == "valid"} == set()
    assert {kind: report["reason"]["code"] for kind, report in reports.items() if kind == "good"} == {
        "good": "issuer-not-a-member"
    }
    assert "/secret" not in [seen.path for seen in host.seen]
    # All of them at once on two processors, and nobody waits for much longer than one lookup may take.
    assert max(asking.seconds) < 8


LISTS = {
    "wrong-purpose": ("status-list-purpose-differs", None),
    "wrong-issuer": ("status-list-of-another-issuer", None),
    "wrong-id": ("status-list-of-another-issuer", None),
    "short": ("status-list-too-short", None),
    "stale": ("status-list-not-current", None),
    "early": ("status-list-not-current", None),
    "unsigned": ("status-list-proof-wrong", None),
    "signed-by-another": ("status-list-proof-wrong", None),
    "altered": ("status-list-proof-wrong", None),
    "token-of-another": ("status-list-proof-wrong", None),
    "bomb": ("status-list-malformed", None),
    "no-gzip": ("status-list-malformed", None),
    "no-list": ("status-list-form-not-supported", None),
    "no-json": ("status-list-form-not-supported", None),
    "encoded": ("status-list-not-fetched", "content-encoding-not-accepted"),
    "page": ("status-list-not-fetched", "media-type-not-accepted"),
    "elsewhere": ("status-list-not-fetched", "redirect-not-followed"),
    "large": ("status-list-not-fetched", "answer-too-large"),
    "silent": ("status-list-not-fetched", "host-too-slow"),
    "good": ("not-revoked", None),
    "good-token": ("not-revoked", None),
}


async def put_list(host, kind, issuer, path):
    """Let ``host`` do what ``kind`` says where a status list of ``issuer`` belongs."""
    url, thief = host.origin + path, ForeignIssuer()
    changes: dict[str, Any] = {
        "wrong-purpose": {"purpose": "suspension"},
        "wrong-issuer": {"issuer": thief.did},
        "wrong-id": {"id": host.origin + "/status/other"},
        "short": {"subject": {"encodedList": a_short_list()}},
        "stale": {"validUntil": (NOW - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")},
        "early": {"validFrom": (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"), "validUntil": None},
        "bomb": {"subject": {"encodedList": a_bomb()}},
        "no-gzip": {"subject": {"encodedList": "uAAAA"}},
        "no-list": {"type": ["VerifiableCredential"]},
    }.get(kind, {})
    unsigned = issuer.status_list(url, **changes)
    match kind:
        case "unsigned":
            host.serve(path, unsigned, media_type="application/vc")
        case "signed-by-another" | "wrong-issuer":
            host.serve(path, await thief.sign(unsigned), media_type="application/vc")
        case "altered":
            signed = await issuer.sign(unsigned)
            raised = issuer.status_list(url, raised=(7,))["credentialSubject"]
            host.serve(path, {**signed, "credentialSubject": raised}, media_type="application/vc")
        case "token-of-another":
            host.serve(
                path, await thief.token(unsigned, header={"kid": issuer.method}), media_type="application/vc+jwt"
            )
        case "good-token":
            host.serve(path, await issuer.token(unsigned), media_type="application/vc+jwt")
        case "no-json":
            host.serve(path, b"{", media_type="application/vc")
        case "encoded":
            host.serve(path, gzip.compress(bytes(2**24)), media_type="application/vc", content_encoding="gzip")
        case "page":
            host.serve(path, await issuer.sign(unsigned), media_type="text/html")
        case "elsewhere":
            host.redirect(path, "http://169.254.169.254/latest/meta-data/")
        case "large":
            host.endless(path)
        case "silent":
            host.never_answer(path)
        case _:
            host.serve(path, await issuer.sign(unsigned), media_type="application/vc")


def a_short_list():
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(16 * 1024 - 1))).rstrip(b"=").decode()


async def test_whatever_stands_where_a_status_list_belongs_has_a_name_in_the_report(asking, host, slow_host):
    issuer = ForeignIssuer(host.did("issuers", "lists"), Algorithm.P256)
    host.serve("/issuers/lists/did.json", issuer.did_document())

    async def report_on(kind):
        its_host = slow_host if kind in SLOW else host
        await put_list(its_host, kind, issuer, f"/status/{kind}")
        entry = status_entry(f"{its_host.origin}/status/{kind}", 7)
        return await asking.report(await issuer.credential(credentialStatus=entry))

    reports = await of_all(LISTS, report_on)
    found = {}
    for kind, report in reports.items():
        (entry,) = report["status_entries"]
        found[kind] = (check(report, "status-revocation")["code"], entry["lookup"])
        assert (entry["is_set"] is None) == ("good" not in kind), kind
    assert found == LISTS
    assert {report["verdict"] for report in reports.values()} == {"indeterminate"}
    assert max(asking.seconds) < 8


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"statusListIndex": "131072"}, "status-index-out-of-range"),
        ({"statusListIndex": "9999999999"}, "status-index-out-of-range"),
        ({"statusListIndex": "99999999999"}, "status-entry-malformed"),
        ({"statusListIndex": "+7"}, "status-entry-malformed"),
        ({"statusListIndex": "07"}, "status-entry-malformed"),
        ({"statusPurpose": "annulment"}, "status-purpose-unknown"),
        ({"statusSize": 9}, "status-type-not-supported"),
    ],
)
async def test_an_entry_that_is_wrong_by_itself_has_a_name_in_the_report(asking, host, changes, code):
    issuer = ForeignIssuer()
    host.serve(LIST, await issuer.sign(issuer.status_list(host.origin + LIST)))
    report = await asking.report(
        await issuer.credential(credentialStatus={**status_entry(host.origin + LIST, 7), **changes})
    )
    assert check(report, "status-revocation")["code"] in {code, "status-not-asked"}
    assert report["status_entries"][0]["problem"] == code


async def test_a_list_that_was_good_is_not_used_when_its_time_is_over_and_its_host_is_silent(asking, host):
    issuer = ForeignIssuer()
    host.serve(LIST, await issuer.sign(issuer.status_list(host.origin + LIST, subject={"ttl": 60_000})))
    credential = await issuer.credential(credentialStatus=status_entry(host.origin + LIST, 7))
    codes = []
    for seconds in (0, 30, 31):
        asking.clock.moment = NOW + timedelta(seconds=seconds)
        codes.append(check(await asking.report(credential), "status-revocation")["code"])
        host.fail(LIST, 503)
    asking.clock.moment = NOW + timedelta(seconds=61)
    codes.append(check(await asking.report(credential), "status-revocation")["code"])
    assert codes == ["not-revoked", "not-revoked", "not-revoked", "status-list-not-fetched"]


async def test_names_that_change_their_mind_are_asked_once_for_each_request(sqlite_prepared, host):
    asked = []

    async def rebinding(name, port):
        asked.append(name)
        return ["127.0.0.1"] if asked.count(name) == 1 else ["10.0.0.1"]

    elsewhere = {"private.example": "192.168.1.1", "mapped.example": "::ffff:127.0.0.1", "cgnat.example": "100.64.0.1"}

    async def resolve(name, port):
        return [elsewhere[name]] if name in elsewhere else await rebinding(name, port)

    rebound = ("rebinding.example", host.port)
    fetch = GuardedFetch(exceptions=[rebound], resolve=resolve)
    async with deployment_that_asks(sqlite_prepared, rebound, fetch=fetch) as deployment:
        issuer = ForeignIssuer(f"did:web:rebinding.example%3A{host.port}")
        host.serve("/.well-known/did.json", issuer.did_document())
        report = await deployment.report(await issuer.credential())
        assert check(report, "issuer-key")["code"] == "issuer-key-in-did-document"
        assert asked == ["rebinding.example"]
        assert host.seen[0].host == f"rebinding.example:{host.port}"
        for name in elsewhere:
            report = await deployment.report(await ForeignIssuer(f"did:web:{name}").credential())
            assert report["proofs"][0]["lookup"] == "address-not-public"
    assert len(host.seen) == 1


async def test_over_tls_the_name_must_be_the_certificates(sqlite_prepared, tmp_path):
    authority, chain = certificate_for("issuer.example")
    (tmp_path / "chain.pem").write_bytes(chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "chain.pem")
    async with HostileHost(tls=context) as host:
        fetch = GuardedFetch(
            exceptions=[("issuer.example", host.port), ("other.example", host.port)],
            resolve=names(issuer_example="127.0.0.1", other_example="127.0.0.1"),
            tls=ssl.create_default_context(cadata=authority),
        )
        async with deployment_that_asks(sqlite_prepared, fetch=fetch) as deployment:
            found = {}
            for name in ("issuer.example", "other.example"):
                issuer = ForeignIssuer(f"did:web:{name}%3A{host.port}")
                host.serve("/.well-known/did.json", issuer.did_document())
                report = await deployment.report(await issuer.credential())
                found[name] = (check(report, "issuer-key")["code"], report["proofs"][0]["lookup"])
        assert found == {
            "issuer.example": ("issuer-key-in-did-document", None),
            "other.example": ("did-document-not-fetched", "tls-failed"),
        }
        assert set(host.server_names) == {"issuer.example", "other.example"}


async def test_with_lookups_off_no_host_is_asked(sqlite_deployment, host):
    issuer = ForeignIssuer(host.did("issuers", "abc"))
    host.serve("/issuers/abc/did.json", issuer.did_document())
    report = await sqlite_deployment.verify(orjson.dumps(await issuer.credential()))
    assert report["reason"]["code"] == "lookups-off"
    assert host.seen == []


async def test_a_hundred_bombs_leave_no_trace_in_the_memory(asking, host):
    issuer = ForeignIssuer(host.did("issuers", "bombs"), Algorithm.P256)
    host.serve("/issuers/bombs/did.json", issuer.did_document())
    unsigned = issuer.status_list(host.origin + LIST, subject={"encodedList": a_bomb(16)})

    async def posted(number):
        path = f"/status/{number}"
        host.serve(path, await issuer.sign({**unsigned, "id": host.origin + path}))
        report = await asking.report(await issuer.credential(credentialStatus=status_entry(host.origin + path, 7)))
        assert check(report, "status-revocation")["code"] == "status-list-malformed"

    await posted("warm")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(100):
            await posted(number)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    served = sum(len(answer.__closure__[0].cell_contents) for answer in host._answers.values() if answer.__closure__)
    assert after - before < served + 4 * 2**20
    assert peak - before < served + 24 * 2**20
