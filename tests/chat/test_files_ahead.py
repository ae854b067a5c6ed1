"""Files of an edited draft are fetched and made before its turn is taken: nobody waits for a download behind it."""

from __future__ import annotations

import threading
import time
from typing import Any

from town import Town, picture

from bot.actions.revising import revise


def files(town: Town) -> int:
    folder = town.desk.store.root
    return len([one for one in folder.iterdir() if len(one.name) == 64]) if folder.exists() else 0


def wait_for(what: Any) -> None:
    end = time.monotonic() + 20
    while not what():
        assert time.monotonic() < end
        threading.Event().wait(0.01)


def test_an_edit_with_new_pictures_holds_nobody_who_waits_for_that_post(town: Town) -> None:
    message = town.carol.says("@social draft\nto: mastodon\nHello")
    path = town.carol.uploads(picture(), "hall.png")
    town.carol.edits(message, f"@social draft\nto: mastodon\nalt: a hall\nHello [hall]({path})")
    assert files(town) == 0
    worker = threading.Thread(target=revise, args=(town.desk, 1, town.now))
    with town.desk.turn(message):  # as an approver's tap or the publisher has it
        worker.start()
        wait_for(lambda: files(town) == 1)
        assert town.post(1).revision == 1
    worker.join()
    assert town.post(1).revision == 2
    assert "hall.png" in town.card(1)


def test_what_was_edited_again_meanwhile_is_what_counts(town: Town) -> None:
    message = town.carol.says("@social draft\nto: mastodon\nHello")
    path = town.carol.uploads(picture(), "hall.png")
    town.carol.edits(message, f"@social draft\nto: mastodon\nalt: a hall\nHello [hall]({path})")
    worker = threading.Thread(target=revise, args=(town.desk, 1, town.now))
    with town.desk.turn(message):
        worker.start()
        wait_for(lambda: files(town) == 1)
        town.carol.client.update_message(
            {"message_id": message, "content": "@social draft\nto: mastodon\nHello, all"}
        )
    worker.join()
    assert "Hello, all" in town.card(1)
    assert "hall.png" not in town.card(1)
