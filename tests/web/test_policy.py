"""What pages may load and run: WebAssembly is for one worker alone."""

from reporting.web import HASHER


def policy(client, address):
    found = client.get(address).headers["Content-Security-Policy"]
    return {name: words.split() for name, _, words in (part.strip().partition(" ") for part in found.split(";"))}


def test_a_page_runs_no_webassembly(client):
    page = policy(client, "/account/sign-in")
    assert page["worker-src"] == ["'self'"]
    assert page["default-src"] == ["'none'"]
    assert not [word for words in page.values() for word in words if "eval" in word or "inline" in word]


def test_the_worker_that_hashes_may_and_asks_nobody(client):
    worker = policy(client, f"/static/{HASHER}")
    assert worker["script-src"] == ["'self'", "'wasm-unsafe-eval'"]
    assert worker["default-src"] == ["'none'"]
    assert "connect-src" not in worker


def test_no_other_script_may(client):
    assert "'wasm-unsafe-eval'" not in policy(client, "/static/dist/report.js")["script-src"]
