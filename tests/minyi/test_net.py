"""The guard lets the product connect to public addresses and to what a card names, to nothing else."""

from __future__ import annotations

import socket

import pytest

from minyi.errors import AddressRefused
from minyi.net import Resolver, check_url, public_addresses, safe_address

REFUSED_HOSTS = [
    "127.0.0.1", "127.1", "0", "0.0.0.0",  # noqa: S104 - refused, not bound
    "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1",
    "017700000001", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127.0.0.1.", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1",
    "192.88.99.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b::10.0.0.1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[2001:0:7f00:1::]",
    "[2001:0:808:808:0:0:80ff:fffe]", "[fec0::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]",
    "[fd12::1]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[100::1]", "[5f00::1]",
]  # fmt: skip
PUBLIC_HOSTS = [
    "8.8.8.8",
    "134744072",
    "[2606:4700::1111]",
    "[::ffff:8.8.8.8]",
    "[64:ff9b::808:808]",
    "[2002:808:808::1]",
]


@pytest.mark.parametrize("host", REFUSED_HOSTS)
def test_a_literal_address_that_is_not_public_is_refused(host: str) -> None:
    """Every spelling of a loopback, private, special or reserved address is refused without a lookup."""
    with pytest.raises(AddressRefused):
        check_url(f"http://{host}/")


@pytest.mark.parametrize("host", PUBLIC_HOSTS)
def test_a_public_literal_address_passes(host: str) -> None:
    """Public unicast passes, also inside a translation prefix."""
    address, port = safe_address(f"https://{host}/")
    assert socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    assert port == 443


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "data:text/plain,a",
        "//example.org/", "", "http://example.org:22/", "http://example.org:8080/", "http://example.org:443/",
        "https://example.org:80/", "http://user:pw@example.org/", "http://example.org\\@127.0.0.1/",
        "http://exa mple.org/", "http://a\r\nb/",
        "http://:80/", "http://[::1/", "http://example.org:99999/", "http://999.1.1.1/", "http://1.2.3.4.5x:1/",
    ],
)  # fmt: skip
def test_an_unusual_url_is_refused(url: str) -> None:
    """Other schemes, other ports, user names and URLs two parsers could read differently are refused."""
    with pytest.raises(AddressRefused):
        check_url(url)


def _always(address: str) -> Resolver:
    return lambda _host, _port: [address]


def test_a_name_that_resolves_to_a_private_address_is_refused() -> None:
    """The resolved address decides, not the name."""
    for address in ("127.0.0.1", "10.1.2.3", "::1", "fe80::1%eth0", "64:ff9b::7f00:1"):
        with pytest.raises(AddressRefused, match="不"):
            safe_address("http://inside.example.org/", resolver=_always(address))


def test_the_first_public_address_is_the_one_to_connect_to() -> None:
    """A mixed answer is used without its private part."""
    assert public_addresses(["10.0.0.1", "8.8.8.8", "2606:4700::1111"]) == ["8.8.8.8", "2606:4700::1111"]
    assert safe_address("http://x.example/", resolver=lambda _h, _p: ["127.0.0.1", "8.8.4.4"]) == (
        "8.8.4.4",
        80,
    )


def test_a_host_and_port_named_on_the_card_may_be_private() -> None:
    """`allow_hosts` opens exactly the host and port it names."""
    allow = ("127.0.0.1:8000", "hub.local:1200", "[::1]:9000")
    assert safe_address("http://127.0.0.1:8000/a", allow) == ("127.0.0.1", 8000)
    assert safe_address("http://[::1]:9000/", allow) == ("::1", 9000)
    assert safe_address("http://HUB.local:1200/", allow, lambda _h, _p: ["192.168.0.9"]) == (
        "192.168.0.9",
        1200,
    )
    for url in ("http://127.0.0.1:8001/", "http://127.0.0.1/", "http://127.0.0.2:8000/", "http://hub.local/"):
        with pytest.raises(AddressRefused):
            check_url(url, allow)


def test_a_name_without_any_address_is_refused() -> None:
    """An empty answer of the resolver is no permission."""
    with pytest.raises(AddressRefused):
        safe_address("http://x.example/", resolver=lambda _h, _p: [])
    with pytest.raises(AddressRefused):
        safe_address("http://x.example:81/", ("x.example:81",), lambda _h, _p: [])
