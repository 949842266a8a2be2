"""Mail servers' refusals in words: each blames the account or one recipient."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels.provider_responses import QUOTA_WAIT
from app.channels.smtp.replies import Step, judge
from app.channels.smtp.reply_texts import PHRASES, said_of_account
from app.domain.outbound import Deferred, SendResult, Unknown
from tests.channels.blame import spares_the_rest
from tests.table import table


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.example[:30])
def test_the_words_of_servers_say_what_they_say(phrase: Any) -> None:
    assert said_of_account(phrase.example) is phrase.meaning


PAUSED, WAITS, QUOTA, ALONE = "paused", "waits", "quota", "alone"

SERVERS: Mapping[str, str] = {
    # Gmail
    "550 5.4.5 Daily user sending limit exceeded.": QUOTA,
    "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail": QUOTA,
    "550 5.7.1 Daily SMTP relay limit exceeded for user. For more information": QUOTA,
    "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error.": WAITS,
    "450 4.2.1 The user you are trying to contact is receiving mail too quickly.": ALONE,
    "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents more": ALONE,
    "452 4.2.2 The email account that you tried to reach is over quota.": ALONE,
    "552 5.2.2 The email account that you tried to reach is over quota.": ALONE,
    "550 5.2.1 The email account that you tried to reach is disabled.": ALONE,
    "550 5.1.1 The email account that you tried to reach does not exist.": ALONE,
    "550 5.7.1 Invalid credentials for relay [192.0.2.7].": PAUSED,
    "535 5.7.8 Username and Password not accepted.": PAUSED,
    "530 5.7.0 Authentication Required.": PAUSED,
    "421 4.7.0 Try again later, closing connection.": WAITS,
    "421 4.7.0 TLS required for RCPT domain, closing connection.": ALONE,
    "550 5.7.26 Unauthenticated email from acme.test is not accepted due to domain's DMARC policy.": ALONE,
    "552 5.7.0 This message was blocked because its content presents a potential security issue.": ALONE,
    # Exchange and Outlook
    "554 5.2.252 SendAsDenied; help@acme.test not allowed to send as support@acme.test": PAUSED,
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender": PAUSED,
    "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied": PAUSED,
    "550 5.1.8 Access denied, bad outbound sender AS(42004)": PAUSED,
    "554 5.2.0 OutboundSpamException; WASCL UserAction verdict is not None. Actual verdict is Suspend": PAUSED,
    "554 5.2.2 Submission quota exceeded": QUOTA,
    "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients": QUOTA,
    "550 5.7.232 Your trial tenant has exceeded its daily limit for sending email": QUOTA,
    "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP": PAUSED,
    "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded": WAITS,
    "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded": ALONE,
    "451 4.7.500 Server busy. Please try again later": WAITS,
    "550 5.2.121 The recipient's per hour message receive limit from this sender is exceeded": ALONE,
    "550 5.7.136 Sender was not authenticated": ALONE,
    "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required": ALONE,
    "550 5.7.1 Unable to relay": PAUSED,
    "550 5.7.513 Service unavailable, Client host [192.0.2.7] blocked by example.com using Customer Block list": ALONE,
    "550 5.7.703 Messages to ann@example.com are blocked by your organization using Tenant Allow Block List.": ALONE,
    "550 5.7.13 Sender was not authenticated for public folder": ALONE,
    "550 5.7.133 Sender not authenticated for group": ALONE,
    "550 5.7.507 Access denied, rejected by recipient": ALONE,
    "550 5.7.510 Access denied, [example.com] does not accept email over IPv6": ALONE,
    "550 5.7.506 Access Denied, Bad HELO": PAUSED,
    "550 5.7.511 Access denied, banned sender": PAUSED,
    "550 5.7.649 Access denied, banned sending IP [192.0.2.7]": PAUSED,
    "550 5.7.800 Access denied, banned sender": PAUSED,
    "550 5.7.30 Basic authentication is not supported for Client Submission.": PAUSED,
    "550 5.7.1 Sender is not allowed to send to this group": ALONE,
    "450 4.7.232 Your tenant exceeded its daily limit (tenant external recipient rate limit)": QUOTA,
    # Amazon SES
    "454 Throttling failure: Maximum sending rate exceeded.": WAITS,
    "454 Throttling failure: Daily message quota exceeded.": QUOTA,
    "554 Message rejected: Email address is not verified. The following identities failed the check "
    "in region EU-WEST-1: support@acme.test": PAUSED,
    "554 Message rejected: Email address is not verified. The following identities failed the check "
    "in region EU-WEST-1: ann@example.com": ALONE,
    "554 Sending paused for this account. For more information": PAUSED,
    "554 Message rejected: Address is on the suppression list": ALONE,
    # Postfix
    "554 5.7.1 <ann@example.com>: Relay access denied": PAUSED,
    "454 4.7.1 <ann@example.com>: Relay access denied": WAITS,
    "553 5.7.1 <support@acme.test>: Sender address rejected: not owned by user help": PAUSED,
    "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname": PAUSED,
    "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org": PAUSED,
    "450 4.7.1 Error: too much mail from 192.0.2.7": WAITS,
    "452 4.3.1 Insufficient system storage": WAITS,
    "450 4.2.0 <ann@example.com>: Recipient address rejected: Greylisted": ALONE,
    "451 4.3.0 <ann@example.com>: Temporary lookup failure": ALONE,
    "450 4.1.2 <ann@example.com>: Recipient address rejected: Domain not found": ALONE,
    "550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown": ALONE,
    "554 5.7.1 <ann@example.com>: Recipient address rejected: Access denied": ALONE,
    "550 5.1.1 <ann@example.com>: undeliverable address: host mx.example.com said: 554 Relay access denied": ALONE,
    "552 5.3.4 Message size exceeds fixed limit": ALONE,
    # cPanel and Exim
    "550 Domain acme.test has exceeded the max emails per hour (200/200 (100%)) allowed. Message discarded.": QUOTA,
    "550 Domain acme.test has exceeded the max defers and failures per hour (5/5 (100%)) allowed.": QUOTA,
    '550 Outgoing mail from "acme" has been suspended.': PAUSED,
    "550 relay not permitted": PAUSED,
    "550-Please turn on SMTP Authentication in your mail client": PAUSED,
    "550 Sender verify failed": PAUSED,
    "451 Ratelimit exceeded": WAITS,
    "550 The mail server could not deliver mail to ann. The account may not exist, it may be blacklisted": ALONE,
    "550 5.7.1 Your address is blocked by the user": ALONE,
    "550 5.7.1 Your domain has been blocked by this user's filter": ALONE,
    "550 5.7.1 Sender address blocked by mailbox owner": ALONE,
    "550 5.7.1 sender denied by addressee": ALONE,
    "550 5.2.2 User's mailbox has exceeded its daily receiving quota": ALONE,
    "550 5.2.0 Your mailbox has exceeded its daily sending limit": QUOTA,
    "550 5.7.1 Recipient address rejected: Message rate limit for recipient exceeded": ALONE,
    "450 4.7.1 Recipient address rate limit exceeded": ALONE,
    "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)": PAUSED,
    "550 relaying to <ann@example.com> prohibited by administrator": PAUSED,
    "550 5.7.1 Sender domain must resolve": PAUSED,
    # Yahoo and others
    "554 Transaction failed: Cannot send message due to possible abuse": PAUSED,
    "452 Too many recipients received this hour": QUOTA,
    "554 Message not allowed - [PH01] Email not accepted for policy reasons": ALONE,
    "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to user complaints": WAITS,
    "550 User help has exceeded its 24-hour sending limit. Messages to 250 recipients out of 250 allowed": QUOTA,
    "554 Transaction failed; Mail send limit exceeded": QUOTA,
    "553 Relaying disallowed as support@acme.test": PAUSED,
    "550 5.7.0 From address is not one of your addresses": PAUSED,
    "550 5.7.1 Sender unauthorized": PAUSED,
    "550 The from address does not match a verified Sender Identity": PAUSED,
}


@table
@pytest.mark.parametrize("step", [Step.RECIPIENT, Step.CONTENT])
@pytest.mark.parametrize(("reply", "expected"), list(SERVERS.items()))
def test_the_replies_of_well_known_servers_blame_the_right_one(step: Step, reply: str, expected: str) -> None:
    assert outcome(judge(step, int(reply[:3]), reply[4:], "ann@example.com")) == expected


@table
@pytest.mark.parametrize("reply", [reply for reply, expected in SERVERS.items() if expected == QUOTA])
@pytest.mark.parametrize("step", [Step.SENDER, Step.RECIPIENT, Step.CONTENT])
def test_a_quota_is_waited_for_wherever_it_comes(step: Step, reply: str) -> None:
    assert outcome(judge(step, int(reply[:3]), reply[4:])) == QUOTA


def outcome(result: SendResult) -> str:
    if spares_the_rest(result):
        return ALONE
    assert isinstance(result, Deferred)
    if result.retry_after is None:
        return PAUSED
    return QUOTA if result.retry_after >= QUOTA_WAIT else WAITS


@given(
    step=st.sampled_from([Step.RECIPIENT, Step.CONTENT]),
    code=st.integers(400, 599).filter(lambda code: code not in (421, 530, 534, 535, 538)),
    subject=st.integers(10, 999),
)
def test_a_reply_that_nobody_knows_about_a_recipient_stops_nobody_else(step: Step, code: int, subject: int) -> None:
    result = judge(step, code, f"{code // 100}.5.{subject} Qwertz")

    assert spares_the_rest(result)
    assert not isinstance(result, Unknown)
