"""The meaning of Twilio's error codes, in the response to a send and in a status callback.

Each code has its page: https://www.twilio.com/docs/api/errors/<code>
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from app.channels.provider_responses import CodeMeaning, Meaning, ReportedFailure
from app.domain.words import ReasonCode

ERROR_PAGE: Final = "https://www.twilio.com/docs/api/errors"

_LATER: Final = timedelta(minutes=1)
_MUCH_LATER: Final = timedelta(minutes=10)

_NOT_ACTIVE: Final = Meaning(CodeMeaning.ACCOUNT, "the Twilio account is not active")
_DENIED: Final = Meaning(CodeMeaning.ACCOUNT, "access was denied")
_BAD_TOKEN: Final = Meaning(CodeMeaning.ACCOUNT, "the credentials are not accepted")
_NO_SERVICE: Final = Meaning(CodeMeaning.ACCOUNT, "the messaging service does not exist")
_BAD_SENDER: Final = Meaning(CodeMeaning.ACCOUNT, "the sender's number cannot send SMS")
_BAD_SENDER_ID: Final = Meaning(CodeMeaning.ACCOUNT, "the sender id is not valid")
_TRIAL: Final = Meaning(CodeMeaning.ACCOUNT, "a trial account only sends to verified numbers")
_BAD_CALLBACK: Final = Meaning(CodeMeaning.ACCOUNT, "Twilio cannot use our callback address; it must be a public URL")
_QUEUE_FULL: Final = "the sender's queue at Twilio is full"
_DAY_IS_FULL: Final = Meaning(CodeMeaning.QUOTA, "the Twilio account has sent as many messages as it may in a day")

# A number stays open, here and below: numbers are assigned, ported and enabled, and Twilio never says so.
_BAD_NUMBER: Final = Meaning(ReasonCode.INVALID_RECIPIENT, "the number is not valid")

REFUSALS: Final[Mapping[int, Meaning]] = {
    # The account
    10001: _NOT_ACTIVE,
    20003: Meaning(CodeMeaning.ACCOUNT, "the account SID and auth token do not belong together, or may not do this"),
    20005: _NOT_ACTIVE,
    20006: _DENIED,
    20008: Meaning(CodeMeaning.ACCOUNT, "these are test credentials"),
    20010: Meaning(CodeMeaning.ACCOUNT, "sending is disabled for the Twilio account"),
    **dict.fromkeys((20101, 20102, 20103, 20104, 20105, 20106, 20107, 20151, 20152, 20153, 20154), _BAD_TOKEN),
    **dict.fromkeys((20155, 20156, 20157, 20159, 20160), _BAD_TOKEN),
    20403: _DENIED,
    20404: Meaning(CodeMeaning.ACCOUNT, "the Twilio account does not exist"),
    21470: Meaning(CodeMeaning.ACCOUNT, "the Twilio account does not exist"),
    21471: Meaning(CodeMeaning.ACCOUNT, "the Twilio account does not exist"),
    21472: _NOT_ACTIVE,
    21476: Meaning(CodeMeaning.ACCOUNT, "the Twilio account is suspended"),
    21478: Meaning(CodeMeaning.ACCOUNT, "the Twilio account is suspended"),
    30002: Meaning(CodeMeaning.ACCOUNT, "the Twilio account is suspended"),
    30037: Meaning(CodeMeaning.ACCOUNT, "sending is disabled for the Twilio account"),
    # Its sender
    21210: Meaning(CodeMeaning.ACCOUNT, "the sender's number is not verified"),
    21212: Meaning(CodeMeaning.ACCOUNT, "the sender's number is not valid"),
    21407: _BAD_SENDER,
    21601: _BAD_SENDER,
    21603: Meaning(CodeMeaning.ACCOUNT, "the account has no sender"),
    21606: _BAD_SENDER,
    21607: Meaning(CodeMeaning.ACCOUNT, "a trial account only sends from its sandbox number"),
    21616: Meaning(CodeMeaning.ACCOUNT, "the sender's number matches several numbers of the Twilio account"),
    21657: _BAD_SENDER_ID,
    21659: Meaning(CodeMeaning.ACCOUNT, "the sender's number is not a Twilio number"),
    21660: Meaning(CodeMeaning.ACCOUNT, "the sender's number belongs to another Twilio account"),
    21701: _NO_SERVICE,
    21702: Meaning(CodeMeaning.ACCOUNT, "the messaging service is not available"),
    21703: Meaning(CodeMeaning.ACCOUNT, "the messaging service has no number available"),
    21704: Meaning(CodeMeaning.ACCOUNT, "the messaging service has no numbers"),
    21705: _NO_SERVICE,
    21708: _BAD_SENDER_ID,
    21709: _BAD_SENDER_ID,
    21711: Meaning(CodeMeaning.ACCOUNT, "the sender does not belong to the messaging service"),
    21712: Meaning(CodeMeaning.ACCOUNT, "the sender belongs to another messaging service"),
    21713: Meaning(CodeMeaning.ACCOUNT, "the messaging service is not registered for its use"),
    21715: Meaning(CodeMeaning.ACCOUNT, "the messaging service's numbers cannot send SMS"),
    21717: Meaning(CodeMeaning.ACCOUNT, "the brand is not registered for US numbers"),
    21719: Meaning(CodeMeaning.ACCOUNT, "the messaging service is not registered for its use"),
    30032: Meaning(CodeMeaning.ACCOUNT, "the toll-free sender is not verified"),
    30033: Meaning(CodeMeaning.ACCOUNT, "the sender's US campaign is suspended"),
    30034: Meaning(CodeMeaning.ACCOUNT, "the sender is not registered for US numbers"),
    30035: Meaning(CodeMeaning.ACCOUNT, "the sender is still being set up"),
    # On a trial account every customer is refused until somebody verifies the number or pays.
    21219: _TRIAL,
    21608: _TRIAL,
    # Its callback URL, which is the same for every message
    21205: _BAD_CALLBACK,
    21402: _BAD_CALLBACK,
    21456: _BAD_CALLBACK,
    21502: _BAD_CALLBACK,
    21609: _BAD_CALLBACK,
    # The quota
    30023: Meaning(CodeMeaning.QUOTA, "the carrier's daily limit for this sender is reached"),
    30027: Meaning(CodeMeaning.QUOTA, "the carrier's daily limit for this sender is reached"),
    30454: _DAY_IS_FULL,
    63038: _DAY_IS_FULL,
    # The pace
    20429: Meaning(CodeMeaning.THROTTLED, "the Twilio account makes too many calls at once"),
    21611: Meaning(CodeMeaning.THROTTLED, _QUEUE_FULL, _MUCH_LATER),
    30001: Meaning(CodeMeaning.THROTTLED, _QUEUE_FULL, _LATER),
    30022: Meaning(CodeMeaning.THROTTLED, "the carrier's rate limit for this sender is reached", _LATER),
    63017: Meaning(CodeMeaning.THROTTLED, "the Twilio account sends too fast", _LATER),
    63018: Meaning(CodeMeaning.THROTTLED, "the Twilio account sends too fast", _LATER),
    14107: Meaning(CodeMeaning.BUSY, "too many messages between these two numbers in a short time", _LATER),
    30039: Meaning(CodeMeaning.BUSY, "too many messages between these two numbers in a short time", _LATER),
    # The recipient
    20023: _BAD_NUMBER,
    21201: _BAD_NUMBER,
    21202: Meaning(ReasonCode.INVALID_RECIPIENT, "the number is a premium number"),
    21211: _BAD_NUMBER,
    21214: Meaning(ReasonCode.PROVIDER_REJECTED, "the number cannot be reached"),
    21216: Meaning(ReasonCode.BLOCKED, "Twilio blocks this number"),
    21217: _BAD_NUMBER,
    21401: _BAD_NUMBER,
    21421: _BAD_NUMBER,
    21604: _BAD_NUMBER,
    # A later START comes in as a message and lifts it.
    21610: Meaning(ReasonCode.OPTED_OUT, "the recipient has opted out with STOP", ends_address=True),
    21612: Meaning(ReasonCode.PROVIDER_REJECTED, "the number cannot be reached from this sender"),
    21614: Meaning(ReasonCode.INVALID_RECIPIENT, "the number is not a mobile number"),
    21635: Meaning(ReasonCode.INVALID_RECIPIENT, "the number is a landline"),
    30003: Meaning(ReasonCode.UNREACHABLE, "the handset is switched off or out of reach"),
    30004: Meaning(ReasonCode.BLOCKED, "the carrier or the recipient blocks this sender"),
    30005: Meaning(ReasonCode.INVALID_RECIPIENT, "the number is not in use"),
    30006: Meaning(ReasonCode.INVALID_RECIPIENT, "the number is a landline, or its carrier cannot be reached"),
    30014: _BAD_NUMBER,
    30450: Meaning(ReasonCode.BLOCKED, "Twilio blocked the delivery"),
    63003: _BAD_NUMBER,
    63024: Meaning(ReasonCode.INVALID_RECIPIENT, "the number cannot get messages"),
    63031: Meaning(ReasonCode.INVALID_RECIPIENT, "the number is the sender's own"),
    63033: Meaning(ReasonCode.BLOCKED, "the recipient is blocked"),
    # The recipient's country: others may still be written to, and somebody can enable it
    21215: Meaning(ReasonCode.PROVIDER_REJECTED, "that country is not enabled in the Twilio account", temporary=True),
    21408: Meaning(
        ReasonCode.PROVIDER_REJECTED, "sending to that country is not enabled in the Twilio account", temporary=True
    ),
    30018: Meaning(ReasonCode.PROVIDER_REJECTED, "the carrier demands a registered sender id", temporary=True),
    30024: Meaning(ReasonCode.PROVIDER_REJECTED, "the sender id is not set up at the carrier", temporary=True),
    # The message
    20413: Meaning(ReasonCode.MESSAGE_TOO_LONG, "the request is too large"),
    20422: Meaning(ReasonCode.PROVIDER_REJECTED, "a parameter is not valid"),
    21602: Meaning(ReasonCode.CONTENT_REJECTED, "the message has no text"),
    21605: Meaning(ReasonCode.MESSAGE_TOO_LONG, "the text is longer than 160 characters"),
    21617: Meaning(ReasonCode.MESSAGE_TOO_LONG, "the text is longer than 1,600 characters"),
    21618: Meaning(ReasonCode.CONTENT_REJECTED, "the text cannot be sent"),
    21653: Meaning(ReasonCode.PROVIDER_REJECTED, "there is more than one recipient"),
    30007: Meaning(ReasonCode.CONTENT_REJECTED, "a carrier filtered the message as unwanted"),
    30019: Meaning(ReasonCode.MESSAGE_TOO_LONG, "the message is larger than the carrier allows"),
    30038: Meaning(ReasonCode.CONTENT_REJECTED, "Twilio filtered the text"),
}
"""Error codes in the response to a send: nothing was sent."""

FAILURES: Final[Mapping[int, ReportedFailure]] = {
    # The account: the customer did not get it, and can be sent it when the account is mended
    30002: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the Twilio account is suspended", temporary=True),
    30018: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the carrier demands a registered sender id", temporary=True),
    30024: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the sender id is not set up at the carrier", temporary=True),
    30032: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the toll-free sender is not verified", temporary=True),
    30033: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the sender's US campaign is suspended", temporary=True),
    30034: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the sender is not registered for US numbers", temporary=True),
    30035: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the sender is still being set up", temporary=True),
    30037: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "sending is disabled for the Twilio account", temporary=True),
    # The quota and the pace
    30001: ReportedFailure(ReasonCode.UNREACHABLE, "the queue overflowed before the message could leave"),
    30017: ReportedFailure(ReasonCode.UNREACHABLE, "the carrier's network is congested"),
    30022: ReportedFailure(ReasonCode.UNREACHABLE, "the carrier's rate limit for this sender was reached"),
    30023: ReportedFailure(ReasonCode.UNREACHABLE, "the carrier's daily limit for this sender was reached"),
    30027: ReportedFailure(ReasonCode.UNREACHABLE, "the carrier's daily limit for this sender was reached"),
    30036: ReportedFailure(ReasonCode.UNREACHABLE, "the message waited at Twilio for longer than it was valid"),
    30039: ReportedFailure(ReasonCode.UNREACHABLE, "too many messages between these two numbers in a short time"),
    30454: ReportedFailure(ReasonCode.UNREACHABLE, "the Twilio account had sent as many messages as it may in a day"),
    63038: ReportedFailure(ReasonCode.UNREACHABLE, "the Twilio account had sent as many messages as it may in a day"),
    # The recipient
    21610: ReportedFailure(ReasonCode.OPTED_OUT, "the recipient has opted out with STOP"),
    30003: ReportedFailure(ReasonCode.UNREACHABLE, "the handset is switched off or out of reach"),
    30004: ReportedFailure(ReasonCode.BLOCKED, "the carrier or the recipient blocks this sender"),
    30005: ReportedFailure(ReasonCode.INVALID_RECIPIENT, "the number is not in use"),
    30006: ReportedFailure(ReasonCode.INVALID_RECIPIENT, "the number is a landline, or its carrier cannot be reached"),
    30450: ReportedFailure(ReasonCode.BLOCKED, "Twilio blocked the delivery"),
    # Not retryable: the customer may have got it, and so Twilio does not repeat it either.
    30008: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the carrier gave no reason"),
    30410: ReportedFailure(ReasonCode.PROVIDER_REJECTED, "the carrier did not answer in time"),
    # The message
    30007: ReportedFailure(ReasonCode.CONTENT_REJECTED, "a carrier filtered the message as unwanted"),
    30019: ReportedFailure(ReasonCode.MESSAGE_TOO_LONG, "the message is larger than the carrier allows"),
    30038: ReportedFailure(ReasonCode.CONTENT_REJECTED, "Twilio filtered the text"),
}
"""Error codes in a status callback: the message was accepted and did not arrive."""

DEAD_NUMBERS: Final = frozenset({21610, 30005})
"""Codes of a status callback after which the number may not be written to again."""
