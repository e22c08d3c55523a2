"""The board as a file: the same rows, the same filter, a Chinese name."""

import csv
import io
from datetime import datetime, timedelta
from urllib.parse import unquote

import openpyxl
import pytest

from tests.crowd import DUE, NOTHING, PARTIAL, PUNCTUAL, TARDY


@pytest.fixture
def now():
    return DUE + timedelta(days=2)


def test_csv_has_the_filtered_rows(furnish):
    room = furnish([PUNCTUAL, NOTHING, TARDY, PARTIAL])
    answer = room.as_("leader").get(f"/desk/tasks/{room.task_id}/export.csv?standing=late")
    assert answer.mimetype == "text/csv"
    head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert head[:4] == ["单位代码", "单位名称", "简称", "类别"]
    [row] = [dict(zip(head, row, strict=True)) for row in rows]
    assert row["报送情况"] == "逾期补报"
    assert row["截止（北京时间）"] == "2014-10-15 24:00"
    assert row["图片首次送达（北京时间）"] == "2014-10-16 07:00:00"
    assert (row["图片件数"], row["逾期"], row["提交次数"]) == ("1", "逾期 7 小时", "1")
    assert row["最近回执编号"].startswith("BS-2014-")


def test_a_workbook_has_all_rows_and_no_formula(furnish):
    room = furnish([PUNCTUAL, NOTHING, TARDY])
    answer = room.as_("coordinator").get(f"/desk/tasks/{room.task_id}/export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet.max_row == 4
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "inlineStr"}
    assert any(isinstance(cell.value, datetime) for cell in sheet[4])


def test_the_file_has_a_chinese_name(furnish):
    room = furnish([NOTHING])
    told = room.as_("coordinator").get(f"/desk/tasks/{room.task_id}/export.xlsx").headers["Content-Disposition"]
    assert told.startswith("attachment; filename=")
    assert unquote(told.split("filename*=UTF-8''")[1]) == "活动总结报送情况-20141018-0000.xlsx"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_3_200_rows_need_few_statements(furnish, ending, count_queries):
    room = furnish([PUNCTUAL] * 3_200)
    client = room.as_("coordinator")
    with count_queries() as asked:
        assert client.get(f"/desk/tasks/{room.task_id}/export.{ending}").status_code == 200
    asked.expect(10)
