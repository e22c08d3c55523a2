"""Whatever a decoder does in its child, it stays there: every way out is tried."""

import os
import platform
import socket
import threading

import pytest

from reporting.files.service import child
from reporting.files.service.child import ChildLimits, run_in_child
from reporting.files.service.reading import Unreadable

MIB = 1 << 20
filtered = pytest.mark.skipif(platform.machine() != "x86_64", reason="the filter of system calls knows x86-64 only")


@pytest.fixture
def misbehave(monkeypatch):
    """Run one of the tasks that misbehave."""

    def run(name: str, arguments=None, **given):
        task = f"tests.files.misbehaving.{name}"
        monkeypatch.setattr(child, "TASKS", frozenset({task}))
        return run_in_child(task, arguments or {}, **given)

    return run


@pytest.fixture
def existing(tmp_path):
    """A file that a decoder might spoil."""
    path = tmp_path / "existing"
    path.write_bytes(b"as it was")
    return path


def test_a_task_that_is_not_on_the_list_is_not_run():
    with pytest.raises(KeyError):
        run_in_child("tests.files.misbehaving.environment", {})


def test_the_list_names_functions_of_this_room_only():
    assert all(task.startswith("reporting.files.service.") for task in child.TASKS)


@filtered
def test_all_walls_stand_here():
    found = run_in_child("reporting.files.service.walls.look", {})
    assert found["own_network"] is True
    assert found["filter"] is True


def test_the_file_comes_as_a_descriptor(misbehave, existing):
    with existing.open("rb") as file:
        found = misbehave("read_content", files={"content": file.fileno()})
    assert found == {"content": "as it was"}


def test_what_spins_is_stopped_by_its_processor_time(misbehave):
    with pytest.raises(Unreadable, match="code -"):
        misbehave("spin", limits=ChildLimits(cpu_seconds=1, wall_seconds=30))


def test_what_waits_is_stopped_by_the_clock(misbehave):
    with pytest.raises(Unreadable, match="hung"):
        misbehave("sleep", limits=ChildLimits(wall_seconds=0.5))


def test_what_grows_is_stopped(misbehave):
    assert misbehave("allocate", {"bytes": 100 * MIB}) == {"bytes": 100 * MIB}
    with pytest.raises(Unreadable, match="MemoryError"):
        misbehave("allocate", {"bytes": 300 * MIB})


def test_what_recurses_for_ever_is_stopped(misbehave):
    with pytest.raises(Unreadable, match="RecursionError"):
        misbehave("recurse")


@filtered
def test_no_other_process_can_be_started_but_a_thread_can(misbehave):
    assert misbehave("fork") == {"fork": "PermissionError", "spawn": "PermissionError"}
    assert misbehave("thread") == {"thread": ["ran"]}


@filtered
def test_nothing_can_be_written_changed_or_removed(misbehave, existing):
    with existing.open("rb") as file:
        found = misbehave("write", {"existing": str(existing)}, files={"content": file.fileno()})
    assert {what: error for what, error in found.items() if error not in {"PermissionError", "OSError"}} == {}
    assert existing.read_bytes() == b"as it was"
    assert os.listdir(existing.parent) == ["existing"]


def test_a_task_that_may_write_writes_so_much_and_no_more(misbehave, tmp_path):
    target = tmp_path / "target"
    found = misbehave("write_much", {"target": str(target)}, limits=ChildLimits(file_bytes=8 * MIB))
    assert found == {"written": 8 * MIB, "error": "OSError"}
    assert target.stat().st_size == 8 * MIB


def test_nobody_can_be_called(misbehave):
    reached = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        found = misbehave("call", {"port": server.getsockname()[1]})
        try:
            server.accept()
            reached.append("connected")
        except TimeoutError:
            pass
    assert reached == []
    assert found["here"] != "connected"
    if platform.machine() == "x86_64":
        assert set(found.values()) == {"PermissionError"}


@filtered
def test_no_other_process_can_be_signalled(misbehave):
    assert misbehave("signal_parent")["kill"] == "PermissionError"


def test_it_sees_neither_our_environment_nor_our_files(misbehave, monkeypatch, existing):
    monkeypatch.setenv("BAOSONG_SECRET_KEY", "secret")
    with existing.open("rb") as held, existing.open("rb") as file:
        os.set_inheritable(held.fileno(), True)
        found = misbehave("environment", files={"content": file.fileno()})
        # Its three standard ones, the file, and the one that lists the folder.
        assert set(found["names"]) <= {"LC_CTYPE"}
        assert held.fileno() not in found["descriptors"]
        assert len(set(found["descriptors"]) - {0, 1, 2, file.fileno()}) == 1


@pytest.mark.parametrize("name", ["die", "nonsense", "chatter"])
def test_what_gives_no_proper_answer_is_unreadable(misbehave, name):
    with pytest.raises(Unreadable, match="no answer"):
        misbehave(name)


def test_two_run_at_once_and_a_third_waits_for_a_place(misbehave):
    with child._places[True], child._places[True]:
        ended = []
        third = threading.Thread(target=lambda: ended.append(misbehave("thread")))
        third.start()
        third.join(0.3)
        assert third.is_alive()
    third.join(20)
    assert ended == [{"thread": ["ran"]}]
