"""Carry every row from one database into another that is empty, as when an installation moves to PostgreSQL.

python -m scripts.move_database sqlite:////srv/baosong/data/baosong.db postgresql+psycopg://baosong:…@127.0.0.1/baosong

The source is only read; stop web server and clock before. The target has its tables already (`flask db upgrade`). All rows
arrive or none.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, create_engine, func, insert, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from reporting import tables
from reporting.core.db import Base
from scripts.steps import Stop

BATCH = 1_000
FORM = text("select version_num from alembic_version")


def move(source: Connection, target: Connection) -> dict[str, int]:
    """Copy all tables inside the target's transaction; gives the rows of each. Raises Stop when it may not be done."""
    _require_fit(source, target)
    moved = {table.name: _copy(table, source, target) for table in Base.metadata.sorted_tables}
    for table in Base.metadata.sorted_tables:
        _go_on_counting(table, target)
    return moved


def _require_fit(source: Connection, target: Connection) -> None:
    try:
        forms = [connection.execute(FORM).scalar_one_or_none() for connection in (source, target)]
    except SQLAlchemyError as error:
        raise Stop(f"One of the databases has no tables yet; run `flask db upgrade` on it first.\n{error}") from error
    if forms[0] != forms[1]:
        raise Stop(f"The source has the form {forms[0]}, the target {forms[1]}; run `flask db upgrade` on both first.")
    filled = [
        table.name
        for table in Base.metadata.sorted_tables
        if target.execute(select(1).select_from(table).limit(1)).first()
    ]
    if filled:
        raise Stop(f"The target is not empty: there are rows in {', '.join(filled)}. Nothing was changed.")


def _copy(table: Table, source: Connection, target: Connection) -> int:
    """Copy one table; a reference to its own rows (the parent of a bureau) is filled in when all of them are there."""
    inward = [column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]
    count = 0
    for rows in _batches(table, source):
        target.execute(insert(table), [row | {column.name: None for column in inward} for row in rows])
        count += len(rows)
    for column in inward:
        _fill_in(table, column, source, target)
    return count


def _batches(table: Table, source: Connection) -> Iterator[Sequence[dict[str, Any]]]:
    wanted = select(table).order_by(*table.primary_key.columns)
    for rows in source.execution_options(yield_per=BATCH).execute(wanted).mappings().partitions():
        yield [dict(row) for row in rows]


def _fill_in(table: Table, column: Column[Any], source: Connection, target: Connection) -> None:
    (key,) = table.primary_key.columns
    pairs = source.execute(select(key, column).where(column.is_not(None)).order_by(key)).all()
    if pairs:
        fill = update(table).where(key == bindparam("of")).values({column.name: bindparam("to")})
        target.execute(fill, [{"of": of, "to": to} for of, to in pairs])


def _go_on_counting(table: Table, target: Connection) -> None:
    """Let PostgreSQL number the next row after the last one that was carried over."""
    counted = table.autoincrement_column
    if target.dialect.name != "postgresql" or counted is None:
        return
    last = target.scalar(select(func.max(counted)))
    if last is not None:
        target.execute(select(func.setval(func.pg_get_serial_sequence(table.name, counted.name), last)))


def main(arguments: list[str]) -> int:
    """Move what the command line names; gives the exit code."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    tables.load()
    here, there = (create_engine(address.replace("postgresql://", "postgresql+psycopg://", 1)) for address in arguments)
    try:
        with here.connect() as source, there.begin() as target:
            moved = move(source, target)
    except (Stop, SQLAlchemyError) as fault:
        print(fault, file=sys.stderr)
        return 1
    print("\n".join(f"{name:<20} {count:>10}" for name, count in moved.items()))
    print(f"{sum(moved.values())} rows are there. Point BAOSONG_DATABASE_URL at the new database and start.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
