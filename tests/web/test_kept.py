"""An answer that is kept for a moment."""

import asyncio

import pytest

from web.kept import Kept


def test_many_who_ask_at_once_cause_one_look() -> None:
    looks = 0

    async def look() -> int:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return looks

    async def ask() -> list[int]:
        kept: Kept[int] = Kept(60)
        return await asyncio.gather(*(kept.get(look) for _ in range(50)))

    assert asyncio.run(ask()) == [1] * 50


def test_an_answer_that_is_too_old_is_looked_for_again() -> None:
    async def ask() -> list[int]:
        kept: Kept[int] = Kept(0)
        answers = iter((1, 2))

        async def look() -> int:
            return next(answers)

        return [await kept.get(look), await kept.get(look)]

    assert asyncio.run(ask()) == [1, 2]


def test_a_look_that_fails_is_not_kept() -> None:
    async def ask() -> int:
        kept: Kept[int] = Kept(60)

        async def fail() -> int:
            raise ConnectionError

        async def look() -> int:
            return 7

        with pytest.raises(ConnectionError):
            await kept.get(fail)
        return await kept.get(look)

    assert asyncio.run(ask()) == 7
