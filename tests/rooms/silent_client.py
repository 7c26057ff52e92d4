"""A client that joins by standard input and output and then waits to be killed."""

import asyncio
import sys

from visavis.client.connection import Connection


async def signal(offer: str) -> str:
    print(len(offer), offer, sep="\n", end="", flush=True)
    size = int(await asyncio.to_thread(sys.stdin.readline))
    return await asyncio.to_thread(sys.stdin.read, size)


async def main() -> None:
    async with Connection.join("unused:", engine=sys.argv[1], signal=signal, receive_video=False):
        await asyncio.Event().wait()


asyncio.run(main())
