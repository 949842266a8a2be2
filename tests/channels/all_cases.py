"""Every provider's case, by the name it has in the registry."""

from collections.abc import Callable, Mapping

from tests.channels import cases, mail_cases
from tests.channels.cases import SendingCase

CASES: Mapping[str, Callable[[], SendingCase]] = {
    **cases.CASES,
    "sendgrid": lambda: mail_cases.SENDGRID,
    "smtp": lambda: mail_cases.SMTP,
}
