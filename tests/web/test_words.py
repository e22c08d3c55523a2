"""Moments, sizes and codes as a reader sees them; both sides of every boundary second."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel, force_locale

from reporting.web import words

SHANGHAI = "Asia/Shanghai"
# 15 October 2014 24:00 in Shanghai.
DUE = datetime(2014, 10, 15, 16, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def page() -> Iterator[Flask]:
    app = Flask(__name__)
    Babel(app, default_locale="zh_Hans_CN")
    words.install(app)
    with app.app_context():
        yield app


@pytest.mark.parametrize(("due_at", "zone", "chinese", "english"), [
    (DUE,                                       SHANGHAI,        "2014年10月15日 (周三) 24:00", "Wed 15 Oct 2014 24:00"),
    (DUE - SECOND,                              SHANGHAI,        "2014年10月15日 (周三) 23:59", "Wed 15 Oct 2014 23:59"),
    (DUE + SECOND,                              SHANGHAI,        "2014年10月16日 (周四) 00:00", "Thu 16 Oct 2014 00:00"),
    (DUE + timedelta(microseconds=1),           SHANGHAI,        "2014年10月16日 (周四) 00:00", "Thu 16 Oct 2014 00:00"),
    (DUE,                                       "UTC",           "2014年10月15日 (周三) 16:00", "Wed 15 Oct 2014 16:00"),
    (DUE,                                       "America/New_York", "2014年10月15日 (周三) 12:00", "Wed 15 Oct 2014 12:00"),
    # The end of a month, of a year, and a February of 29 days.
    (datetime(2014, 10, 31, 16, 0, tzinfo=UTC), SHANGHAI,        "2014年10月31日 (周五) 24:00", "Fri 31 Oct 2014 24:00"),
    (datetime(2014, 12, 31, 16, 0, tzinfo=UTC), SHANGHAI,        "2014年12月31日 (周三) 24:00", "Wed 31 Dec 2014 24:00"),
    (datetime(2016, 2, 29, 16, 0, tzinfo=UTC),  SHANGHAI,        "2016年2月29日 (周一) 24:00",  "Mon 29 Feb 2016 24:00"),
    # A zone given as an object, and a moment given in another zone than UTC.
    (datetime(2014, 10, 15, 17, 0, tzinfo=timezone(timedelta(hours=1))), timezone(timedelta(hours=8)), "2014年10月15日 (周三) 24:00", "Wed 15 Oct 2014 24:00"),
])  # fmt: skip
def test_deadline_words(due_at, zone, chinese, english):
    assert words.deadline_words(due_at, zone) == chinese
    with force_locale("en"):
        assert words.deadline_words(due_at, zone) == english


@pytest.mark.parametrize(("now", "expected"), [
    (datetime(2014, 9, 1, 1, 0, tzinfo=UTC),        "还有 44 天"),
    (datetime(2014, 10, 12, 16, 0, tzinfo=UTC),     "还有 2 天"),         # 13 October 00:00 in Shanghai
    (datetime(2014, 10, 13, 15, 59, 59, tzinfo=UTC), "还有 2 天"),        # 13 October 23:59:59
    (datetime(2014, 10, 13, 16, 0, tzinfo=UTC),     "明天 24:00 截止"),   # 14 October 00:00
    (datetime(2014, 10, 14, 15, 59, 59, tzinfo=UTC), "明天 24:00 截止"),
    (datetime(2014, 10, 14, 16, 0, tzinfo=UTC),     "今天 24:00 截止"),   # 15 October 00:00
    (DUE - SECOND,                                  "今天 24:00 截止"),
    (DUE - timedelta(microseconds=1),               "今天 24:00 截止"),
    (DUE,                                           "已过截止 1 天"),     # the bound itself is out
    (DUE + SECOND,                                  "已过截止 1 天"),
    (DUE + timedelta(days=1) - SECOND,              "已过截止 1 天"),
    (DUE + timedelta(days=1),                       "已过截止 2 天"),
])  # fmt: skip
def test_days_left_until_midnight(now, expected):
    assert words.days_left_words(DUE, now, SHANGHAI) == expected


@pytest.mark.parametrize(("now", "expected"), [
    (datetime(2014, 10, 13, 15, 59, 59, tzinfo=UTC), "还有 2 天"),
    (datetime(2014, 10, 13, 16, 0, tzinfo=UTC),     "明天 17:30 截止"),
    (datetime(2014, 10, 14, 16, 0, tzinfo=UTC),     "今天 17:30 截止"),
    (datetime(2014, 10, 15, 9, 29, 59, tzinfo=UTC), "今天 17:30 截止"),
    (datetime(2014, 10, 15, 9, 30, tzinfo=UTC),     "今天 17:30 已截止"),
    (datetime(2014, 10, 15, 15, 59, 59, tzinfo=UTC), "今天 17:30 已截止"),
    (datetime(2014, 10, 15, 16, 0, tzinfo=UTC),     "已过截止 1 天"),
    (datetime(2014, 10, 17, 16, 0, tzinfo=UTC),     "已过截止 3 天"),
])  # fmt: skip
def test_days_left_until_an_afternoon(now, expected):
    assert words.days_left_words(datetime(2014, 10, 15, 9, 30, tzinfo=UTC), now, SHANGHAI) == expected


def test_days_left_are_days_of_the_zone_and_not_of_utc():
    evening = datetime(2014, 10, 13, 18, 0, tzinfo=UTC)
    assert words.days_left_words(DUE, evening, SHANGHAI) == "明天 24:00 截止"
    assert words.days_left_words(DUE, evening, "UTC") == "还有 2 天"


@pytest.mark.parametrize(("seconds", "expected"), [
    (0,                "逾期不足 1 分钟"),
    (59.9,             "逾期不足 1 分钟"),
    (60,               "逾期 1 分钟"),
    (3_599,            "逾期 59 分钟"),
    (3_600,            "逾期 1 小时"),
    (3_660,            "逾期 1 小时 1 分钟"),
    (86_399,           "逾期 23 小时 59 分钟"),
    (86_400,           "逾期 1 天"),
    (86_400 + 3_599,   "逾期 1 天"),
    (2 * 86_400 + 3 * 3_600, "逾期 2 天 3 小时"),
    (49 * 3_600,       "逾期 2 天 1 小时"),
])  # fmt: skip
def test_late_words(seconds, expected):
    assert words.late_words(seconds) == expected


@pytest.mark.parametrize(("size", "expected", "limit"), [
    (0,                     "0.0 MB",      "0 MB"),
    (1,                     "不足 0.1 MB", "不足 0.1 MB"),
    (52_428,                "不足 0.1 MB", "不足 0.1 MB"),
    (52_429,                "0.1 MB",      "0.1 MB"),
    (30 * 1024**2,          "30.0 MB",     "30 MB"),
    (12_900_000,            "12.3 MB",     "12.3 MB"),
    (1024**3 - 1,           "1.0 GB",      "1 GB"),
    (2 * 1024**3,           "2.0 GB",      "2 GB"),
    (3 * 1024**3 + 200 * 1024**2, "3.2 GB", "3.2 GB"),
])  # fmt: skip
def test_sizes(size, expected, limit):
    assert words.size_words(size) == expected
    assert words.limit_words(size) == limit


def test_moments_say_their_zone_where_it_matters():
    received = datetime(2014, 10, 14, 8, 32, 8, tzinfo=UTC)
    assert words.moment_words(received, SHANGHAI) == "2014年10月14日 (周二) 16:32"
    assert words.receipt_words(received, SHANGHAI) == "2014年10月14日 (周二) 16:32:08 (北京时间)"
    assert words.receipt_words(received, "Asia/Kolkata").endswith("14:02:08 (UTC+05:30)")
    assert words.clock_words(received, SHANGHAI) == "16:32"


def test_numbers_have_their_thousands():
    assert [words.number_words(number) for number in (0, 999, 3_200, 100_000)] == ["0", "999", "3,200", "100,000"]


@pytest.mark.parametrize(
    "word", [words.standing_word, words.slot_word, words.review_word, words.role_word, words.kind_word]
)
def test_an_unknown_code_is_an_error_and_not_a_blank(word):
    with pytest.raises(KeyError):
        word("unheard-of")


def test_templates_have_every_word_as_filter_and_as_global():
    text = "{{ size|size_words }} {{ size_words(size) }} {{ ['图片', '视频']|listed }}"
    assert render_template_string(text, size=1024**2) == "1.0 MB 1.0 MB 图片、视频"
