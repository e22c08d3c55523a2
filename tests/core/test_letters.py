"""Letters say what they must, in both languages, on both sides; a missing fact is an error."""

from html.parser import HTMLParser

import pytest
from flask_babel import get_locale
from jinja2 import DictLoader, Environment, UndefinedError

from reporting.core.letters import Letters, moment, one_line, strictly
from tests.sample_letters import COMMON, HEBEI, KINDS, TIANJIN

pytestmark = pytest.mark.sqlite_only("letters are written without the database")


class _Look(HTMLParser):
    """Collects the elements of a page and the addresses it links to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [str(value) for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture
def letters(app) -> Letters:
    return app.extensions["kit"].letters


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_whole_on_both_sides(letters, kind, language):
    letter = letters.write(kind, KINDS[kind], language=language)
    look = _Look(letter.html)
    assert "\n" not in letter.subject
    assert letter.subject.startswith("【" if language == "zh_Hans_CN" else "[")
    for side in (letter.text, look.words):
        assert "国家质检总局" in side, "who writes"
        assert "王处长" in side, "whom to ask"
        assert "010-82260000" in side, "whom to call"
        assert ("因此收到本信" if language == "zh_Hans_CN" else "You get this letter because") in side, "why me"
        assert "None" not in side
        assert "{{" not in side
    assert len(look.links) == 1, "one link, to where the work is done"
    assert look.links[0].startswith("https://baosong.test/")
    assert letter.text.count("https://") == 1
    assert look.links[0] in letter.text


@pytest.mark.parametrize("kind", KINDS)
def test_html_needs_no_table_no_picture_and_fetches_nothing(letters, kind):
    look = _Look(letters.write(kind, KINDS[kind], language="zh_Hans_CN").html)
    assert not {"table", "img", "script", "link", "iframe", "form", "style"} & set(look.elements)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_fact_is_an_error_and_not_a_gap(letters, kind):
    # A letter with no moment in it needs no zone, and one that was in time is not late by anything.
    spare = {"late_by"} | ({"zone"} if kind in {"accepted", "welcome", "infected"} else set())
    for name in KINDS[kind].keys() - spare:
        facts = {key: value for key, value in KINDS[kind].items() if key != name}
        with pytest.raises((UndefinedError, TypeError), match=f"{name}|StrictUndefined"):
            letters.write(kind, facts, language="zh_Hans_CN")


@pytest.mark.parametrize(
    ("step", "subject"),
    [
        ("before", "【报送提醒】活动总结将于2014年10月15日 (周三) 24:00截止，河北质监局尚缺：图片、视频"),
        ("last_day", "【今日截止】活动总结将于2014年10月15日 (周三) 24:00截止，河北质监局尚缺：图片、视频"),
        ("missed", "【未按时报送】活动总结已于2014年10月15日 (周三) 24:00截止，未收到河北质监局的：图片、视频"),
        ("overdue", "【逾期未报】活动总结已逾期 3 天，仍未收到河北质监局的：图片、视频"),
    ],
)
def test_a_reminder_of_one_duty_names_bureau_and_what_is_owed(letters, step, subject):
    facts = KINDS["reminder"] | {"step": step}
    letter = letters.write("reminder", facts, language="zh_Hans_CN")
    assert letter.subject == subject
    assert ("可补报至：2014年10月31日 (周五) 24:00" in letter.text) is (step in {"missed", "overdue"})
    assert "尚缺：图片、视频" in letter.text
    assert "已收到：活动总结" in letter.text


def test_one_letter_serves_several_bureaus(letters):
    facts = KINDS["reminder"] | {"duties": [HEBEI, TIANJIN]}
    letter = letters.write("reminder", facts, language="zh_Hans_CN")
    assert letter.subject == "【报送提醒】有 2 项报送事项尚未完成"
    for side in (letter.text, letter.html):
        assert side.index("河北质监局") < side.index("天津市质监局")
        assert "尚缺：活动总结、图片、视频" in side


def test_a_receipt_tells_number_second_hashes_and_what_is_still_owed(letters):
    letter = letters.write("receipt", KINDS["receipt"], language="zh_Hans_CN")
    assert letter.subject == "【回执 BS-2014-000123】已收到河北质监局的活动总结"
    assert "2014年10月14日 (周二) 16:32:08 (北京时间)" in letter.text
    assert "仍欠：图片、视频" in letter.text
    assert KINDS["receipt"]["files"][0]["sha256"] in letter.text
    assert "总结<终稿>.docx" in letter.text
    assert "总结&lt;终稿&gt;.docx" in letter.html
    late = letters.write("receipt", KINDS["receipt"] | {"timing": "late", "late_by": 93_600}, language="zh_Hans_CN")
    assert "时限：逾期 1 天 2 小时" in late.text
    assert "按时" not in late.text.replace("活动总结：按时", "")


def test_a_returned_report_keeps_its_first_mark_and_may_have_no_new_date(letters):
    letter = letters.write("returned", KINDS["returned"], language="zh_Hans_CN")
    assert "请于2014年10月15日 (周三) 24:00前修改后再次提交（北京时间）。" in letter.text
    assert "首次提交的按时记录不受影响。" in letter.text
    assert "图片说明请写清时间和地点。\n视频请补一段。" in letter.text
    late = letters.write(
        "returned", KINDS["returned"] | {"due_at": None, "first_on_time": False}, language="zh_Hans_CN"
    )
    assert "请尽快修改后再次提交。" in late.text
    assert "按时记录" not in late.text


def test_the_digest_says_how_many_more_are_missing(letters):
    text = letters.write("digest", KINDS["digest"], language="zh_Hans_CN").text
    assert "尚未收齐的单位（共 70 个）" in text
    assert "其余 68 个单位见系统。" in text


def test_what_a_person_typed_cannot_become_markup(letters):
    facts = KINDS["returned"] | {"note": "<script>alert(1)</script>", "bureau": "<b>x</b>"}
    letter = letters.write("returned", facts, language="zh_Hans_CN")
    assert "<script" not in letter.html
    assert "<b>" not in letter.html
    assert "<script>alert(1)</script>" in letter.text, "the text side is no markup"


def test_the_subject_is_one_line_whatever_the_facts_hold(letters):
    facts = KINDS["accepted"] | {"bureau": "河北\r\nBcc: x@y.test\u2028z"}
    assert letters.write("accepted", facts, language="zh_Hans_CN").subject == "【已采纳】河北 Bcc: x@y.test z的活动总结"


def test_the_language_is_the_readers_and_is_put_back(letters, app):
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert str(get_locale()) == "en"
        chinese = letters.write("welcome", KINDS["welcome"], language="zh_Hans_CN")
        assert str(get_locale()) == "en"
    english = letters.write("welcome", KINDS["welcome"], language="en")
    assert 'lang="zh-Hans-CN"' in chinese.html
    assert 'lang="en"' in english.html


def test_moment_reads_iso_text_and_wants_a_zone():
    assert moment("2014-10-15T16:00:00+00:00").isoformat() == "2014-10-15T16:00:00+00:00"
    assert moment("2014-10-16T00:00:00+08:00").isoformat() == "2014-10-15T16:00:00+00:00"
    with pytest.raises(ValueError, match="no zone"):
        moment("2014-10-15T16:00:00")


@pytest.mark.parametrize("breaking", ["\r", "\n", "\r\n", "\x00", "\x0b", "\x85", "\u2028", "\u2029", "\x7f", "\t"])
def test_one_line_leaves_no_control_character(breaking):
    assert one_line(f"a{breaking}b ") == "a b"


def test_strict_rendering_leaves_the_pages_environment_as_it_was():
    environment = Environment(loader=DictLoader({"mail": "{{ gone }}", "page": "{{ gone }}"}), autoescape=False)
    with pytest.raises(UndefinedError):
        strictly(environment)("mail")
    assert environment.get_template("page").render() == ""
    assert "moment" not in environment.filters


def test_common_facts_are_those_that_the_frame_needs():
    assert set(COMMON) == {"person", "organiser", "campaign", "reason_code", "link", "zone"}
