"""What a bureau and the vault may hold: the same for a form without JavaScript as for an upload by and by."""

import pytest

from reporting.files import queries as files
from reporting.reports import queries as reports
from tests.cast import make_cast
from tests.files import material
from tests.web.bureau.desk import Desk, shown
from tests.web.uploads.conftest import Tus


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


def test_equal_content_is_kept_once_and_counts_for_each_bureau(app):
    cast, content = make_cast(), material.docx()
    hebei = app.test_client().sign_in(cast.user("Q-HE"))
    sent = Tus(hebei, f"/assignments/{cast.assignment('Q-HE').id}/slots").create(
        len(content), body=content, filename="一.docx"
    )
    assert sent.status_code == 201
    desk = Desk(app, cast.user("C-SH"), cast.assignment("C-SH").id)
    desk.open()
    assert desk.press("/slots/summary/files", files={"summary": [("二.docx", content)]}).status_code == 303
    assert len(list(app.extensions["kit"].vault.keys())) == 1
    assert files.kept_bytes() == len(content)
    owners = [cast.assignment(code).bureau_id for code in ("Q-HE", "C-SH", "Q-NB")]
    assert [reports.attached_bytes(owner) for owner in owners] == [len(content), len(content), 0]
