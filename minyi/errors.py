"""The one error tree. Messages are Chinese where a user reads them, and name what, where and what to do.

MinyiError
├── ConfigError            office.toml, a policy file or an environment secret is wrong (exit 2)
├── InputError             a file or line a person gave cannot be read
│   └── BadPost            one raw post cannot become a post; it is quarantined
├── AlreadyRunning         another instance holds the data directory (exit 75)
├── CrawlError             a crawl's child failed, timed out or was killed
├── AddressRefused         an address the product must not connect to (SSRF guard)
├── ResourceError          a table, lexicon or model of analysis is missing or damaged
├── SendError              a notification was not accepted
├── OutputError            a file a person asked for cannot be written
├── CaseError              a step that the state of an alert's case does not allow
├── KibanaError            Kibana refused a body, does not answer, or is too old
└── StoreError
    ├── StoreBusy          another writer holds the file; try again
    ├── StoreFull          the disk is full; intake stops, reading goes on
    ├── StoreFailed        the disk refused a write; writing stops until the next start
    ├── StoreCorrupt       the file failed its check; restore a backup
    ├── StoreTooOld        the SQLite library is too old to be safe
    ├── StoreTooNew        the file was written by a newer program
    ├── SearchUnavailable  the search engine does not answer; try again
    ├── Conflict           compare-and-set lost: someone changed the alert first
    ├── CursorError        a page cursor does not belong to this query
    └── QueryError         a query that cannot be answered (exit 2)
"""

from __future__ import annotations


class MinyiError(Exception):
    """Root of all errors Minyi raises on purpose. `permanent` is False when trying again may help."""

    permanent: bool = True


class ConfigError(MinyiError):
    """A setting is wrong. Carries the file and the key so that a person finds the line."""

    def __init__(self, message: str, *, file: str = "", key: str = "") -> None:
        """Compose `file: key: message`."""
        self.file, self.key = file, key
        super().__init__("：".join(part for part in (file, key, message) if part))


class InputError(MinyiError):
    """A file or line handed in by a person cannot be read."""


class BadPost(InputError):
    """One raw post cannot become a post; the message is the quarantine reason."""


class AlreadyRunning(MinyiError):
    """Another instance holds the data directory; the message names its process."""


class CrawlError(MinyiError):
    """A crawl's child process failed, ran out of time or memory, or was killed."""

    permanent = False


class AddressRefused(MinyiError):
    """An address the product must not connect to."""


class ResourceError(MinyiError):
    """A file that analysis needs is missing or damaged."""


class SendError(MinyiError):
    """A notification was not accepted; `permanent` says whether to try again."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        """Keep the channel's own words in `message`."""
        self.permanent = permanent
        super().__init__(message)


class KibanaError(MinyiError):
    """Kibana refused what it was sent, does not answer, or is too old; its own words are kept."""


class CaseError(MinyiError):
    """A step that the state of an alert's case does not allow; the message says what to do instead."""


class OutputError(MinyiError):
    """A file a person asked for cannot be written, or stands there already."""


class StoreError(MinyiError):
    """The record could not do what was asked."""


class StoreBusy(StoreError):
    """Another writer holds the file."""

    permanent = False


class StoreFull(StoreError):
    """The disk is full; intake stops, reading and mailing go on."""

    permanent = False


class StoreFailed(StoreError):
    """The disk could not make a write durable: this process must write no more, the next start recovers."""


class StoreCorrupt(StoreError):
    """The file failed its check; the message names the restore command."""


class StoreTooOld(StoreError):
    """The SQLite library is older than 3.51.3 and may corrupt the file."""


class StoreTooNew(StoreError):
    """The file was written by a newer program."""


class SearchUnavailable(StoreError):
    """The search engine does not answer."""

    permanent = False


class Conflict(StoreError):
    """Somebody changed the record first; read it again."""

    permanent = False


class CursorError(StoreError):
    """A page cursor that does not belong to this query."""


class QueryError(StoreError):
    """A query that cannot be answered; `position` counts code points of the typed text.

    It is None when the fault lies in no single place, as when a curve has no time range.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        """Keep the position for the caret shown under the query."""
        self.position = position
        super().__init__(message)
