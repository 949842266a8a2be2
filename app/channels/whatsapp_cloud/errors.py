"""What WhatsApp's error codes mean, in a response and in a status.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from app.channels.meta_graph import Code, ErrorTable
from app.channels.provider_responses import CodeMeaning, Meaning
from app.domain.words import ReasonCode

_SOON: Final = timedelta(seconds=10)
_LATER: Final = timedelta(minutes=1)

_MEANINGS: Final[Mapping[Code, Meaning]] = {
    # The account
    0: Meaning(CodeMeaning.ACCOUNT, "the access token does not authenticate the app's user"),
    3: Meaning(CodeMeaning.ACCOUNT, "the app may not use this API"),
    10: Meaning(CodeMeaning.ACCOUNT, "a permission was not granted, or has been removed"),
    33: Meaning(CodeMeaning.ACCOUNT, "the business's phone number has been deleted"),
    190: Meaning(CodeMeaning.ACCOUNT, "the access token has expired or is not valid"),
    368: Meaning(CodeMeaning.ACCOUNT, "the account is restricted for a breach of policy"),
    (100, 33): Meaning(CodeMeaning.ACCOUNT, "the phone number id does not exist, or the token may not use it"),
    131005: Meaning(CodeMeaning.ACCOUNT, "a permission was not granted, or has been removed"),
    131030: Meaning(CodeMeaning.ACCOUNT, "a test number only sends to recipients on its list"),
    131031: Meaning(CodeMeaning.ACCOUNT, "the account is locked"),
    131037: Meaning(CodeMeaning.ACCOUNT, "the number's display name is not approved"),
    131042: Meaning(CodeMeaning.ACCOUNT, "there is a problem with the payment method"),
    131044: Meaning(CodeMeaning.ACCOUNT, "there is a problem with the payment method"),
    131045: Meaning(CodeMeaning.ACCOUNT, "the number is not registered correctly"),
    131048: Meaning(CodeMeaning.ACCOUNT, "the number is restricted, because too many people blocked or reported it"),
    131064: Meaning(CodeMeaning.ACCOUNT, "the account is restricted for wrongly classified templates"),
    133000: Meaning(CodeMeaning.ACCOUNT, "the number is not registered correctly"),
    133010: Meaning(CodeMeaning.ACCOUNT, "the number is not registered"),
    134011: Meaning(CodeMeaning.ACCOUNT, "the terms of payments on WhatsApp are not accepted"),
    139000: Meaning(CodeMeaning.ACCOUNT, "the account is restricted for its integrity"),
    # The pace
    4: Meaning(CodeMeaning.THROTTLED, "the app makes too many calls", _LATER),
    17: Meaning(CodeMeaning.THROTTLED, "the token makes too many calls", _LATER),
    32: Meaning(CodeMeaning.THROTTLED, "the app makes too many calls", _LATER),
    613: Meaning(CodeMeaning.THROTTLED, "the app makes too many calls", _LATER),
    80008: Meaning(CodeMeaning.THROTTLED, "the account's rate limit is reached", _LATER),
    133016: Meaning(CodeMeaning.THROTTLED, "the number was registered too often", _LATER),
    80007: Meaning(CodeMeaning.THROTTLED, "the account's rate limit is reached", _LATER),
    130429: Meaning(CodeMeaning.THROTTLED, "the number's throughput is reached", _SOON),
    131057: Meaning(CodeMeaning.THROTTLED, "the number is in maintenance for up to a minute", _LATER),
    131056: Meaning(CodeMeaning.BUSY, "too many messages to this recipient in a short time"),
    # The reply window; 470 is the older code
    131047: Meaning(ReasonCode.WINDOW_CLOSED, "more than 24 hours have passed since the customer last wrote"),
    470: Meaning(ReasonCode.WINDOW_CLOSED, "more than 24 hours have passed since the customer last wrote"),
    # The recipient
    131021: Meaning(ReasonCode.INVALID_RECIPIENT, "the recipient is the sender itself"),
    131026: Meaning(ReasonCode.INVALID_RECIPIENT, "the recipient cannot get the message on WhatsApp"),
    131062: Meaning(ReasonCode.INVALID_RECIPIENT, "this message cannot be sent to a user id, only to a phone number"),
    130403: Meaning(ReasonCode.BLOCKED, "the business has blocked this person"),
    # For marketing only: replies to what the person writes are still accepted, so the number stays open.
    131050: Meaning(ReasonCode.OPTED_OUT, "the person does not want marketing messages from this business"),
    130472: Meaning(ReasonCode.PROVIDER_REJECTED, "the person is part of an experiment and gets no such messages"),
    131049: Meaning(
        ReasonCode.PROVIDER_REJECTED, "WhatsApp limits how many marketing messages this person gets in a day"
    ),
    # Recipients in other countries may still be written to, so the account is not at fault.
    130497: Meaning(
        ReasonCode.PROVIDER_REJECTED, "the account may not write to people in this country", temporary=True
    ),
    137000: Meaning(ReasonCode.PROVIDER_REJECTED, "the recipient's identity key has changed"),
    # The message
    100: Meaning(ReasonCode.PROVIDER_REJECTED, "a parameter is not valid"),
    131008: Meaning(ReasonCode.PROVIDER_REJECTED, "a required parameter is missing"),
    131009: Meaning(ReasonCode.PROVIDER_REJECTED, "a parameter is not valid"),
    131051: Meaning(ReasonCode.CONTENT_REJECTED, "this type of message is not supported"),
    131052: Meaning(ReasonCode.CONTENT_REJECTED, "the file could not be fetched"),
    131053: Meaning(ReasonCode.CONTENT_REJECTED, "WhatsApp could not store the file"),
    135000: Meaning(ReasonCode.PROVIDER_REJECTED, "a parameter is not valid"),
    # The template
    131063: Meaning(ReasonCode.TEMPLATE_REJECTED, "marketing templates are disabled for this API"),
    132000: Meaning(ReasonCode.TEMPLATE_REJECTED, "the number of parameters does not match the template"),
    132001: Meaning(ReasonCode.TEMPLATE_REJECTED, "no approved template has this name and language"),
    132005: Meaning(ReasonCode.TEMPLATE_REJECTED, "the template with its parameters is too long"),
    132007: Meaning(ReasonCode.TEMPLATE_REJECTED, "the template breaks a policy"),
    132008: Meaning(ReasonCode.TEMPLATE_REJECTED, "a parameter does not match the template's format"),
    132012: Meaning(ReasonCode.TEMPLATE_REJECTED, "a parameter does not match the template's format"),
    132015: Meaning(ReasonCode.TEMPLATE_REJECTED, "the template is paused for its quality"),
    132068: Meaning(ReasonCode.TEMPLATE_REJECTED, "the template's flow is blocked"),
    132069: Meaning(ReasonCode.TEMPLATE_REJECTED, "the template's flow is throttled", temporary=True),
    132016: Meaning(ReasonCode.TEMPLATE_REJECTED, "the template is disabled for its quality"),
}

ERRORS: Final = ErrorTable(
    "WhatsApp",
    _MEANINGS,
    unclear=frozenset({1, 2, 131000, 131016, 133004}),
    source="https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
)
