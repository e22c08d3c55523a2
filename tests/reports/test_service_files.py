"""Files in slots: attached, described, ordered, taken out and put back; and slots declared empty."""

import pytest

from reporting.core.db import unit_of_work
from reporting.core.errors import NotFound, Refused
from reporting.reports import queries
from reporting.reports import service as reports
from reporting.reports.service import Description
from tests.cast import beijing, make_cast
from tests.reports.parcels import parcel


@pytest.fixture
def cast(app):
    return make_cast()


@pytest.fixture
def hebei(cast, now):
    """The verbs as Hebei's reporter calls them, each in a transaction of its own."""
    return Hebei(cast, now)


class Hebei:
    def __init__(self, cast, now):
        self.cast, self.now = cast, now

    def __getattr__(self, name):
        verb = getattr(reports, name)

        def call(*arguments, **named):
            named = {"now": self.now, "actor": self.cast.actor("Q-HE"), **named}
            with unit_of_work():
                return verb(self.cast.assignment("Q-HE"), *arguments, **named)

        return call

    @property
    def report(self):
        return queries.find_report(self.cast.assignment("Q-HE").id)

    @property
    def names(self):
        return [file.name for file in queries.attachments(self.report.id)]

    def put(self, *names, kind="photos"):
        reasons = self.attach(kind, [parcel(name, at=self.now) for name in names])
        found = {file.name: file.id for file in queries.attachments(self.report.id)}
        return reasons, found


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def test_files_stand_in_the_order_in_which_they_came(hebei):
    reasons, _ids = hebei.put("甲.jpg", "乙.jpg")
    assert reasons == []
    hebei.put("丙.jpg")
    assert hebei.names == ["甲.jpg", "乙.jpg", "丙.jpg"]


def test_the_same_content_twice_is_told_and_adds_nothing(hebei):
    hebei.put("甲.jpg")
    revision = hebei.report.revision
    reasons, _ids = hebei.put("甲.jpg")
    assert [(reason.code, reason.facts["name"]) for reason in reasons] == [("already_attached", "甲.jpg")]
    assert hebei.names == ["甲.jpg"]
    assert hebei.report.revision == revision


def test_the_thirty_first_of_thirty_is_refused_by_name_and_the_thirty_go_in(hebei):
    reasons, _ids = hebei.put(*[f"{number}.jpg" for number in range(1, 32)])
    assert [(reason.code, reason.facts["name"], reason.facts["most"]) for reason in reasons] == [
        ("too_many_files", "31.jpg", 30)
    ]
    assert len(hebei.names) == 30


def test_an_unknown_slot_is_not_found(hebei):
    with pytest.raises(NotFound):
        hebei.put("甲.jpg", kind="figures")


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        (beijing(9, 29, 8, 59, 59), "not_open_yet"),
        (beijing(9, 29, 9), None),
        (beijing(10, 31, 23, 59, 59), None),
        (beijing(11, 1), "closed_for_submission"),
    ],
)
def test_the_gate_opens_and_shuts_at_the_second(hebei, moment, code):
    if code is None:
        assert hebei.attach("photos", [parcel("甲.jpg", at=moment)], now=moment) == []
    else:
        with pytest.raises(Refused) as refused:
            hebei.attach("photos", [parcel("甲.jpg", at=moment)], now=moment)
        assert codes(refused) == [code]


def test_removed_twice_is_removed_once_and_can_be_put_back(hebei):
    _reasons, ids = hebei.put("甲.jpg", "乙.jpg")
    hebei.remove(ids["甲.jpg"])
    revision = hebei.report.revision
    hebei.remove(ids["甲.jpg"])
    assert hebei.report.revision == revision
    assert hebei.names == ["乙.jpg"]
    assert [file.name for file in queries.removed_attachments(hebei.report.id)] == ["甲.jpg"]
    hebei.restore(ids["甲.jpg"])
    hebei.restore(ids["甲.jpg"])
    assert hebei.names == ["甲.jpg", "乙.jpg"]


def test_a_full_slot_takes_nothing_back(hebei):
    _reasons, ids = hebei.put("甲.jpg")
    hebei.remove(ids["甲.jpg"])
    hebei.put(*[f"{number}.jpg" for number in range(30)])
    with pytest.raises(Refused) as refused:
        hebei.restore(ids["甲.jpg"])
    assert codes(refused) == ["too_many_files"]


@pytest.mark.parametrize(
    ("moved", "to", "order"),
    [
        ("丙", 1, "丙甲乙"),
        ("甲", 2, "乙甲丙"),
        ("甲", 3, "乙丙甲"),
        ("甲", 99, "乙丙甲"),
        ("乙", -5, "乙甲丙"),
        ("乙", 2, "甲乙丙"),
    ],
)
def test_an_order_sent_twice_moves_once(hebei, moved, to, order):
    _reasons, ids = hebei.put("甲.jpg", "乙.jpg", "丙.jpg")
    for _again in range(2):
        hebei.move(ids[f"{moved}.jpg"], to=to)
        assert "".join(hebei.names).replace(".jpg", "") == order


def test_captions_are_kept_and_a_long_one_is_refused_by_name(hebei):
    _reasons, ids = hebei.put("甲.jpg", "乙.jpg")
    area = hebei.cast.task.campaign.focus_areas[0].id
    hebei.update_captions({ids["甲.jpg"]: Description("启动\n仪式", area), ids["乙.jpg"]: Description("", 999_999)})
    first, second = queries.attachments(hebei.report.id)
    assert (first.caption, first.focus_area_id) == ("启动 仪式", area)
    assert second.focus_area_id is None
    with pytest.raises(Refused) as refused:
        hebei.update_captions({ids["乙.jpg"]: Description("字" * 201, None)})
    assert [(reason.code, reason.facts["name"], reason.facts["limit"]) for reason in refused.value.reasons] == [
        ("caption_too_long", "乙.jpg", 200)
    ]
    hebei.update_captions({ids["乙.jpg"]: Description("字" * 200, None)})


def test_nobody_touches_another_bureaus_file(hebei, now):
    _reasons, ids = hebei.put("甲.jpg")
    for verb, named in (("remove", {}), ("restore", {}), ("move", {"to": 1})):
        with pytest.raises(NotFound), unit_of_work():
            getattr(reports, verb)(
                hebei.cast.assignment("C-SH"), ids["甲.jpg"], actor=hebei.cast.actor("C-SH"), now=now, **named
            )
    assert hebei.names == ["甲.jpg"]


def test_declaring_none_needs_a_reason_and_an_empty_slot(hebei):
    with pytest.raises(Refused) as refused:
        hebei.declare_none("videos", reason=" ")
    assert codes(refused) == ["declaration_reason_missing"]
    with pytest.raises(Refused) as refused:
        hebei.declare_none("summary", reason="字" * 301)
    assert codes(refused) == ["may_not_declare", "declaration_reason_too_long"]
    hebei.put("片.mp4", kind="videos")
    with pytest.raises(Refused) as refused:
        hebei.declare_none("videos", reason="没有拍摄")
    assert codes(refused) == ["slot_has_files"]


def test_declared_twice_is_once_and_a_file_lifts_it(hebei):
    hebei.declare_none("videos", reason="没有拍摄")
    revision = hebei.report.revision
    hebei.declare_none("videos", reason="没有拍摄")
    assert hebei.report.revision == revision
    hebei.put("片.mp4", kind="videos")
    assert queries.declarations(hebei.report.id) == {}


def test_a_declaration_can_be_taken_back(hebei):
    hebei.declare_none("videos", reason="没有拍摄")
    hebei.undeclare("videos")
    revision = hebei.report.revision
    hebei.undeclare("videos")
    assert queries.declarations(hebei.report.id) == {}
    assert hebei.report.revision == revision
