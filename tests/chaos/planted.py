"""Faults, planted one by one in a copy of the tree, and how many deaths the tool needs to find each.

A tool that never found a planted fault proves nothing. What is not found within its minutes is prevented by something else as
well, and a test of the room finds it; or the tool has something to learn.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SKIPPED: Final = shutil.ignore_patterns(".*", "__pycache__")
ALIKE: Final = "alike --trials 1000 --most 1"
TAKAHE: Final = f"{ALIKE} --servers takahe"
BEFORE: Final = f"{TAKAHE} --kinds equal --moments before"
THREADS: Final = f"{TAKAHE} --kinds thread --moments half"
STRANGER: Final = f"{ALIKE} --servers 0.9 --kinds markup"
KEYLESS: Final = f"{ALIKE} --servers takahe,0.20"
STOPPED: Final = "stopped --trials 20 --posts 6"


@dataclass(frozen=True, slots=True)
class Fault:
    """`changes`: file, what stands there, what stands there instead. `tool`: the words that are to find it."""

    changes: tuple[tuple[str, str, str], ...]
    tool: str = ALIKE


_RULE, _COMPARING, _WALK = "handlers/reconcile.py", "handlers/mastodon/comparing.py", "handlers/parts/walk.py"
_LIKE, _SERVICE, _PARTS = "handlers/likeness.py", "handlers/mastodon/service.py", "storage/parts.py"
_SEARCHING, _MEMBERS, _FENCE = "bot/actions/searching.py", "storage/membership.py", "handlers/base/fence.py"
_OLDER = (
    _RULE,
    (
        "        if asked.before and asked.before.newest and one.published.id == asked.before.newest:\n            return\n"
        "        if one.made_at is None or one.made_at >= asked.since:\n            yield one"
    ),
    "        yield one",
)
_MARGIN = (
    _RULE,
    "    if before is None:\n        return began - SKEW",
    "    if began:\n        return began - SKEW",
)
_AFTER = (_RULE, "    if asked.began is None or seen.ahead is None:", "    if True:")
_TAKEN = (
    _PARTS,
    "    theirs = {one.remote_id for one in known if (one.account, one.post_id, one.number) != mine}",
    "    theirs = {one.remote_id for one in known if one.account != mine[0]}",
)
_OWNED = (_PARTS, "    if owner is not None:", "    if False:")
_SIGNS = (
    _LIKE,
    "    return Likeness.ALIKE if essence(text) in {essence(shown), essence(linked)} else Likeness.OTHER",
    "    return Likeness.SAME if essence(text) in {essence(shown), essence(linked)} else Likeness.OTHER",
)
_BLANKS = (
    _LIKE,
    "    if reader.plain and shown in kept:",
    '    if " ".join(_SCHEME.sub("", shown).split()) == " ".join(_SCHEME.sub("", text).split()):',
)
_WARNING = (
    _COMPARING,
    "        yield like_words(wanted, said) if wanted and said else _given(said, wanted)",
    "        yield Likeness.SAME",
)
_PARENT = (
    _COMPARING,
    '        return _given(text_of(status, "in_reply_to_id"), wanted)',
    "        return Likeness.SAME",
)
_FILES = (_COMPARING, "*self._beside(status), *self._media(status)])", "*self._beside(status)])")
_APP = (_COMPARING, "if self._app and made_by and made_by != self._app:", "if False:")
_ONE_OF_TWO = (_RULE, "    if len(own or same) > 1:", "    if len(own or same) > 9:")
_RIVALS = (
    _RULE,
    "    rivals = [rival for rival in asked.ledger.rivals() if _looks_like(asked, rival.outgoing)]",
    "    rivals: list[Any] = []",
)
_ALIKE_IS_OTHER = (_RULE, "    if alike:\n        raise", "    if False:\n        raise")
_BLIND = (_RULE, "    if seen.blind:\n        raise Uncertain(seen.blind)\n", "")
_KEY = "return self._limits.remembers_keys and timedelta() <= now - trying.at < KEY_LIFE"
FAULTS: Final = {
    "text alone is compared, as it was": Fault(
        (
            _SIGNS,
            _OLDER,
            _MARGIN,
            _AFTER,
            _TAKEN,
            _OWNED,
            _WARNING,
            _PARENT,
            _FILES,
            _APP,
            _ONE_OF_TWO,
            _RIVALS,
        )
    ),
    "signs are not compared": Fault((_SIGNS,), f"{TAKAHE} --kinds equal,almost --moments signs"),
    "line breaks and schemes are not compared": Fault((_BLANKS,), f"{TAKAHE} --kinds breaks --moments signs"),
    "what was there before counts": Fault((_OLDER, _MARGIN, _AFTER), BEFORE),
    "numbers of others count": Fault((_TAKEN, _OWNED), KEYLESS),
    "both": Fault((_TAKEN, _OWNED, _OLDER, _MARGIN, _AFTER), KEYLESS),
    "the content warning is not compared": Fault(
        (_WARNING,), f"{TAKAHE} --kinds warning,equal --moments warning"
    ),
    "the parent is not compared": Fault((_PARENT,), THREADS),
    "files are not compared": Fault((_FILES,), f"{TAKAHE} --kinds picture --moments files"),
    "the app is not compared": Fault((_APP,), f"{ALIKE} --servers 0.10 --moments app"),
    "the first of two is taken": Fault((_ONE_OF_TWO,), f"{TAKAHE} --kinds equal --moments after"),
    "others in doubt are forgotten": Fault((_RIVALS,), f"{TAKAHE} --kinds equal --moments rival"),
    "a blind reader is believed": Fault((_BLIND,), f"{TAKAHE} --kinds equal,almost,breaks --moments hidden"),
    "a server that rewrites is believed": Fault(
        (
            (
                _COMPARING,
                "return max(found, Likeness.ALIKE) if self._limits.rewrites else found",
                "return found",
            ),
        ),
        STRANGER,
    ),
    "nobody is ever asked": Fault(
        (_ALIKE_IS_OTHER, _BLIND, _ONE_OF_TWO),
        f"{TAKAHE} --kinds equal,almost,breaks --moments hidden,after",
    ),
    "the request is always repeated with its key": Fault(((_SERVICE, _KEY, "return True"),), KEYLESS),
    "the request is never repeated with its key": Fault(
        ((_SERVICE, _KEY, "return False"),), f"{ALIKE} --servers 4.6"
    ),
    "no fence": Fault(
        ((_FENCE, "    _HELD.get()()", "    return"),), f"{STOPPED} --point stop --platforms mastodon,zulip"
    ),
    "a hung copy's connections are not ended": Fault(
        ((_MEMBERS, "            self._end(line, one)\n", "            pass\n"),), STOPPED
    ),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What may be chosen."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="some of: " + "; ".join(FAULTS))
    parser.add_argument("--minutes", type=float, default=3, help="for each (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--words", default="", help="more words for the tool, such as `--kinds thread`")


def main(chosen: argparse.Namespace) -> int:
    """Run it; 1 if one was not found."""
    found = {}
    for name in chosen.names or FAULTS:
        found[name] = _search(FAULTS[name], chosen)
        sys.stdout.write(f"| {name} | {found[name]['after']} | {found[name]['as'] or 'not found'} |\n")
        sys.stdout.flush()
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    return 0 if all(one["as"] for one in found.values()) else 1


def _search(fault: Fault, chosen: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="planted-") as name:
        tree = Path(name) / "tree"
        shutil.copytree(ROOT, tree, ignore=SKIPPED)
        for file, old, new in fault.changes:
            text = (tree / file).read_text()
            if old not in text:
                raise LookupError(f"{file} does not say {old!r} any more: plant it anew")
            (tree / file).write_text(text.replace(old, new))
        words = [*fault.tool.split(), "--seed", str(chosen.seed), *chosen.words.split()]
        if fault.tool.startswith(ALIKE):
            words += ["--minutes", str(chosen.minutes)]
        command = [sys.executable, "-m", "tests.chaos", *words]
        done = subprocess.run(
            command, cwd=tree, capture_output=True, text=True, errors="replace", check=False
        )
    after = re.findall(r"^\d+ deaths|^\d+(?=: begun)", done.stderr, re.MULTILINE)
    said = re.search(r"^BREACH(?:ES:)? (.{0,160})", done.stdout, re.MULTILINE)
    return {"after": after[-1] if after else "", "as": said[1] if said else "", "code": done.returncode}
