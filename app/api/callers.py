"""Who is calling, and the office that serves them: what every route of the API asks for."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.rates import AUTHENTICATED
from app.issuance.access import Caller, Scope, authenticate
from app.issuance.office import Office

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    description="`Authorization: Bearer` with a key made by `python -m app api-keys create`. "
    "The awarding body is the key's.",
)


async def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


TheOffice = Annotated[Office, Depends(_office)]


async def permitted(request: Request, office: Office, presented: str | None, *needed: Scope) -> Caller:
    """Return whom the key ``presented`` stands for, and say in the request's scope that it opened something.

    Raises:
        KeyNotAccepted, ScopeMissing: see :func:`app.issuance.access.authenticate`.
    """
    found = await authenticate(office, presented, *needed)
    request.scope[AUTHENTICATED] = True
    return found


def _permitted(*needed: Scope) -> Callable[..., Awaitable[Caller]]:
    async def caller(
        request: Request,
        office: TheOffice,
        presented: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Caller:
        return await permitted(request, office, presented.credentials if presented else None, *needed)

    return caller


AnyCaller = Annotated[Caller, Depends(_permitted(Scope.ANY))]
OfferingReader = Annotated[Caller, Depends(_permitted(Scope.OFFERINGS_READ))]
OfferingWriter = Annotated[Caller, Depends(_permitted(Scope.OFFERINGS_WRITE))]
CredentialReader = Annotated[Caller, Depends(_permitted(Scope.CREDENTIALS_READ))]
CredentialIssuer = Annotated[Caller, Depends(_permitted(Scope.CREDENTIALS_ISSUE))]
StatusChanger = Annotated[Caller, Depends(_permitted(Scope.CREDENTIALS_STATUS))]
CredentialReplacer = Annotated[Caller, Depends(_permitted(Scope.CREDENTIALS_ISSUE, Scope.CREDENTIALS_STATUS))]
"""A replacement issues one credential and revokes another."""
