"""The words for our codes, in the reader's language. KeyError for an unknown code, so that none is shown as a blank."""

from flask_babel import gettext as _


def standing_word(code: str) -> str:
    """How a delivery stands."""
    return {
        "upcoming": _("未开始"),
        "open": _("待报"),
        "due_soon": _("即将截止"),
        "partial": _("部分已报"),
        "on_time": _("按时"),
        "late": _("逾期补报"),
        "missing": _("未报"),
    }[code]


def slot_word(code: str) -> str:
    """How one slot stands."""
    return {
        "owed": _("待报"),
        "missing": _("未报"),
        "on_time": _("按时"),
        "late": _("逾期补报"),
        "declared": _("申明无"),
        "declared_late": _("申明无（逾期）"),
        "optional": _("可不报"),
    }[code]


def review_word(code: str) -> str:
    """Where a report is between draft and acceptance."""
    return {
        "none": _("尚未填写"),
        "draft": _("草稿"),
        "prepared": _("待签发"),
        "submitted": _("待审阅"),
        "returned": _("退回修改"),
        "accepted": _("采纳"),
    }[code]


def role_word(code: str) -> str:
    """What a person is in a bureau."""
    return {
        "reporter": _("填报人"),
        "certifier": _("签发人"),
        "reviewer": _("审阅人"),
        "coordinator": _("主办人"),
        "leader": _("领导"),
        "administrator": _("管理员"),
    }[code]


def kind_word(code: str) -> str:
    """The system or level that a bureau belongs to."""
    return {
        "headquarters": _("总局"),
        "quality": _("质监"),
        "ciq": _("检验检疫"),
        "market": _("市场监管"),
        "city": _("市级"),
        "county": _("县级"),
        "other": _("其他"),
    }[code]


def format_words(code: str | None) -> str:
    """A file format for people, from its code: “Word 文档”, “MP4”; None is content that nobody knows."""
    if code is None:
        return _("无法识别的内容")
    known = {
        "doc": _("Word 文档"),
        "docx": _("Word 文档"),
        "xls": _("Excel 表格"),
        "xlsx": _("Excel 表格"),
        "ppt": _("演示文稿"),
        "pptx": _("演示文稿"),
        "wps": _("WPS 文档"),
        "html": _("网页文件"),
        "exe": _("程序文件"),
        "macro": _("带宏的文档"),
        "zip": _("压缩包"),
        "rar": _("压缩包"),
        "7z": _("压缩包"),
        "gz": _("压缩包"),
        "ole": _("其他 Office 文件"),
        "odf": _("OpenDocument 文件"),
    }
    return known.get(code, code.upper())


def slot_kind_words(code: str) -> str:
    """What a slot asks for."""
    return {"summary": _("活动总结"), "photos": _("图片"), "videos": _("视频")}[code]
