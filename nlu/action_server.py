"""The way to the action server: Rasa's own, but over connections that are kept from turn to turn."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, AsyncContextManager, Optional

from aiohttp import ClientConnectorError, ClientOSError, ClientSession, ServerDisconnectedError
from rasa.utils.endpoints import EndpointConfig


class ActionServer(EndpointConfig):
    """Rasa's `action_endpoint`. One event loop; `close` lets go of the connections."""

    _kept: Optional[ClientSession] = None

    @classmethod
    def at(cls, endpoint: EndpointConfig) -> ActionServer:
        """The action server that `endpoint` names."""
        server = cls()
        server.__dict__.update(endpoint.__dict__)
        return server

    def session(self) -> AsyncContextManager[ClientSession]:  # type: ignore[override]
        """The session of all requests, which stays open at the end of each."""
        self._kept = self._kept or super().session()
        return nullcontext(self._kept)

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """The action server's answer.

        A kept connection may turn out to be closed by a server that was restarted: then the request is sent once more.
        That is harmless, because the core does no turn twice (leads/front_desk.py).
        """
        try:
            return await super().request(*args, **kwargs)
        except ClientConnectorError:  # nobody listens
            raise
        except (ServerDisconnectedError, ClientOSError):
            return await super().request(*args, **kwargs)

    async def close(self) -> None:
        """Let go of all connections."""
        if self._kept is not None:
            await self._kept.close()
