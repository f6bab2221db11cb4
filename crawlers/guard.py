"""The SSRF guard inside Scrapy: every request is checked, and only checked addresses are connected to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution
from twisted.internet.threads import deferToThread
from zope.interface import implementer  # type: ignore[import-untyped]  # it ships none

from crawlers.failures import OurRefusal
from minyi.errors import AddressRefused
from minyi.net import check_url, public_addresses, system_resolver

_checked: dict[str, list[str]] = {}
"""Name to the addresses that passed, filled by the middleware, read by the resolver of the same process."""


class Refused(OurRefusal):
    """An address the guard does not let us connect to."""


class Unresolved(OurRefusal):
    """A host name without an address."""


class GuardMiddleware:
    """Refuses every request, redirect and robots.txt to an address that is not public or not named."""

    def __init__(self, allow_hosts: Sequence[str]) -> None:
        """`allow_hosts` is the card's."""
        self._allow_hosts = tuple(allow_hosts)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Read the card from the spider's order."""
        return cls(crawler.settings["MINYI_ALLOW_HOSTS"])

    async def process_request(self, request: Request) -> None:
        """Let the request pass, its host's addresses checked and remembered.

        Raises:
            Refused, Unresolved: the request must not or cannot be sent.
        """
        try:
            target = check_url(request.url, self._allow_hosts)
            if target.literal is not None:
                _checked[target.host] = [str(target.literal)]
            elif target.host not in _checked:
                found = await maybe_deferred_to_future(
                    deferToThread(system_resolver, target.host, target.port)
                )
                _checked[target.host] = list(found) if target.allowed else public_addresses(found)
        except AddressRefused as error:
            raise Refused(str(error)) from error
        except OSError as error:
            raise Unresolved(f"域名无法解析：{request.url[:120]}") from error


class _Receiver(Protocol):
    """What Twisted hands us to answer to; its own interface type is not one that mypy can call."""

    def resolutionBegan(self, resolution: object) -> None: ...  # noqa: N802 - Twisted's name

    def addressResolved(self, address: IPv4Address | IPv6Address) -> None: ...  # noqa: N802

    def resolutionComplete(self) -> None: ...  # noqa: N802


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing is under way: the answer is already there."""


@implementer(IHostnameResolver)
class GuardedResolver:
    """Answers from the addresses that passed the guard and asks nobody: a name cannot change under us."""

    def __init__(self, reactor: ReactorBase) -> None:
        """Scrapy hands in its reactor."""
        self._reactor = reactor

    @classmethod
    def from_crawler(cls, _crawler: Crawler, reactor: ReactorBase) -> Self:
        """Called by Scrapy."""
        return cls(reactor)

    def install_on_reactor(self) -> None:
        """Called by Scrapy."""
        self._reactor.installNameResolver(self)  # type: ignore[arg-type]  # zope.interface has no types

    def resolveHostName(  # noqa: N802 - the interface's name
        self,
        resolutionReceiver: _Receiver,  # noqa: N803 - the interface's name
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: ARG002, N803
        transportSemantics: Literal["TCP", "UDP"] = "TCP",  # noqa: N803
    ) -> _Resolution:
        """Hand over the checked addresses of a name; none for a name that never passed the guard."""
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        for address in _checked.get(hostName.lower().rstrip("."), []):
            kind = IPv6Address if ":" in address else IPv4Address
            resolutionReceiver.addressResolved(kind(transportSemantics, address, portNumber))
        resolutionReceiver.resolutionComplete()
        return resolution
