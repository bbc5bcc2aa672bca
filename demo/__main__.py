"""``python -m demo``: from an empty folder to credentials that a stranger can verify."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

import httpx

from demo.answers import Answer, Case, indeterminate, invalid, refused, valid
from demo.deployment import REPOSITORY, CannotStart, Deployment
from demo.learner import claim_link, fetch_into_wallet, press_the_button
from demo.operator import operate
from demo.screen import Screen
from demo.stranger import NothingToChange, claiming_to_be, with_member_duplicated, with_words_changed
from demo.university import (
    TIMEOUT_SECONDS,
    Unexpected,
    University,
    curl_to_fetch,
    curl_to_issue,
    curl_to_verify,
    fetch_as_wallet,
    verify,
)

DEMO: Final = Path(__file__).resolve().parent
SANDBOX: Final = "test"
"""The issuer that every deployment has for trying things out."""
SUBTYPES: Final = ("academic", "specialisation", "achievement", "service")


@dataclass(frozen=True, slots=True)
class Issued:
    """One credential of the demonstration, as university and wallet have it."""

    subtype: str
    university: University
    record: Mapping[str, Any]
    content: bytes
    file: Path

    @property
    def id(self) -> str:
        """The service's identifier of the credential."""
        return str(self.record["id"])


def main() -> int:
    """Show everything; return the exit code."""
    screen = Screen()
    once = os.environ.get("ONCE", "") not in ("", "0")
    # `make` sends SIGTERM when it is stopped; the server must not survive its demonstration.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        deployment = Deployment.from_environment(os.environ)
        os.chdir(REPOSITORY)
        return _demonstrate(deployment, screen, once=once)
    except (CannotStart, Unexpected, NothingToChange) as error:
        screen.bad(f"\nThe demonstration cannot go on.\n{error}")
        return 1
    except KeyboardInterrupt:
        screen.line("\nStopped.")
        return 130


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _demonstrate(deployment: Deployment, screen: Screen, *, once: bool) -> int:
    began = time.monotonic()
    deployment.check_port()
    deployment.begin_afresh()
    (deployment.folder / "demo.pid").write_text(f"{os.getpid()}\n")
    keys = _set_up(deployment, screen)
    with (
        deployment.serving() as server,
        httpx.Client(base_url=deployment.public_url, timeout=TIMEOUT_SECONDS) as client,
    ):
        universities = {slug: University(slug, key, client) for slug, key in keys.items()}
        offerings = _publish_offerings(universities, screen)
        issued = _issue(deployment, universities, offerings, screen)
        cases = _verify_issued(client, issued, screen)
        cases += _verify_others(client, issued, screen)
        cases.append(_verify_sandbox(universities[SANDBOX], screen))
        cases.append(_claim(client, issued[0], screen))
        wrong = _show_cases(cases, screen)
        link = claim_link(issued[0].university, issued[0].id)
        _show_addresses(deployment, issued, link, screen)
        screen.line()
        screen.line(f"Took {time.monotonic() - began:.0f} s.")
        if once or wrong:
            return 1 if wrong else 0
        screen.good(f"Serving on {deployment.public_url}. Press Ctrl-C to stop.")
        code = server.wait()
        screen.bad(f"The server ended with {code}; its log is {deployment.folder / 'server.log'}.")
        return 1


# --- the operator


def _set_up(deployment: Deployment, screen: Screen) -> dict[str, str]:
    """Make the deployment as an operator does; return the API key of each awarding body."""
    screen.heading(f"1. The operator sets up a deployment in {deployment.folder}")

    def do(*arguments: str) -> str:
        screen.command(f"python -m app {' '.join(arguments)}")
        return operate(deployment, *arguments)

    do("init")
    files = sorted((DEMO / "issuers").glob("*.json"))
    for file in files:
        do("issuers", "add", str(file.relative_to(REPOSITORY)))
        do("keys", "generate", file.stem, "--activate")
    slugs = [*(file.stem for file in files), SANDBOX]
    folder = deployment.folder / "api-keys"
    folder.mkdir(mode=0o700)
    keys = {}
    for slug in slugs:
        keys[slug] = do("api-keys", "create", slug, "--label", "demonstration").strip().splitlines()[-1]
        (folder / slug).touch(mode=0o600)
        (folder / slug).write_text(keys[slug])
    screen.line(f"  {len(slugs)} awarding bodies; their API keys are in {folder}/SLUG, for you to play with.")
    return keys


# --- the universities


def _publish_offerings(universities: Mapping[str, University], screen: Screen) -> dict[str, dict[str, Any]]:
    """Publish every offering of the folder; return the published versions by file name."""
    screen.heading("2. The universities publish what they offer")
    published = {}
    rows = []
    for file in sorted((DEMO / "offerings").glob("*.json")):
        offering = _read(file)
        record = universities[offering["awarding_body"]].publish(offering)
        published[file.stem] = record
        advice = sorted({finding["code"] for finding in record["findings"]})
        rows.append(
            (
                offering["awarding_body"],
                f"{offering['type']}/{offering['subtype']}",
                offering["title"]["en"],
                ", ".join(advice),
            )
        )
    screen.table(("awarding body", "Annex 2", "title", "advice of the rules"), sorted(rows))
    screen.line(f"  {len(published)} offerings. All are illustrative, and say so where readers see it.")
    return published


def _issue(
    deployment: Deployment,
    universities: Mapping[str, University],
    offerings: Mapping[str, Mapping[str, Any]],
    screen: Screen,
) -> list[Issued]:
    """Issue one credential of each sub-type as a student-information system would; fetch each as a wallet would."""
    screen.heading("3. Student-information systems post awards; wallets fetch the credentials")
    for name in ("requests", "credentials"):
        (deployment.folder / name).mkdir(mode=0o700)
    issued = []
    for subtype in SUBTYPES:
        award = _read(DEMO / "awards" / f"{subtype}.json")
        version = offerings[award["offering_file"]]
        university = universities[_read(DEMO / "offerings" / f"{award['offering_file']}.json")["awarding_body"]]
        request = {"offering": {"id": version["id"], "version": version["version"]}, **award["award"]}
        body = deployment.folder / "requests" / f"{subtype}.json"
        body.write_text(json.dumps(request, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        screen.command(curl_to_issue(deployment.public_url, university, body, idempotency_key=f"demo-{subtype}"))
        record = university.issue(request, idempotency_key=f"demo-{subtype}")
        screen.line(f"    201 credential {record['id']}, number {record['certificate_number']}")
        for finding in record["findings"]:
            screen.line(f"    advice {finding['pointer']}  {finding['code']}: {finding['detail']}")
        file = deployment.folder / "credentials" / f"{subtype}.jsonld"
        screen.command(curl_to_fetch(record["public_url"], file))
        content = fetch_as_wallet(university.client, record["public_url"])
        file.write_bytes(content)
        screen.line(f"    200 application/vc, {len(content)} bytes")
        issued.append(Issued(subtype, university, record, content, file))
    return issued


# --- the verifier


def _verify_issued(client: httpx.Client, issued: Iterable[Issued], screen: Screen) -> list[Case]:
    """Post every issued credential to the verifier and show the named checks side by side."""
    screen.heading("4. Anyone verifies them")
    cases = []
    reports: dict[str, Mapping[str, Any]] = {}
    for credential in issued:
        screen.command(curl_to_verify(str(client.base_url).rstrip("/"), credential.file))
        status, report = verify(client, credential.content)
        cases.append(Case(f"{credential.subtype}, as issued", valid(), Answer.of_report(status, report)))
        if "checks" in report:
            reports[credential.subtype] = report
    if reports:
        screen.line()
        _show_reports(reports, screen)
    return cases


def _show_reports(reports: Mapping[str, Mapping[str, Any]], screen: Screen) -> None:
    first = next(iter(reports.values()))
    rows = [
        (
            check["axis"],
            check["name"] if check["decides"] else f"({check['name']})",
            *(report["checks"][position]["result"].replace("_", " ") for report in reports.values()),
            check["code"],
        )
        for position, check in enumerate(first["checks"])
    ]
    rows.append(("", "verdict", *(report["verdict"].upper() for report in reports.values()), ""))
    screen.table(("axis", "check", *reports, f"code ({next(iter(reports))})"), rows)
    screen.line("  Checks in brackets inform; they do not bear on the verdict.")


def _verify_others(client: httpx.Client, issued: list[Issued], screen: Screen) -> list[Case]:
    """Show the verifier what is not, or no longer, what the universities issued."""
    screen.heading("5. What must not pass, does not pass")
    academic, _, achievement, service = issued
    cases = []

    def ask(what: str, credential: bytes, expected: Answer) -> Mapping[str, Any]:
        status, report = verify(client, credential)
        cases.append(Case(what, expected, Answer.of_report(status, report)))
        return report

    ask(
        "academic, family name altered",
        with_words_changed(academic.content, "Øst", "Vest"),
        invalid("proof", "proof-wrong"),
    )
    ask(
        "academic, a member named twice",
        with_member_duplicated(academic.content, "validFrom"),
        refused("#/validFrom", "duplicate-member"),
    )
    moment = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - a program of its own, with a clock of its own
    forged = ask(
        "academic, signed by a did:key of one's own",
        asyncio.run(claiming_to_be(academic.content, created=moment)),
        invalid("names-member-without-key", "claims-to-be-member"),
    )
    # It must be refused for its name although its signature is genuine.
    cases.append(Case("  its proof, nevertheless", _passed("proof-verified"), _check_of(forged, "proof")))
    screen.line(f"  {achievement.university.slug} revokes the {achievement.subtype} badge: issued in error")
    achievement.university.change_status(achievement.id, "revoke", "issued-in-error")
    ask("achievement, revoked", achievement.content, invalid("status-revocation", "revoked"))
    screen.line(f"  {service.university.slug} suspends the {service.subtype} badge: under review")
    service.university.change_status(service.id, "suspend", "under-review")
    ask("service, suspended", service.content, invalid("status-suspension", "suspended"))
    screen.line(f"  {service.university.slug} reinstates it: review ended")
    service.university.change_status(service.id, "reinstate", "review-ended")
    ask("service, reinstated", service.content, valid())
    return cases


def _verify_sandbox(sandbox: University, screen: Screen) -> Case:
    """Issue with the sandbox's keys, the offering inline: genuine, and proof of nothing about anyone."""
    award = _read(DEMO / "awards" / "achievement.json")
    offering = _read(DEMO / "offerings" / f"{award['offering_file']}.json")
    request = {"offering": {**offering, "awarding_body": SANDBOX}, **award["award"]}
    record = sandbox.issue(request, idempotency_key="demo-sandbox")
    screen.line(f"  {SANDBOX} issues the same badge: anyone may try anything there")
    status, report = verify(sandbox.client, fetch_as_wallet(sandbox.client, record["public_url"]))
    expected = indeterminate("issuer-known-member", "test-issuer")
    return Case("achievement, issued by the sandbox", expected, Answer.of_report(status, report))


def _claim(client: httpx.Client, issued: Issued, screen: Screen) -> Case:
    """Have a learner claim a credential with a wallet, and verify what the wallet keeps."""
    screen.heading("6. A learner claims one with a wallet")
    link = claim_link(issued.university, issued.id)
    screen.line(f"  {issued.university.slug} e-mails a claim link, the learner opens it and presses the button:")
    screen.line(f"    {link}")
    address = press_the_button(client, link)
    screen.line("  the QR code on the page leads the wallet to an offer that is good once, for ten minutes:")
    screen.line(f"    {address}")
    copy = fetch_into_wallet(client, address)
    screen.line(f"  the wallet keeps {len(copy)} bytes: the same award, with an identifier and a status of its own")
    status, report = verify(client, copy)
    return Case(f"{issued.subtype}, from the wallet", valid(), Answer.of_report(status, report))


def _passed(code: str) -> Answer:
    return Answer(200, "passed", code)


def _check_of(report: Mapping[str, Any], name: str) -> Answer:
    check = next((check for check in report.get("checks", ()) if check["name"] == name), None)
    return Answer(200, check["result"], check["code"]) if check else Answer(200, "absent", name)


def _show_cases(cases: Iterable[Case], screen: Screen) -> bool:
    """Show every case; return whether any answer was wrong."""
    screen.heading("7. Every answer, compared with the right one")
    cases = list(cases)
    screen.table(
        ("shown to the verifier", "it answered", ""),
        [(case.what, str(case.found), "right" if case.right else "WRONG") for case in cases],
    )
    wrong = [case for case in cases if not case.right]
    for case in wrong:
        screen.bad(f"  {case.what}\n    expected {case.expected}\n    found    {case.found}")
    if wrong:
        screen.bad(f"  {len(wrong)} of {len(cases)} answers are wrong.")
    else:
        screen.good(f"  All {len(cases)} answers are right.")
    return bool(wrong)


def _show_addresses(deployment: Deployment, issued: Iterable[Issued], link: str, screen: Screen) -> None:
    screen.heading("8. To look at")
    url = deployment.public_url
    rows = [(f"credential ({credential.subtype})", str(credential.record["public_url"])) for credential in issued]
    rows.append(("where its learner claims the first of them", link))
    rows.append(("the first of them for paper", f"{rows[0][1]}/page.pdf"))
    first = json.loads(next(iter(issued)).content)
    rows += [
        ("catalogue for prospective learners", f"{url}/catalogue"),
        ("DID document of an issuer", f"{url}/issuers/wut/did.json"),
        *((f"status list ({entry['statusPurpose']})", entry["statusListCredential"]) for entry in _entries(first)),
        ("context of the credentials", f"{url}/contexts/elm/v1"),
        ("API description", f"{url}/openapi.json"),
    ]
    screen.table(("what", "where"), rows)


def _entries(credential: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    entries = credential.get("credentialStatus", [])
    return entries if isinstance(entries, list) else [entries]


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


if __name__ == "__main__":
    sys.exit(main())
