"""One spelling for one page, so that a feed's link and a list page's link are the same post."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

_LONGEST = 2083

_NOISE = re.compile(
    r"utm_\w+|spm|scm|spm_id_from|vd_source|gclid|gbraid|wbraid|dclid|fbclid|msclkid|yclid|twclid|igshid|igsh|_ga|_gl"
    r"|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|hmsr|hmpl|hmcu|hmkw|hmci|bd_vid|ref_src|ref_url|ref_source"
    r"|share_(?:token|source|medium|id|from|type|tag|plat|session_id|times|app)|sharer_\w+|shareuid"
    r"|wfr|isappinstalled|nsukey|from_source|from_spmid|_from_id|tt_from|tt_medium|trackid|track_id"
    r"|jsessionid|phpsessid|aspsessionid\w*|asp\.net_sessionid|sessionid|session_id|cfid|cftoken",
    re.IGNORECASE,
)
"""Query parameters that name a visitor, a share or a campaign, never a page."""

_SHARE_VALUES = {"timeline", "singlemessage", "groupmessage"}  # WeChat adds from=... when a page is shared
_SESSION_VALUE = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)  # sid=... is a session when it is a hash
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)


def canonical_url(url: str) -> str:
    """The one spelling of `url`: w3lib's canonical form without fragment, session and tracking parameters.

    Scheme and host in lower case, the scheme's own port left out, parameters in order. An address that
    cannot be taken apart comes back stripped and cut to 2083 characters; never raises.
    """
    text = url.strip()[:_LONGEST].replace("\\", "/")  # as browsers read it
    text = text.encode("utf-8", "replace").decode("utf-8")  # half characters cannot be percent-encoded
    try:
        parts = urlsplit(text)
        host = _host(parts.hostname or "", parts.port, parts.scheme)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return text
    if not host:
        return text
    kept = urlencode([(name, value) for name, value in query if not _is_noise(name, value)])
    path = _SESSION_PATH.sub("", parts.path) or "/"
    plain = urlunsplit((parts.scheme, host, path, kept if len(kept) < len(parts.query) else parts.query, ""))
    try:
        return canonicalize_url(plain)
    except ValueError:
        return plain


def _host(name: str, port: int | None, scheme: str) -> str:
    host = f"[{name}]" if ":" in name else name.rstrip(".")
    return host if port is None or port == {"http": 80, "https": 443}.get(scheme) else f"{host}:{port}"


def _is_noise(name: str, value: str) -> bool:
    if _NOISE.fullmatch(name):
        return True
    if name == "from":
        return value in _SHARE_VALUES
    return name.lower() in {"sid", "s"} and _SESSION_VALUE.fullmatch(value) is not None
