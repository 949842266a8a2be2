"""The options of the client's commands, each defined once."""

from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from app.client.accounts import AccountAction
from app.client.request import FILTERS
from app.domain.delivery_lifecycle import DeliveryStatus
from app.domain.mass_reply_lifecycle import MassReplyStatus
from app.domain.resolution import Finding
from app.domain.words import Channel, ReasonCode

_FILE: dict[str, Any] = {"exists": True, "dir_okay": False, "readable": True}
_WHOM, _WHAT, _WHEN = "Who gets it", "What is said", "When and how"

Url = Annotated[str, typer.Option(envvar="MASS_REPLY_URL", help="The server's address.")]
Key = Annotated[str, typer.Option(envvar="MASS_REPLY_KEY", help="An API key; better set in the environment.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the mass reply as JSON; words go to standard error.")]
AccountAsJson = Annotated[bool, typer.Option("--json", help="Print the response as JSON; words go to standard error.")]
AccountActionOption = Annotated[AccountAction | None, typer.Argument(metavar="[test", help="Test one account.")]
AccountKey = Annotated[str | None, typer.Argument(metavar="KEY]", help="The account's key.")]
Id = Annotated[UUID, typer.Argument(metavar="ID", help="The mass reply's id.")]
Wait = Annotated[bool, typer.Option("--wait", help="Follow progress until it ends, and exit as `send` does.")]

Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        metavar="NAME=VALUE",
        rich_help_panel=_WHOM,
        help=f"{', '.join(FILTERS)}. Repeat a name to match any of its values.",
    ),
]
FilterFile = Annotated[
    Path | None, typer.Option(**_FILE, rich_help_panel=_WHOM, help="A filter as JSON, in the API's whole language.")
]
Exclude = Annotated[
    list[UUID] | None,
    typer.Option(metavar="ID", rich_help_panel=_WHOM, help="A conversation to leave out; repeatable."),
]
IdsFile = Annotated[Path | None, typer.Option(**_FILE, rich_help_panel=_WHOM, help="Conversation ids, one a line.")]
ExternalIdsFile = Annotated[
    Path | None, typer.Option(**_FILE, rich_help_panel=_WHOM, help="The helpdesk's own ids, one a line.")
]
FollowUp = Annotated[
    UUID | None, typer.Option(metavar="ID", rich_help_panel=_WHOM, help="Those who got this mass reply.")
]
FollowUpStatuses = Annotated[
    list[DeliveryStatus] | None,
    typer.Option("--follow-up-status", rich_help_panel=_WHOM, help="Instead of sent, delivered and read; repeatable."),
]

Message = Annotated[str | None, typer.Argument(help="The message; `-` reads it from standard input.")]
MessageFile = Annotated[Path | None, typer.Option(**_FILE, rich_help_panel=_WHAT, help="The message, as a file.")]
HtmlFile = Annotated[
    Path | None, typer.Option(**_FILE, rich_help_panel=_WHAT, help="The same as HTML, for e-mail and web chat.")
]
Attach = Annotated[list[Path] | None, typer.Option(**_FILE, rich_help_panel=_WHAT, help="A file to send along.")]
MarkAsDone = Annotated[
    bool,
    typer.Option("--mark-as-done", rich_help_panel=_WHAT, help="Mark conversations as done when their reply is sent."),
]
BlankUnresolved = Annotated[
    bool,
    typer.Option(
        "--blank-unresolved", rich_help_panel=_WHAT, help="A merge tag without a value is left blank; else it skips."
    ),
]
WhatsAppTemplate = Annotated[
    str | None,
    typer.Option(metavar="NAME:LANGUAGE", rich_help_panel=_WHAT, help="The approved template outside the window."),
]
WhatsAppParameters = Annotated[
    list[str] | None,
    typer.Option("--whatsapp-parameter", rich_help_panel=_WHAT, help="A parameter of its body; repeatable, in order."),
]

Sample = Annotated[
    int | None, typer.Option(min=1, rich_help_panel=_WHEN, help="Send to this many first, then pause until `resume`.")
]
Hold = Annotated[str | None, typer.Option(rich_help_panel=_WHEN, help="Wait this long before it starts: 90, 10m, 2h.")]
At = Annotated[str | None, typer.Option(rich_help_panel=_WHEN, help="Start at this time (RFC 3339).")]
NotAfter = Annotated[str | None, typer.Option(rich_help_panel=_WHEN, help="Send nothing later than this (RFC 3339).")]
Yes = Annotated[bool, typer.Option("--yes", rich_help_panel=_WHEN, help="Confirm whatever the count is; for scripts.")]
Expect = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", rich_help_panel=_WHEN, help="Confirm exactly N recipients; for scripts."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", rich_help_panel=_WHEN, help="Only show what would happen; nothing is stored.")
]
NoWait = Annotated[bool, typer.Option("--no-wait", rich_help_panel=_WHEN, help="Exit once it is confirmed.")]
IdempotencyKey = Annotated[
    str | None,
    typer.Option(rich_help_panel=_WHEN, help="A text of your own; repeating it creates no second mass reply."),
]

LaneOption = Annotated[
    str | None, typer.Option("--lane", metavar="ACCOUNT", help="Only the lane of this channel account.")
]
ReasonCodes = Annotated[
    list[ReasonCode] | None, typer.Option("--reason", metavar="CODE", help="Only what failed for this; repeatable.")
]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; stored with your name.")]
Outcome = Annotated[Finding, typer.Option(help="Whether they were sent.")]
Conversations = Annotated[list[UUID] | None, typer.Argument(metavar="CONVERSATION_ID", help="Which; repeatable.")]
SendAgain = Annotated[
    bool, typer.Option("--send-again", help="With not_sent: send it again. Anyone who did get it gets it twice.")
]
OfBatchStatus = Annotated[MassReplyStatus | None, typer.Option("--status", help="Only those.")]
OfStatus = Annotated[DeliveryStatus | None, typer.Option("--status", help="Only those.")]
OfChannel = Annotated[Channel | None, typer.Option("--channel", help="Only on this channel.")]
OfReason = Annotated[ReasonCode | None, typer.Option("--reason", metavar="CODE", help="Only for this reason.")]
Csv = Annotated[bool, typer.Option("--csv", help="All of them, as CSV.")]
Ndjson = Annotated[bool, typer.Option("--ndjson", help="All of them, a JSON object a line.")]
Limit = Annotated[int, typer.Option(min=1, help="The most rows of the table.")]
