"""Logos that pages show: of the awarding bodies, and of the alliance for which they award (7.4).

What is kept is an image of our own making (:mod:`app.drawing.logo`). Pages that are drawn from now on show it;
a page in a sealed credential stays as it is.
"""

from hashlib import sha256
from typing import ClassVar

from app.drawing import read_logo
from app.errors import Family, ServiceError
from app.issuance.office import Office
from app.store import events, logos
from app.store.logos import ALLIANCE, Logo
from app.strict_json import canonical


class LogoUnknown(ServiceError):
    """The awarding body has no logo here; its pages have a wordmark in the place of one."""

    code: ClassVar[str] = "logo-unknown"
    title: ClassVar[str] = "There is no logo"
    family: ClassVar[Family] = Family.NOT_FOUND


async def set_logo(office: Office, owner: str, content: bytes) -> Logo:
    """Store the logo of an awarding body, or of the ``alliance``.

    Raises:
        AwardingBodyUnknown: there is none of that name.
        LogoUnusable: the file is no logo.
    """
    awarding_body_id = None if owner == ALLIANCE else (await office.issuer(owner)).awarding_body_id
    image, moment = read_logo(content), office.clock()
    new = Logo(owner, image, sha256(image).digest(), moment)
    body = canonical({"sha256": new.sha256.hex()})
    async with office.database.transaction() as connection:
        await logos.put(connection, new)
        await events.append(connection, events.Event(awarding_body_id, moment, "operator", "logo-changed", owner, body))
    return new


async def remove_logo(office: Office, owner: str) -> None:
    """Go back to the wordmark.

    Raises:
        AwardingBodyUnknown, LogoUnknown: there is none.
    """
    awarding_body_id = None if owner == ALLIANCE else (await office.issuer(owner)).awarding_body_id
    async with office.database.transaction() as connection:
        if not await logos.forget(connection, owner):
            raise LogoUnknown
        entry = events.Event(awarding_body_id, office.clock(), "operator", "logo-removed", owner, canonical({}))
        await events.append(connection, entry)


async def logo_of(office: Office, owner: str) -> Logo:
    """Return the logo of an awarding body, or of the ``alliance``.

    Raises:
        LogoUnknown: there is none.
    """
    async with office.database.read() as connection:
        found = await logos.list_of(connection, owner)
    if owner not in found:
        raise LogoUnknown
    return found[owner]
