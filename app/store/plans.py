"""SQLAlchemy writes the SQL, the drivers run it: what a statement is once it is compiled.

SQLAlchemy's own way from a statement to a driver (cache key, execution context, greenlet, result object) costs more
than the database does for a row found by its key. So statements are built with SQLAlchemy Core and compiled by its
dialects, and everything after that is a :class:`Plan`: text, the order of the arguments, and each type's own
conversions on the way in and out.

A statement that is the same at every call is built once, as a constant of its module: :class:`Prepared`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect as pysqlite_dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement

DialectName = Literal["sqlite", "postgresql"]
Row = Mapping[str, Any]
Conversion = Callable[[Any], Any]

_GIVEN: Final = object()
"""Stands where a value comes with each call."""

_DIALECTS: Final[Mapping[DialectName, sa.Dialect]] = {
    "sqlite": pysqlite_dialect(),
    "postgresql": asyncpg_dialect(),  # type: ignore[no-untyped-call]  # SQLAlchemy leaves its constructor untyped
}


class Plan:
    """One statement in the words of one database."""

    __slots__ = ("_columns", "_slots", "sql", "writes")

    def __init__(self, statement: sa.Executable, dialect_name: DialectName, names: Sequence[str]) -> None:
        """Compile ``statement``; ``names`` are the parameters that it will be given, which an INSERT takes over."""
        assert isinstance(statement, ClauseElement)
        dialect = _DIALECTS[dialect_name]
        compiled = statement.compile(dialect=dialect, column_keys=list(names) or None)
        assert isinstance(compiled, SQLCompiler)
        self.writes: Final = not isinstance(statement, sa.SelectBase)
        if compiled.post_compile_params:
            # IN with a list: as many places as the list has members, so this plan is good for this list only.
            expanded = compiled.construct_expanded_state()
            text, order = expanded.statement, expanded.positiontup or ()
            of_list = {name: lot for lot, members in expanded.parameter_expansion.items() for name in members}
            binds = [compiled.binds[of_list.get(name, name)] for name in order]
            values = [expanded.parameters[name] for name in order]
        else:
            text, order = compiled.string, compiled.positiontup or ()
            binds = [compiled.binds[name] for name in order]
            values = [_GIVEN if bind.required else bind.effective_value for bind in binds]
        self.sql: Final = text
        self._slots: Final = tuple(
            (name, value, bind.type.dialect_impl(dialect).bind_processor(dialect))
            for name, value, bind in zip(order, values, binds, strict=True)
        )
        self._columns: Final = tuple(
            (key, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for key, column in _columns(statement)
        )

    def arguments(self, given: Mapping[str, Any] | None) -> tuple[Any, ...]:
        """Return the arguments in the order of the text.

        Raises:
            KeyError: the statement needs a parameter that was not given.
        """
        given = given or {}
        values = []
        for name, value, convert in self._slots:
            argument = given[name] if value is _GIVEN else value
            values.append(argument if convert is None else convert(argument))
        return tuple(values)

    def row(self, values: Sequence[Any], names: Sequence[str]) -> Row:
        """Return one row of the result; ``names`` count where the statement's own text does not say its columns."""
        if not self._columns:
            return dict(zip(names, values, strict=True))
        return {
            key: value if convert is None else convert(value)
            for (key, convert), value in zip(self._columns, values, strict=True)
        }


class Prepared:
    """A statement that is built once and compiled once for each database."""

    __slots__ = ("_plans", "_statement")

    def __init__(self, statement: sa.Executable) -> None:
        self._statement = statement
        self._plans: dict[tuple[DialectName, tuple[str, ...]], Plan] = {}

    def plan(self, dialect_name: DialectName, names: tuple[str, ...]) -> Plan:
        """Return how it is run with parameters of these names."""
        key = dialect_name, names
        found = self._plans.get(key)
        if found is None:
            found = self._plans[key] = Plan(self._statement, dialect_name, names)
        return found


Statement: TypeAlias = sa.Executable | Prepared
Parameters: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Addition: TypeAlias = tuple[sa.Table, Mapping[str, Any]]
"""A row that is to be inserted."""


@dataclass(frozen=True, slots=True)
class Premise:
    """A row that must be there with these ``values`` for additions to be stored; ``None`` is null.

    ``held``: it stays so until the additions are durable. Whoever changes such a row closes its gate first
    (:meth:`app.store.connection.Connection.close_gates`), and the additions pass through that gate.
    """

    table: sa.Table
    values: Row
    held: bool = False


def gate_of(identifier: UUID) -> int:
    """Return the number of a row's gate: that of an advisory lock, 64 bits."""
    return int.from_bytes(identifier.bytes[:8], "big", signed=True)


def plan_of(statement: Statement, parameters: Parameters | None, dialect_name: DialectName) -> Plan:
    """Return how ``statement`` is run: remembered if it is prepared, compiled now if not."""
    shown = parameters if parameters is None or isinstance(parameters, Mapping) else parameters[0]
    names = tuple(shown or ())
    if isinstance(statement, Prepared):
        return statement.plan(dialect_name, names)
    return Plan(statement, dialect_name, names)


@cache
def insertion(table: sa.Table) -> Prepared:
    """Return the plain INSERT of one row of ``table``."""
    return Prepared(sa.insert(table))


@cache
def selection(table: sa.Table, *columns: str) -> Prepared:
    """Return the SELECT of all rows of ``table`` whose ``columns`` equal the parameters of the same names."""
    return Prepared(sa.select(table).where(*equal(table, *columns)))


def equal(table: sa.Table, *columns: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that ``columns`` equal the parameters of the same names, for a prepared statement."""
    return tuple(table.c[name] == sa.bindparam(name, type_=table.c[name].type) for name in columns)


@lru_cache(maxsize=256)
def condition(table: sa.Table, names: tuple[str, ...], nulls: tuple[str, ...]) -> Prepared:
    """Return the SELECT of 1 where ``table`` has a row with these values; see :func:`asked`."""
    conditions = [*equal(table, *names), *(table.c[name].is_(None) for name in nulls)]
    return Prepared(sa.select(sa.literal_column("1").label("holds")).where(*conditions))


def asked(premise: Premise) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of a premise that are given a value, and those that are null."""
    return (
        tuple(name for name, value in premise.values.items() if value is not None),
        tuple(name for name, value in premise.values.items() if value is None),
    )


def together(additions: Sequence[Addition], premises: Sequence[Premise] = ()) -> tuple[Prepared, dict[str, Any]]:
    """Return ONE statement that inserts all rows, the first one first, with its parameters (PostgreSQL).

    Its value is 1, or 0 where a premise does not hold and nothing is inserted. The other rows hang on the first by what
    it returns, so they come after it. Foreign keys among them are checked at the end of the statement.
    """
    shape = tuple((table, tuple(row)) for table, row in additions)
    parameters = {f"r{place}_{name}": value for place, (_, row) in enumerate(additions) for name, value in row.items()}
    resting = tuple((premise.table, *asked(premise), premise.held) for premise in premises)
    for place, premise in enumerate(premises):
        if premise.held:
            parameters[f"g{place}"] = gate_of(premise.values["id"])
        parameters |= {f"p{place}_{name}": value for name, value in premise.values.items() if value is not None}
    return _together(shape, resting), parameters


_Resting: TypeAlias = tuple[sa.Table, tuple[str, ...], tuple[str, ...], bool]


def _premise(place: int, table: sa.Table, names: tuple[str, ...], nulls: tuple[str, ...], *, held: bool) -> sa.CTE:
    """Return what has a row if the premise holds.

    A held one is read twice: the gate may have been closed, and then the statement's snapshot is older than the change
    that was waited for. FOR SHARE looks at the row as it is now, and asks the conditions again.
    """
    given = [table.c[name] == sa.bindparam(f"p{place}_{name}", type_=table.c[name].type) for name in names]
    one: sa.Select[Any] = sa.select(sa.literal_column("1").label("holds")).where(
        *given, *(table.c[name].is_(None) for name in nulls)
    )
    if held:
        lock = sa.func.pg_advisory_xact_lock_shared(sa.bindparam(f"g{place}", type_=sa.BigInteger()))
        gate = sa.select(lock.label("passed")).cte(f"g{place}")
        one = one.where(sa.exists(sa.select(gate.c.passed))).with_for_update(read=True, of=table)
    return one.cte(f"p{place}")


@lru_cache(maxsize=256)
def _together(shape: tuple[tuple[sa.Table, tuple[str, ...]], ...], resting: tuple[_Resting, ...]) -> Prepared:
    def binds(place: int, table: sa.Table, names: Sequence[str]) -> list[sa.BindParameter[Any]]:
        return [sa.bindparam(f"r{place}_{name}", type_=table.c[name].type) for name in names]

    premises = [
        _premise(place, table, names, nulls, held=held) for place, (table, names, nulls, held) in enumerate(resting)
    ]
    (table, names), *others = shape
    holding = [sa.exists(sa.select(premise.c.holds)) for premise in premises]
    leading = (
        sa.insert(table)
        .from_select(list(names), sa.select(*binds(0, table, names)).where(*holding))
        .returning(sa.literal_column("1").label("done"))
        .cte("r0")
    )
    following = [
        sa.insert(table)
        .from_select(list(names), sa.select(*binds(place, table, names)).select_from(leading))
        .cte(f"r{place}")
        for place, (table, names) in enumerate(others, start=1)
    ]
    return Prepared(sa.select(sa.func.count()).select_from(leading).add_cte(*following))


def _columns(statement: ClauseElement) -> list[tuple[str, Any]]:
    columns = getattr(statement, "exported_columns", None)  # a text has none
    return [] if columns is None else list(columns.items())
