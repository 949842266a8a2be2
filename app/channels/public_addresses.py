"""Where a tenant may send this service: public addresses, and ports for HTTP or mail.

The networks are those of IANA's special-purpose registries. Python's own `is_global` follows them late, and differently
in each version.
https://www.iana.org/assignments/iana-ipv4-special-registry
https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_NOT_PUBLIC_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a provider's NAT; one cloud serves its instances' metadata there
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's own services, as seen from its virtual machines; a public address elsewhere
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; Oracle's cloud serves metadata at 192.0.0.192
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays from IPv6 to IPv4
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)

_GLOBAL_V6: Final = IPv6Network("2000::/3")
"""What IANA assigns for use from anywhere. Everything else is local, reserved, or for another protocol."""

_NOT_PUBLIC_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)

_NAT64: Final = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are the IPv4 address that is reached."""
_ISATAP: Final = (bytes.fromhex("00005efe"), bytes.fromhex("02005efe"))
"""RFC 5214: the second half of an address that holds an IPv4 address begins so, in any network."""

_PRIVILEGED: Final = 1024
_LAST: Final = 65_535
_WEB_PORTS: Final = frozenset({80, 443})
_MAIL_PORTS: Final = frozenset({25, 465, 587})
_OTHER_SERVICES: Final = frozenset(
    # The ports that browsers refuse (https://fetch.spec.whatwg.org/#port-blocking), then databases, queues and
    # consoles.
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080}
    | {1433, 1521, 1883, 2181, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5671, 5672, 5900, 5984, 5985, 5986}
    | {6379, 6380, 7000, 7001, 8086, 9042, 9092, 9100, 9200, 9300, 10250, 10255, 11211, 15672, 26379, 27017, 27018}
)


def is_public(address: str) -> bool:
    """Whether an IP address literal is reachable for anybody on the internet."""
    ip = ip_address(address.partition("%")[0])
    return _is_public_v4(ip) if isinstance(ip, IPv4Address) else _is_public_v6(ip)


def _is_public_v4(ip: IPv4Address) -> bool:
    return not any(ip in network for network in _NOT_PUBLIC_V4)


def _is_public_v6(ip: IPv6Address) -> bool:
    inner = ip.ipv4_mapped or (IPv4Address(ip.packed[-4:]) if ip in _NAT64 else None)
    if inner is not None:
        return _is_public_v4(inner)
    if ip.packed[8:12] in _ISATAP:
        return False
    return ip in _GLOBAL_V6 and not any(ip in network for network in _NOT_PUBLIC_V6)


def is_web_port(port: int) -> bool:
    """Whether HTTP may use a port that a tenant typed: not if another service usually has it."""
    return port in _WEB_PORTS or _is_free(port)


def is_mail_port(port: int) -> bool:
    """Whether SMTP may use a port that a tenant typed."""
    return port in _MAIL_PORTS or _is_free(port)


def _is_free(port: int) -> bool:
    return _PRIVILEGED <= port <= _LAST and port not in _OTHER_SERVICES
