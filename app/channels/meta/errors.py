"""What the error codes of Messenger and Instagram mean.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
https://developers.facebook.com/docs/messenger-platform/reference/send-api/error-codes
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from app.channels.meta_graph import Code, ErrorTable
from app.channels.provider_responses import CodeMeaning, Meaning
from app.domain.words import ReasonCode

_LATER: Final = timedelta(minutes=1)

_MEANINGS: Final[Mapping[Code, Meaning]] = {
    # The account. 10 and 200 to 299 without a subcode mean a missing permission: see `MIXED`.
    0: Meaning(CodeMeaning.ACCOUNT, "the access token does not authenticate the app's user"),
    3: Meaning(CodeMeaning.ACCOUNT, "the app may not use this API"),
    10: Meaning(CodeMeaning.ACCOUNT, "a permission was not granted, or has been removed"),
    (10, 1893063): Meaning(CodeMeaning.ACCOUNT, "the page is restricted for a while"),
    (10, 2018028): Meaning(CodeMeaning.ACCOUNT, "the app is not live, or pages_messaging is not approved"),
    (200, 2018028): Meaning(CodeMeaning.ACCOUNT, "the app is not live, or pages_messaging is not approved"),
    (200, 2018027): Meaning(CodeMeaning.ACCOUNT, "pages_messaging_phone_number is not approved"),
    (200, 2018021): Meaning(CodeMeaning.ACCOUNT, "the page has not paid to find people by phone number"),
    102: Meaning(CodeMeaning.ACCOUNT, "the access token has expired or is not valid"),
    190: Meaning(CodeMeaning.ACCOUNT, "the access token has expired or is not valid"),
    368: Meaning(CodeMeaning.ACCOUNT, "the account is restricted for a breach of policy"),
    (100, 33): Meaning(CodeMeaning.ACCOUNT, "the page or account does not exist, or the token may not use it"),
    # The pace
    4: Meaning(CodeMeaning.THROTTLED, "the app makes too many calls", _LATER),
    17: Meaning(CodeMeaning.THROTTLED, "the token makes too many calls", _LATER),
    32: Meaning(CodeMeaning.THROTTLED, "the page makes too many calls", _LATER),
    341: Meaning(CodeMeaning.THROTTLED, "the app makes too many calls", _LATER),
    613: Meaning(CodeMeaning.THROTTLED, "the rate limit for messages is reached", _LATER),
    80001: Meaning(CodeMeaning.THROTTLED, "the page makes too many calls", _LATER),
    80002: Meaning(CodeMeaning.THROTTLED, "the Instagram account makes too many calls", _LATER),
    80006: Meaning(CodeMeaning.THROTTLED, "the rate limit for messages is reached", _LATER),
    # For one person only: the notice says "this person", and others may be written to at once.
    (4, 2018354): Meaning(CodeMeaning.BUSY, "too many messages to this person in a short time"),
    (9, 2018352): Meaning(CodeMeaning.BUSY, "this person was too active in a short time"),
    # The reply window: Messenger's, and Instagram's
    (10, 2018065): Meaning(ReasonCode.WINDOW_CLOSED, "the time for a reply has passed"),
    (10, 2018278): Meaning(ReasonCode.WINDOW_CLOSED, "the time for a reply has passed"),
    (10, 2534022): Meaning(ReasonCode.WINDOW_CLOSED, "the time for a reply has passed"),
    # The recipient
    # Nobody reports that a person came back or lifted the block, so the address stays open.
    551: Meaning(ReasonCode.BLOCKED, "the person cannot be reached: gone, or has blocked the sender"),
    (10, 2018108): Meaning(ReasonCode.BLOCKED, "the person takes no messages from this sender"),
    (200, 1545041): Meaning(ReasonCode.BLOCKED, "the person cannot be reached: gone, or has blocked the sender"),
    (100, 2018001): Meaning(ReasonCode.INVALID_RECIPIENT, "there is no such person"),
    (100, 2018218): Meaning(ReasonCode.INVALID_RECIPIENT, "there is no such person"),
    (100, 2534014): Meaning(ReasonCode.INVALID_RECIPIENT, "there is no such person"),
    # The thread
    (10, 2018300): Meaning(
        ReasonCode.PROVIDER_REJECTED, "another app has taken over this thread for now", temporary=True
    ),
    (100, 2534001): Meaning(ReasonCode.PROVIDER_REJECTED, "the thread was archived or deleted"),
    # The message
    100: Meaning(ReasonCode.PROVIDER_REJECTED, "a parameter is not valid"),
    (100, 2018008): Meaning(ReasonCode.CONTENT_REJECTED, "the file could not be fetched"),
    (100, 2018032): Meaning(ReasonCode.CONTENT_REJECTED, "the message is empty"),
    (100, 2018034): Meaning(ReasonCode.CONTENT_REJECTED, "the message is empty"),
    (100, 2018047): Meaning(ReasonCode.CONTENT_REJECTED, "Meta could not store the file"),
    (100, 2018074): Meaning(ReasonCode.CONTENT_REJECTED, "there is no such file"),
    (100, 2018109): Meaning(ReasonCode.CONTENT_REJECTED, "the file is too large"),
    (100, 2018294): Meaning(ReasonCode.CONTENT_REJECTED, "Meta could not store the file"),
}

ERRORS: Final = ErrorTable(
    "Meta",
    _MEANINGS,
    # 1 also came for messages that were sent (1/1357046), 2 for people who block the sender; 1200 says "temporary".
    unclear=frozenset({1, 2, 199, 1200}),
    source="https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes",
)
