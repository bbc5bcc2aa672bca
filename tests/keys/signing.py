"""A signer process within the process of a test, for what its keepers do."""

import asyncio
from contextlib import asynccontextmanager
from functools import cache

from app.keys import SignerProcess
from app.keys.peers import listen
from app.keys.rsa_key import generate_rsa_key
from app.keys.signing_desk import SigningDesk


@cache
def an_rsa_key():
    return generate_rsa_key()


@asynccontextmanager
async def a_desk(keepers, folder, **options):
    """Serve ``keepers`` on a socket in this process; return who asks them."""
    folder.mkdir(parents=True, exist_ok=True)
    listener = listen(folder / "s.sock", shared=False)
    desk = SigningDesk(keepers, tell=lambda *_: None, given_up_on=lambda _: None, **options)
    serving = asyncio.create_task(desk.serve(listener))
    process = SignerProcess(folder / "s.sock", patience_seconds=0.2)
    try:
        yield process
    finally:
        await process.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        listener.close()
