"""The migrations build what the models say, on both databases, and can be walked back."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import Connection, inspect

from tests.fixtures.database import ROOT, migrate
from tests.house.source import listed

FOLDER = ROOT / "reporting" / "migrations"


def differences(app: Flask) -> list[object]:
    database = app.extensions["sqlalchemy"]
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": _is_ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, database.metadata))


def _is_ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return not (kind == "table" and name == "alembic_version")


def test_migrations_equal_the_models(app: Flask) -> None:
    found = [repr(one) for one in differences(app)]
    assert not found, listed("An installation would run on other tables than the tests: make migration.", found)


def test_a_model_without_migration_is_found(app: Flask) -> None:
    database = app.extensions["sqlalchemy"]
    with database.engine.begin() as connection:
        table = database.metadata.sorted_tables[-1].name
        _rename(connection, table, "gone")
    try:
        assert differences(app)
    finally:
        with database.engine.begin() as connection:
            _rename(connection, "gone", table)


def _rename(connection: Connection, old: str, new: str) -> None:
    connection.exec_driver_sql(f'ALTER TABLE "{old}" RENAME TO "{new}"')


def test_there_is_one_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    heads = ScriptDirectory.from_config(config).get_heads()
    assert len(heads) == 1, listed("Two newest migrations: an installation would not know which to take.", list(heads))


def test_migrations_can_be_walked_back_and_forth(app: Flask) -> None:
    database = app.extensions["sqlalchemy"]
    try:
        downgrade(directory=str(FOLDER), revision="base")
        with database.engine.connect() as connection:
            assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    finally:
        migrate(app)
    assert not differences(app)


@pytest.mark.parametrize("file", sorted(FOLDER.glob("versions/*.py")), ids=lambda file: file.stem)
def test_a_migration_says_what_it_does(file) -> None:
    first = file.read_text(encoding="utf-8").split('"""')[1].strip().splitlines()[0]
    assert len(first.split()) >= 2, f"{file.name} begins with {first!r}: say what it does"
