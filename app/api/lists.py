"""Code lists, and what a key may do."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from app.api.callers import AnyCaller, TheOffice
from app.api.problems import NoSuchAddress, described
from app.api.requests import json_answer
from app.elm.vocabularies import CODE_LISTS
from app.errors import Family
from app.issuance.access import Scope
from app.template.grading import schemes_of

router = APIRouter(prefix="/api/v1", tags=["lists"])


class Code(BaseModel):
    """One member of a list."""

    code: str
    id: str | None
    label: dict[str, str]


class CodeList(BaseModel):
    """A list of codes that requests may use."""

    name: str
    scheme: str | None
    complete: bool = Field(description="Whether a code that is missing here does not exist")
    members: list[Code]


class CodeLists(BaseModel):
    """The names of all lists."""

    lists: list[str]


class Me(BaseModel):
    """Who the caller is and what its key may do."""

    awarding_body: str
    legal_name: dict[str, str]
    did: str
    member: bool
    key_prefix: str
    scopes: list[Scope]
    expires_at: str | None


@router.get("/codes", response_model=CodeLists, summary="Name the code lists")
async def name_lists() -> Response:
    """All lists; open to anyone."""
    return json_answer(CodeLists(lists=sorted([*CODE_LISTS, "grading-scheme"])))


@router.get("/codes/{name}", response_model=CodeList, responses=described(Family.NOT_FOUND), summary="Read a code list")
async def read_list(
    name: str,
    office: TheOffice,
    q: Annotated[str | None, Query(max_length=100, description="Only labels that contain this")] = None,
) -> Response:
    """Codes with their identifiers and labels; open to anyone."""
    wanted = (q or "").casefold()
    if name == "grading-scheme":
        slugs = await office.slugs()
        members = [
            Code(code=scheme.code, id=None, label=dict(scheme.name))
            for slug in slugs
            for scheme in schemes_of(slug)
            if _says(scheme.name, wanted)
        ]
        return json_answer(CodeList(name=name, scheme=None, complete=True, members=members))
    if name not in CODE_LISTS:
        raise NoSuchAddress
    found = CODE_LISTS[name]
    return json_answer(
        CodeList(
            name=name,
            scheme=found.scheme,
            complete=found.complete,
            members=[
                Code(code=member.code, id=member.iri, label=dict(member.labels))
                for member in found.members
                if _says(member.labels, wanted)
            ],
        )
    )


def _says(labels: Mapping[str, str], wanted: str) -> bool:
    return not wanted or any(wanted in label.casefold() for label in labels.values())


@router.get("/me", response_model=Me, summary="Say who I am")
async def me(office: TheOffice, caller: AnyCaller) -> Response:
    """The awarding body and the scopes of the key that was used."""
    issuer = await office.issuer(caller.slug)
    return json_answer(
        Me(
            awarding_body=caller.slug,
            legal_name=issuer.body.legal_name,
            did=issuer.body.did,
            member=issuer.body.is_member,
            key_prefix=caller.key_prefix,
            scopes=sorted(caller.scopes),
            expires_at=caller.expires_at.isoformat() if caller.expires_at else None,
        )
    )
