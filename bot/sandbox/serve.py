"""An application on a real socket of this machine, for as long as a `with` block lasts.

The address is known before the application is built, because the stand-ins tell it in their answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

START_LIMIT_S = 20
"""How long an application may take to start before that counts as an error."""


class _Server(uvicorn.Server):
    """A uvicorn that tells when it is up and stops at once: open requests are cut as in a crash."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        await self.on_tick(0)  # fills the default headers
        self.up.set()

    @override
    async def main_loop(self) -> None:
        if self._stop is None:  # pragma: no cover - startup made it
            return
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), timeout=1)
            await self.on_tick(0)

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for sock in sockets or []:
            sock.close()
        await self.lifespan.shutdown()

    def stop(self) -> None:
        """End the main loop, from any thread."""
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stop.set)


@contextlib.contextmanager
def serving(build: Callable[[str], ASGIApp], port: int = 0) -> Iterator[str]:
    """Serve `build(base)` on 127.0.0.1 in a thread of its own; gives the base URL, without a slash at the end.

    Port 0 takes any free one. Leaving the block cuts what is still open, as a killed server would.
    Raises OSError when the port is taken and RuntimeError when the application does not start.
    """
    # with the protocol named, asyncio switches off delayed sending: 40 ms an answer
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            build(base), log_config=None, log_level="critical", access_log=False, ws="none", date_header=False
        )
        server = _Server(config)
        thread = threading.Thread(target=_run, args=(server, listener), name=f"serving {base}", daemon=True)
        thread.start()
        if not server.up.wait(START_LIMIT_S) or not server.started:
            server.stop()
            raise RuntimeError(f"the application for {base} did not start")
        try:
            yield base
        finally:
            server.stop()
            thread.join(START_LIMIT_S)
    finally:
        listener.close()


def _run(server: _Server, listener: socket.socket) -> None:
    try:
        with contextlib.suppress(SystemExit):  # uvicorn's way to say that the application refused to start
            server.run(sockets=[listener])
    finally:
        server.up.set()
