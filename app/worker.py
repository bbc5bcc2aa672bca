"""The worker: what may take long, and must not be lost, is done here (docs/decisions/0017-evidence.md).

The records say what is to be done (``app.store.outbox``). A kept engine, DBOS Transact, does it: each row becomes a
workflow with the row's identifier as its own and as its only argument. The engine remembers how far a workflow came and
until when it sleeps, and goes on there after a crash. It is no ledger: with its notes lost, the rows that are open are
begun again, and what was done is found done. Where the records came back from a backup, a row may be open that newer
notes call done: it is handed over like any other that its workflow left open.

Only this module knows the engine. It is an extra of the installation (``requirements/worker.lock``).

* A workflow makes attempts until its row is done, :data:`ATTEMPTS` at most; after one that failed it sleeps for the
  setting WORKER_RETRY_SECONDS. Then the row is handed over to a following one, so that no history grows for ever and
  what was tried least comes first. So is every row that is still open when its workflow has ended, in whatever way.
* At most :data:`MOST_UNDER_WAY` workflows are under way, and :data:`MOST_AT_ONCE` attempts at one moment.
* One worker is enough. Two do no harm: each level of a seal is stored once.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID, WorkflowHandleAsync, WorkflowSerializationFormat

from app.errors import ServiceError
from app.issuance.seal_evidence import EvidenceDesk, Step
from app.store.outbox import Work

T = TypeVar("T")

ATTEMPTS: Final = 24
MOST_UNDER_WAY: Final = 200
MOST_AT_ONCE: Final = 4
LOOK_SECONDS: Final = 5.0
_JSON: Final = WorkflowSerializationFormat.PORTABLE

_log = structlog.get_logger("worker")


class Worker:
    """Does what is due for as long as it runs. One in a process, because the engine is one for each process."""

    def __init__(self, desk: EvidenceDesk, *, notes_url: str, retry_seconds: float, look_seconds: float) -> None:
        """``notes_url`` is the address of the database in which the engine keeps its notes."""
        self._desk = desk
        self._retry_seconds = retry_seconds
        self._look_seconds = look_seconds
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._under_way: dict[UUID, asyncio.Task[None]] = {}
        self._own_loop = asyncio.get_running_loop()
        config: DBOSConfig = {
            "name": "worker",
            "system_database_url": notes_url,
            # What the version before has begun is gone on with: the argument is one identifier, and will stay one.
            "application_version": "1",
            "executor_id": "worker",
            "use_listen_notify": False,
            "log_level": "ERROR",
        }
        DBOS(config=config)

        @DBOS.step(name="attempt")
        async def attempt(work_id: str) -> str:
            return await self._here(self._attempt(UUID(work_id)))

        @DBOS.workflow(name="work", serialization_type=_JSON)
        async def work(work_id: str) -> str:
            for _ in range(ATTEMPTS):
                step = await attempt(work_id)
                if step == Step.DONE:
                    return step
                if step == Step.LATER:
                    await DBOS.sleep_async(retry_seconds)
            return Step.LATER.value

        self._work = work

    async def run(self) -> None:
        """Work until cancelled."""
        await asyncio.to_thread(DBOS.launch)
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._look_seconds)
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.to_thread(DBOS.destroy, destroy_registry=True)

    async def _look(self) -> None:
        """Begin what is due and not under way."""
        try:
            due = await self._desk.due(MOST_UNDER_WAY)
        except ServiceError as error:
            _log.warning("what is due cannot be read", code=error.code)
            return
        for work in due:
            if work.id not in self._under_way and len(self._under_way) < MOST_UNDER_WAY:
                with SetWorkflowID(str(work.id)):
                    handle = await DBOS.start_workflow_async(self._work, str(work.id))
                task = asyncio.create_task(self._watch(work, handle))
                self._under_way[work.id] = task

    async def _watch(self, work: Work, handle: WorkflowHandleAsync[str]) -> None:
        """Wait for a workflow; a row that it leaves open is handed over to another one."""
        try:
            try:
                await handle.get_result()
            except Exception as error:  # noqa: BLE001 - whatever ended it, the row is open and somebody has to go on
                _log.error("workflow ended", kind=work.kind, work=str(work.id), exc_info=error)
            # Whatever it says: only the records know whether the row is open.
            await self._desk.hand_over(work.id)
        except ServiceError as error:
            _log.warning("work could not be handed over", kind=work.kind, work=str(work.id), code=error.code)
        finally:
            del self._under_way[work.id]

    async def _here(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it in the loop to which the records belong: what the engine resumes runs in a loop of its own."""
        if asyncio.get_running_loop() is self._own_loop:
            return await work
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._own_loop))

    async def _attempt(self, work_id: UUID) -> str:
        try:
            async with self._places:
                return (await self._desk.attempt(work_id)).value
        except ServiceError as error:
            _log.warning("work waits", work=str(work_id), code=error.code, detail=error.detail)
            problem = error.code
        except Exception as error:  # noqa: BLE001 - a defect about one thing must not end the work for all others
            _log.error("defect", work=str(work_id), kind=type(error).__name__, exc_info=error)
            problem = "internal-error"
        try:
            await self._desk.note_failure(work_id, problem)
        except ServiceError as error:
            _log.warning("an attempt could not be noted", work=str(work_id), code=error.code)
        return Step.LATER.value
