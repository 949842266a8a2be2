"""Which addresses a tenant's URL may lead to."""

import pytest

from app.channels.public_addresses import is_public
from tests.table import table


@table
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - judged, not bound
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::1",
        "2001:0:7f00:1::1",
        "192.0.0.192",
        "192.0.0.9",
        "168.63.129.16",
        "192.88.99.1",
        "198.19.0.1",
        "203.0.113.7",
        "100.100.100.200",
        "3fff::1",
        "3fff:fff:ffff::1",
        "2001:db8::1",
        "2001:2::1",
        "2001:20::1",
        "5f00::1",
        "100::1",
        "64:ff9b:1::7f00:1",
        "64:ff9b::a83f:8110",
        "::ffff:192.88.99.1",
        "::ffff:0:10.0.0.1",
        "::127.0.0.1",
        "fd00:ec2::254",
        "4000::1",
        "2606:4700::5efe:10.0.0.1",
    ],
)
def test_addresses_that_are_not_public_are_told_apart(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "168.63.129.15", "2606:4700:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_public_addresses_are_told_apart(address: str) -> None:
    assert is_public(address)
