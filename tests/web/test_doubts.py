"""A photo from outside the campaign, or seen before, carries a word for those who may know; it is never refused."""

import io

import pytest
from PIL import ExifTags, Image

from reporting import jobs
from reporting.core.db import unit_of_work
from tests import crowd
from tests.cast import Cast, beijing, make_cast
from tests.files import material
from tests.web.bureau.desk import Desk, shown

OUTSIDE, SEEN = "不在活动期间（2014年9月1日 (周一) 至 2014年9月30日 (周二)）", "中已经报过，请核对。"


@pytest.fixture
def cast(app) -> Cast:
    return make_cast()


def photo(taken: str, size: int) -> bytes:
    """A photo that says when it was taken."""
    exif, target = Image.Exif(), io.BytesIO()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken
    Image.new("RGB", (size, size), (size, 90, 40)).save(target, "JPEG", exif=exif)
    return target.getvalue()


def bring(app, user, assignment_id: int, **photos: bytes) -> Desk:
    desk = Desk(app, user, assignment_id)
    desk.open()
    files = {"photos": [(f"{name}.jpg", content) for name, content in photos.items()]}
    assert desk.press("/slots/photos/files", files=files, body="正文").status_code == 303
    jobs.prepare_media(app.extensions["kit"])
    return desk


def hand_in(cast, code: str, at) -> None:
    cast.hand_in(code, at, declare=("videos",))


@pytest.mark.sqlite_only("the query is asked of both by its neighbour")
def test_the_day_on_which_it_was_taken_is_compared_with_the_campaign(app, cast):
    photos = {
        "早": photo("2014:08:31 23:59:59", 40),
        "首日": photo("2014:09:01 00:00:00", 41),
        "末日": photo("2014:09:30 23:59:59", 42),
        "晚": photo("2014:10:01 00:00:00", 43),
        "没说": material.picture("JPEG"),
    }
    desk = bring(app, cast.user("Q-HE"), cast.assignment("Q-HE").id, **photos)
    hand_in(cast, "Q-HE", beijing(10, 14, 9))
    reviewer = app.test_client().sign_in(cast.user("HQ", "reviewer"))
    for page in (shown(desk.open()), shown(reviewer.get(f"/desk/assignments/{cast.assignment('Q-HE').id}").text)):
        assert page.count(OUTSIDE) == 2
        assert "拍摄于 2014年8月31日 (周日)，" in page
        assert "拍摄于 2014年10月1日 (周三)，" in page
        assert SEEN not in page


@pytest.mark.sqlite_only("the query is asked of both by its neighbour")
def test_where_the_camera_says_nothing_the_bureaus_word_counts(app, cast):
    desk = bring(app, cast.user("Q-HE"), cast.assignment("Q-HE").id, 没说=material.picture("JPEG"))
    desk.open()
    (field,) = [name for name in desk.fields if name.startswith("taken_")]
    assert desk.press("/slots/photos/captions", **{field: "2013-09-12"}).status_code == 303
    assert "拍摄于 2013年9月12日 (周四)，" in shown(desk.open())


def test_the_same_photo_of_two_bureaus_is_told_to_headquarters_and_to_neither_of_them(app, cast):
    same, other = photo("2014:09:12 10:00:00", 50), photo("2014:09:12 10:00:00", 51)
    desks = [
        bring(app, cast.user("Q-HE"), cast.assignment("Q-HE").id, 会场=same, 大厅=other),
        bring(app, cast.user("C-SH"), cast.assignment("C-SH").id, 启动仪式=same),
    ]
    hand_in(cast, "Q-HE", beijing(10, 14, 9))
    reviewer = app.test_client().sign_in(cast.user("HQ", "reviewer"))
    hebei, shanghai = (f"/desk/assignments/{cast.assignment(code).id}" for code in ("Q-HE", "C-SH"))
    assert SEEN not in shown(reviewer.get(hebei).text), "what was not handed in is nobody's business yet"
    hand_in(cast, "C-SH", beijing(10, 14, 10))
    for page, name in ((hebei, "上海"), (shanghai, "河北")):
        text = shown(reviewer.get(page).text)
        assert text.count(SEEN) == 1
        assert name in text[text.index("这张图片") : text.index(SEEN)]
    assert not [desk for desk in desks if "已经报过" in desk.open()]


@pytest.mark.sqlite_only("the query is asked of both by its neighbour")
def test_what_a_bureau_hands_in_again_for_another_task_is_told_to_itself(app, cast, hands):
    same = photo("2014:09:12 10:00:00", 60)
    bring(app, cast.user("Q-HE"), cast.assignment("Q-HE").id, 会场=same)
    hand_in(cast, "Q-HE", beijing(10, 14, 9))
    with unit_of_work():
        (second,) = crowd.assignments(crowd.task(), [cast.assignment("Q-HE").bureau_id])
    desk = bring(app, cast.user("Q-HE"), second, 又来=same)
    assert "这张图片本单位在“" in shown(desk.open())
    assert desk.page.count(SEEN) == 1


@pytest.mark.sqlite_only("the query is asked of both by its neighbour")
def test_all_photos_of_a_report_are_asked_about_at_once(app, cast, count_queries):
    def statements(desk) -> int:
        with count_queries() as made:
            desk.client.get(desk.url)
        return len(made)

    few = statements(bring(app, cast.user("Q-HE"), cast.assignment("Q-HE").id, a=photo("2013:09:12 10:00:00", 70)))
    more = {f"b{number}": photo("2013:09:12 10:00:00", 71 + number) for number in range(8)}
    assert statements(bring(app, cast.user("Q-HE"), cast.assignment("Q-HE").id, **more)) == few
