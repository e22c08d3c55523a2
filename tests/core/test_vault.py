"""The vault on a real disk: durable, by content, never outside its folder, never below its reserve."""

import errno
import hashlib
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from reporting.core.vault import RESERVE_STRIDE, Staging, Vault, VaultFull


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "uploads")


def put(vault: Vault, content: bytes) -> str:
    staging = vault.stage()
    staging.write(content)
    return vault.keep(staging)


def staged_files(vault: Vault) -> list[str]:
    return sorted(path.name for path in (vault.root / "staging").iterdir())


def test_content_is_kept_under_its_hash(vault):
    content = "质量月活动总结".encode() * 1000
    key = put(vault, content)
    assert key == hashlib.sha256(content).hexdigest()
    assert vault.path(key) == vault.root / "kept" / key[:2] / key[2:4] / key
    with closing(vault.open(key)) as file:
        assert file.read() == content
    assert vault.size(key) == len(content)
    assert staged_files(vault) == []


def test_content_written_in_pieces_has_the_hash_of_the_whole(vault):
    staging = vault.stage()
    pieces = [os.urandom(length) for length in (0, 1, 63, 64, 65, 100_000)]
    for piece in pieces:
        assert staging.write(piece) == len(piece)
    whole = b"".join(pieces)
    assert staging.size == len(whole)
    assert vault.keep(staging) == hashlib.sha256(whole).hexdigest()


def test_empty_content_can_be_kept(vault):
    assert vault.size(put(vault, b"")) == 0


def test_a_staged_file_reads_back_without_disturbing_what_is_written(vault):
    staging = vault.stage()
    staging.write(b"abc")
    staging.seek(1)
    assert staging.read(1) == b"b"
    staging.write(b"def")
    assert staging.tell() == 2
    staging.seek(-2, os.SEEK_END)
    assert staging.read() == b"ef"
    staging.seek(0)
    assert staging.readline() == b"abcdef"
    assert vault.keep(staging) == hashlib.sha256(b"abcdef").hexdigest()


def test_a_staged_file_has_a_random_name(vault):
    first, second = vault.stage(), vault.stage()
    assert first.path.name != second.path.name
    assert len(bytes.fromhex(first.path.name)) == 16
    vault.discard(first)
    vault.discard(second)


def test_the_hash_is_not_told_before_the_end(vault):
    with closing(vault.stage()) as staging:
        with pytest.raises(ValueError, match="finish"):
            _ = staging.sha256
        assert staging.finish() == staging.sha256 == hashlib.sha256(b"").hexdigest()


def test_a_finished_file_takes_no_more_bytes(vault):
    with closing(vault.stage()) as staging:
        staging.finish()
        with pytest.raises(ValueError, match="finished"):
            staging.write(b"more")


def test_equal_content_is_kept_once_and_the_copy_dropped(vault):
    key = put(vault, b"same")
    inode = vault.path(key).stat().st_ino
    os.utime(vault.path(key), (0, 0))
    assert put(vault, b"same") == key
    assert vault.path(key).stat().st_ino == inode
    assert staged_files(vault) == []
    # Young again, so that a sweep of files without rows spares it.
    assert vault.path(key).stat().st_mtime > time.time() - 60


def test_a_damaged_copy_of_another_length_is_replaced(vault):
    key = put(vault, b"whole content")
    vault.path(key).write_bytes(b"whole")
    put(vault, b"whole content")
    assert vault.path(key).read_bytes() == b"whole content"


def test_many_threads_keep_the_same_content_at_once(vault):
    stagings = [vault.stage() for _ in range(16)]
    for staging in stagings:
        staging.write(b"x" * 100_000)
    keys: list[str] = []
    threads = [threading.Thread(target=lambda s=s: keys.append(vault.keep(s))) for s in stagings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 16
    assert len(set(keys)) == 1
    assert list(vault.keys()) == keys[:1]
    assert staged_files(vault) == []


@pytest.mark.parametrize(
    "key",
    [
        "",
        "总结.docx",
        "../../etc/passwd",
        "a" * 63,
        "a" * 65,
        "A" * 64,
        "g" * 64,
        "a" * 64 + "\n",
        "../" + "a" * 61,
        "/" + "a" * 63,
        "\x00" * 64,
    ],
)
def test_what_is_not_a_key_is_refused_by_every_verb(vault, key):
    for verb in (vault.path, vault.open, vault.size, vault.drop, vault.holds):
        with pytest.raises(ValueError, match="not a key"):
            verb(key)


def test_a_link_out_of_the_vault_is_not_followed(vault, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (vault.root / "kept" / "aa").symlink_to(outside)
    with pytest.raises(ValueError, match="outside"):
        vault.path("aa" + "0" * 62)


def test_a_link_in_the_place_of_content_is_not_followed(vault, tmp_path):
    key = put(vault, b"content")
    other = put(vault, b"other content")
    vault.path(key).unlink()
    (vault.root / "kept" / key[:2] / key[2:4] / key).symlink_to(vault.path(other))
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        vault.open(key)


def test_content_that_is_not_kept_is_not_found(vault):
    missing = "0" * 64
    assert not vault.holds(missing)
    for verb in (vault.open, vault.size):
        with pytest.raises(FileNotFoundError):
            verb(missing)
    vault.drop(missing)


def test_dropped_content_is_gone(vault):
    key = put(vault, b"x")
    vault.drop(key)
    assert not vault.holds(key)
    assert list(vault.keys()) == []


def test_discarding_leaves_kept_content_alone(vault):
    staging = vault.stage()
    staging.write(b"x")
    key = vault.keep(staging)
    vault.discard(staging)
    vault.discard(staging)
    assert vault.holds(key)


def test_discarding_removes_a_staged_file(vault):
    staging = vault.stage()
    staging.write(b"x")
    vault.discard(staging)
    assert staged_files(vault) == []
    assert staging.closed


def test_keys_come_in_order_and_strangers_are_left_out(vault):
    keys = sorted(put(vault, bytes([number])) for number in range(10))
    (vault.root / "kept" / keys[0][:2] / keys[0][2:4] / "note.txt").write_text("not ours")
    assert list(vault.keys()) == keys


def test_keep_waits_for_the_disk_before_it_names_and_for_the_folders_after(vault, monkeypatch):
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, type(vault.root).replace

    def fsync(descriptor):
        steps.append("fsync " + os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), vault.root))
        real_fsync(descriptor)

    def replace(self, target):
        steps.append("rename")
        return real_replace(self, target)

    staging = vault.stage()
    staging.write(b"x")
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(type(vault.root), "replace", replace)
    key = vault.keep(staging)
    assert steps == [
        f"fsync staging/{staging.path.name}",
        "rename",
        f"fsync kept/{key[:2]}/{key[2:4]}",
        f"fsync kept/{key[:2]}",
        "fsync kept",
    ]


def test_tidying_removes_only_old_staged_files(vault):
    now = datetime(2026, 1, 2, tzinfo=UTC)
    old, young, stranger = vault.stage(), vault.stage(), vault.root / "staging" / "README"
    stranger.write_text("somebody put this here")
    for path, age in ((old.path, 25), (young.path, 23), (stranger, 400)):
        moment = (now - timedelta(hours=age)).timestamp()
        os.utime(path, (moment, moment))
    assert vault.tidy_staging(timedelta(hours=24), now) == 1
    assert staged_files(vault) == sorted([young.path.name, "README"])
    old.close()
    young.close()


def test_the_reserve_refuses_the_first_byte_of_a_new_file(tmp_path):
    vault = Vault(tmp_path, reserve_bytes=1 << 60)
    assert not vault.room_for(0)
    staging = vault.stage()
    assert staging.write(b"") == 0, "a form's empty file box costs nothing"
    with pytest.raises(VaultFull, match="reserve"):
        staging.write(b"a")
    vault.discard(staging)


def test_the_reserve_stops_a_file_that_is_arriving(tmp_path):
    vault = Vault(tmp_path)
    staging = vault.stage()
    staging.write(b"a" * RESERVE_STRIDE)
    vault.reserve_bytes = 1 << 60
    with pytest.raises(VaultFull, match="reserve"):
        staging.write(b"b")
    vault.discard(staging)


def test_room_is_counted_against_the_reserve(tmp_path):
    vault = Vault(tmp_path)
    free = vault.free_bytes()
    assert vault.room_for(free // 2)
    assert not vault.room_for(free * 2)
    assert not Vault(tmp_path, reserve_bytes=free * 3 // 4).room_for(free // 2)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 2 MiB of its own."""
    if os.geteuid() != 0:
        pytest.skip("a small disk can be mounted only by root")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let a test mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_says_so_and_works_again_when_there_is_room(small_disk):
    vault = Vault(small_disk)
    kept = put(vault, b"k" * 1000)
    staging = vault.stage()
    with pytest.raises(VaultFull):
        for _ in range(40):
            staging.write(os.urandom(1 << 16))
    assert vault.path(kept).read_bytes() == b"k" * 1000
    vault.discard(staging)
    assert vault.room_for(1 << 20)
    put(vault, os.urandom(1 << 20))


def test_a_reserve_leaves_room_on_a_small_disk(small_disk):
    vault = Vault(small_disk, reserve_bytes=1 << 20)
    staging = vault.stage()
    with pytest.raises(VaultFull, match="reserve"):
        for _ in range(40):
            staging.write(os.urandom(1 << 16))
    assert vault.free_bytes() > 0
    vault.discard(staging)


def test_a_disk_full_of_files_says_so(small_disk):
    subprocess.run(["mount", "-o", "remount,nr_inodes=6", str(small_disk)], check=True)
    vault = Vault(small_disk)
    stagings: list[Staging] = []
    with pytest.raises(VaultFull):
        for _ in range(10):
            stagings.append(vault.stage())  # noqa: PERF401 - those made before the failure must be closed
    for staging in stagings:
        vault.discard(staging)


def test_any_other_fault_of_the_disk_keeps_its_own_name(vault):
    staging = vault.stage()
    os.close(staging.fileno())
    with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
        staging.write(b"x")
    # The descriptor is gone; closing must not close a stranger's that took its number.
    staging._descriptor = os.open(os.devnull, os.O_RDONLY)
    vault.discard(staging)


def test_memory_stays_flat_while_a_large_file_arrives(tmp_path):
    program = f"""
import resource
from pathlib import Path
from reporting.core.vault import Vault
vault, block = Vault(Path({str(tmp_path)!r})), bytes(1 << 20)
staging = vault.stage()
staging.write(block)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(200):
    staging.write(block)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
vault.discard(staging)
"""
    grown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert int(grown) * 1024 < 4 << 20


def test_descriptors_are_given_back(vault):
    before = len(os.listdir("/proc/self/fd"))
    for number in range(20):
        put(vault, bytes([number]))
        vault.discard(vault.stage())
    assert len(os.listdir("/proc/self/fd")) == before
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > before
