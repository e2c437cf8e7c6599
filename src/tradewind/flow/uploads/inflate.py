"""The bytes of packed files piece by piece, whatever the archive says of their size: what is counted is what comes."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

PIECE = 1 << 16
_LOCAL = struct.Struct("<4s22x2H")
_STORED, _DEFLATED = 0, 8


def inflated(file: IO[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the unpacked bytes of one file of a zip archive, at most `PIECE` at a time.

    `zipfile` believes the stated size; a bomb states a small one.

    Raises:
        NotImplementedError: it is packed in a way that is not unpacked here.
        zlib.error, EOFError: it is damaged.
    """
    file.seek(member.header_offset)
    mark, name, extra = _LOCAL.unpack(file.read(_LOCAL.size))
    if mark != b"PK\x03\x04":
        raise EOFError("no file begins there")
    file.seek(name + extra, 1)
    packed = _packed(file, member.compress_size)
    if member.compress_type == _STORED:
        yield from packed
    elif member.compress_type == _DEFLATED:
        yield from _unpacked(packed, zlib.decompressobj(-zlib.MAX_WBITS))
    else:
        raise NotImplementedError(f"method {member.compress_type}")


def gunzipped(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the unpacked bytes of a .gz file, at most `PIECE` at a time; several parts follow each other.

    Raises:
        zlib.error, EOFError: it is damaged or cut short.
    """
    rest = file.read(PIECE)
    while rest:
        engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not engine.eof:
            if not rest:
                rest = file.read(PIECE)
                if not rest:
                    raise EOFError("cut short")
            yield engine.decompress(rest, PIECE)
            rest = engine.unconsumed_tail
        rest = engine.unused_data or file.read(PIECE)
        if not rest.strip(b"\0"):
            rest = b""


def _packed(file: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0:
        piece = file.read(min(PIECE, size))
        if not piece:
            raise EOFError("cut short")
        size -= len(piece)
        yield piece


def _unpacked(packed: Iterator[bytes], engine: zlib._Decompress) -> Iterator[bytes]:
    for piece in packed:
        rest = piece
        while rest and not engine.eof:
            yield engine.decompress(rest, PIECE)
            rest = engine.unconsumed_tail
    while not engine.eof:
        more = engine.decompress(engine.unconsumed_tail, PIECE)
        if not more:
            raise EOFError("cut short")
        yield more
