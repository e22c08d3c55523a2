"""Refusals about letters in the outbox."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "letter_under_way": lambda _facts: _("这封信正在发送，现在不能改动。请过几分钟刷新页面，看到结果后再处理。"),
    "address_unusable": lambda facts: _(
        "地址“%(address)s”不能用来发信。请填写完整的电子邮箱，例如 zhang@example.gov.cn。", address=facts["address"]
    ),
}
