"""Title and text: saved by the button, by the page's script, and put together when two have written."""

import pytest

from reporting.core.db import unit_of_work
from reporting.reports import queries as reports
from tests.web.bureau.desk import Desk, shown

JSON = {"Accept": "application/json"}


def report_of(cast):
    return reports.find_report(cast.assignment("Q-HE").id)


def autosave(client, cast, desk, **data):
    return client.sign_in(cast.user("Q-HE")).post(f"{desk.url}/text", data=data, headers=JSON)


def test_saving_redirects_and_keeps(desk, cast):
    desk.open()
    answer = desk.press(title=" 河北  总结 ", body="第一段\r\n第二段")
    assert (answer.status_code, answer.location) == (303, f"{desk.url}#text")
    report = report_of(cast)
    assert (report.title, report.body, report.text_version) == ("河北 总结", "第一段\n第二段", 1)
    assert desk.open().count("已保存。") == 1


def test_the_suggested_title_is_kept_with_the_first_save(desk, cast):
    desk.open()
    desk.press(body="正文")
    assert report_of(cast).title == "河北省质量技术监督局2014年全国“质量月”活动总结"


def test_the_button_that_checks_saves_first(desk, cast):
    desk.open()
    answer = desk.press(body="正文", then="check")
    assert answer.location == f"{desk.url}/check"
    assert report_of(cast).body == "正文"


def test_a_script_gets_the_version_and_the_time(client, cast, desk):
    answer = autosave(client, cast, desk, title="标题", body="正文", version="0")
    assert (answer.status_code, answer.json) == (200, {"version": 1, "saved_at": "09:00"})
    assert autosave(client, cast, desk, title="标题", body="再写", version="1").json["version"] == 2


def test_a_script_from_a_stale_tab_is_told_who_wrote_what(client, cast, desk):
    autosave(client, cast, desk, title="标题", body="甲", version="0")
    answer = autosave(client, cast, desk, title="标题", body="乙", version="0")
    assert answer.status_code == 409
    assert answer.json == {
        "by": cast.user("Q-HE").name,
        "theirs": {"title": "标题", "body": "甲", "version": 1},
        "merge_url": f"{desk.url}/merge",
    }


def test_a_script_is_told_every_reason(client, cast, desk):
    answer = autosave(client, cast, desk, title="题" * 121, body="文" * 50_001, version="0")
    assert answer.status_code == 422
    assert [sentence[:2] for sentence in answer.json["reasons"]] == ["标题", "总结"]


@pytest.mark.parametrize("version", ["x", "-1", "99999999999999999999", "²"])
def test_a_version_that_is_none_is_stale_and_not_a_failure(client, cast, desk, version):
    autosave(client, cast, desk, title="标题", body="甲", version="0")
    assert autosave(client, cast, desk, title="标题", body="乙", version=version).status_code == 409


def test_a_script_without_token_or_session_gets_facts(client, cast, desk):
    client.sign_in(cast.user("Q-HE"))
    answer = client.post(f"{desk.url}/text", data={"body": "文"}, headers=JSON, csrf=False)
    assert (answer.status_code, answer.json) == (400, {"error": "csrf"})
    answer = client.sign_out().post(f"{desk.url}/text", data={"body": "文"}, headers=JSON)
    assert answer.status_code == 401


def test_a_script_of_another_bureau_learns_nothing(client, cast, desk):
    answer = client.sign_in(cast.user("C-SH")).post(
        f"{desk.url}/text", data={"body": "文", "version": "0"}, headers=JSON
    )
    assert answer.status_code == 404
    assert report_of(cast) is None


class TestTwoTabs:
    @pytest.fixture
    def other(self, app, cast):
        """The certifier of the same bureau, with the page open."""
        return Desk(app, cast.user("Q-HE", "certifier"), cast.assignment("Q-HE").id)

    @pytest.fixture
    def collided(self, desk, other):
        desk.open()
        other.open()
        other.press(title="对方标题", body="对方正文")
        return desk.press(title="我的标题", body="我的正文")

    def test_both_texts_are_offered_with_the_others_name_and_time(self, collided, cast):
        page = shown(collided.text)
        assert collided.status_code == 409
        assert f"{cast.user('Q-HE', 'certifier').name}已在另一处修改过" in page
        assert "2014年10月13日 (周一) 09:00" in page
        for text in ("对方标题", "对方正文", "我的标题", "我的正文"):
            assert text in page
        assert report_of(cast).body == "对方正文"

    def test_mine_or_a_merged_text_is_saved_over_the_newer_version(self, collided, client, cast, desk):
        data = {"title": "我的标题", "body": "对方正文\n我的正文", "version": "1"}
        answer = client.sign_in(cast.user("Q-HE")).post(f"{desk.url}/merge", data=data)
        assert (answer.status_code, answer.location) == (303, f"{desk.url}#text")
        assert (report_of(cast).body, report_of(cast).text_version) == ("对方正文\n我的正文", 2)

    def test_the_browsers_copy_is_told_to_be_forgotten_once(self, collided, client, cast, desk):
        data = {"title": "对方标题", "body": "对方正文", "version": "1"}
        client.sign_in(cast.user("Q-HE")).post(f"{desk.url}/merge", data=data)
        assert "data-settled" in client.get(desk.url).text
        assert "data-settled" not in client.get(desk.url).text

    def test_a_third_writer_is_told_of_again(self, collided, client, cast, desk, other):
        other.open()
        other.press(body="第三稿")
        answer = client.sign_in(cast.user("Q-HE")).post(
            f"{desk.url}/merge", data={"title": "题", "body": "合并", "version": "1"}
        )
        assert answer.status_code == 409
        assert "第三稿" in answer.text
        assert "合并" in answer.text

    def test_a_merge_that_is_too_long_gives_everything_back(self, collided, client, cast, desk):
        answer = client.sign_in(cast.user("Q-HE")).post(
            f"{desk.url}/merge", data={"title": "题" * 121, "body": "合并稿", "version": "1"}
        )
        assert answer.status_code == 422
        assert "标题超过 120 个字的上限" in answer.text
        assert "题" * 121 in answer.text
        assert "合并稿" in answer.text

    def test_who_typed_nothing_is_not_bothered_with_two_texts(self, desk, other, cast):
        desk.open()
        other.open()
        desk.press(body="底稿")
        desk.open()
        other.open()
        other.press(body="对方又写")
        assert desk.press("/slots/videos/declare", reason_videos="没有拍摄").status_code == 303
        assert report_of(cast).body == "对方又写"


def test_too_long_is_said_and_given_back(desk, cast):
    desk.open()
    answer = desk.press(title="题" * 121, body="文" * 50_001)
    assert answer.status_code == 422
    assert "标题超过 120 个字的上限" in answer.text
    assert "总结正文超过 50,000 个字的上限" in answer.text
    assert desk.fields["title"] == "题" * 121
    assert desk.fields["body"] == "文" * 50_001
    assert report_of(cast) is None


def test_words_for_a_report_that_was_accepted_meanwhile_are_given_back(desk, cast):
    desk.open()
    desk.press(body="正文")
    desk.open()
    with unit_of_work():
        report_of(cast).state = "accepted"
    answer = desk.press(body="我又写了一段")
    assert answer.status_code == 422
    assert "已被采纳，不能再改动" in answer.text
    assert "我又写了一段" in answer.text


def test_a_missing_token_gives_the_words_back(client, cast, desk):
    client.sign_in(cast.user("Q-HE"))
    answer = client.post(
        f"{desk.url}/text", data={"title": "标题一二三", "body": "写了很久的正文", "version": "0"}, csrf=False
    )
    assert answer.status_code == 400
    assert "写了很久的正文" in answer.text
    assert f'action="{desk.url}/text"' in answer.text


def test_an_ended_session_gives_the_words_back(client, cast, desk):
    answer = client.post(f"{desk.url}/text", data={"title": "标题一二三", "body": "写了很久的正文", "version": "0"})
    assert answer.status_code == 401
    assert "写了很久的正文" in answer.text


def test_the_wrong_bureau_changes_nothing(client, cast, desk):
    answer = client.sign_in(cast.user("C-SH")).post(
        f"{desk.url}/text", data={"title": "题", "body": "文", "version": "0"}
    )
    assert answer.status_code == 404
    assert report_of(cast) is None
