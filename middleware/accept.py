"""Accept headers, read in the two ways that Nova reads them: its URL map's and WebOb's."""

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.request import parse_http_list

JSON = "application/json"
VENDOR_JSON = "application/vnd.openstack.compute+json"
ATOM = "application/atom+xml"

_OPTION = re.compile(r';\s*([^\s;=]+|"(?:[^"\\]|\\.)*")\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^;]+))?\s*')

_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_RANGE = re.compile(
    rf"\s*(?:(?P<range>{_WORD}/{_WORD})"
    rf'(?P<params>(?:\s*;\s*(?!q=)(?:{_WORD})=(?:{_WORD}|"(?:[^"\\]|\\.)*"))*)'
    r"(?:\s*;\s*[qQ]=(?P<q>0(?:\.\d{0,3})?|1(?:\.0{0,3})?)"
    rf'(?:\s*;\s*{_WORD}(?:=(?:{_WORD}|"(?:[^"\\]|\\.)*"))?)*)?)?\s*(?:,|$)'
)


def _unquote(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def options(header: str) -> tuple[str, dict[str, str]]:
    """Split `type/subtype;key=value` into the type and its parameters."""
    pairs = [
        (_unquote(match[1]), _unquote((match[2] or "").strip()))
        for match in _OPTION.finditer(";" + header)
    ]
    return (pairs[0][0], dict(pairs[1:])) if pairs else ("", {})


@lru_cache(maxsize=512)
def content_version(header: str) -> str | None:
    """The `version` parameter of a Content-Type."""
    return options(header)[1].get("version")


@lru_cache(maxsize=512)
def best_match(header: str, *, with_atom: bool) -> tuple[str | None, str | None]:
    """The content type of ours that suits best, and the `version` asked for beside it.

    # Nova: a later entry of equal quality wins over an earlier one only if it is less of a pattern.
    """
    entries = [options(entry) for entry in parse_http_list(header)]
    best: tuple[float, int, str | None, str | None] = (-1.0, 2, None, None)
    for content_type in (JSON, VENDOR_JSON, ATOM) if with_atom else (JSON, VENDOR_JSON):
        for mask, params in entries:
            try:
                quality = float(params.get("q", 1))
            except ValueError:
                continue
            stars = mask.count("*")
            if quality < best[0] or (quality == best[0] and best[1] <= stars):
                continue
            if _suits(mask, content_type):
                best = (quality, stars, content_type, params.get("version"))
    return best[2], best[3]


def _suits(mask: str, content_type: str) -> bool:
    if "*" not in mask:
        return mask == content_type
    return mask == "*/*" or mask[:-2] == content_type.partition("/")[0]


@lru_cache(maxsize=512)
def acceptable(header: str, offers: Sequence[str]) -> str | None:
    """The best of `offers` by RFC 7231; the first one if the header makes no sense."""
    ranges = _ranges(header)
    if ranges is None:
        return offers[0]
    found: list[tuple[float, str]] = []
    for offer in offers:
        quality = max(
            (
                (specificity, quality)
                for pattern, quality in ranges
                if (specificity := _specificity(pattern, offer))
            ),
            default=(0, 0.0),
            key=lambda pair: pair[0],
        )[1]
        if quality:
            found.append((quality, offer))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _ranges(header: str) -> list[tuple[str, float]] | None:
    """The media ranges without parameters, with their qualities; None if it is no list of them."""
    found: list[tuple[str, float]] = []
    at = 0
    while at < len(header):
        match = _RANGE.match(header, at)
        if match is None:
            return None
        if match["range"] and not match["params"]:
            found.append((match["range"].lower(), float(match["q"] or 1)))
        at = match.end()
    return found


def _specificity(pattern: str, offer: str) -> int:
    if pattern == offer:
        return 3
    if pattern == offer.partition("/")[0] + "/*":
        return 2
    return 1 if pattern == "*/*" else 0
