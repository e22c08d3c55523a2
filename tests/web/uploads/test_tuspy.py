"""A client that somebody else wrote: tuspy, over a connection, with a resume after the server was killed."""

import io

import pytest
from tusclient.client import TusClient

from tests.uploading import MIB, film, house, sha256_of


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with house(tmp_path_factory.mktemp("tuspy")) as found:
        found.start()
        yield found


def client_of(served) -> TusClient:
    place = f"http://127.0.0.1:{served.port}/assignments/{served.assignment_id}/slots/videos/uploads"
    return TusClient(place, headers=served.headers)


@pytest.mark.parametrize(("chunk", "checksum"), [(700_000, False), (700_000, True), (10 * MIB, False)])
def test_a_file_arrives_in_chunks(served, chunk, checksum):
    content = film(3 * MIB + 1, chunk + checksum)
    uploader = client_of(served).uploader(
        file_stream=io.BytesIO(content), chunk_size=chunk, metadata={"filename": "录像.mp4"}, upload_checksum=checksum
    )
    uploader.upload()
    assert uploader.offset == len(content)
    assert served.kept(sha256_of(content)) == content


def test_a_file_without_any_metadata_is_accepted(served):
    content = film(MIB, 7)
    client_of(served).uploader(file_stream=io.BytesIO(content), chunk_size=MIB).upload()
    assert served.kept(sha256_of(content)) == content


def test_it_goes_on_where_it_was_after_the_server_was_killed(served):
    content = film(4 * MIB, 8)
    first = client_of(served).uploader(
        file_stream=io.BytesIO(content), chunk_size=300_000, metadata={"filename": "录像.mp4"}
    )
    first.upload_chunk()
    first.upload_chunk()
    assert served.kill_workers() == 1
    served.wait()
    again = client_of(served).uploader(file_stream=io.BytesIO(content), chunk_size=MIB, url=first.url)
    assert again.offset == first.offset == 600_000
    again.upload()
    assert served.kept(sha256_of(content)) == content
    served.fsck()
