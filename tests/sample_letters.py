"""One set of facts for every kind of letter, as the rooms give them."""

from typing import Any

COMMON: dict[str, Any] = {
    "person": "李敏",
    "organiser": {"name": "国家质检总局", "contact": "王处长", "phone": "010-82260000"},
    "campaign": {"title": "2014年全国“质量月”活动", "document_number": "国质检质联〔2014〕432号"},
    "reason_code": "reporter",
    "link": "assignment:7",
    "zone": "Asia/Shanghai",
}

DUE = "2014-10-15T16:00:00+00:00"
CUTOFF = "2014-10-31T16:00:00+00:00"
HEBEI = {
    "bureau": "河北质监局",
    "task": "活动总结",
    "due_at": DUE,
    "cutoff_at": CUTOFF,
    "days_left": 2,
    "late_days": 3,
    "workdays_left": 2,
    "workdays_estimated": True,
    "media_until": None,
    "owed": ["photos", "videos"],
    "in": ["summary"],
    "on_the_way": [],
    "lapsed": [],
}
TIANJIN = {**HEBEI, "bureau": "天津市质监局", "owed": ["summary", "photos", "videos"], "in": []}
ABOUT = {"bureau": "河北质监局", "task": "活动总结", "round": 1}
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

KINDS: dict[str, dict[str, Any]] = {
    "reminder": COMMON | {"step": "before", "duties": [HEBEI]},
    "receipt": COMMON
    | ABOUT
    | {
        "number": "BS-2014-000123",
        "received_at": "2014-10-14T08:32:08+00:00",
        "timing": "on_time",
        "late_by": 0,
        "slots": [
            {
                "kind": "summary",
                "standing": "on_time",
                "arrived_at": "2014-10-14T08:32:08+00:00",
                "count": 1,
                "came": 1,
                "until": None,
            },
            {"kind": "photos", "standing": "owed", "arrived_at": None, "count": 0, "came": 0, "until": None},
        ],
        "files": [{"name": "总结<终稿>.docx", "size": 2_400_000, "sha256": HASH, "slot": "summary", "came": True}],
        "still_owed": ["photos", "videos"],
    },
    "returned": COMMON
    | ABOUT
    | {"note": "图片说明请写清时间和地点。\n视频请补一段。", "slots": ["photos"], "due_at": DUE, "first_on_time": True},
    "infected": COMMON
    | {"reason_code": "coordinator", "link": "board:1", "bureau": "河北质监局", "task": "活动总结"}
    | {"name": "总结<终稿>.docx", "found": "Win.Test.EICAR_HDB-1"},
    "accepted": COMMON | ABOUT | {"note": ""},
    "digest": COMMON
    | {
        "reason_code": "coordinator",
        "link": "board:1",
        "task": "活动总结",
        "counts": {"on_time": 1, "partial": 1, "missing": 70},
        "missing": ["北京质监局", "天津市质监局"],
        "missing_total": 70,
        "due_at": DUE,
        "waiting_review": 1,
        "failed_letters": 0,
    },
    "extension": COMMON
    | {"bureau": "河北质监局", "task": "活动总结"}
    | {"old_due_at": DUE, "due_at": CUTOFF, "reason": "辖区水灾", "document_number": "国质检函〔2014〕88号"},
    "welcome": COMMON | {"email": "limin@hebei.test", "link": "sign-in"},
}
