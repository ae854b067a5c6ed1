"""Services misbehave as ordered: that often, on those requests, and no longer."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import httpx
import mastodon
import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.sandbox.faults import Faults
from bot.sandbox.mastodon import Mastodon
from bot.sandbox.serve import serving
from bot.sandbox.world import World

Staging = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def stage(staging: Staging) -> Iterator[Any]:
    with staging(Mastodon) as stage:
        yield stage


@pytest.fixture
def api(stage: Any) -> Any:
    return mastodon.Mastodon(
        access_token=stage.service.token["access_token"],
        api_base_url=stage.base,
        mastodon_version="4.6.4",
        version_check_mode="created",
        ratelimit_method="throw",
    )


def order(stage: Any, fault: str, **more: Any) -> None:
    stage.faults.add({"service": "mastodon", "fault": fault, **more})


@pytest.mark.parametrize(
    "fault, error",
    [
        ("500", mastodon.MastodonInternalServerError),
        ("502-html", mastodon.MastodonBadGatewayError),
        ("503", mastodon.MastodonServiceUnavailableError),
        ("429", mastodon.MastodonRatelimitError),
        ("expired-token", mastodon.MastodonUnauthorizedError),
        ("422", mastodon.MastodonAPIError),
        ("reset-before", mastodon.MastodonNetworkError),
    ],
)
def test_a_fault_happens_as_often_as_ordered_and_nothing_is_published(
    stage: Any, api: Any, fault: str, error: type[Exception]
) -> None:
    order(stage, fault, times=2)
    for _ in range(2):
        with pytest.raises(error):
            api.status_post("text")
        assert stage.posts() == []
    assert stage.faults.listing() == []
    assert api.status_post("text").id == stage.posts()[0]["id"]


def test_a_lost_answer_means_that_it_happened(stage: Any, api: Any) -> None:
    order(stage, "reset-after", method="POST")
    with pytest.raises(mastodon.MastodonNetworkError) as lost:
        api.status_post("text", idempotency_key="k")
    assert isinstance(lost.value.__context__, requests.ConnectionError)
    (post,) = stage.posts()
    assert api.status_post("text", idempotency_key="k").id == post["id"]


@pytest.mark.parametrize("fault", ["reset-before", "reset-after"])
def test_httpx_sees_a_cut_connection_too(stage: Any, fault: str) -> None:
    order(stage, fault)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        httpx.get(f"{stage.base}/api/v2/instance")
    assert httpx.get(f"{stage.base}/api/v2/instance").status_code == 200


def test_a_rate_limit_tells_when_it_ends(stage: Any, api: Any) -> None:
    order(stage, "429")
    with pytest.raises(mastodon.MastodonRatelimitError):
        api.status_post("text")
    assert api.ratelimit_remaining == 0
    assert 0 < api.ratelimit_reset - stage.world.clock.now().timestamp() < 301


def test_a_delay_is_waited_for(stage: Any) -> None:
    order(stage, "delay", delay_s=0.2)
    began = time.monotonic()
    assert httpx.get(f"{stage.base}/api/v2/instance").status_code == 200
    assert time.monotonic() - began >= 0.2


def test_method_and_path_narrow_a_fault(stage: Any, api: Any, png: bytes) -> None:
    order(stage, "500", method="post", path="/media")
    assert api.status_post("text").id
    with pytest.raises(mastodon.MastodonInternalServerError):
        api.media_post(png, "image/png")


def test_what_is_no_api_request_is_left_alone(stage: Any, api: Any) -> None:
    status = api.status_post("text")
    order(stage, "500")
    assert httpx.get(status.url).status_code == 200
    assert len(stage.faults.listing()) == 1


def test_media_can_be_dropped_in_silence(stage: Any, api: Any, png: bytes) -> None:
    order(stage, "media-dropped")
    media = api.media_post(png, "image/png")
    assert api.status_post("text", media_ids=[media]).media_attachments == []
    assert stage.posts()[0]["media"] == ()


def test_a_fault_for_a_time_ends_with_the_sandboxs_clock(stage: Any, api: Any) -> None:
    order(stage, "503", seconds=60)
    for _ in range(3):
        with pytest.raises(mastodon.MastodonServiceUnavailableError):
            api.status_post("text")
    stage.advance(seconds=61)
    assert api.status_post("text").id
    assert stage.faults.listing() == []


def test_faults_are_listed_and_cleared(stage: Any, api: Any) -> None:
    order(stage, "500", times=3)
    (armed,) = stage.faults.listing()
    assert (armed["service"], armed["fault"], armed["left"]) == ("mastodon", "500", 3)
    stage.faults.clear()
    assert api.status_post("text").id


@pytest.mark.parametrize(
    "order, sentence",
    [
        ([], "JSON object"),
        ({"service": "mastodon", "fault": "500", "tmies": 1}, "Unknown key `tmies`"),
        ({"service": "myspace", "fault": "500"}, "Unknown service `myspace`; known are mastodon"),
        ({"service": "mastodon", "fault": "queues-gone"}, "knows no fault `queues-gone`; known are 500"),
        ({"service": "mastodon", "fault": "500", "times": 0}, "`times`"),
        ({"service": "mastodon", "fault": "500", "times": True}, "`times`"),
        ({"service": "mastodon", "fault": "500", "times": 1.5}, "`times`"),
        ({"service": "mastodon", "fault": "delay", "delay_s": -1}, "`delay_s`"),
        ({"service": "mastodon", "fault": "500", "path": 7}, "`path`"),
    ],
)
def test_a_wrong_order_is_refused_with_a_sentence(stage: Any, order: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stage.faults.add(order)
    assert stage.faults.listing() == []


class Zulip:
    """So little of a Zulip server that faults towards it can be seen."""

    def __init__(self) -> None:
        self.world = World()
        self.faults = Faults(self.world)
        self.gone = 0
        self.polling = threading.Event()

    def build(self, _base: str) -> Any:
        async def answer(request: Request) -> JSONResponse:
            if "wait" in request.query_params:
                self.polling.set()
                await asyncio.Event().wait()
            return JSONResponse({"result": "success", "gone": self.gone})

        def forget() -> None:
            self.gone += 1

        async def arm(request: Request) -> JSONResponse:
            return JSONResponse(self.faults.add(await request.json()).told())

        self.faults.join_zulip("", "bot@example.org", forget)
        routes = [
            Route("/api/v1/{rest:path}", answer, methods=["GET", "POST"]),
            Route("/sandbox/faults", arm, methods=["POST"]),
        ]
        return self.faults.around(Starlette(routes=routes))

    def order(self, fault: str, **more: Any) -> None:
        self.faults.add({"service": "zulip", "fault": fault, **more})


BOT, ALICE = ("bot@example.org", "key"), ("alice@example.org", "key")


def test_zulip_misbehaves_towards_the_bot_only_and_spares_its_long_poll() -> None:
    zulip = Zulip()
    with serving(zulip.build) as base:
        zulip.order("429")
        assert httpx.get(f"{base}/api/v1/users/me", auth=ALICE).status_code == 200
        assert httpx.get(f"{base}/api/v1/events", auth=BOT).status_code == 200
        answer = httpx.post(f"{base}/api/v1/messages", auth=BOT)
        assert (answer.status_code, answer.json()["code"]) == (429, "RATE_LIMIT_HIT")
        assert float(answer.headers["retry-after"]) == answer.json()["retry-after"]
        assert httpx.post(f"{base}/api/v1/messages", auth=BOT).status_code == 200


def test_zulip_loses_its_queues_at_once_and_again() -> None:
    zulip = Zulip()
    with serving(zulip.build) as base:
        zulip.order("queues-gone")
        assert zulip.gone == 1
        assert zulip.faults.listing() == []
        zulip.order("queues-gone", times=2)
        assert httpx.get(f"{base}/api/v1/events", auth=BOT).json()["gone"] == 3
        assert zulip.faults.listing() == []


def test_zulip_can_be_down_for_a_while() -> None:
    zulip = Zulip()
    with serving(zulip.build) as base:
        zulip.order("down", seconds=30)
        for path in ("events", "messages", "register"):
            answer = httpx.get(f"{base}/api/v1/{path}", auth=BOT)
            assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (502, "text/html")
        assert httpx.get(f"{base}/api/v1/users/me", auth=ALICE).status_code == 200
        zulip.world.clock.advance(timedelta(seconds=31))
        assert httpx.get(f"{base}/api/v1/events", auth=BOT).status_code == 200


def test_zulip_going_down_cuts_the_open_long_poll_of_the_bot() -> None:
    zulip, cut = Zulip(), threading.Event()

    def poll(base: str) -> None:
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{base}/api/v1/events?wait=1", auth=BOT, timeout=20)
        cut.set()

    with serving(zulip.build) as base:
        bot = threading.Thread(target=poll, args=(base,))
        bot.start()
        assert zulip.polling.wait(5)
        order = {"service": "zulip", "fault": "down", "times": 1}
        assert httpx.post(f"{base}/sandbox/faults", json=order).json()["left"] == 1
        assert cut.wait(5)
        bot.join(5)
