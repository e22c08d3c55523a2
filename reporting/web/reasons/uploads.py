"""Refusals about beginning and ending an upload. Facts: ``name`` is the sender's own file name; sizes are bytes."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from reporting.web.formats import number_words, size_words

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "too_many_uploads": lambda facts: _(
        "本单位已有 %(limit)s 个文件正在上传，《%(name)s》暂时不能开始。请等其中一个传完，或取消不再需要的上传后再试。",
        limit=number_words(facts["limit"]),
        name=facts["name"],
    ),
    "no_room": lambda facts: _(
        "服务器存储空间暂时不足，《%(name)s》没有开始上传。已填写的内容和此前的文件均已保存，仍可提交。"
        "请稍后再试，或与主办单位联系。",
        name=facts["name"],
    ),
    "vault_full": lambda facts: _(
        "系统存放文件的总额度已用完，《%(name)s》没有接收。已填写的内容和此前的文件均已保存，仍可提交。"
        "请与主办单位联系。",
        name=facts["name"],
    ),
    "bureau_full": lambda facts: _(
        "本单位的存储额度还剩 %(left)s，《%(name)s》为 %(size)s，没有接收。请压缩后重试，或与主办单位联系。"
        "其他文件均已保存。",
        left=size_words(facts["left"]),
        name=facts["name"],
        size=size_words(facts["size"]),
    ),
    "content_differs_from_hash": lambda facts: _(
        "《%(name)s》收到的内容与选择文件时计算的校验值不一致，没有保存。可能是上传期间文件被改动过，"
        "请重新选择这个文件上传。其他文件均已保存。",
        name=facts["name"],
    ),
}
