"""What simulated consoles say, byte by byte."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compute.virt.streams import Rfb, Serial, Spice

LINK = struct.pack("<4sIIIIBBIIIII", b"REDQ", 2, 2, 26, 0, 1, 0, 1, 1, 18, 11, 9)


def negotiated(name="guest"):
    rfb = Rfb(name)
    assert rfb.greeting() == b"RFB 003.008\n"
    assert rfb.feed(b"RFB 003.008\n") == [b"\x01\x01"]
    assert rfb.feed(b"\x01") == [bytes(4)]
    (init,) = rfb.feed(b"\x01")
    return rfb, init


def test_a_vnc_client_is_led_through_the_handshake():
    _, init = negotiated("guest")
    assert struct.unpack(">HH", init[:4]) == (Rfb.WIDTH, Rfb.HEIGHT)
    assert struct.unpack(">I", init[20:24])[0] == len(init) - 24
    assert init[24:] == b"guest"


def test_an_older_vnc_client_is_told_the_security_type():
    rfb = Rfb("guest")
    assert rfb.feed(b"RFB 003.003\n") == [struct.pack(">I", 1)]


def test_the_screen_is_sent_when_it_is_asked_for():
    rfb, _ = negotiated()
    (update,) = rfb.feed(struct.pack(">BBHHHH", 3, 0, 0, 0, Rfb.WIDTH, Rfb.HEIGHT))
    assert len(update) == 16 + 4 * Rfb.WIDTH * Rfb.HEIGHT


def test_keys_pointers_and_texts_are_taken_in_silence():
    rfb, _ = negotiated()
    assert rfb.feed(struct.pack(">BBHI", 4, 1, 0, 65)) == []
    assert rfb.feed(struct.pack(">BBHH", 5, 0, 1, 1)) == []
    assert rfb.feed(struct.pack(">BxxxI", 6, 3) + b"abc") == []
    assert rfb.feed(struct.pack(">BxHii", 2, 2, 0, 1)) == []


@pytest.mark.parametrize("said", [b"GET / HTTP/1.", b"RFB 004.000\n"])
def test_who_speaks_no_vnc_is_hung_up_on(said):
    with pytest.raises(ConnectionError):
        Rfb("guest").feed(said)


def test_a_security_type_that_was_not_offered_is_refused():
    rfb = Rfb("guest")
    rfb.feed(b"RFB 003.008\n")
    with pytest.raises(ConnectionError):
        rfb.feed(b"\x02")


def test_a_message_that_does_not_exist_is_refused():
    rfb, _ = negotiated()
    with pytest.raises(ConnectionError):
        rfb.feed(b"\xff")


@given(st.lists(st.integers(1, 20), max_size=60))
def test_how_bytes_arrive_makes_no_difference(cuts):
    said = b"RFB 003.008\n\x01\x01" + struct.pack(">BBHHHH", 3, 0, 0, 0, 1, 1)
    rfb, answers, at = Rfb("guest"), [], 0
    for cut in [*cuts, len(said)]:
        answers += rfb.feed(said[at : at + cut])
        at += cut
    assert answers == Rfb("guest").feed(said)


def test_a_spice_client_gets_a_link_reply_without_error():
    (reply,) = Spice().feed(LINK)
    assert struct.unpack_from("<4sIIII", reply)[::4] == (b"REDQ", 0)


def test_half_a_link_message_waits_for_the_rest():
    spice = Spice()
    assert spice.feed(LINK[:20]) == []
    assert len(spice.feed(LINK[20:])) == 1


def test_who_speaks_no_spice_is_hung_up_on():
    with pytest.raises(ConnectionError):
        Spice().feed(b"RFB 003.008\n1234")


def test_a_serial_console_shows_its_text_and_echoes():
    serial = Serial("login:\n")
    assert serial.greeting() == b"login:\r\n"
    assert serial.feed(b"root\r") == [b"root\r\n"]
