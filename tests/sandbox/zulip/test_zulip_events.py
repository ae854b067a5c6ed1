"""Event queues as clients live with them: waiting, waking, heartbeats, queues that are gone, the real client's loop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import zulip

from bot.sandbox.zulip.queues import Queue, Queues

WAIT_S = 10


class Enough(Exception):
    """Ends the client's endless loop."""


def poll(scene: Any, person: Any, queue: Any, last: int = -1) -> dict[str, Any]:
    answer: dict[str, Any] = scene.call(person, "GET", "events", queue_id=queue.id, last_event_id=last)
    return answer


def waiting(scene: Any) -> Any:
    """Wait until a poll hangs on some queue."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        with scene.server.core.lock:
            for queue in scene.server.core.queues._queues.values():
                if queue.waiter is not None:
                    return queue
        threading.Event().wait(0.005)
    raise AssertionError("nobody polls")


def in_background(work: Callable[[], dict[str, Any]]) -> Future[dict[str, Any]]:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work)
    pool.shutdown(wait=False)
    return future


def test_a_message_wakes_who_waits(scene: Any) -> None:
    queue = scene.queue(scene.bot, event_types='["message"]')
    answer = in_background(lambda: poll(scene, scene.bot, queue))
    waiting(scene)
    scene.say(scene.alice, "wake up")
    body = answer.result(WAIT_S)
    assert [one["message"]["content"] for one in body["events"]] == ["wake up"]
    assert body["queue_id"] == queue.id


def test_nothing_to_tell_is_told_by_a_heartbeat_with_an_id_of_its_own(scene: Any) -> None:
    scene.server.heartbeat_s = (0.01, 0.02)
    queue = scene.queue(scene.bot, event_types='["message"]')
    assert poll(scene, scene.bot, queue)["events"] == [{"type": "heartbeat", "id": 0}]
    scene.say(scene.alice, "after it")
    assert [one["id"] for one in poll(scene, scene.bot, queue, 0)["events"]] == [1]


def test_a_second_poll_ends_the_first(scene: Any) -> None:
    queue = scene.queue(scene.bot, event_types='["message"]')
    first = in_background(lambda: poll(scene, scene.bot, queue))
    old = waiting(scene).waiter
    second = in_background(lambda: poll(scene, scene.bot, queue))
    assert first.result(WAIT_S)["events"] == []
    assert waiting(scene).waiter is not old
    scene.say(scene.alice, "who gets it?")
    assert len(second.result(WAIT_S)["events"]) == 1


def test_deleting_a_queue_ends_the_poll_and_then_it_is_gone(scene: Any) -> None:
    queue = scene.queue(scene.bot, event_types='["message"]')
    answer = in_background(lambda: poll(scene, scene.bot, queue))
    waiting(scene)
    assert scene.call(scene.bot, "DELETE", "events", queue_id=queue.id)["result"] == "success"
    assert answer.result(WAIT_S) == {"result": "success", "msg": "", "events": [], "queue_id": queue.id}
    assert poll(scene, scene.bot, queue)["code"] == "BAD_EVENT_QUEUE_ID"


def test_all_queues_can_be_gone_at_once(scene: Any) -> None:
    queue = scene.queue(scene.bot)
    scene.server.queues_gone()
    answer = poll(scene, scene.bot, queue)
    assert (answer["code"], answer["queue_id"]) == ("BAD_EVENT_QUEUE_ID", queue.id)


def test_a_queue_nobody_polls_is_gone_after_ten_minutes() -> None:
    queues = Queues(threading.RLock())
    forgotten, waited_for = queues.open(Queue(7)), queues.open(Queue(7, idle_s=3600))
    for queue in (forgotten, waited_for):
        queue.polled -= 601
    queues.post({"type": "message"}, [7])
    with pytest.raises(Exception, match="Bad event queue ID"):
        queues.get(forgotten.id, 7)
    assert len(queues.get(waited_for.id, 7).events) == 1


def test_each_server_has_its_own_way_to_ask_for_a_longer_life(old: Any, new: Any) -> None:
    asked = old.call(old.bot, "POST", "register", queue_lifespan_secs=86400, idle_queue_timeout=86400)
    assert asked["ignored_parameters_unsupported"] == ["idle_queue_timeout"]
    with old.server.core.lock:
        assert old.server.core.queues.get(asked["queue_id"], old.bot.user_id).idle_s == 86400
    asked = new.call(new.bot, "POST", "register", idle_queue_timeout=86400)
    assert asked["idle_queue_timeout_secs"] == 86400
    assert (
        new.call(new.bot, "POST", "register", idle_queue_timeout='"mobile"')["idle_queue_timeout_secs"]
        == 43200
    )


def test_the_real_client_registers_anew_and_misses_what_happened_meanwhile(scene: Any) -> None:
    """As recording 19 shows: the library never fetches what it missed. Our own code must."""
    client: zulip.Client = scene.client(scene.bot)
    seen: list[str] = []
    heard = threading.Event()

    def note(event: dict[str, Any]) -> None:
        seen.append(event["message"]["content"])
        heard.set()
        if event["message"]["content"] == "last":
            raise Enough

    def listen() -> dict[str, Any]:
        try:
            client.call_on_each_event(note, event_types=["message"])
        except Enough:
            return {"seen": seen}
        return {}

    loop = in_background(listen)
    first = waiting(scene)
    scene.say(scene.alice, "first")
    assert heard.wait(WAIT_S)
    waiting(scene)
    scene.server.queues_gone()
    scene.say(scene.alice, "between")
    assert waiting(scene).id != first.id
    scene.say(scene.alice, "last")
    assert loop.result(WAIT_S) == {"seen": ["first", "last"]}


def test_only_what_was_asked_for_is_told(scene: Any) -> None:
    reactions = scene.queue(scene.bot, event_types='["reaction"]')
    mentions = scene.queue(scene.bot, event_types='["message"]', narrow='[["is", "mentioned"]]')
    number = scene.say(scene.alice, "plain")
    scene.say(scene.alice, "@**social-bot** hello")
    scene.call(scene.alice, "POST", f"messages/{number}/reactions", emoji_name="tada")
    assert [one["type"] for one in reactions.news()] == ["reaction"]
    assert [one["message"]["content"] for one in mentions.news()] == ["@**social-bot** hello"]


def test_a_guest_may_not_listen_to_all_public_channels(scene: Any) -> None:
    answer = scene.call(scene.guest, "POST", "register", all_public_streams="true")
    assert answer["msg"] == "User not authorized for this query"
