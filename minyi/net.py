"""The one guard for every address the product connects to: only public unicast, unless a card names it.

Python's `ipaddress.is_private` and `is_global` are no guard (100.64.0.1 is not private, 64:ff9b::7f00:1
is global), so the special blocks of the IANA registries (RFC 6890) are listed here and IPv4 addresses
hidden inside IPv6 ones are decoded first. Connect to the address returned, never to the name again:
a name may resolve differently the second time.
"""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from minyi.errors import AddressRefused

PORTS = {"http": 80, "https": 443}
"""The schemes allowed, with the only ports allowed."""

Resolver = Callable[[str, int], Sequence[str]]
"""Name and port to numeric addresses, in order of preference; raises OSError when there are none."""

_NO_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier NAT, RFC 6598
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link local, clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_UNICAST = IPv6Network("2000::/3")
_NO_IPV6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments
        "2001:db8::/32",  # documentation
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_NUMERIC_HOST = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}", re.IGNORECASE)
_BAD_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL points: host in lower case without brackets, and port."""

    host: str
    port: int
    allowed: bool
    """True when `allow_hosts` names exactly this host and port: any address will do."""

    @property
    def literal(self) -> IPv4Address | IPv6Address | None:
        """The address when the host is one in any spelling the system's resolver accepts, else None."""
        return literal_address(self.host)


def check_url(url: str, allow_hosts: Collection[str] = ()) -> Target:
    """Check everything about a URL that can be checked without asking the resolver.

    `allow_hosts` holds `host:port` entries; a host named there is allowed on these ports only.

    Raises:
        AddressRefused: the scheme is not http(s), the port not the scheme's own, the host missing, the
            URL ambiguous (user name, backslash, control character), or the literal address not public.
    """
    target = _target(url, allow_hosts)
    literal = target.literal
    if literal is not None and not target.allowed:
        check_address(literal)
    return target


def _target(url: str, allow_hosts: Collection[str]) -> Target:
    if _BAD_IN_URL.search(url):
        raise AddressRefused(f"地址含有空白、反斜杠或控制字符，不予访问：{url[:200]!r}")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise AddressRefused(f"地址格式不对，不予访问：{url[:200]!r}") from error
    if parts.scheme not in PORTS:
        raise AddressRefused(f"只访问 http 和 https 地址，不访问 {parts.scheme or '无协议'}：{url[:200]!r}")
    if not host or "@" in parts.netloc:
        raise AddressRefused(f"地址缺少主机名或带有用户名，不予访问：{url[:200]!r}")
    host = unicodedata.normalize("NFKC", host).lower().rstrip(".")
    port = PORTS[parts.scheme] if port is None else port
    return Target(host, port, _allowed(host, port, PORTS[parts.scheme], allow_hosts))


def _allowed(host: str, port: int, default: int, allow_hosts: Collection[str]) -> bool:
    named = {_split(entry) for entry in allow_hosts}
    if (host, port) in named:
        return True
    if any(name == host for name, _ in named):
        raise AddressRefused(f"{host} 只放行了 allow_hosts 写明的端口，不访问端口 {port}")
    if port != default:
        raise AddressRefused(f"只访问 80 和 443 端口，不访问 {host}:{port}")
    return False


def _split(entry: str) -> tuple[str, int]:
    host, _, port = entry.lower().rpartition(":")
    return host.strip("[]"), int(port) if port.isascii() and port.isdigit() else -1


def literal_address(host: str) -> IPv4Address | IPv6Address | None:
    """Decode `127.0.0.1`, `127.1`, `2130706433`, `0x7f000001`, `0177.0.0.1`, full-width digits, `::1`.

    Raises:
        AddressRefused: the host is numeric but no address, or an IPv6 address with a zone.
    """
    plain = unicodedata.normalize("NFKC", host).strip("[]").rstrip(".")
    if ":" in plain:
        try:
            return IPv6Address(_without_zone(plain))
        except ValueError as error:
            raise AddressRefused(f"{host[:80]} 不是有效的地址") from error
    if not _NUMERIC_HOST.fullmatch(plain):
        return None
    try:
        return IPv4Address(socket.inet_aton(plain))
    except OSError as error:
        raise AddressRefused(f"{host[:80]} 不是有效的地址") from error


def _without_zone(text: str) -> str:
    if "%" in text:
        raise AddressRefused(f"{text[:80]} 是本地链路地址，不予访问")
    return text


def check_address(address: IPv4Address | IPv6Address) -> None:
    """Pass a public unicast address; every IPv4 address inside an IPv6 one must be public too.

    Raises:
        AddressRefused: anything else, naming the address.
    """
    if isinstance(address, IPv4Address):
        refused = any(address in block for block in _NO_IPV4)
    else:
        inner = _embedded(address)
        for one in inner:
            check_address(one)
        special = address not in _UNICAST or any(address in block for block in _NO_IPV6)
        refused = special and not inner
    if refused:
        raise AddressRefused(f"{address} 不是公网地址，不予访问；本单位内部的站点请写入信源的 allow_hosts")


def _embedded(address: IPv6Address) -> tuple[IPv4Address, ...]:
    """IPv4 addresses that traffic to this one may end at: mapped, NAT64, 6to4, Teredo."""
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    return address.teredo or ()


def system_resolver(host: str, port: int) -> list[str]:
    """The system's addresses of a name, in its order.

    Raises:
        OSError: the name cannot be resolved.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label too long or empty
        raise OSError(f"{host[:80]} 不是有效的主机名") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_addresses(addresses: Sequence[str]) -> list[str]:
    """The addresses that pass `check_address`, in order.

    Raises:
        AddressRefused: none passes.
    """
    passed: list[str] = []
    refusal = AddressRefused("主机名没有对应的地址")
    for one in addresses:
        try:
            check_address(ip_address(_without_zone(one)))
        except AddressRefused as error:
            refusal = error
        else:
            passed.append(one)
    if not passed:
        raise refusal
    return passed


def safe_address(
    url: str, allow_hosts: Collection[str] = (), resolver: Resolver = system_resolver
) -> tuple[str, int]:
    """The numeric address and port to connect to for `url`. Blocks while resolving.

    Raises:
        AddressRefused: `check_url` refuses the URL, or the name has no public address.
        OSError: the name cannot be resolved.
    """
    target = check_url(url, allow_hosts)
    literal = target.literal
    if literal is not None:
        return str(literal), target.port
    addresses = resolver(target.host, target.port)
    if not target.allowed:
        addresses = public_addresses(addresses)
    elif not addresses:
        raise AddressRefused("主机名没有对应的地址")
    return addresses[0], target.port
