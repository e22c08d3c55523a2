"""Whether an upload may begin, which bytes on the disk count, and what a file without a name is called."""

from datetime import timedelta

import pytest

from reporting.uploads.rules import MOST_OPEN, Allowance, Gain, Takes, Wanted, best_gain, creation_problems, name_for

PHOTOS = Takes(allowed=("jpg", "png"), max_bytes=1000, most=5)


def left(**over):
    values = {"open_uploads": 0, "files_left": 5, "bureau_bytes": 5000, "vault_bytes": None, "disk_bytes": 9000}
    return Allowance(**(values | over), lifetime=timedelta(days=7))


@pytest.mark.parametrize(
    ("wanted", "allowance", "codes"),
    [
        (("a.jpg", 1000), left(), []),
        (("a.jpeg", 1), left(), []),
        (("a.jpg", 1001), left(), ["file_too_large"]),
        (("a.jpg", 0), left(), ["file_empty"]),
        (("a.exe", 10), left(), ["type_not_allowed"]),
        (("a", 10), left(), ["type_not_allowed"]),
        (("", 10), left(), []),
        (("", 1001), left(), ["file_too_large"]),
        (("a.jpg", 10), left(files_left=1), []),
        (("a.jpg", 10), left(files_left=0), ["too_many_files"]),
        (("a.jpg", 10), left(open_uploads=MOST_OPEN - 1), []),
        (("a.jpg", 10), left(open_uploads=MOST_OPEN), ["too_many_uploads"]),
        (("a.jpg", 10), left(bureau_bytes=10), []),
        (("a.jpg", 11), left(bureau_bytes=10), ["bureau_full"]),
        (("a.jpg", 10), left(vault_bytes=10), []),
        (("a.jpg", 11), left(vault_bytes=10), ["vault_full"]),
        (("a.jpg", 10), left(disk_bytes=10), []),
        (("a.jpg", 11), left(disk_bytes=10), ["no_room"]),
        (
            ("a.exe", 1001),
            left(files_left=-1, open_uploads=99, bureau_bytes=-5, vault_bytes=0, disk_bytes=-1),
            ["type_not_allowed", "file_too_large", "too_many_files", "too_many_uploads", "bureau_full", "vault_full", "no_room"],
        ),
    ],
)
def test_everything_that_speaks_against_beginning_is_told(wanted, allowance, codes):
    name, length = wanted
    assert creation_problems(Wanted(name=name, length=length), PHOTOS, allowance) == codes


A, B, C = "0-aaaaaaaaaaaaaaaa", "100-bbbbbbbbbbbbbbbb", "100-cccccccccccccccc"


@pytest.mark.parametrize(
    ("offset", "last", "growing", "gain"),
    [
        (0, None, {}, None),
        (0, None, {A: 0}, None),
        (0, None, {A: 40}, Gain(A, 0, 0, 40)),
        (0, None, {B: 40}, None),  # it begins where nothing has come to yet
        (100, (A, 0, 100), {A: 100}, None),
        (100, (A, 0, 100), {A: 130}, Gain(A, 0, 100, 130)),
        (100, (A, 0, 100), {B: 30}, Gain(B, 100, 0, 30)),
        (100, (A, 0, 100), {B: 30, C: 50}, Gain(C, 100, 0, 50)),
        (100, (A, 0, 100), {A: 160, B: 30}, Gain(A, 0, 100, 160)),
        (100, (A, 0, 100), {A: 110, B: 30}, Gain(B, 100, 0, 30)),
        (100, (A, 0, 100), {A: 900}, Gain(A, 0, 100, 200)),  # never more than was announced
        (150, (B, 100, 50), {A: 160, C: 90}, None),  # whoever lost stays lost
        (200, (B, 100, 100), {B: 150}, None),
    ],
)
def test_bytes_on_the_disk_count_when_they_follow_the_offset(offset, last, growing, gain):
    assert best_gain(offset, 200, last, growing) == gain


@pytest.mark.parametrize(
    ("name", "media_type", "found", "shown"),
    [
        ("总结.docx", "", None, "总结.docx"),
        ("C:\\fakepath\\a.jpg", "", None, "a.jpg"),
        ("", "video/mp4", None, "未命名文件.mp4"),
        ("", "", "jpg", "未命名文件.jpg"),
        ("", "", "zip", "未命名文件.docx"),
        ("", "", "ole", "未命名文件.doc"),
        ("", "application/x-unknown", None, "未命名文件"),
    ],
)
def test_a_file_is_called_by_its_name_or_by_what_it_is(name, media_type, found, shown):
    assert name_for(name, media_type, found) == shown
