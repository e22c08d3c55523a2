"""A form without JavaScript keeps to the same bounds of bureau and vault as an upload by and by."""

import pytest

from reporting.reports import queries as reports
from tests.cast import make_cast
from tests.files import material
from tests.web.bureau.desk import Desk, shown


@pytest.mark.parametrize("bound", ["bureau_bytes", "vault_bytes"])
def test_a_file_beyond_the_bound_is_refused_and_the_rest_is_kept(make_app, bound):
    first, second = material.docx(), material.picture("PDF")
    app = make_app(**{bound: len(first) + len(second) - 1})
    cast = make_cast()
    desk = Desk(app, cast.user("Q-HE"), cast.assignment("Q-HE").id)
    desk.open()
    answer = desk.press("/slots/summary/files", files={"summary": [("一.docx", first), ("二.pdf", second)]})
    assert answer.status_code == 422
    assert "《二.pdf》" in shown(answer.text)
    assert "额度" in shown(answer.text)
    report = reports.find_report(cast.assignment("Q-HE").id)
    assert [file.name for file in reports.attachments(report.id)] == ["一.docx"]
