"""The pages which only the demonstration has: its mailbox, and its clock."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reporting.core import clock
from reporting.core.envelopes import Party, compose
from reporting.core.letters import Letter
from reporting.outbox import queries as letters
from reporting.sink import Keeper
from reporting.web.demonstration import LETTERS_A_PAGE, morning_after
from tests.cast import beijing, make_cast

SHANGHAI = ZoneInfo("Asia/Shanghai")
pytestmark = pytest.mark.sqlite_only("the mailbox is a folder, and the clock a file")


@pytest.fixture
def demonstration(make_app, tmp_path, sink, now):
    """The application in demonstration mode, its clock at `now`, its letters going to the sink."""
    app = make_app(
        mode="demonstration",
        mailbox_dir=tmp_path / "mailbox",
        clock_file=tmp_path / "clock",
        smtp_port=sink.port,
        public_base_url="http://127.0.0.1:8000",
    )
    clock.OffsetClock(tmp_path / "clock").move_to(now)
    return app


@pytest.fixture
def client(demonstration):
    return demonstration.test_client()


def keep(
    tmp_path, number, *, to="limin@hebei.test", subject=None, html="<p>网页</p>", text="正文 http://127.0.0.1:8000/x"
):
    """A letter in the mailbox, written as the mail server writes it."""
    letter = Letter(
        subject or f"【回执】第{number}封", text, f"<!doctype html><html><head></head><body>{html}</body></html>"
    )
    envelope = compose(
        letter,
        sender=Party("baosong@hq.test", "国家质量监督检验检疫总局"),
        to=Party(to, "李敏"),
        message_id=f"<{number}@hq.test>",
        date=datetime(2014, 10, 13, 1, number % 60, tzinfo=UTC),
    )
    name = f"20261122T{number:012d}-0123abcd"
    keeper = Keeper(tmp_path / "mailbox")
    (keeper.folder / f"{name}.eml").write_bytes(f"Delivered-To: {to}\r\n".encode() + envelope.content)
    return name


def bar(page):
    """The bar's part of a page, its time and the address of its mailbox."""
    found = re.search(r'<section class="demo-bar".*?</section>', page, re.DOTALL)
    assert found is not None, "the page has no bar"
    steps = re.findall(r'name="step" value="([^"]+)"', found[0])
    return re.sub(r"<[^>]+>", "", found[0]), steps, re.findall(r'href="(/[^"]+)"', found[0])


def test_every_page_has_the_bar_before_and_after_signing_in(demonstration, client):
    cast = make_cast()
    hebei, task = cast.assignment("Q-HE").id, cast.task_id
    walks = {
        None: ["/account/sign-in", "/help", "/nowhere", "/demonstration/mailbox"],
        cast.user("Q-HE"): ["/tasks", f"/assignments/{hebei}", f"/assignments/{hebei}/check", "/account/password", "/nowhere"],
        cast.user("HQ", "coordinator"): ["/desk/campaigns", f"/desk/tasks/{task}", f"/desk/assignments/{hebei}", "/desk/letters"],
        cast.user("HQ", "administrator"): ["/admin/bureaus", "/admin/people", "/admin/bureaus/import"],
    }  # fmt: skip
    for who, addresses in walks.items():
        if who is not None:
            client.sign_in(who)
        for address in addresses:
            words, steps, links = bar(client.get(address).text)
            assert "2014年10月13日 (周一) 09:0" in words, address
            assert steps == ["hour", "day", "before-deadline", "morning-after"], address
            assert links == ["/demonstration/mailbox"], address


def test_the_bar_tells_the_time_to_which_it_was_moved(client):
    client.post("/demonstration/forward", data={"step": "day"})
    assert "2014年10月14日 (周二) 09:0" in bar(client.get("/account/sign-in").text)[0]


def test_an_empty_mailbox_says_how_letters_get_here(client):
    page = client.get("/demonstration/mailbox").text
    assert "还没有信件" in page
    assert "共 0 条" in page


@pytest.mark.parametrize("count", [1, 3, 120, 3200])
def test_the_mailbox_shows_the_newest_first_and_tells_the_total(client, tmp_path, count):
    for number in range(count):
        keep(tmp_path, number)
    page = client.get("/demonstration/mailbox").text
    assert f"共 {count:,} 条" in page
    shown = [number for number in range(count) if f"第{number}封<" in page]
    assert shown == list(range(max(count - LETTERS_A_PAGE, 0), count))
    if count > 1:
        assert page.index(f"第{count - 1}封<") < page.index(f"第{count - 2}封<")
    pages = -(-count // LETTERS_A_PAGE)
    last = client.get(f"/demonstration/mailbox?page={pages}").text
    assert "第0封<" in last
    assert client.get("/demonstration/mailbox?page=99").status_code == 200
    assert client.get("/demonstration/mailbox?page=-1").status_code == 200


def test_a_long_name_is_shown_as_it_is_written(client, tmp_path):
    page = client.get(f"/demonstration/mailbox/{keep(tmp_path, 1)}").text
    assert "国家质量监督检验检疫总局 &lt;baosong@hq.test&gt;" in page
    assert "李敏 &lt;limin@hebei.test&gt;" in page


def test_the_mailbox_can_be_searched_by_recipient(client, tmp_path):
    keep(tmp_path, 1, to="limin@hebei.test")
    keep(tmp_path, 2, to="chen@shanghai.test")
    page = client.get("/demonstration/mailbox?to=HEBEI").text
    assert "limin@hebei.test" in page
    assert "chen@shanghai.test" not in page
    assert "共 1 条" in page
    assert "没有符合条件的信件" in client.get("/demonstration/mailbox?to=nobody").text


def test_a_letter_is_shown_on_both_sides_with_its_headers_decoded(client, tmp_path):
    name = keep(tmp_path, 7)
    page = client.get(f"/demonstration/mailbox/{name}").text
    for words in (
        "【回执】第7封",
        "国家质量监督检验检疫总局",
        "limin@hebei.test",
        "&lt;7@hq.test&gt;",
        "2014年10月13日 (周一) 09:07:00",
    ):
        assert words in page
    assert '<a href="http://127.0.0.1:8000/x"' in page, "the link can be followed from the text side"
    assert f'src="/demonstration/mailbox/{name}/html"' in page
    assert "sandbox=" in page


def test_the_html_side_can_run_nothing_and_fetch_nothing(client, tmp_path):
    name = keep(tmp_path, 1, html='<script>alert(1)</script><a href="http://127.0.0.1:8000/x">前往</a>')
    answer = client.get(f"/demonstration/mailbox/{name}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert '<head><base target="_top">' in answer.text
    assert answer.content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "name",
    ["nobody", "20261122T000000000001-0123abcd", "..%2f..%2fetc%2fpasswd", "20261122T000000000001-0123abcd.eml", "%00"],
)
def test_a_name_that_is_none_of_the_mailbox_is_not_found(client, name):
    assert client.get(f"/demonstration/mailbox/{name}").status_code == 404
    assert client.get(f"/demonstration/mailbox/{name}/html").status_code == 404


def test_what_a_letter_holds_cannot_become_markup_of_our_page(client, tmp_path):
    name = keep(tmp_path, 1, subject="<script>alert(1)</script>", text="<script>alert(2)</script>")
    for address in ("/demonstration/mailbox", f"/demonstration/mailbox/{name}"):
        assert "<script>alert" not in client.get(address).text


def test_a_letter_without_date_or_html_is_shown_all_the_same(client, tmp_path):
    keep(tmp_path, 1)
    (path,) = (tmp_path / "mailbox").glob("*.eml")
    path.write_bytes(b"Delivered-To: a@x.test\r\nSubject: bare\r\n\r\nbody\r\n")
    assert "bare" in client.get("/demonstration/mailbox").text
    assert "body" in client.get(f"/demonstration/mailbox/{path.stem}").text


def test_an_ordinary_installation_has_none_of_these_pages(make_app):
    client = make_app().test_client()
    assert client.get("/demonstration/mailbox").status_code == 404
    assert client.post("/demonstration/forward", data={"step": "day"}).status_code == 404


# --- the clock ---


@pytest.mark.parametrize(("step", "hours"), [("hour", 1), ("day", 24)])
def test_the_clock_moves_by_an_hour_or_a_day(client, now, step, hours):
    answer = client.post("/demonstration/forward", data={"step": step}, headers={"Referer": "http://localhost/help"})
    assert answer.status_code == 302
    assert answer.location == "http://localhost/help"
    assert timedelta() <= clock.now() - (now + timedelta(hours=hours)) < timedelta(minutes=1)


def test_without_an_open_task_there_is_no_deadline_to_go_to(client, now):
    for step in ("before-deadline", "morning-after", "", "nonsense"):
        assert client.post("/demonstration/forward", data={"step": step}).status_code == 302
    assert clock.now() - now < timedelta(minutes=1)
    assert "没有拨动时间" in client.get("/demonstration/mailbox").text


def test_the_clock_goes_to_the_deadline_and_the_morning_after_and_letters_come_at_once(
    demonstration, client, sink, now
):
    make_cast()
    client.post("/demonstration/forward", data={"step": "before-deadline"})
    assert timedelta() <= clock.now() - beijing(10, 15, 23, 59) < timedelta(seconds=50)
    before = len(sink.letters)
    assert before > 0, "the reminders of the last day"
    client.post("/demonstration/forward", data={"step": "morning-after"})
    assert timedelta() <= clock.now() - beijing(10, 16, 9, 30) < timedelta(minutes=1)
    missed = [letter for letter in sink.letters[before:] if letter.subject.startswith("【未按时报送】")]
    assert missed, "who is missing learns so at once"
    counted = letters.counts_by_state()
    assert (counted["pending"], counted["failed"]) == (0, 0)


def test_a_clock_that_would_go_back_stays(demonstration, client):
    make_cast()
    client.post("/demonstration/forward", data={"step": "morning-after"})
    there = clock.now()
    client.post("/demonstration/forward", data={"step": "before-deadline"})
    assert clock.now() - there < timedelta(minutes=1)


def test_going_back_leads_to_our_own_pages_only(client):
    headers = {"Referer": "http://elsewhere.test/page"}
    answer = client.post("/demonstration/forward", data={"step": "hour"}, headers=headers)
    assert answer.location == "/"


@pytest.mark.parametrize(
    ("due", "morning"),
    [
        (beijing(10, 16), beijing(10, 16, 9, 30)),
        (beijing(10, 15, 17), beijing(10, 16, 9, 30)),
        (beijing(10, 15, 9, 29, 59), beijing(10, 15, 9, 30)),
        (beijing(10, 15, 9, 30), beijing(10, 16, 9, 30)),
    ],
)
def test_the_morning_after(due, morning):
    assert morning_after(due, SHANGHAI) == morning
