"""What the copies of the bot ask PostgreSQL about each other (`storage.membership`)."""
# ruff: noqa: S608 - put together from the constants of this file alone

from __future__ import annotations

from sqlalchemy import text

from storage.locks import Lock

_HERE = "locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
_LEADER = f"{_HERE} AND classid = 0 AND objid = {int(Lock.LEADER)} AND objsubid = 1"
_MEMBERS = f"{_HERE} AND classid = {int(Lock.MEMBER)} AND objsubid = 2"
_SILENCE = "clock_timestamp() - seen_at > make_interval(secs => :stale)"
TAKE = text(f"SELECT pg_try_advisory_lock({int(Lock.MEMBER)}, hashtext(:who))")
LEAD = text(f"SELECT pg_try_advisory_lock({int(Lock.LEADER)})")
LEAVE = text("SELECT pg_advisory_unlock_all()")
FORGET = text("DELETE FROM member WHERE worker = :who")
BEAT = text(
    "INSERT INTO member (worker, folder, backend, seen_at, hears) "
    "VALUES (:who, :folder, pg_backend_pid(), clock_timestamp(), :hears) "
    "ON CONFLICT (worker) DO UPDATE SET folder = excluded.folder, backend = excluded.backend, "
    "seen_at = excluded.seen_at, hears = excluded.hears"
)
_CLAIMERS = "SELECT worker FROM delivery WHERE state = 'sending' UNION SELECT worker FROM staged WHERE lease_until IS NOT NULL"
LOOK = text(
    f"WITH claimer AS ({_CLAIMERS}) "
    "SELECT worker, true AS claims, false AS silent FROM claimer "
    "WHERE worker <> '' AND worker <> :who AND NOT EXISTS ("
    f"SELECT 1 FROM pg_locks WHERE {_MEMBERS} AND objid::bigint = hashtext(worker)::bigint & 4294967295) "
    "UNION ALL SELECT worker, worker IN (SELECT worker FROM claimer), true FROM member "
    f"WHERE worker <> :who AND {_SILENCE}"
)
"""Who has claims and does not hold their lock, and who is silent. The claims are read before the locks, and a lock is
held before anything is claimed, so nobody who lives is missing for long."""
END = text(
    "SELECT pg_terminate_backend(activity.pid) FROM pg_stat_activity AS activity, member "
    f"WHERE member.worker = :who AND {_SILENCE} "  # asked again: it may have woken since
    "AND activity.application_name = right('social ' || :who, 63) "
    "AND activity.datname = current_database() AND activity.pid <> pg_backend_pid()"
)
STRIKE = text(
    f"DELETE FROM member WHERE worker = :who AND {_SILENCE} AND worker NOT IN ({_CLAIMERS}) AND NOT EXISTS ("
    "SELECT 1 FROM pg_stat_activity WHERE application_name = right('social ' || :who, 63))"
)
"""Nothing is left of it; one that wakes writes its row anew."""
HEARD = text(
    "SELECT EXISTS (SELECT 1 FROM member JOIN pg_locks ON pg_locks.pid = member.backend "
    f"WHERE {_LEADER} AND hears AND clock_timestamp() - seen_at < make_interval(secs => :fresh))"
)
ELSEWHERE = text(
    "SELECT EXISTS (SELECT 1 FROM member JOIN pg_locks ON pg_locks.pid = member.backend "
    f"WHERE {_MEMBERS} AND worker <> :who AND folder <> :folder)"
)
