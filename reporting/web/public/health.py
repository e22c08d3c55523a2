"""For whoever watches the machine: does the process live, is it fit to serve, and what do the numbers say."""

import hmac
from collections.abc import Iterator
from datetime import datetime

from flask import Response, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from reporting import watching
from reporting.core import clock, health
from reporting.core.errors import NotFound
from reporting.core.kit import kit
from reporting.web.guards import policy
from reporting.web.public import blueprint


@blueprint.get("/healthz")
@policy("anyone")
def healthz() -> ResponseReturnValue:
    """200 while the process serves and its database answers."""
    health.ask_database()
    return {"status": "ok"}


@blueprint.get("/readyz")
@policy("anyone")
def readyz() -> ResponseReturnValue:
    """200 while everything is done in its time, else 503 with the codes of what stands still. It names nothing of ours."""
    seen = _look(clock.now())
    if seen.faults:
        return {"status": "stuck", "faults": list(seen.faults)}, 503
    return {"status": "ok", "faults": []}


@blueprint.get("/metrics")
@policy("anyone")
def metrics() -> ResponseReturnValue:
    """Numbers for Prometheus, for whoever brings the token of the settings; without one there is no such page."""
    token = kit().settings.metrics_token
    brought = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(brought.encode(), f"Bearer {token}".encode()):
        raise NotFound
    registry = CollectorRegistry()
    registry.register(_Numbers(clock.now()))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _look(now: datetime) -> watching.Watch:
    tick = kit().settings.tick_seconds
    return watching.watch(tick_seconds=tick, now=now, host_now=clock.system_clock())


class _Numbers(Collector):
    """What the watch sees, as Prometheus reads it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Each number with its labels."""
        seen = _look(self.now)
        last = seen.last_tick.timestamp() if seen.last_tick else 0
        yield GaugeMetricFamily("baosong_last_tick", "When the vital chores had last all been done, Unix time", last)
        due = GaugeMetricFamily("baosong_oldest_due_age_seconds", "Age of the oldest work that waits", labels=["work"])
        for work, since in (("letters", seen.oldest_letter_due), ("verdicts", seen.oldest_verdict_due)):
            due.add_metric([work], max(0.0, (self.now - since).total_seconds()) if since else 0)
        yield due
        failing = GaugeMetricFamily(
            "baosong_chore_failures", "Failures of a chore since it was last done", labels=["chore"]
        )
        for name, one in seen.pulses.items():
            failing.add_metric([name], one.failures)
        yield failing
        rows = GaugeMetricFamily("baosong_rows", "Rows of each sort of work in each state", labels=["sort", "state"])
        for sort, state, count in watching.counts():
            rows.add_metric([sort, state], count)
        yield rows
