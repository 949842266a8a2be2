"""Every provider's case, by the name it has in the registry."""

from collections.abc import Callable, Mapping

from tests.channels import cases, graph_cases, mail_cases
from tests.channels.cases import SendingCase

CASES: Mapping[str, Callable[[], SendingCase]] = {
    **cases.CASES,
    "meta": lambda: graph_cases.META,
    "sendgrid": lambda: mail_cases.SENDGRID,
    "smtp": lambda: mail_cases.SMTP,
    "whatsapp_cloud": lambda: graph_cases.WHATSAPP,
}
