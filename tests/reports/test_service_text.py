"""Writing the text: versions, races, limits."""

import threading

import pytest

from reporting.campaigns import queries as campaigns
from reporting.core.db import db, unit_of_work
from reporting.core.errors import Refused, Stale
from reporting.reports import queries
from reporting.reports import service as reports
from reporting.reports.models import Report
from tests.cast import beijing, make_cast


@pytest.fixture
def cast(app):
    return make_cast()


def save(cast, now, *, title="标题", body="正文", version=0, who="Q-HE"):
    with unit_of_work():
        return reports.save_text(
            cast.assignment("Q-HE"), title=title, body=body, version=version, actor=cast.actor(who), now=now
        )


def test_the_first_word_makes_the_working_copy(cast, now):
    report = save(cast, now)
    assert (report.title, report.body, report.text_version, report.revision) == ("标题", "正文", 1, 1)
    assert report.changed_by == cast.user("Q-HE").name
    assert report.changed_at == now


def test_saving_the_same_again_changes_nothing(cast, now):
    save(cast, now)
    report = save(cast, beijing(10, 14), version=0)
    assert (report.text_version, report.revision, report.changed_at) == (1, 1, now)


def test_two_tabs_never_overwrite_each_other(cast, now):
    save(cast, now, body="甲")
    save(cast, now, body="乙", version=1)
    with pytest.raises(Stale) as stale:
        save(cast, now, body="丙", version=1)
    assert stale.value.by == cast.user("Q-HE").name
    assert stale.value.theirs == {"title": "标题", "body": "乙", "version": 2, "at": now}
    assert save(cast, now, body="乙丙", version=2).body == "乙丙"


def test_an_upload_in_one_tab_does_not_stale_the_text_in_another(cast, now):
    save(cast, now)
    with unit_of_work():
        reports.declare_none(cast.assignment("Q-HE"), "videos", reason="无", actor=cast.actor("Q-HE"), now=now)
    assert save(cast, now, body="续", version=1).body == "续"


def test_too_long_is_refused_with_everything_at_once(cast, now):
    with pytest.raises(Refused) as refused:
        save(cast, now, title="题" * 121, body="文" * 50_001)
    assert [(reason.code, reason.facts["limit"]) for reason in refused.value.reasons] == [
        ("title_too_long", 120),
        ("text_too_long", 50_000),
    ]


def test_text_is_kept_even_after_the_cut_off(cast):
    assert save(cast, beijing(11, 5)).body == "正文"


def test_an_accepted_report_takes_no_more_words(cast, now):
    report = save(cast, now)
    with unit_of_work():
        db.session.get_one(Report, report.id).state = "accepted"
    with pytest.raises(Refused) as refused:
        save(cast, now, body="再改", version=1)
    assert [reason.code for reason in refused.value.reasons] == ["already_accepted"]


def test_twenty_first_words_at_once_make_one_working_copy(app, cast, now):
    assignment_id, bureau_id, actor = cast.assignment("Q-HE").id, cast.assignment("Q-HE").bureau_id, cast.actor("Q-HE")
    db.session.rollback()
    told, together = [], threading.Barrier(20)

    def write(number):
        with app.app_context():
            together.wait(30)
            try:
                with unit_of_work():
                    mine = campaigns.find_assignment(assignment_id, bureau_ids=[bureau_id])
                    reports.save_text(mine, title="标题", body=f"正文 {number}", version=0, actor=actor, now=now)
                told.append("saved")
            except Stale:
                told.append("stale")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert sorted(told) == ["saved", *["stale"] * 19]
    assert queries.find_report(assignment_id).text_version == 1
