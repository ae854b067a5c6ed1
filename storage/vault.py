"""Where tokens that change are kept between runs: encrypted, one row per account."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, func
from sqlmodel import Session, select

from storage.database import Database, insert
from storage.errors import StorageError
from storage.models import Credential
from storage.prepared import Prepared
from storage.turns import Held, turn

SHORTEST_KEY = 20
"""Fewest characters of a `secret_key` that somebody thought of."""


_KEY_BYTES = 32
_SECRET = Prepared(select(Credential.secret).where(Credential.account == bindparam("of_account")))


class Vault:
    """Tokens of every account, readable only with the key. Thread-safe.

    `key` is what `secret_key` says, or what `key_of` found. The account's name is encrypted together with its
    tokens, so that a row put in another one's place is noticed. When tokens were written is told by `clock`,
    or else by the database.
    """

    def __init__(self, database: Database, key: str, clock: Callable[[], datetime] | None = None) -> None:
        from cryptography.fernet import Fernet

        self._database = database
        self._fernet = Fernet(_fernet_key(key))
        self._clock = clock

    def read(self, account: str) -> dict[str, str]:
        """What was kept for this account; empty if nothing was.

        Raises `StorageError` if it was encrypted with another key.
        """
        with self._database.reading() as session:
            found = _SECRET.first(session, {"of_account": account})
        return {} if found is None else self._open(account, found[0])

    def write(self, account: str, secrets: Mapping[str, str]) -> None:
        """Keep these instead, committed before it returns."""
        sealed = self._fernet.encrypt(json.dumps({"account": account, "secrets": dict(secrets)}).encode())
        with self._database.transaction() as session:
            self._put(session, account, sealed.decode())

    def alone(self, account: str) -> AbstractContextManager[Held]:
        """Until the block ends, no other thread and no other copy of the bot is in such a block of this account.

        For reading, renewing and writing tokens as one piece. What it gives is to be called before tokens are used up:
        it raises `StorageError` if another copy has had its turn since. Raises `StorageError`.
        """
        return turn(self._database, f"tokens of {account}")

    def forget(self, account: str) -> None:
        """Keep nothing of this account any more."""
        with self._database.transaction() as session:
            row = session.get(Credential, account)
            if row is not None:
                session.delete(row)

    def _put(self, session: Session, account: str, secret: str) -> None:
        new = {"secret": secret, "updated_at": self._clock() if self._clock else func.current_timestamp()}
        statement = insert(session, Credential).values(account=account, **new)
        session.execute(statement.on_conflict_do_update(index_elements=["account"], set_=new))

    def _open(self, account: str, secret: str) -> dict[str, str]:
        from cryptography.fernet import InvalidToken

        try:
            kept = json.loads(self._fernet.decrypt(secret.encode()))
        except InvalidToken:
            kept = {}
        if kept.get("account") != account:
            raise StorageError(
                f"The stored tokens of {account} cannot be read: they were written with another `secret_key` "
                f"(or `secret.key` in the data folder). Bring the old key back, or sign in again with `social login {account}`."
            )
        return {str(name): str(value) for name, value in kept["secrets"].items()}


def kept_accounts(database: Database) -> frozenset[str]:
    """The accounts for which something is kept; the key is not needed to know."""
    with database.reading() as session:
        return frozenset(session.exec(select(Credential.account)))


def key_of(path: Path) -> str:
    """The key in this file; if there is none, a new one is made, readable by its owner alone.

    Several processes may start together: all get the same key. Raises `StorageError` if it cannot be done.
    """
    try:
        if not path.exists():
            _make_key(path)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a key"
        raise StorageError(
            f"The key file `{path}` cannot be made or read ({reason}). "
            "Give the bot's user the right to it, or write a `secret_key` into the configuration."
        ) from error
    if not key:
        raise StorageError(f"The key file `{path}` is empty. Bring its old content back, or delete it.")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass  # another process was faster: its key holds
    finally:
        part.unlink()


def _fernet_key(key: str) -> bytes:
    """A key made for the purpose is used as it is; words that somebody thought of are stretched."""
    try:
        if len(base64.b64decode(key, altchars=b"-_", validate=True)) == _KEY_BYTES:
            return key.encode()
    except (binascii.Error, ValueError):
        pass
    if len(key) < SHORTEST_KEY:
        raise StorageError(
            f"`secret_key` is too short: it needs at least {SHORTEST_KEY} characters. "
            "Leave it out, and the bot makes a good one in its data folder."
        )
    # the salt need not be secret, and must not change: the same words must open what they closed
    stretched = hashlib.scrypt(key.encode(), salt=b"social vault", n=2**14, r=8, p=1, dklen=_KEY_BYTES)
    return base64.urlsafe_b64encode(stretched)
