"""One content has one row, however many bring it, on both databases."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from reporting.core.db import db, unit_of_work
from reporting.files import queries
from reporting.files import service as files
from reporting.files.models import StoredFile

NOW = datetime(2014, 10, 13, 1, 0, tzinfo=UTC)


def content(sign: str = "a", **over) -> files.Content:
    facts = {
        "sha256": sign * 64,
        "size": 5 << 32,
        "kind": "video",
        "media_type": "video/mp4",
        "facts": {"seconds": 1.5, "名": "录像"},
    }
    return files.Content(**{**facts, **over})


def test_new_content_gets_a_row(app):
    with unit_of_work():
        row = files.keep_row(content(), now=NOW)
        file_id = row.id
    db.session.expire_all()
    row = queries.find(file_id)
    assert (row.sha256, row.size, row.kind, row.media_type) == ("a" * 64, 5 << 32, "video", "video/mp4")
    assert (row.facts, row.kept_at) == ({"seconds": 1.5, "名": "录像"}, NOW)


def test_known_content_keeps_its_first_row(app):
    with unit_of_work():
        first = files.keep_row(content(), now=NOW).id
    with unit_of_work():
        again = files.keep_row(content(), now=NOW + timedelta(days=1))
        assert (again.id, again.kept_at) == (first, NOW)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 1


def test_content_kept_twice_in_one_unit_of_work_has_one_row(app):
    with unit_of_work():
        assert files.keep_row(content(), now=NOW) is files.keep_row(content(), now=NOW)


@pytest.mark.postgresql_only("SQLite lets one writer in at a time, so that two can never meet")
def test_two_writers_at_once_end_up_with_the_same_row(app):
    """The second writer's insert waits for the first to commit, and then finds its row."""
    engine = create_engine(db.engine.url)
    statement = StoredFile.__table__.insert().values(
        sha256="a" * 64, size=1, kind="photo", media_type="image/jpeg", facts={}, kept_at=NOW
    )
    with Session(engine) as other:
        other.execute(statement)
        found: list[int] = []
        thread = _keeping(app, found)
        thread.join(timeout=0.3)
        assert thread.is_alive(), "the insert did not wait for the other writer"
        other.commit()
        thread.join(timeout=10)
        assert found == [other.scalar(select(StoredFile.id))]
    engine.dispose()


def _keeping(app, found: list[int]):
    def work():
        with app.app_context(), unit_of_work():
            found.append(files.keep_row(content(), now=NOW).id)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_the_database_refuses_what_no_file_is(app):
    for wrong in ({"size": 0}, {"kind": "music"}):
        with pytest.raises(IntegrityError), unit_of_work():
            files.keep_row(content(**wrong), now=NOW)
    with pytest.raises(StatementError), unit_of_work():
        files.keep_row(content(), now=datetime(2014, 10, 13))  # noqa: DTZ001 - refused for having no zone


def test_files_are_found_by_hash_and_by_ids(app, count_queries):
    with unit_of_work():
        ids = [files.keep_row(content(sign), now=NOW).id for sign in "abc"]
    with count_queries() as queries_made:
        assert [row.sha256[0] for row in queries.by_ids([ids[2], ids[0], 999]).values()] == ["a", "c"]
        queries_made.expect(1)
    assert queries.by_ids([]) == {}
    assert queries.find_by_hash("b" * 64).id == ids[1]
    assert queries.find_by_hash("d" * 64) is None
    assert queries.find(999) is None
    assert queries.hashes_known(["a" * 64, "f" * 64]) == {"a" * 64}
    assert queries.hashes_known([]) == set()
