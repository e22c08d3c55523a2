"""Part files: one for each writer, handed on by renaming, and joined without touching them."""

import os

import pytest

from reporting.core.parts import Parts
from reporting.core.vault import Vault, VaultFull

TOKEN = "t" * 24


@pytest.fixture
def parts(tmp_path):
    return Parts(tmp_path, TOKEN)


def written(parts, start, content, **how):
    part = parts.begin(start, **how)
    part.write(memoryview(content))
    return part


@pytest.mark.parametrize("token", ["short", "../" * 10, "a" * 65, "a" * 21, "ä" * 24])
def test_only_a_token_names_a_folder(tmp_path, token):
    with pytest.raises(ValueError, match="token"):
        Parts(tmp_path, token)


@pytest.mark.parametrize("name", ["0-xyz", "../0-aaaaaaaaaaaaaaaa", "0-aaaaaaaaaaaaaaaa.done", "-1-aaaaaaaaaaaaaaaa"])
def test_only_a_part_s_name_names_a_part(parts, name):
    for verb in (parts.path, parts.sync, lambda name: parts.take_over(name, 1)):
        with pytest.raises(ValueError, match="part"):
            verb(name)


def test_two_writers_at_one_place_have_files_of_their_own(parts):
    first, second = written(parts, 0, b"first"), written(parts, 0, b"second")
    assert first.name != second.name
    assert parts.growing() == {first.name: 5, second.name: 6}
    assert parts.path(first.name).read_bytes() == b"first"
    first.close()
    second.close()


def test_a_part_is_taken_over_by_exactly_one(parts):
    first = written(parts, 0, b"abc")
    assert parts.take_over(first.name, 3) is None, "its writer is still at it"
    first.hand_on()
    assert parts.growing() == {}
    assert parts.path(first.name).read_bytes() == b"abc"
    heir = parts.take_over(first.name, 3)
    assert parts.take_over(first.name, 3) is None
    heir.write(memoryview(b"def"))
    assert (heir.size, parts.growing()) == (6, {first.name: 6})
    heir.hand_on()
    assert parts.path(first.name).read_bytes() == b"abcdef"


def test_a_part_with_more_than_was_recorded_is_not_added_to(parts):
    first = written(parts, 0, b"abc")
    first.hand_on()
    assert parts.take_over(first.name, 2) is None


def test_held_bytes_do_not_count(parts):
    part = written(parts, 0, b"abc", held=True)
    assert parts.growing() == {}
    assert parts.path(part.name).read_bytes() == b"abc"
    part.hand_on()
    assert parts.path(part.name).read_bytes() == b"abc"


def test_the_name_is_synced_after_the_bytes_and_only_once(parts, monkeypatch):
    order = []
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: order.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    monkeypatch.setattr(os, "fsync", lambda descriptor: order.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    part = written(parts, 0, b"abc")
    assert part.sync() == 3
    folder = parts.path(part.name).parent
    assert order == [str(folder / part.name), str(folder), str(folder.parent)]
    part.write(memoryview(b"d"))
    part.sync()
    assert order[3:] == [str(folder / part.name)]
    part.close()


def test_a_part_that_is_dropped_takes_its_empty_folder_along(parts, tmp_path):
    first, second = written(parts, 0, b"a"), written(parts, 0, b"b")
    first.drop()
    assert parts.growing() == {second.name: 1}
    second.drop()
    assert list(tmp_path.iterdir()) == []
    written(parts, 0, b"c").drop()


def test_a_full_disk_has_a_name(parts):
    part = written(parts, 0, b"a")
    monkey = os.open("/dev/full", os.O_WRONLY)
    os.dup2(monkey, part._descriptor)
    os.close(monkey)
    with pytest.raises(VaultFull):
        part.write(memoryview(b"b"))
    part.close()


def test_whole_files_are_linked_or_joined_and_the_parts_stay(tmp_path):
    vault = Vault(tmp_path)
    parts = vault.parts(TOKEN)
    first, second = written(parts, 0, b"abcXX"), written(parts, 3, b"def")
    for part in (first, second):
        part.close()
    one = vault.stage_whole([(parts.path(second.name), 3)])
    assert one.path.stat().st_ino == parts.path(second.name).stat().st_ino
    two = vault.stage_whole([(parts.path(first.name), 3), (parts.path(second.name), 3)])
    cut = vault.stage_whole([(parts.path(first.name), 3)], "0" * 64)
    assert cut.path.stat().st_ino != parts.path(first.name).stat().st_ino, "it has more bytes than count"
    keys = [vault.keep(staging) for staging in (one, two)]
    assert [vault.path(key).read_bytes() for key in keys] == [b"def", b"abcdef"]
    assert cut.sha256 == "0" * 64
    vault.discard(cut)
    assert sorted(parts.growing().values()) == [3, 5]
    with pytest.raises(EOFError):
        vault.stage_whole([(parts.path(first.name), 3), (parts.path(second.name), 4)])
    assert len(vault.tokens()) == 1
    parts.drop()
    assert list((tmp_path / "staging").iterdir()) == []


def test_room_ahead_counts_for_nothing(parts):
    part = parts.begin(0)
    part.expect(1 << 20)
    part.write(memoryview(b"abc"))
    assert part.sync() == 3
    assert parts.growing() == {part.name: 3}, "whoever looks for bytes finds those that came"
    assert parts.path(part.name).stat().st_blocks * 512 >= 1 << 20, "the room is there"
    part.drop()
