"""The table of docs/mapping.md is whole and current."""

from types import UnionType
from typing import Any, Union, get_args, get_origin

from app.elm.homes import HOMES, NOT_IN_DOCUMENT, page
from app.template.elements import Element, Place, Statement
from tests.conftest import REPOSITORY

# Types that one line of the table speaks about as a whole.
WHOLE = {"Place", "Organisation", "Placements", "NoEctsReason", "Signatory?"}


def elements_in(annotation: Any) -> list[type[Element]]:
    if isinstance(annotation, type) and issubclass(annotation, Element):
        return [annotation]
    if get_origin(annotation) in (Union, UnionType) or get_args(annotation):
        return [found for part in get_args(annotation) for found in elements_in(part)]
    return []


def fields_of(model: type[Element], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        inner = [part for part in elements_in(field.annotation) if part.__name__ not in WHOLE]
        if path in NOT_IN_DOCUMENT or not inner:
            found.add(path)
        for part in inner:
            if path not in NOT_IN_DOCUMENT:
                found |= fields_of(part, f"{path}.")
    return found


def test_every_field_of_a_statement_has_its_home_or_a_reason_to_have_none():
    listed = {field for home in HOMES for field in home.fields} | NOT_IN_DOCUMENT.keys()
    assert fields_of(Statement) - listed == set()
    # Fields that hold a code or a record are listed for the code beside the record's own fields.
    assert listed - fields_of(Statement) == {
        "offering.participation.timeframe",
        "offering.prerequisites",
    }


def test_a_place_is_one_thing():
    assert set(Place.model_fields) == {"country", "name"}


def test_the_page_is_what_the_table_says():
    assert (REPOSITORY / "docs" / "mapping.md").read_text("utf-8") == page()
