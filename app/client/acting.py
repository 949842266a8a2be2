"""The actions on a mass reply: `cancel`, `pause`, `resume`, `retry`, `approve`, `reject`, `resolve`."""

from uuid import uuid4

from app.client import options as opt
from app.client.exit_codes import NotUsable
from app.client.request import read_lines, read_moment
from app.client.session import opened


def cancel(id_: opt.Id, url: opt.Url, key: opt.Key, as_json: opt.AsJson = False) -> None:
    """Cancel a mass reply permanently. What has not been sent yet is not sent."""
    with opened(url, key, as_json=as_json) as session:
        session.act(id_, "cancel", {})


def pause(id_: opt.Id, url: opt.Url, key: opt.Key, lane: opt.LaneOption = None, as_json: opt.AsJson = False) -> None:
    """Pause a mass reply: nothing more is sent until it is resumed."""
    with opened(url, key, as_json=as_json) as session:
        session.act(id_, "pause", {"channel_account": lane})


def resume(
    id_: opt.Id,
    url: opt.Url,
    key: opt.Key,
    lane: opt.LaneOption = None,
    wait: opt.Wait = False,
    as_json: opt.AsJson = False,
) -> None:
    """Resume a mass reply after a pause or a sample."""
    with opened(url, key, as_json=as_json) as session:
        session.act(id_, "resume", {"channel_account": lane}, wait=wait)


def retry(
    id_: opt.Id,
    url: opt.Url,
    key: opt.Key,
    reason: opt.ReasonCodes = None,
    not_after: opt.NotAfter = None,
    wait: opt.Wait = False,
    as_json: opt.AsJson = False,
) -> None:
    """Retry the deliveries that failed for a temporary reason."""
    with opened(url, key, as_json=as_json) as session:
        body = {"reason_codes": reason, "not_after": read_moment(not_after, "--not-after")}
        session.act(id_, "retry", body, wait=wait, idempotency_key=str(uuid4()))


def approve(id_: opt.Id, url: opt.Url, key: opt.Key, wait: opt.Wait = False, as_json: opt.AsJson = False) -> None:
    """Approve somebody else's mass reply: it is sent as it was confirmed."""
    with opened(url, key, as_json=as_json) as session:
        session.act(id_, "approve", {}, wait=wait)


def reject(id_: opt.Id, url: opt.Url, key: opt.Key, reason: opt.Why, as_json: opt.AsJson = False) -> None:
    """Reject somebody else's mass reply that awaits approval. The reason is stored and shown."""
    with opened(url, key, as_json=as_json) as session:
        session.act(id_, "reject", {"reason": reason})


def resolve(
    id_: opt.Id,
    url: opt.Url,
    key: opt.Key,
    outcome: opt.Outcome,
    reason: opt.Why,
    conversations: opt.Conversations = None,
    ids_file: opt.IdsFile = None,
    send_again: opt.SendAgain = False,
    not_after: opt.NotAfter = None,
    as_json: opt.AsJson = False,
) -> None:
    """Decide whether uncertain deliveries were sent, after you have found out."""
    with opened(url, key, as_json=as_json) as session:
        if bool(conversations) == (ids_file is not None):
            raise NotUsable("Name the conversations: as arguments, or with --ids-file.")
        body = {
            "conversation_ids": [str(each) for each in conversations or ()] or (ids_file and read_lines(ids_file)),
            "outcome": outcome,
            "send_again": send_again,
            "not_after": read_moment(not_after, "--not-after"),
            "reason": reason,
        }
        session.act(id_, "resolve", body, idempotency_key=str(uuid4()))
