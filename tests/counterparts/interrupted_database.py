"""A database that is away, or has a defect, from some moment on."""

from contextlib import asynccontextmanager

from app.store.connection import Database


class Interrupted(Database):
    """A database that fails from some moment on: in reading as well, or in writing only."""

    def __init__(self, real: Database, error: Exception, *, reading: bool) -> None:
        self._real, self._error, self._reading = real, error, reading
        self.dialect = real.dialect

    def read(self):
        return self._interrupted() if self._reading else self._real.read()

    def read_once(self):
        return self._interrupted() if self._reading else self._real.read_once()

    def transaction(self):
        return self._interrupted()

    def write_once(self):
        return self._interrupted()

    @asynccontextmanager
    async def _interrupted(self):
        raise self._error
        yield

    async def close(self):
        await self._real.close()
