"""Calls to the server: which are made again, and what is said where none was answered."""

from collections.abc import Sequence

import httpx
import pytest

from app.client.exit_codes import NotUsable, ServerRefusal, Unreachable
from app.client.service import Service

NOW = (0.0, 0.0)
"""Two repetitions, at once."""


class Script:
    """A server that answers by a script, and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def service(self) -> Service:
        return Service("https://api.example.test", "mr_key", transport=httpx.MockTransport(self), pauses=NOW)


def problem(status: int, code: str) -> httpx.Response:
    body = {"type": f"urn:mass-reply:problem:{code}", "status": status, "code": code, "detail": "So it is."}
    return httpx.Response(status, json=body, headers={"Content-Type": "application/problem+json", "Retry-After": "0"})


LOST = httpx.ReadError("gone")
FINE = httpx.Response(201, json={"id": "1"})


@pytest.mark.parametrize(
    "first",
    [
        LOST,
        httpx.ConnectError("refused"),
        httpx.Response(502),
        problem(429, "rate_limited"),
        problem(503, "overloaded"),
        httpx.Response(503),
    ],
    ids=["answer lost", "refused", "proxy", "rate limited", "overloaded", "proxy is waiting"],
)
def test_a_call_without_an_answer_is_made_again_with_the_same_idempotency_key(
    first: httpx.Response | Exception,
) -> None:
    server = Script(first, problem(409, "idempotency_in_progress"), FINE)

    assert server.service().post("/mass-replies", {}, idempotency_key="k-1") == {"id": "1"}
    assert [request.headers["Idempotency-Key"] for request in server.asked] == ["k-1"] * 3


def test_a_host_that_is_dead_is_said_at_the_first_try() -> None:
    told: list[str] = []
    server = Script(httpx.ConnectError("x"), httpx.ConnectError("x"), FINE)
    transport = httpx.MockTransport(server)
    with Service("https://api.example.test", "mr_key", say=told.append, transport=transport, pauses=NOW) as service:
        service.post("/mass-replies", {})
    assert len(told) == 1
    assert told[0].startswith("https://api.example.test does not answer: the connection failed. Trying again")


def test_a_refusal_is_not_asked_again() -> None:
    server = Script(problem(422, "selection_empty"))

    with pytest.raises(ServerRefusal, match=r"So it is\. \(selection_empty\)"):
        server.service().post("/mass-replies", {})
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([LOST] * 3, r"https://api\.example\.test does not answer: the connection failed\."),
        ([httpx.Response(502)] * 3, "502"),
        ([httpx.Response(200, text="<html>")], "not from mass-reply"),
        ([httpx.Response(200, json=["mass-reply"])], "not from mass-reply"),
        ([httpx.DecodingError("no gzip")] * 3, "its answer cannot be read"),
        ([httpx.Response(404, text="<html>")], "404"),
        ([httpx.Response(302, headers={"Location": "https://elsewhere.example.test"})], "302"),
    ],
)
def test_a_server_that_gives_no_usable_answer_is_unreachable(
    answers: Sequence[httpx.Response | Exception], said: str
) -> None:
    server = Script(*answers)

    with pytest.raises(Unreachable, match=said):
        server.service().get("/mass-replies/1")
    assert len(server.asked) == len(answers)


@pytest.mark.parametrize("page", [{"ok": True}, {"items": 5, "next_cursor": None}])
def test_a_list_of_another_server_is_none(page: dict[str, object]) -> None:
    with pytest.raises(Unreachable, match="not from mass-reply"):
        list(Script(httpx.Response(200, json=page)).service().listing("/x"))


@pytest.mark.parametrize("errors", [{"field": ["is wrong"]}, ["is wrong"], None])
def test_a_problem_of_another_server_is_told_as_far_as_it_is_known(errors: object) -> None:
    answer = httpx.Response(
        400, json={"detail": "No.", "errors": errors}, headers={"Content-Type": "application/problem+json"}
    )

    with pytest.raises(ServerRefusal, match=r"No\. \(400\)") as refused:
        Script(answer).service().get("/x")
    assert refused.value.faults == ()


def test_a_file_that_is_streamed_is_refused_like_everything_else() -> None:
    download = Script(problem(404, "not_found")).service().download("/x", "text/csv")

    with pytest.raises(ServerRefusal, match="not_found"), download:
        pass


@pytest.mark.parametrize(
    "url", ["", "api.example.test", "ftp://api.example.test", "https://", "http://[::1", "http://a.example.test/\x00"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(NotUsable, match="http://"):
        Service(url, "mr_key")


@pytest.mark.parametrize("key", ["schlüssel", "mr_key\r\nX: y"])
def test_a_key_that_no_header_can_hold_is_refused_unshown(key: str) -> None:
    with pytest.raises(NotUsable) as refused:
        Service("https://api.example.test", key)
    assert key not in str(refused.value)
