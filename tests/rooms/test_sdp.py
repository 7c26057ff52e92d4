"""Offers and trickle fragments."""

import pytest

from visavis.errors import SignallingError
from visavis.rooms.webrtc import sdp

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n"
CREDENTIALS = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" + CREDENTIALS + "a=mid:0\r\na=sendrecv\r\n"
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n" + CREDENTIALS + "a=mid:1\r\na=recvonly\r\n"
DATA = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" + CREDENTIALS + "a=mid:2\r\n"
CANDIDATE = "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host"


def test_an_offer_says_what_the_client_wants_to_receive() -> None:
    assert sdp.read_offer(HEAD + AUDIO + VIDEO + DATA).receives == {"audio", "video"}
    assert sdp.read_offer(HEAD + AUDIO.replace("sendrecv", "sendonly") + DATA).receives == frozenset()
    assert sdp.read_offer(HEAD + DATA).receives == frozenset()


def test_a_section_without_a_direction_is_sendrecv() -> None:
    assert sdp.read_offer(HEAD + AUDIO.replace("a=sendrecv\r\n", "") + DATA).receives == {"audio"}


def test_line_feeds_alone_are_understood() -> None:
    assert sdp.read_offer((HEAD + AUDIO + DATA).replace("\r\n", "\n")).receives == {"audio"}


def test_an_offer_without_a_data_channel_is_refused_by_name() -> None:
    with pytest.raises(SignallingError, match=r"visavis\.app and visavis\.signal"):
        sdp.read_offer(HEAD + AUDIO)


def test_a_fragment_gives_candidates_with_their_sections() -> None:
    fragment = sdp.read_fragment(
        f"a=ice-ufrag:u\r\na=ice-pwd:p\r\nm=audio 9 x 0\r\na=mid:0\r\na={CANDIDATE}\r\n"
    )
    assert (fragment.ufrag, fragment.pwd, fragment.ended) == ("u", "p", False)
    assert fragment.candidates == [sdp.Candidate(CANDIDATE.removeprefix("candidate:"), "0")]
    assert sdp.read_fragment("a=end-of-candidates").ended


@pytest.mark.parametrize("text", ["", "hello", "a=mid:0\r\n", "{}", "a=x\r\n" * 50_000])
def test_a_fragment_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(SignallingError):
        sdp.read_fragment(text)


def test_a_restart_offer_has_the_new_credentials_and_no_candidates() -> None:
    restarted = sdp.with_credentials(HEAD + AUDIO + f"a={CANDIDATE}\r\n" + DATA, "new", "secret")
    assert restarted.count("a=ice-ufrag:new\r\n") == restarted.count("a=ice-pwd:secret\r\n") == 2
    assert "abcd" not in restarted
    assert "candidate" not in restarted


def test_the_answer_to_a_restart_holds_credentials_and_candidates_once() -> None:
    fragment = sdp.read_fragment(sdp.fragment_of(HEAD + AUDIO + f"a={CANDIDATE}\r\n" + DATA))
    assert fragment.ufrag == "abcd"
    assert [entry.mid for entry in fragment.candidates] == ["0"]
