"""The requests that other tests build on."""

from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from app.template.elements import IssuanceRequest, OfferingReference
from app.template.request import parse_request
from tests.builders import ABSENT, SUBTYPES, altered, full_request, required_only_request

# What cannot stand beside the rest of a full request, each with its reason.
ELSEWHERE = {
    "single_name",  # the full learner has two names
    "nationality_status",  # and a nationality
    "no_ects_reason",  # and ECTS points where an exception would be possible
    "ground",
    "no_eqf_reason",  # and a level
}


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) is dict:
        return []
    return [model for part in get_args(annotation) for model in _models(part)]


def _every_member(model: type[BaseModel], path: str = "") -> set[str]:
    names = set()
    for name, member in model.model_fields.items():
        names.add(f"{path}{name}")
        for below in _models(member.annotation):
            if below is not OfferingReference:
                names |= _every_member(below, f"{path}{name}.")
    return names


def _members_filled(value: Any, path: str = "") -> set[str]:
    if isinstance(value, list):
        return {name for item in value for name in _members_filled(item, path)}
    if not isinstance(value, dict):
        return set()
    return {f"{path}{n}" for n in value} | {m for n, v in value.items() for m in _members_filled(v, f"{path}{n}.")}


def test_the_full_requests_fill_every_member_of_the_template() -> None:
    filled = {name for subtype in SUBTYPES for name in _members_filled(full_request(subtype))}
    missing = {name for name in _every_member(IssuanceRequest) if name not in filled}
    in_award_only = {
        "offering.units.completed_on",
        "offering.assessments.on",
        "offering.assessments.grade",
        "offering.assessments.grade.value",
    }
    unfilled = {
        name
        for name in missing - in_award_only
        if not ELSEWHERE & set(name.split(".")) and not name.startswith("offering.further_information.placement.")
    }
    assert unfilled == set()


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_a_builder_gives_a_new_request_each_time(subtype: str) -> None:
    first = full_request(subtype)
    first["offering"]["title"]["en"] = "changed"
    first["learner"]["nationalities"].append("SWE")
    assert full_request(subtype)["offering"]["title"]["en"] != "changed"
    assert full_request(subtype)["learner"]["nationalities"] == ["NOR", "CHN"]
    assert parse_request(required_only_request(subtype))


def test_overrides_step_into_objects_and_lists_and_can_take_away() -> None:
    before = {"a": {"b": [{"c": 1}, {"c": 2}]}}
    assert altered(before, {"a.b.1.c": 3, "a.b.2": {"c": 4}, "d.e": 5}) == {
        "a": {"b": [{"c": 1}, {"c": 3}, {"c": 4}]},
        "d": {"e": 5},
    }
    assert altered(before, a__b__0=ABSENT) == {"a": {"b": [{"c": 2}]}}
    assert altered(before, {"a": ABSENT, "never.there": ABSENT}) == {"never": {}}
    assert before == {"a": {"b": [{"c": 1}, {"c": 2}]}}
