"""The words for our codes, in the reader's language. KeyError for an unknown code, so that none is shown as a blank."""

from flask_babel import lazy_gettext as _l

# Lazy, so that asking for one word translates one word: a list of a hundred rows asks hundreds of times.

_STANDING_WORDS = {
    "upcoming": _l("未开始"),
    "open": _l("待报"),
    "due_soon": _l("即将截止"),
    "partial": _l("部分已报"),
    "manifest": _l("清单已到，材料上传中"),
    "on_time": _l("按时"),
    "late": _l("逾期补报"),
    "missing": _l("未报"),
}


def standing_word(code: str) -> str:
    """How a delivery stands."""
    return str(_STANDING_WORDS[code])


_SLOT_WORDS = {
    "owed": _l("待报"),
    "missing": _l("未报"),
    "manifest": _l("清单已到，材料上传中"),
    "on_time": _l("按时"),
    "late": _l("逾期补报"),
    "declared": _l("申明无"),
    "declared_late": _l("申明无（逾期）"),
    "optional": _l("可不报"),
}


def slot_word(code: str) -> str:
    """How one slot stands."""
    return str(_SLOT_WORDS[code])


_REVIEW_WORDS = {
    "none": _l("尚未填写"),
    "draft": _l("草稿"),
    "prepared": _l("待签发"),
    "submitted": _l("待审阅"),
    "returned": _l("退回修改"),
    "accepted": _l("采纳"),
}


def review_word(code: str) -> str:
    """Where a report is between draft and acceptance."""
    return str(_REVIEW_WORDS[code])


_ROLE_WORDS = {
    "reporter": _l("填报人"),
    "certifier": _l("签发人"),
    "reviewer": _l("审阅人"),
    "coordinator": _l("主办人"),
    "leader": _l("领导"),
    "administrator": _l("管理员"),
}


def role_word(code: str) -> str:
    """What a person is in a bureau."""
    return str(_ROLE_WORDS[code])


_KIND_WORDS = {
    "headquarters": _l("总局"),
    "quality": _l("质监"),
    "ciq": _l("检验检疫"),
    "market": _l("市场监管"),
    "city": _l("市级"),
    "county": _l("县级"),
    "other": _l("其他"),
}


def kind_word(code: str) -> str:
    """The system or level that a bureau belongs to."""
    return str(_KIND_WORDS[code])


_FORMATS = {
    "doc": _l("Word 文档"),
    "docx": _l("Word 文档"),
    "xls": _l("Excel 表格"),
    "xlsx": _l("Excel 表格"),
    "ppt": _l("演示文稿"),
    "pptx": _l("演示文稿"),
    "wps": _l("WPS 文档"),
    "html": _l("网页文件"),
    "exe": _l("程序文件"),
    "macro": _l("带宏的文档"),
    "zip": _l("压缩包"),
    "rar": _l("压缩包"),
    "7z": _l("压缩包"),
    "gz": _l("压缩包"),
    "ole": _l("其他 Office 文件"),
    "odf": _l("OpenDocument 文件"),
    "encrypted": _l("加密的文档"),
    "script": _l("程序文件"),
    "playlist": _l("播放列表"),
}


def format_words(code: str | None) -> str:
    """A file format for people, from its code: “Word 文档”, “MP4”; None is content that nobody knows."""
    if code is None:
        return str(_l("无法识别的内容"))
    return str(_FORMATS.get(code, code.upper()))


_SLOT_KINDS = {"summary": _l("活动总结"), "photos": _l("图片"), "videos": _l("视频")}


def slot_kind_words(code: str) -> str:
    """What a slot asks for."""
    return str(_SLOT_KINDS[code])
