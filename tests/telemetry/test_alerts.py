"""The list of metrics and the list of alerts, held against what is really told."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from app.domain.words import Channel
from app.telemetry.metrics import Metrics
from tests.delivery.stage import Stage
from tests.monitoring.samples import figures

DOCS = Path(__file__).resolve().parents[2] / "docs"
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
STANDARD = frozenset({"up"})
"""What Prometheus tells by itself."""
NAME = re.compile(r"\bmass_reply_\w+|\bup\b")
SELECTOR = re.compile(r'(\w+)\{(\w+)(?:=|!=|=~|!~)"([^"]*)"\}')


def table(heading: str) -> list[list[str]]:
    """The cells of a table's rows, without its heading."""
    rows = OPERATIONS[OPERATIONS.index(heading) :].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def documented() -> dict[str, set[str]]:
    """Each metric's labels, as the page says."""
    rows = table("| metric | labels |")
    return {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[1])) for row in rows}


ALERTS: Mapping[str, str] = {row[0].strip("`"): row[1].strip("`") for row in table("| alert | expression |")}
PANELS: Mapping[str, str] = {
    f"{panel['title']} {target['refId']}": target["expr"]
    for panel in json.loads((DOCS / "grafana-dashboard.json").read_text(encoding="utf-8"))["panels"]
    for target in panel["targets"]
}
ASKED = {**ALERTS, **PANELS}


def _told(text: str) -> dict[str, set[str]]:
    """Each metric's labels, as the program tells them; a histogram's `le` is Prometheus's own."""
    return {
        found[1]: {label for sample in family.samples for label in sample.labels} - {"le"}
        for family in text_string_to_metric_families(text)
        for found in re.finditer(rf"^# TYPE ({family.name}(?:_total)?) ", text, re.MULTILINE)
        if not found[1].endswith("_created")
    }


async def _everything(stage: Stage) -> dict[str, set[str]]:
    """All metrics, each with a value."""
    metrics = Metrics()
    metrics.count_delivery("email", "postmark", "accepted")
    metrics.count_call("postmark", 0.1)
    metrics.count_claim_without_room("rate")
    metrics.count_expired_claims(1)
    metrics.count_event_passed_over()
    metrics.count_unmatched_inbound("email")
    metrics.count_request("GET", "/me", 200, 0.1)
    metrics.count_refusal("overloaded", "connections")
    await stage.batch(1)
    await stage.runs("UPDATE deliveries SET not_before = now() - CAST(:since AS interval)", since=timedelta(hours=1))
    await stage.runs("""
        INSERT INTO webhook_endpoints (tenant_id, key, url, secrets, position)
        VALUES (:tenant, 'mine', 'https://example.test', '{}', 0)
    """)
    account = await stage.sms_account()
    await stage.batch(1, account=account, channel=Channel.SMS)
    await stage.runs("UPDATE channel_accounts SET enabled = false WHERE id = :id", id=account)
    await stage.sweeper().tick()
    return _told(generate_latest(metrics.registry).decode()) | _told((await figures(stage.database)).text)


async def test_every_metric_stands_in_the_list_with_its_labels_and_no_other_does(stage: Stage) -> None:
    assert documented() == await _everything(stage)


async def test_the_api_tells_of_every_one_in_the_list(anonymous: httpx.AsyncClient, stage: Stage) -> None:
    await stage.sweeper().tick()
    assert _told((await anonymous.get("/metrics")).text).keys() == documented().keys()


@pytest.mark.parametrize("question", ASKED)
def test_an_alert_or_a_panel_asks_for_metrics_and_labels_that_exist(question: str) -> None:
    expression, known = ASKED[question], documented()
    asked = {re.sub(r"_bucket$", "", name) for name in NAME.findall(re.sub(r'"[^"]*"', "", expression))}
    assert asked
    assert asked <= known.keys() | STANDARD
    for name, label, value in SELECTOR.findall(expression):
        assert name in STANDARD or label in known[re.sub(r"_bucket$", "", name)]
        assert value
    assert all(expression.count(opening) == expression.count(closing) for opening, closing in ("()", "[]", "{}"))


@pytest.mark.parametrize("question", ASKED)
def test_an_alert_or_a_panel_selects_no_value_that_the_list_does_not_name(question: str) -> None:
    said = OPERATIONS[OPERATIONS.index("| metric | labels |") :].partition("\n\n")[0]
    for name, label, value in SELECTOR.findall(ASKED[question]):
        if label in {"outcome", "state", "limit"}:
            [row] = [row for row in said.splitlines() if row.startswith(f"| `{name}`")]
            assert f"`{value}`" in row


def test_an_alert_says_for_how_long_what_it_means_and_what_to_do() -> None:
    assert len(ALERTS) >= 15
    for row in table("| alert | expression |"):
        [_, _, lasting, meaning, remedy] = row
        assert re.fullmatch(r"\d+[mh]", lasting)
        assert len(meaning) > 20
        assert len(remedy) > 20


def test_the_events_of_the_log_that_an_alert_sends_to_are_explained_on_the_same_page() -> None:
    events = set(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (?:info|warning|error) ", OPERATIONS, re.MULTILINE))
    explained = {name for cell in events for name in re.findall(r"`(\w+)`", cell)}
    for row in table("| alert | expression |"):
        named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", row[4]))
        assert named - explained <= {*documented(), "pause_reason", "max_connections", "request_id"}, row[0]
