"""The headings and words of lists of days, and the ways of writing a day, as offices write them."""

import re

HEADINGS = {
    **dict.fromkeys(("date", "day", "日期"), "day"),
    **dict.fromkeys(("works", "work", "上班", "是否上班", "类型"), "works"),
    **dict.fromkeys(("name", "名称", "说明", "节日"), "name"),
}
WORDS = {
    **dict.fromkeys(("1", "是", "班", "上班", "补班", "调休上班", "工作日", "yes", "y", "true", "work"), True),
    **dict.fromkeys(("0", "否", "休", "休息", "放假", "节假日", "no", "n", "false", "off", "holiday"), False),
}
WRITTEN = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?:[ T]00:00(?::00)?)?", re.ASCII)
