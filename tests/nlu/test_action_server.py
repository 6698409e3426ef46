"""Connections to the action server are kept, and one that was closed meanwhile costs nobody an answer."""

import asyncio
from typing import Any, Awaitable, Callable, List

import pytest
from aiohttp import ClientConnectorError, ServerDisconnectedError, web
from aiohttp.test_utils import unused_port
from rasa.utils.endpoints import EndpointConfig

from nlu.action_server import ActionServer

SECRET = {"X-Hairline-Secret": "a secret of the test"}


class Server:
    """An HTTP server that notes who connected, and hangs up without an answer as often as it is told."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.peers: List[Any] = []
        self.hang_up = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        assert request.headers["X-Hairline-Secret"] == SECRET["X-Hairline-Secret"]
        assert request.transport is not None
        self.peers.append(request.transport.get_extra_info("peername"))
        if self.hang_up:
            self.hang_up -= 1
            request.transport.abort()
        return web.json_response({"said": await request.json()})

    async def __aenter__(self) -> "Server":
        self._runner = web.ServerRunner(web.Server(self.answer))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self._runner.cleanup()


def with_client(work: Callable[[ActionServer, int], Awaitable[None]]) -> None:
    async def whole() -> None:
        port = unused_port()
        client = ActionServer.at(EndpointConfig(f"http://127.0.0.1:{port}/webhook", headers=SECRET))
        try:
            await work(client, port)
        finally:
            await client.close()

    asyncio.run(whole())


async def asked(client: ActionServer, number: int) -> None:
    assert await client.request(json={"number": number}) == {"said": {"number": number}}


def test_one_connection_serves_turn_after_turn() -> None:
    async def work(client: ActionServer, port: int) -> None:
        async with Server(port) as server:
            for number in range(5):
                await asked(client, number)
            assert len(set(server.peers)) == 1

    with_client(work)


def test_a_restarted_action_server_answers_the_very_first_request() -> None:
    async def work(client: ActionServer, port: int) -> None:
        for number in range(3):
            async with Server(port):
                await asked(client, number)

    with_client(work)


def test_a_connection_that_is_closed_in_the_middle_is_tried_once_more_and_no_more() -> None:
    async def work(client: ActionServer, port: int) -> None:
        async with Server(port) as server:
            server.hang_up = 1
            await asked(client, 1)
            assert len(server.peers) == 2
            server.hang_up = 9
            with pytest.raises(ServerDisconnectedError):
                await client.request(json={})
            assert len(server.peers) == 4

    with_client(work)


def test_where_nobody_listens_that_is_said() -> None:
    async def work(client: ActionServer, port: int) -> None:
        with pytest.raises(ClientConnectorError):
            await client.request(json={})

    with_client(work)


def test_it_is_the_endpoint_that_it_was_made_of() -> None:
    async def work(client: ActionServer, port: int) -> None:
        endpoint = EndpointConfig("http://127.0.0.1:1/webhook", headers=SECRET, enable_selective_domain=True)
        made = ActionServer.at(endpoint)
        assert made.url == endpoint.url
        assert made.headers == SECRET
        assert made.kwargs == {"enable_selective_domain": True}

    with_client(work)
