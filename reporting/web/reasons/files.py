"""Refusals about one file that somebody sent. Facts: ``name`` is the sender's own file name; sizes are bytes."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from reporting.web.codes import format_words
from reporting.web.formats import limit_words, listed, number_words, size_words

SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "file_too_large": lambda facts: _(
        "文件《%(name)s》为 %(size)s，超过每个文件 %(limit)s 的上限。请压缩后重新上传，视频也可以分成几段。"
        "已填写的内容和其他文件均已保存。",
        name=facts["name"],
        size=size_words(facts["size"]),
        limit=limit_words(facts["limit"]),
    ),
    "file_empty": lambda facts: _(
        "文件《%(name)s》是空的（0 字节）。请打开原文件确认有内容，另存后重新上传。其他文件均已保存。",
        name=facts["name"],
    ),
    "type_not_allowed": lambda facts: _(
        "文件《%(name)s》的格式不能用于此项材料，可用的格式为 %(allowed)s。请转换格式后重新上传。其他文件均已保存。",
        name=facts["name"],
        allowed=listed("." + code for code in facts["allowed"]),
    ),
    "content_contradicts_name": lambda facts: _(
        "《%(name)s》的内容与扩展名不符：按扩展名应为 %(expected)s，实际为 %(found)s。"
        "请用原来的软件打开并另存为 %(expected)s 后再上传。其他文件均已保存。",
        name=facts["name"],
        expected=format_words(facts["expected"]),
        found=format_words(facts["found"]),
    ),
    "too_many_files": lambda facts: _(
        "此项材料最多 %(most)s 个文件，《%(name)s》超出，没有保存。如需换入，请先移除一个已上传的文件。"
        "已上传的文件均已保存。",
        most=facts["most"],
        name=facts["name"],
    ),
    "name_unusable": lambda facts: _(
        "文件名“%(name)s”为空或只有不可显示的字符。请改一个文件名后重新上传。其他文件均已保存。", name=facts["name"]
    ),
    "name_too_long": lambda facts: _(
        "文件名“%(name)s”超过 %(limit)s 个字。请改短后重新上传。其他文件均已保存。",
        name=facts["name"],
        limit=facts["limit"],
    ),
    "upload_cut": lambda facts: _(
        "《%(name)s》没有传完：应为 %(declared)s 字节，只收到 %(received)s 字节。"
        "请检查网络后重新上传这个文件。已填写的内容和其他文件均已保存。",
        name=facts["name"],
        declared=number_words(facts["declared"]),
        received=number_words(facts["received"]),
    ),
    "disk_full": lambda _facts: _(
        "服务器存储空间不足，这次上传的文件没有保存。已填写的内容和此前的文件均已保存。请稍后再试，或与主办单位联系。"
    ),
    "image_unreadable": lambda facts: _(
        "图片《%(name)s》打不开，可能已损坏或没有传完。请在电脑或手机上确认能打开，另存后重新上传。其他文件均已保存。",
        name=facts["name"],
    ),
    "image_too_many_pixels": lambda facts: _(
        "图片《%(name)s》有 %(pixels)s 个像素，超过这种格式 %(limit)s 个像素的上限。请缩小图片，或另存为普通的 JPG 格式后重新上传。"
        "其他文件均已保存。",
        name=facts["name"],
        pixels=number_words(facts["pixels"]),
        limit=number_words(facts["limit"]),
    ),
    "image_too_many_frames": lambda facts: _(
        "图片《%(name)s》是动画，有 %(frames)s 帧，超过 %(limit)s 帧的上限。请另存为静态图片后重新上传；"
        "如为视频内容，请作为视频上传。其他文件均已保存。",
        name=facts["name"],
        frames=number_words(facts["frames"]),
        limit=number_words(facts["limit"]),
    ),
    "video_unreadable": lambda facts: _(
        "视频《%(name)s》打不开，可能已损坏或没有传完。请确认能播放，必要时转为 MP4 后重新上传。其他文件均已保存。",
        name=facts["name"],
    ),
    "document_unreadable": lambda facts: _(
        "文档《%(name)s》打不开，可能已损坏或结构异常。请在 Word 或 WPS 中确认能打开，另存后重新上传。"
        "其他文件均已保存。",
        name=facts["name"],
    ),
    "document_encrypted": lambda facts: _(
        "文档《%(name)s》设有打开密码，系统和审阅人都无法打开。请在 Word、Excel 或 WPS 中取消密码，另存后重新上传。"
        "其他文件均已保存。",
        name=facts["name"],
    ),
    "document_has_macros": lambda facts: _(
        "文档《%(name)s》含有宏（随文档运行的程序），不能接收。请在 Word、Excel 或 WPS 中另存为不含宏的 .docx 或 .xlsx 后重新上传。"
        "其他文件均已保存。",
        name=facts["name"],
    ),
    "document_reaches_out": lambda facts: _(
        "文档《%(name)s》引用了网络上或其他电脑中的模板、对象或数据，打开时会自动去取，不能接收。"
        "请在 Word、Excel 或 WPS 中断开这些链接（“编辑指向文件的链接”中选择“断开链接”），或另存为 PDF 后重新上传。其他文件均已保存。",
        name=facts["name"],
    ),
    "document_embeds_program": lambda facts: _(
        "文档《%(name)s》里嵌有程序、控件或其他文件，不能接收。请删去这些嵌入的内容，把其中的文字和图片直接放入文档，"
        "或另存为 PDF 后重新上传。其他文件均已保存。",
        name=facts["name"],
    ),
    "file_infected": lambda facts: _(
        "文件《%(name)s》未能通过病毒检查（%(found)s），没有保存。请用杀毒软件检查您的电脑和原文件，清除后重新上传。其他文件均已保存。",
        name=facts["name"],
        found=facts["found"],
    ),
    "no_file_chosen": lambda _facts: _("还没有选择文件。请先选择要上传的文件，再按上传按钮。已填写的内容均已保存。"),
}
