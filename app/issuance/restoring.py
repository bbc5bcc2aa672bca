"""After a restore: what the records say is older than what is in the world.

Credentials that were issued after the backup have places in status lists that the restored records take for free. So no
list goes on after a restore; the lists that follow have addresses that nothing in the world names. Likewise the trust
list goes on with a version that nobody can have imported.
"""

from dataclasses import dataclass

from app.issuance.office import Office
from app.issuance.trust_list import go_on_after_restore
from app.status import LIST_ENTRIES
from app.store import status_lists
from app.store.copying import note_restored
from app.strict_json import canonical


@dataclass(frozen=True, slots=True)
class MadeFit:
    """What was done to the records."""

    lists_closed: int
    issuers: int


def _beyond(office: Office) -> int:
    """Return a number that no state of these records has counted to: the minutes since 1970.

    The same backup may be restored again and again. Numbers that are counted from what it says would then be given
    again and again; time is what goes on. Lists and versions are made more slowly than minutes pass.
    """
    return int(office.clock().timestamp()) // 60


async def make_fit_after_restore(office: Office) -> MadeFit:
    """Close every status list, so that no place is given a second time. Nobody else may be at work meanwhile.

    It may be repeated: that closes what was opened since and passes over more numbers of lists, and nothing else.

    Raises:
        SigningKeysMissing: the service's own key is not there to sign the trust list; the rest is done. Repeat it.
    """
    async with office.database.transaction() as connection:
        closed, issuers = await status_lists.close_all(connection, capacity=LIST_ENTRIES, beyond=_beyond(office))
        body = canonical({"lists_closed": closed, "issuers": issuers})
        await note_restored(connection, now=office.clock(), body=body)
    await go_on_after_restore(office, beyond=_beyond(office))
    return MadeFit(closed, issuers)
