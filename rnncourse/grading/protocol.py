"""What may travel between a worker and the checker: plain values as JSON, arrays as raw .npy bytes.

Nothing that arrives is believed: sizes, types, shapes and dtypes are checked before anything is made of them.
"""

import io
import json
import math
import os
import struct

import numpy as np

from rnncourse.probes import MOST_BYTES, Opaque, Raised

MOST_HEADER = 8_000_000  # bytes of JSON in one message
MOST_BLOBS = 64_000_000  # bytes of arrays in one message
MOST_ARRAYS = 10_000
MOST_TEXT = 10_000
MOST_WORDS = 1_000  # of an exception's message, or of an object's text
DEEPEST = 40
_LENGTH = struct.Struct(">I")
_KINDS = "biufU"


class ProtocolError(Exception):
    """What arrived is no message of this protocol, or is too large, or nothing arrived."""


class Closed(ProtocolError):
    """The other side has gone."""


class Channel:
    """Messages over two file descriptors, which may be the same socket. A message is a plain value."""

    def __init__(self, reading, writing=None):
        self.reading, self.writing = reading, reading if writing is None else writing

    def send(self, message):
        """Send a plain value. Raises Closed if the other side has gone."""
        arrays = []
        value = encode(message, arrays)
        blobs = [_to_bytes(array) for array in arrays]
        header = json.dumps({"value": value, "sizes": [len(blob) for blob in blobs]}).encode("ascii")
        for part in (_LENGTH.pack(len(header)), header, *blobs):
            self._write(part)

    def receive(self):
        """The next message. Raises ProtocolError, or Closed, a kind of it."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        header = _parse(self._read(_bounded(length, MOST_HEADER)))
        sizes = header["sizes"]
        _bounded(sum(sizes), MOST_BLOBS)
        return decode(header["value"], [_from_bytes(self._read(size)) for size in sizes])

    def close(self):
        """Close both ends on this side."""
        for descriptor in {self.reading, self.writing}:
            os.close(descriptor)

    def _write(self, data):
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.writing, view) :]
            except OSError as error:
                raise Closed(str(error)) from None

    def _read(self, size):
        parts = bytearray()
        while len(parts) < size:
            try:
                part = os.read(self.reading, min(size - len(parts), 1 << 20))
            except OSError as error:
                raise Closed(str(error)) from None
            if not part:
                raise Closed("the other side has gone")
            parts += part
        return bytes(parts)


def encode(value, arrays):
    """A plain value as JSON; its arrays are appended to `arrays`."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"a": len(arrays) - 1}
    if isinstance(value, list | tuple):
        return {"l" if isinstance(value, list) else "t": [encode(item, arrays) for item in value]}
    if isinstance(value, dict):
        return {"d": [[encode(key, arrays), encode(item, arrays)] for key, item in value.items()]}
    if isinstance(value, Raised):
        return {"r": [value.type, value.message, value.line]}
    if isinstance(value, Opaque):
        return {"o": [value.type, value.text]}
    raise TypeError(f"{type(value).__name__} is no plain value")


def decode(value, arrays, depth=0):
    """What `encode` was given, from JSON of unknown origin. Raises ProtocolError."""
    if depth > DEEPEST:
        raise ProtocolError("a value is nested too deeply")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        return _text(value, MOST_TEXT)
    if not isinstance(value, dict) or len(value) != 1:
        raise ProtocolError("a value of an unknown kind")
    ((kind, content),) = value.items()
    if kind not in _DECODE:
        raise ProtocolError("a value of an unknown kind")
    return _DECODE[kind](content, arrays, depth + 1)


def _list(content, arrays, depth):
    return [decode(item, arrays, depth) for item in _a_list(content)]


def _dict(content, arrays, depth):
    pairs = [_a_list(pair, 2) for pair in _a_list(content)]
    try:
        return {_key(decode(key, arrays, depth)): decode(item, arrays, depth) for key, item in pairs}
    except TypeError:
        raise ProtocolError("a key of a dict that none can be") from None


def _key(value):
    if isinstance(value, Raised | Opaque):
        raise ProtocolError("a key of a dict that none can be")
    return value


def _array(content, arrays, depth):
    if not isinstance(content, int) or not 0 <= content < len(arrays):
        raise ProtocolError("an array that was not sent")
    return arrays[content]


def _raised(content, arrays, depth):
    kind, message, line = _a_list(content, 3)
    if not (isinstance(kind, str) and isinstance(message, str) and (line is None or isinstance(line, int))):
        raise ProtocolError("an exception of an unknown form")
    return Raised(_text(kind, 100), _text(message, MOST_WORDS), line if line is None else _whole(line))


def _opaque(content, arrays, depth):
    kind, text = _a_list(content, 2)
    if not (isinstance(kind, str) and isinstance(text, str)):
        raise ProtocolError("an object of an unknown form")
    return Opaque(_text(kind, 100), _text(text, MOST_WORDS))


_DECODE = {
    "l": _list,
    "t": lambda content, arrays, depth: tuple(_list(content, arrays, depth)),
    "d": _dict,
    "a": _array,
    "r": _raised,
    "o": _opaque,
}


def _a_list(content, length=None):
    if not isinstance(content, list) or (length is not None and len(content) != length):
        raise ProtocolError("a list of an unknown form")
    return content


def _whole(value):
    if abs(value) >= 2**63:
        raise ProtocolError("an integer of more than 64 bits")
    return value


def _text(text, most):
    """At most `most` characters of `text`, none of them half of a surrogate pair."""
    return text[:most].encode("utf-8", "replace").decode("utf-8")


def _parse(data):
    try:
        header = json.loads(data)
    except (ValueError, RecursionError):
        raise ProtocolError("the message is not JSON") from None
    if not isinstance(header, dict) or header.keys() != {"value", "sizes"}:
        raise ProtocolError("the message has another form")
    sizes = _a_list(header["sizes"])
    if len(sizes) > MOST_ARRAYS or not all(type(size) is int and 0 < size <= MOST_BLOBS for size in sizes):
        raise ProtocolError("the message announces arrays that are too many or too large")
    return header


def _bounded(size, most):
    if size > most:
        raise ProtocolError(f"a message of {size} bytes; at most {most} are taken")
    return size


def _to_bytes(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _from_bytes(data):
    """An array from .npy bytes. The header is checked before memory is taken for the numbers."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, fortran, dtype = read[version](file)
    except Exception:
        raise ProtocolError("an array's header cannot be read") from None
    body = data[file.tell() :]
    if dtype.kind not in _KINDS or dtype.itemsize == 0 or dtype.hasobject or len(shape) > 32:
        raise ProtocolError(f"an array of dtype {str(dtype)[:50]}")
    if any(n < 0 for n in shape) or math.prod(shape) * dtype.itemsize != len(body) or len(body) > MOST_BYTES:
        raise ProtocolError("an array whose shape and size do not fit, or that is too large")
    array = np.frombuffer(body, dtype).reshape(shape, order="F" if fortran else "C").copy()
    return _sound(array)


def _sound(array):
    """`array` with no bits in it that its dtype does not know."""
    if array.dtype.kind == "b":
        return array.view("u1") != 0
    if array.dtype.kind == "U":
        try:
            array.tolist()
        except ValueError:
            raise ProtocolError("an array of characters that do not exist") from None
    return array
