"""Offerings: drafted, held to the template, published for good, shown to prospective learners, withdrawn."""

from uuid import uuid4

import pytest

from tests.builders import ABSENT, a_request, altered, an_offering, full_request


def full_offering(overrides=None, *, awarding_body="wut"):
    return altered(full_request("academic", awarding_body=awarding_body)["offering"], overrides or {})


async def draft(deployment, offering, slug="wut"):
    answer = await deployment.system(slug).post("/api/v1/offerings", json=offering)
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_draft_may_break_rules_and_lists_them_and_is_not_published(deployment):
    system = deployment.system()
    broken = an_offering("academic", {"workload": {}, "level": {}, "learning_outcomes.0.text.en": "Knows."})
    answer = await draft(deployment, broken)
    record = answer.json()
    assert (record["state"], record["latest_version"]) == ("draft", None)
    assert record["draft"]["title"] == broken["title"]
    required = {(item["code"], item["pointer"]) for item in record["findings"] if item["weight"] == "required"}
    assert ("ects-missing", "#/workload/ects") in required
    assert all(item["citation"] for item in record["findings"])
    address = f"/api/v1/offerings/{record['id']}"
    assert answer.headers["location"].endswith(address)

    refused = await system.post(f"{address}/versions")
    assert (refused.status_code, refused.json()["code"]) == (422, "rules-broken")
    assert refused.json()["errors"] == record["findings"]
    issued = await system.post("/api/v1/credentials", json=a_request("academic", offering={"id": record["id"]}))
    assert (issued.status_code, issued.json()["code"]) == (404, "offering-unknown")
    assert (await deployment.public.get(f"/catalogue/{record['id']}")).status_code == 404

    mended = await system.put(f"{address}/draft", json=an_offering())
    assert (mended.status_code, mended.json()["findings"]) == (200, [])
    published = await system.post(f"{address}/versions")
    assert (published.status_code, published.json()["version"]) == (201, 1)
    assert published.headers["location"].endswith(f"{address}/versions/1")
    nothing = await system.post(f"{address}/versions")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing-to-publish")


async def test_a_published_version_never_changes_and_awards_keep_theirs(deployment):
    system = deployment.system()
    offering = await deployment.publish_offering(an_offering())
    address = f"/api/v1/offerings/{offering['id']}"
    first = (await system.get(f"{address}/versions/1")).json()
    record = await deployment.issue(a_request("academic", offering={"id": offering["id"]}), "wut")

    second = an_offering("academic", {"title.en": "Another title"})
    edited = (await system.put(f"{address}/draft", json=second)).json()
    assert (edited["state"], edited["latest_version"]) == ("published", 1)
    assert (await deployment.public.get(f"/catalogue/{offering['id']}")).json()["version"] == 1
    assert (await system.get(f"{address}/versions/2")).status_code == 404
    assert (await system.post(f"{address}/versions")).json()["version"] == 2
    assert (await system.get(f"{address}/versions/1")).json() == first
    assert (await system.get(f"{address}/versions/2")).json()["offering"]["title"]["en"] == "Another title"
    assert (await deployment.public.get(f"/catalogue/{offering['id']}")).json()["version"] == 2
    assert (await deployment.public.get(f"/catalogue/{offering['id']}/1")).json()["version"] == 1

    newest = await deployment.issue(
        a_request("academic", {"learner.reference": "b"}, offering={"id": offering["id"]}), "wut"
    )
    assert (record["offering"]["version"], newest["offering"]["version"]) == (1, 2)
    older = a_request("academic", {"learner.reference": "c"}, offering={"id": offering["id"], "version": 1})
    assert (await deployment.issue(older, "wut"))["offering"]["version"] == 1


async def test_what_is_for_the_document_or_inside_is_never_in_the_catalogue(deployment):
    offering = full_offering(
        {
            "further_information.other": [
                {"text": {"en": "SHOWN in the catalogue"}, "placement": "catalogue"},
                {"text": {"en": "SHOWN in both"}, "placement": "both"},
                {"text": {"en": "HIDDEN document"}, "placement": "document"},
            ],
            "further_information.profile": {"en": "HIDDEN profile"},
            "further_information.availability": {"en": "SHOWN availability"},
            "further_information.placement": {"profile": "document", "availability": "catalogue"},
            "prerequisites.formal_reason": {"en": "HIDDEN reason"},
        }
    )
    version = await deployment.publish_offering(offering)
    pages = [
        await deployment.public.get("/catalogue"),
        await deployment.public.get(f"/catalogue/{version['id']}"),
        await deployment.public.get(f"/catalogue/{version['id']}/1"),
        await deployment.public.get(f"/catalogue/{version['id']}", headers={"Accept": "text/html"}),
    ]
    for page in pages:
        assert page.status_code == 200
        assert "HIDDEN" not in page.text
        assert "SHOWN availability" in page.text
        assert "SHOWN in both" in page.text
    own = await deployment.system().get(f"/api/v1/offerings/{version['id']}/versions/1")
    assert "HIDDEN profile" in own.text
    record = await deployment.issue(full_request("academic", {"offering": {"id": version["id"]}}), "wut")
    document = (await deployment.fetch(record)).content.decode()
    assert "HIDDEN document" in document
    assert "HIDDEN profile" in document
    assert "SHOWN availability" not in document
    assert "HIDDEN reason" not in document


async def test_what_came_inside_a_request_is_not_in_the_catalogue_and_not_in_the_list(deployment):
    record = await deployment.issue(full_request("academic"))
    assert (await deployment.public.get("/catalogue")).json()["items"] == []
    assert (await deployment.public.get(f"/catalogue/{record['offering']['id']}")).status_code == 404
    assert (await deployment.system().get("/api/v1/offerings")).json()["items"] == []
    kept = await deployment.system().get(f"/api/v1/offerings/{record['offering']['id']}/versions/1")
    assert kept.status_code == 200
    edited = await deployment.system().put(f"/api/v1/offerings/{record['offering']['id']}/draft", json=an_offering())
    assert (edited.status_code, edited.json()["code"]) == (409, "offering-fixed")


async def test_a_withdrawn_offering_is_gone_for_new_awards_and_stays_for_those_there_are(deployment):
    system = deployment.system()
    offering = await deployment.publish_offering(an_offering())
    request = a_request("academic", offering={"id": offering["id"]})
    record = await deployment.issue(request, "wut")
    address = f"/api/v1/offerings/{offering['id']}"
    # A draft that is left over must not bring it back.
    await system.put(f"{address}/draft", json=an_offering("academic", {"title.en": "Next"}))
    assert (await system.post(f"{address}/withdrawal")).json()["state"] == "withdrawn"
    assert (await system.post(f"{address}/withdrawal")).status_code == 200
    for answer in [
        await system.post(f"{address}/versions"),
        await system.put(f"{address}/draft", json=an_offering()),
    ]:
        assert (answer.status_code, answer.json()["code"]) == (409, "offering-fixed")
    assert (await deployment.public.get(f"/catalogue/{offering['id']}")).status_code == 404
    assert (await deployment.public.get("/catalogue")).json()["items"] == []
    refused = await system.post("/api/v1/credentials", json=altered(request, {"learner.reference": "n"}))
    assert (refused.status_code, refused.json()["code"]) == (404, "offering-unknown")
    assert (await system.get(f"{address}/versions/1")).status_code == 200
    assert (await deployment.verify((await deployment.fetch(record)).content))["verdict"] == "valid"


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_pages_neither_skip_nor_repeat(deployment, size):
    system, titles, learners = deployment.system(), [], []
    for number in range(5):
        if number % 2:  # two of each at one moment
            deployment.clock.advance(seconds=1)
        title = f"Offering {number}"
        await deployment.publish_offering(an_offering("academic", {"title.en": title}))
        titles.append(title)
        record = await deployment.issue(full_request("service", {"learner.reference": f"r{number}"}))
        learners.append(record["id"])

    async def all_of(address, key):
        found, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            parameters = {"limit": size} | ({"cursor": cursor} if cursor else {})
            page = (await (system if "/api/" in address else deployment.public).get(address, params=parameters)).json()
            assert 0 < len(page["items"]) <= size
            found += [key(item) for item in page["items"]]
            cursor, pages = page["next_cursor"], pages + 1
            if address == "/api/v1/credentials" and pages == 1:
                deployment.clock.advance(seconds=1)  # what is new meanwhile belongs before the first page
                await deployment.issue(full_request("service", {"learner.reference": "late"}))
        return found

    assert sorted(await all_of("/api/v1/offerings", lambda item: item["title"]["en"])) == titles
    assert sorted(await all_of("/catalogue", lambda item: item["offering"]["title"]["en"])) == titles
    assert sorted(await all_of("/api/v1/credentials", lambda item: item["id"])) == sorted(learners)


async def test_the_catalogue_can_be_narrowed_to_one_university(deployment):
    await deployment.publish_offering(an_offering())
    theirs = await deployment.publish_offering(an_offering(awarding_body="ntnu"), "ntnu")
    items = (await deployment.public.get("/catalogue?awarding_body=ntnu")).json()["items"]
    assert [item["id"] for item in items] == [theirs["id"]]
    assert (await deployment.public.get("/catalogue?awarding_body=nobody")).json()["items"] == []
    page = await deployment.public.get("/catalogue?awarding_body=ntnu&limit=1", headers={"Accept": "text/html"})
    assert theirs["id"] in page.text


async def test_pages_of_the_catalogue_keep_what_they_were_narrowed_to(deployment):
    for number in range(3):
        await deployment.publish_offering(
            an_offering("academic", {"title.en": f"T{number}"}, awarding_body="ntnu"), "ntnu"
        )
    page = await deployment.public.get("/catalogue?awarding_body=ntnu&limit=2", headers={"Accept": "text/html"})
    following = page.text.split('href="/catalogue?')[1].split('"')[0].replace("&amp;", "&")
    assert "awarding_body=ntnu" in following
    assert "limit=2" in following


async def test_lists_are_narrowed_by_status_offering_and_date(deployment):
    system = deployment.system()
    valid = await deployment.issue(full_request("academic"))
    suspended = await deployment.issue(full_request("service"))
    revoked = await deployment.issue(a_request("achievement", awarded_on="2026-06-01"))
    both = await deployment.issue(full_request("specialisation"))
    for record, changes in ((suspended, ["suspend"]), (revoked, ["revoke"]), (both, ["suspend", "revoke"])):
        for change in changes:
            reason = {"suspend": "under-review", "revoke": "integrity"}[change]
            await deployment.change_status("wut", record, change, reason)

    async def found(**parameters):
        page = (await system.get("/api/v1/credentials", params=parameters)).json()
        return {item["id"] for item in page["items"]}

    assert await found(status="valid") == {valid["id"]}
    assert await found(status="suspended") == {suspended["id"]}
    assert await found(status="revoked") == {revoked["id"], both["id"]}
    assert await found(offering=valid["offering"]["id"]) == {valid["id"]}
    assert await found(awarded_from="2026-06-01", awarded_to="2026-06-01") == {revoked["id"]}
    assert await found(awarded_from="2026-06-02", status="revoked") == {both["id"]}
    assert await found(awarded_to="2026-05-31") == set()


async def test_a_learner_is_found_by_whatever_named_them(deployment):
    numbers = [{"scheme": "student-number", "value": "312345", "assigned_by": "wut"}]
    esi = {
        "scheme": "esi",
        "value": "urn:schac:personalUniqueCode:int:esi:example.edu:1",
        "assigned_by": "https://h.example/",
    }
    base = a_request("service", {"learner.reference": ABSENT, "learner.student_identifiers": ABSENT})
    by_reference = {"reference": "r1"}
    named = {
        "reference": by_reference,
        "esi": {"student_identifiers": [esi]},
        "number": {"student_identifiers": numbers},
        "names": {},
    }
    records = {
        how: await deployment.issue(altered(base, {f"learner.{key}": value for key, value in learner.items()}))
        for how, learner in named.items()
    }
    names = {"given_names": "Zoë-Ánne", "family_names": "Øst", "birth_date": "2001-02-28"}
    wanted = {**named, "names": names}
    system = deployment.system()
    for how, learner in wanted.items():
        page = (await system.post("/api/v1/credentials/search", json={"learner": learner})).json()
        assert [item["id"] for item in page["items"]] == [records[how]["id"]], how
    assert (await system.post("/api/v1/credentials/search", json={"learner": {"reference": "r2"}})).json()[
        "items"
    ] == []


async def test_the_versions_of_an_offering_are_listed_newest_first_and_for_its_awarding_body_alone(deployment):
    system = deployment.system()
    offering = await deployment.publish_offering(an_offering())
    address = f"/api/v1/offerings/{offering['id']}"
    await system.put(f"{address}/draft", json=an_offering("academic", {"title.en": "Another title"}))
    await system.post(f"{address}/versions")
    await system.put(f"{address}/draft", json=an_offering("academic", {"title.en": "Only a draft"}))
    listed = (await system.get(f"{address}/versions")).json()
    assert [(item["version"], item["offering"]["title"]["en"]) for item in listed] == [
        (2, "Another title"),
        (1, an_offering()["title"]["en"]),
    ]
    assert listed == [(await system.get(f"{address}/versions/{number}")).json() for number in (2, 1)]
    drafted = (await draft(deployment, an_offering())).json()["id"]
    assert (await system.get(f"/api/v1/offerings/{drafted}/versions")).json() == []
    foreign = await deployment.system("ntnu").get(f"{address}/versions")
    absent = await deployment.system("ntnu").get(f"/api/v1/offerings/{uuid4()}/versions")
    assert (foreign.status_code, foreign.json()["code"]) == (absent.status_code, absent.json()["code"])
    assert (foreign.status_code, foreign.json()["code"]) == (404, "offering-unknown")


async def test_a_withdrawn_offering_still_lists_its_versions(deployment):
    offering = await deployment.publish_offering(an_offering())
    address = f"/api/v1/offerings/{offering['id']}"
    await deployment.system().post(f"{address}/withdrawal")
    assert [item["version"] for item in (await deployment.system().get(f"{address}/versions")).json()] == [1]
