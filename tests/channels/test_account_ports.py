"""Which ports a tenant's address may name: those of the web, or of mail, and those that belong to nobody."""

from typing import Any

import pytest

from app.channels.account_config import PUBLIC_ONLY, endpoint, web_port
from app.channels.smtp.adapter import Config


def mail_at(port: int) -> dict[str, Any]:
    return {"host": "mail.example.test", "port": port, "from": "desk@example.test"}


@pytest.mark.parametrize("port", [21, 22, 23, 25, 53, 81, 110, 139, 445, 1023, 2375, 3306, 5432, 6379, 6667, 11211])
def test_a_url_names_no_other_services_port(port: int) -> None:
    with pytest.raises(ValueError, match="port"):
        web_port(endpoint(f"https://desk.example.test:{port}/in"))


@pytest.mark.parametrize("written", ["", ":80", ":443", ":3000", ":8000", ":8080", ":8443", ":49152"])
def test_a_url_may_name_a_port_that_web_servers_use(written: str) -> None:
    web_port(endpoint(f"https://desk.example.test{written}/in"))


@pytest.mark.parametrize("port", [22, 80, 443, 995, 6379])
def test_a_mail_server_is_at_no_other_services_port(port: int) -> None:
    with pytest.raises(ValueError, match="must be 25, 465, 587"):
        Config.model_validate(mail_at(port), context=PUBLIC_ONLY)


@pytest.mark.parametrize("port", [25, 465, 587, 2525])
def test_a_mail_server_is_at_a_port_of_mail(port: int) -> None:
    assert Config.model_validate(mail_at(port), context=PUBLIC_ONLY).port == port
