"""Load for a scoring server: Poisson arrivals that wait for nobody, or clients that wait for their answers.

As a program it reads its order from standard input and prints what it saw, so that it has a processor of its own.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
AHEAD = 1.0
"""Seconds before a fresh score is due, that the event comes which makes it fresh."""


class Client:
    """Connections to one server, as many as are needed at once.

    Args:
        port: of the server on this computer.
        token: sent with each request; none where empty.
    """

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.head = f"Host: localhost\r\nContent-Type: application/json\r\n{_bearer(token)}"
        self.free: list[Connection] = []

    async def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Send one request and return status and body."""
        reader, writer = await self._connection()
        writer.write(f"POST {path} HTTP/1.1\r\n{self.head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        said = await reader.readexactly(length)
        self.free.append((reader, writer))
        return int(head[9:12]), said

    async def _connection(self) -> Connection:
        """A free connection that the server has not closed as idle, else a new one."""
        while self.free:
            reader, writer = self.free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self.port)


def _bearer(token: str) -> str:
    return f"Authorization: Bearer {token}\r\n" if token else ""


async def poisson(port: int, token: str, ids: Sequence[str], kind: str, rate: float, seconds: float) -> dict[str, Any]:
    """Ask for scores at random moments, whether or not the last ones have been answered.

    Args:
        port: of the server.
        token: that may ask and send events.
        ids: of whom.
        kind: `unchanged`, or `fresh`: each customer did something a second before.
        rate: requests a second on average.
        seconds: how long.
    """
    rng, client = random.Random(7), Client(port, token)
    due, at = [], 0.0
    while at < seconds:
        at += rng.expovariate(rate)
        due.append((at, rng.choice(ids)))
    began = time.perf_counter() + (AHEAD + 0.5 if kind == "fresh" else 0.1)
    spent: list[float] = []
    wrong = early = 0
    accepted: set[str] = set()

    async def ask(moment: float, who: str) -> None:
        nonlocal wrong, early
        known = kind == "unchanged" or who in accepted
        body = json.dumps({"question": "lapse", "id": who}).encode()
        status, said = await client.post("/v1/score", body)
        spent.append(time.perf_counter() - began - moment)
        answer = json.loads(said)
        expected = "last run" if kind == "unchanged" else "now"
        if not known:  # on a machine that is too busy to accept in a second: the last run may answer, or now
            early += 1
            expected = answer.get("computed", "")
        wrong += status != 200 or answer["computed"] != expected or answer["score"] is None or not answer["reasons"]

    tasks = [asyncio.create_task(_events(client, due, began, accepted))] if kind == "fresh" else []
    for moment, who in due:
        wait = began + moment - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(ask(moment, who)))
    await asyncio.gather(*tasks)
    times = sorted(1e3 * each for each in spent)
    return {
        "p50": statistics.median(times), "p99": times[int(0.99 * (len(times) - 1))], "slowest": times[-1],
        "answered": len(times), "wrong": wrong, "early": early,
    }  # fmt: skip


async def _events(client: Client, due: Sequence[tuple[float, str]], began: float, accepted: set[str]) -> None:
    """Send each customer's event a second before its score is due, in batches of what a tenth of a second brings."""
    name, place = f"{time.time():.6f}", 0
    while place < len(due):
        wait = began - AHEAD + due[place][0] - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        until, batch = due[place][0] + 0.1, []
        while place < len(due) and due[place][0] < until:
            event = {"type": "track", "event": "Coupon Redeemed", "userId": due[place][1]}
            batch.append({**event, "messageId": f"{name}-{place}", "timestamp": "2018-01-01T16:30:00Z"})
            place += 1
        status, said = await client.post("/v1/events", json.dumps({"batch": batch}).encode())
        if status != 200:
            raise RuntimeError(said)
        accepted.update(event["userId"] for event in batch)


def throughput(port: int, path: str, payload: dict[str, Any], token: str, clients: int, seconds: float) -> float:
    """Return requests a second of clients that each send the next when the last is answered, after a warm-up."""
    return asyncio.run(_throughput(port, path, json.dumps(payload).encode(), token, clients, seconds))


async def _throughput(port: int, path: str, body: bytes, token: str, clients: int, seconds: float) -> float:
    client = Client(port, token)

    async def one(until: float) -> int:
        count = 0
        while time.perf_counter() < until:
            status, said = await client.post(path, body)
            if status != 200:
                raise RuntimeError(said)
            count += 1
        return count

    await asyncio.gather(*(one(time.perf_counter() + min(2.0, seconds)) for _ in range(clients)))
    began = time.perf_counter()
    counts = await asyncio.gather(*(one(began + seconds) for _ in range(clients)))
    return sum(counts) / (time.perf_counter() - began)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(poisson(**json.load(sys.stdin)))))
