"""The clock of expiry against senders that are at work: what lives on lives on, what has ended says so."""

from datetime import timedelta

from reporting.core import clock
from tests.fixtures.application import NOW
from tests.uploading import answer_on, eventually, film, house, sha256_of


def test_an_upload_whose_time_is_over_ends_under_its_sender_and_leaves_nothing(tmp_path):
    with house(tmp_path) as served:
        served.start()
        content = film(300_000, 1)
        address = served.create("1.mp4", len(content))
        line = served.open_patch(address, 0, len(content))
        line.sendall(content[:100_000])
        assert eventually(lambda: served.held(address) == 100_000)
        clock.OffsetClock(tmp_path / "clock").move_to(NOW + timedelta(days=8))
        served.do_chores()
        assert served.held(address) == 0
        line.sendall(content[100_000:])
        answer = answer_on(line)
        line.close()
        assert answer.status == 410
        assert served.head(address).status == 410
        served.do_chores()
        served.fsck()


def test_an_upload_that_is_whole_but_was_left_is_finished_by_the_clock(tmp_path):
    """Its worker died after the last byte was recorded and before it could be taken."""
    with house(tmp_path) as served:
        served.start()
        content = film(300_000, 2)
        address = served.create("2.mp4", len(content))
        line = served.open_patch(address, 0, len(content))
        line.sendall(content[:-1])
        assert eventually(lambda: served.held(address) == len(content) - 1)
        # The last byte comes while nobody can answer, so that nothing but the clock can know of it.
        served.kill_workers()
        line.close()
        served.wait()
        assert served.patch(address, served.head(address).offset, b"").status == 204
        with served.app.app_context():
            place_last_byte(served, address, content)
        clock.OffsetClock(tmp_path / "clock").move_to(NOW + timedelta(minutes=3))
        served.do_chores()
        assert served.kept(sha256_of(content)) == content
        served.fsck()


def place_last_byte(served, address: str, content: bytes) -> None:
    """Do what a worker does up to the moment at which it dies: the byte is durable and recorded, and no more."""
    from reporting import arriving

    kit, token = served.app.extensions["kit"], address.rpartition("/")[2]
    seen = arriving.look(token)
    writer = arriving.Writer(kit, seen)
    writer.write(memoryview(content[-1:]))
    assert writer.commit() == len(content)
    writer.close()
