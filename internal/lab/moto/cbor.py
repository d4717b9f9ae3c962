"""CBOR as Smithy's rpc-v2-cbor uses it, and no more.

Timestamps are tag 1 (epoch seconds); JSON has no such thing, so encoding follows
botocore's shapes to know which numbers are times.
"""

import datetime
import struct

_BREAK = 0xFF


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        piece = self.data[self.at : self.at + count]
        if len(piece) < count:
            raise ValueError("CBOR ends in the middle of a value")
        self.at += count
        return piece

    def argument(self, minor):
        if minor < 24:
            return minor
        return int.from_bytes(self.take({24: 1, 25: 2, 26: 4, 27: 8}[minor]), "big")

    def until_break(self):
        while self.data[self.at] != _BREAK:
            yield self.value()
        self.at += 1

    def value(self):
        head = self.take(1)[0]
        major, minor = head >> 5, head & 31
        if major == 7:
            return self.simple(minor)
        if minor == 31:
            return self.indefinite(major)
        size = self.argument(minor)
        if major == 0:
            return size
        if major == 1:
            return -1 - size
        if major == 2:
            return self.take(size)
        if major == 3:
            return self.take(size).decode()
        if major == 4:
            return [self.value() for _ in range(size)]
        if major == 5:
            return {self.value(): self.value() for _ in range(size)}
        return self.value()  # tag 1: a time, as JSON has it too, in epoch seconds

    def simple(self, minor):
        if minor in (20, 21):
            return minor == 21
        if minor in (22, 23):
            return None
        size, layout = {25: (2, ">e"), 26: (4, ">f"), 27: (8, ">d")}[minor]
        return struct.unpack(layout, self.take(size))[0]

    def indefinite(self, major):
        if major == 2:
            return b"".join(self.until_break())
        if major == 3:
            return "".join(self.until_break())
        items = list(self.until_break())
        if major == 4:
            return items
        return dict(zip(items[::2], items[1::2]))


def decode(data):
    return _Reader(data).value()


def _head(major, size):
    if size < 24:
        return bytes([major << 5 | size])
    for minor, layout, limit in ((24, ">B", 1 << 8), (25, ">H", 1 << 16), (26, ">I", 1 << 32), (27, ">Q", 1 << 64)):
        if size < limit:
            return bytes([major << 5 | minor]) + struct.pack(layout, size)
    raise ValueError(f"{size} does not fit CBOR's 64 bits")


def _float(value):
    return b"\xfb" + struct.pack(">d", float(value))


def _timestamp(value):
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    return b"\xc1" + _float(value)


def encode(value, shape=None):
    """Encode value; shape is botocore's, None where nothing is known of it."""
    kind = getattr(shape, "type_name", None)
    if value is None:
        return b"\xf6"
    if kind == "timestamp":
        return _timestamp(value)
    if kind in ("double", "float"):
        return _float(value)
    if kind in ("integer", "long"):
        value = int(value)
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        text = value.encode()
        return _head(3, len(text)) + text
    if isinstance(value, (bytes, bytearray)):
        return _head(2, len(value)) + bytes(value)
    if isinstance(value, list):
        member = getattr(shape, "member", None)
        return _head(4, len(value)) + b"".join(encode(item, member) for item in value)
    members = getattr(shape, "members", {})
    rest = getattr(shape, "value", None)
    return _head(5, len(value)) + b"".join(
        encode(key) + encode(item, members.get(key, rest)) for key, item in value.items()
    )
