"""Content that no row names is forgotten when it is old, and never under whoever brings it again at that moment."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from reporting.core.vault import Vault


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path)


def put(vault, content):
    staging = vault.stage()
    staging.write(content)
    return vault.keep(staging)


def aged(vault, key, hours):
    moment = time.time() - 3600 * hours
    os.utime(vault.path(key), (moment, moment))


def test_only_content_that_is_old_is_forgotten(vault):
    old, young = put(vault, b"old"), put(vault, b"young")
    aged(vault, old, 25)
    aged(vault, young, 23)
    now = datetime.now(UTC)
    assert [vault.forget(key, timedelta(days=1), now) for key in (old, young, old)] == [True, False, False]
    assert list(vault.keys()) == [young]
    assert os.listdir(vault.root / "staging") == []


def test_the_age_of_content_counts_from_its_keeping(vault):
    """An upload may have lain for days before it became whole, and its row is not there yet."""
    staging = vault.stage()
    staging.write(b"patient")
    os.utime(staging.path, (1, 1))
    key = vault.keep(staging)
    assert not vault.forget(key, timedelta(days=1), datetime.now(UTC))
    aged(vault, key, 25)
    put(vault, b"patient")
    assert not vault.forget(key, timedelta(days=1), datetime.now(UTC))


def test_content_that_is_brought_while_it_is_forgotten_stays(vault):
    key = put(vault, b"twice")
    for _ in range(60):
        aged(vault, key, 25)
        staging = vault.stage()
        staging.write(b"twice")
        go = threading.Barrier(2)

        def forget(go=go):
            go.wait()
            vault.forget(key, timedelta(days=1), datetime.now(UTC))

        other = threading.Thread(target=forget)
        other.start()
        go.wait()
        vault.keep(staging)
        other.join()
        assert vault.path(key).read_bytes() == b"twice"
    assert os.listdir(vault.root / "staging") == []
