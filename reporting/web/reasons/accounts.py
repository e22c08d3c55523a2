"""Refusals about accounts and passwords."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "password_too_short": lambda facts: _(
        "新密码太短，至少需要 %(least)s 个字符。可以用几个词连成一句。", least=facts["least"]
    ),
    "password_too_long": lambda facts: _("新密码太长，最多 %(most)s 个字符。请缩短。", most=facts["most"]),
    "password_wrong": lambda _facts: _("当前密码不正确。请重新输入；忘记密码的，请与管理员联系。"),
    "password_common": lambda _facts: _("新密码太常见，容易被猜到。请换一个。"),
    "password_same": lambda _facts: _("新密码与当前密码相同。请换一个不同的密码。"),
    "email_invalid": lambda _facts: _("电子邮箱的格式不正确。请填写完整的地址，例如 zhang@example.gov.cn。"),
    "email_taken": lambda _facts: _("这个电子邮箱已有账号使用。请换一个地址，或直接使用已有的账号。"),
    "name_missing": lambda facts: _(
        "姓名还没有填写，或超过 %(limit)s 个字。请填写 1 至 %(limit)s 个字。", limit=facts["limit"]
    ),
    "phone_unusable": lambda facts: _("电话超过 %(limit)s 个字，或有不可显示的字符。请改正。", limit=facts["limit"]),
    "language_unknown": lambda _facts: _("没有这种界面语言。请选择中文或英文。"),
}
