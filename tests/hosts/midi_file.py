"""What a MIDI file that a host wrote says, byte by byte: no library that might mend it stands between."""

import struct


def number(data, at):
    """A number of variable length: (the number, where it ends)."""
    value = 0
    while True:
        byte, at = data[at], at + 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at


def read(path):
    """Ticks a beat, and every channel message as (tick, status, data...), in the file's order."""
    with open(path, "rb") as file:
        data = file.read()
    name, length, _, tracks, division = struct.unpack(">4sIHHH", data[:14])
    assert name == b"MThd" and division < 0x8000, f"{path}: {data[:14]}"
    begin, found = 8 + length, []
    for _ in range(tracks):
        name, length = struct.unpack(">4sI", data[begin:begin + 8])
        assert name == b"MTrk", f"{path}: {name} at {begin}"
        begin += 8
        found += messages(data[begin:begin + length])
        begin += length
    assert begin == len(data), f"{path}: {begin} of {len(data)} bytes"
    return division, sorted(found, key=lambda message: message[0])


def messages(track):
    at, tick, status = 0, 0, None
    while at < len(track):
        delta, at = number(track, at)
        tick += delta
        if track[at] >= 0x80:
            status, at = track[at], at + 1
        if status == 0xFF:
            at += 1
        if status >= 0xF0:
            length, at = number(track, at)
        else:
            length = 1 if status & 0xE0 == 0xC0 else 2
            yield (tick, status, *track[at:at + length])
        at += length
