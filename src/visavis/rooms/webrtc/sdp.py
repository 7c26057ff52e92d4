"""What the room reads in session descriptions and in trickle fragments (RFC 8866, RFC 8840)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from visavis.errors import SignallingError

MAX_SDP_BYTES = 128 * 1024
_MEDIA = re.compile(r"^m=(\w+) (\d+) \S+ .*$", re.MULTILINE)
_DIRECTION = re.compile(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.MULTILINE)
_LINE = re.compile(r"^a=([\w-]+)(?::(.*?))?\s*$")


@dataclass(frozen=True, slots=True)
class Offer:
    """The parts of an offer the room cares about.

    Attributes:
        receives: kinds (``audio``, ``video``) of the replica's media that the client wants to receive.
        sections: the kind of each media section that is neither the replica's nor the channels', by mid.
    """

    receives: frozenset[str]
    sections: dict[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ICE candidate of a fragment.

    Attributes:
        value: what follows ``a=candidate:``.
        mid: its media section.
    """

    value: str
    mid: str | None


@dataclass(slots=True)
class Fragment:
    """A trickle ICE fragment.

    Attributes:
        ended: whether it says that no more candidates come.
    """

    ufrag: str | None = None
    pwd: str | None = None
    candidates: list[Candidate] = field(default_factory=list)
    ended: bool = False


def sections(sdp: str) -> tuple[str, list[str]]:
    """The session part and the media sections, each from its ``m=`` line on."""
    head, *media = re.split(r"(?m)^(?=m=)", sdp)
    return head, media


def read_offer(sdp: str, apart: frozenset[str] = frozenset()) -> Offer:
    """Check an offer. The first section of audio and the first of video are the replica's way out.

    Args:
        sdp: of the offer.
        apart: mids of sections that are not.

    Raises:
        SignallingError: when it cannot be answered; the message says why.
    """
    if len(sdp) > MAX_SDP_BYTES:
        raise SignallingError("the offer is too large")
    if not sdp.lstrip().startswith("v=0"):
        raise SignallingError("the body is not a session description: it must start with v=0")
    head, media = sections(sdp)
    kinds = [match.group(1) for part in media if (match := _MEDIA.match(part))]
    if "application" not in kinds:
        raise SignallingError(
            "the offer has no data channel: create visavis.app and visavis.signal before the offer"
        )
    receives, later = set(), {}
    seen: set[str] = set()
    for part in media:
        kind, mid = part[2:7], first_mid(part)
        if kind not in ("audio", "video"):
            continue
        direction = _DIRECTION.search(part) or _DIRECTION.search(head)
        if mid is not None and (kind in seen or mid in apart):
            later[mid] = kind
        elif direction is None or direction.group(1) in ("sendrecv", "recvonly"):
            receives.add(kind)
        if mid not in apart:
            seen.add(kind)
    return Offer(frozenset(receives), later)


def read_fragment(text: str) -> Fragment:
    """Read the body of a trickle PATCH.

    Raises:
        SignallingError: when nothing in it is a candidate, credentials or the end of candidates.
    """
    if len(text) > MAX_SDP_BYTES:
        raise SignallingError("the fragment is too large")
    fragment = Fragment()
    mid: str | None = None
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match.group(1), match.group(2) or ""
        if name == "mid":
            mid = value
        elif name == "candidate":
            fragment.candidates.append(Candidate(value, mid))
        elif name == "ice-ufrag":
            fragment.ufrag = value
        elif name == "ice-pwd":
            fragment.pwd = value
        elif name == "end-of-candidates":
            fragment.ended = True
    if not (fragment.candidates or fragment.ended or fragment.ufrag):
        raise SignallingError("the fragment holds no candidate")
    return fragment


def first_mid(sdp: str) -> str | None:
    """The media section that carries the transport when all are bundled."""
    match = re.search(r"(?m)^a=mid:(\S+)", sdp)
    return match.group(1) if match else None


def ice_ufrag(sdp: str) -> str | None:
    """The first ICE user name fragment of a description."""
    match = re.search(r"(?m)^a=ice-ufrag:(\S+)", sdp)
    return match.group(1) if match else None


def with_credentials(sdp: str, ufrag: str, pwd: str) -> str:
    """The description with new ICE credentials and without candidates: an offer to restart ICE."""
    sdp = re.sub(r"(?m)^a=(candidate:|end-of-candidates|remote-candidates).*\r?\n", "", sdp)
    sdp = re.sub(r"(?m)^(a=ice-ufrag:)\S+", lambda match: match.group(1) + ufrag, sdp)
    return re.sub(r"(?m)^(a=ice-pwd:)\S+", lambda match: match.group(1) + pwd, sdp)


def fragment_of(sdp: str) -> str:
    """The trickle fragment that answers an ICE restart: credentials and candidates (RFC 9725, 4.3.2)."""
    _, media = sections(sdp)
    first = media[0] if media else ""
    kept = [
        line
        for line in first.splitlines()
        if line.startswith(("m=", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:", "a=end-of"))
    ]
    return "\r\n".join(kept) + "\r\n"
