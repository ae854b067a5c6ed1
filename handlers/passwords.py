"""Whether a PDF needs a password to be opened. One that only forbids printing or copying opens with the empty one.

ISO 32000-2, 7.6.4: algorithms 2 and 2.B (the key), 4 and 5 (what an empty password looks like in `/U`). MD5 and RC4 are what
these documents are made of; nothing is kept secret by them here.
"""

from __future__ import annotations

import hashlib
import mmap
import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_PADDING: Final = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_NUMBER: Final = rb"/%b\s{1,9}(-?\d{1,10})\b"
_STRING: Final = rb"%b\s{0,9}(?:\((?P<plain>(?:\\.|[^\\)]){0,999})\)|<(?P<hex>[0-9A-Fa-f\s]{0,999})>)"
_ID: Final = re.compile(rb"/ID\s{0,9}\[")
_FIRST: Final = re.compile(_STRING % b"", re.DOTALL)
_MOST: Final = 20
"""Of identities; a document has one for each of its versions, with the same first half."""
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|.))", re.DOTALL)
_ESCAPED: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_LOST: Final = re.compile(rb"/EncryptMetadata\s{1,9}false\b")
_CHECKED, _SALT, _LONGEST_STRING = 32, 8, 127
_OLD, _KEYS_OF_ANY_LENGTH, _METADATA_TOLD, _DRAFT, _NOW = 2, 3, 4, 5, 6
"""Revisions of the standard security handler."""


def needed(locks: Iterable[bytes], data: bytes | mmap.mmap) -> bool:
    """Whether one of these encryption dictionaries lets nobody in without a password; `data` tells the document's `/ID`.

    What cannot be understood is not said to need one.
    """
    halves = (_FIRST.match(data, one.end()) for one in islice(_ID.finditer(data), _MOST))
    identity = next((_text(one) for one in halves if one), b"")
    return any(_refuses(lock, identity) for lock in locks)


def _refuses(lock: bytes, identity: bytes) -> bool:
    """Whether the empty password does not open it."""
    if b"/Standard" not in lock:
        return b"/Filter" in lock  # a certificate, or a program of somebody's own
    revision, owner, user = _number(lock, b"R"), _string(lock, b"O"), _string(lock, b"U")
    if revision in (_DRAFT, _NOW) and len(user) >= _CHECKED + _SALT:
        salt = user[_CHECKED : _CHECKED + _SALT]
        key = _hardened(salt) if revision == _NOW else hashlib.sha256(salt).digest()
        return key != user[:_CHECKED]
    if not _OLD <= revision <= _METADATA_TOLD or len(owner) < _CHECKED or len(user) < _CHECKED:
        return False
    permissions = (_number(lock, b"P") & 0xFFFFFFFF).to_bytes(4, "little")
    open_metadata = b"\xff" * 4 if revision == _METADATA_TOLD and _LOST.search(lock) else b""
    key = _md5(_PADDING + owner[:_CHECKED] + permissions + identity + open_metadata)
    if revision == _OLD:
        return _rc4(key[:5], _PADDING) != user[:_CHECKED]
    length = 16 if revision == _METADATA_TOLD else max(5, min(_number(lock, b"Length", 40) // 8, 16))
    for _ in range(50):
        key = _md5(key[:length])
    found = _md5(_PADDING + identity)
    for turn in range(20):
        found = _rc4(bytes(one ^ turn for one in key[:length]), found)
    return found != user[:16]


def _hardened(salt: bytes) -> bytes:
    """Algorithm 2.B for the empty password."""
    key, turn, last = hashlib.sha256(salt).digest(), 0, 0
    while turn < 64 or last > turn - 32:  # noqa: PLR2004 - so the standard says
        coder = Cipher(algorithms.AES(key[:16]), modes.CBC(key[16:32])).encryptor()
        coded = coder.update(key * 64)
        kind = ("sha256", "sha384", "sha512")[sum(coded[:16]) % 3]
        key, turn, last = hashlib.new(kind, coded).digest(), turn + 1, coded[-1]
    return key[:_CHECKED]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _rc4(key: bytes, data: bytes) -> bytes:
    box, at = list(range(256)), 0
    for number in range(256):
        at = (at + box[number] + key[number % len(key)]) % 256
        box[number], box[at] = box[at], box[number]
    out, first, second = bytearray(), 0, 0
    for one in data:
        first = (first + 1) % 256
        second = (second + box[first]) % 256
        box[first], box[second] = box[second], box[first]
        out.append(one ^ box[(box[first] + box[second]) % 256])
    return bytes(out)


def _number(lock: bytes, name: bytes, otherwise: int = 0) -> int:
    found = re.search(_NUMBER % name, lock)
    return int(found[1]) if found else otherwise


def _string(lock: bytes, name: bytes) -> bytes:
    found = re.search(_STRING % (b"/" + name), lock, re.DOTALL)
    return _text(found)[:_LONGEST_STRING] if found else b""


def _text(found: re.Match[bytes]) -> bytes:
    if found["plain"] is None:
        digits = b"".join(found["hex"].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    return _ESCAPE.sub(_unescaped, found["plain"])


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes([int(found[1], 8) & 0xFF])
    return _ESCAPED.get(found[2], found[2])
