"""An answer that is kept for a moment, so that whoever asks often costs no more than whoever asks once."""

import asyncio
import time
from collections.abc import Awaitable, Callable


class Kept[T]:
    """The last answer, for `seconds`; those who come while it is looked for wait for the same look."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0
        self._answer: T | None = None
        self._looking = asyncio.Lock()

    async def get(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The kept answer, or what `ask` gives now. What `ask` raises is not kept."""
        async with self._looking:
            if self._answer is None or time.monotonic() >= self._until:
                self._answer = await ask()
                self._until = time.monotonic() + self._seconds
            return self._answer
