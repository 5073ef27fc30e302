"""Follows all books of a running exchange with ccxt's watch_order_book, unmodified, and checks REST against the diffs.

    watch_books.py HOST:PORT SECONDS SNAPSHOTS

1. ccxt keeps the books of all symbols for so long: no resync, no error, no crossed book.
2. Beside it each symbol's book is kept from `depth@100ms` alone; at so many update ids the book of REST is that
   book, level by level, and its id is the last one of a published diff.
Prints one GOAL line; exit code 1 if anything differs.
"""
import asyncio
import json
import sys
import time

import aiohttp
import ccxt.pro

HOST, SECONDS, SNAPSHOTS = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
DEPTH = 5000
mistakes = []


def wrong(text):
    mistakes.append(text)
    print("WRONG", text, flush=True)


async def watch_with_ccxt(exchange, symbol, end, counts):
    while time.monotonic() < end:
        try:
            book = await asyncio.wait_for(exchange.watch_order_book(symbol), 30)
        except asyncio.TimeoutError:
            counts["quiet"] += 1
            continue
        except Exception as error:  # a resync is one: ChecksumError
            wrong(f"{symbol}: {type(error).__name__}: {error}")
            return
        counts["updates"] += 1
        if book["bids"] and book["asks"] and book["bids"][0][0] >= book["asks"][0][0]:
            wrong(f"{symbol}: crossed at {book['nonce']}")


class Followed:
    """A book from diffs alone, and what it was at each published id."""

    def __init__(self):
        self.sides = {"b": {}, "a": {}}
        self.last = None
        self.waiting = []
        self.past = {}
        self.news = asyncio.Event()

    def take(self, diff):
        if self.last is None:
            self.waiting.append(diff)
            return
        if diff["u"] <= self.last:
            return
        if diff["U"] > self.last + 1:
            wrong(f"{diff['s']}: {diff['U']} follows {self.last}")
        for side in ("b", "a"):
            for price, quantity in diff[side]:
                if quantity == "0.00000000":
                    self.sides[side].pop(price, None)
                else:
                    self.sides[side][price] = quantity
        self.last = diff["u"]
        self.past[self.last] = (dict(self.sides["b"]), dict(self.sides["a"]))
        if len(self.past) > 50:
            self.past.pop(next(iter(self.past)))
        self.news.set()

    def begin(self, snapshot):
        self.sides = {"b": dict(snapshot["bids"]), "a": dict(snapshot["asks"])}
        self.last = snapshot["lastUpdateId"]
        waiting, self.waiting = self.waiting, []
        for diff in waiting:
            self.take(diff)


async def read_diffs(session, books, end):
    names = "/".join(f"{symbol.lower()}@depth@100ms" for symbol in books)
    async with session.ws_connect(f"ws://{HOST}/stream?streams={names}", max_msg_size=0) as socket:
        while time.monotonic() < end:
            try:
                frame = await socket.receive(timeout=1)
            except asyncio.TimeoutError:
                continue
            if frame.type != aiohttp.WSMsgType.TEXT:
                wrong(f"the diffs ended: {frame.type}")
                return
            diff = json.loads(frame.data)["data"]
            books[diff["s"]].take(diff)


async def snapshot_of(session, symbol):
    async with session.get(f"http://{HOST}/api/v3/depth", params={"symbol": symbol, "limit": DEPTH}) as answer:
        return await answer.json()


async def compare(session, books, counts, pause):
    await asyncio.sleep(1)
    for symbol, book in books.items():
        book.begin(await snapshot_of(session, symbol))
    symbols = list(books)
    for number in range(SNAPSHOTS):
        await asyncio.sleep(pause)
        symbol = symbols[number % len(symbols)]
        book, snapshot = books[symbol], await snapshot_of(session, symbol)
        wanted = snapshot["lastUpdateId"]
        patience = time.monotonic() + 10
        while book.last < wanted and time.monotonic() < patience:
            book.news.clear()
            try:
                await asyncio.wait_for(book.news.wait(), 1)
            except asyncio.TimeoutError:
                pass
        if wanted != book.last and wanted not in book.past:
            wrong(f"{symbol}: no published diff ends at {wanted}")
            continue
        bids, asks = book.past.get(wanted) or (book.sides["b"], book.sides["a"])
        if (dict(snapshot["bids"]), dict(snapshot["asks"])) != (bids, asks):
            wrong(f"{symbol}: the book of REST at {wanted} is not the one of the diffs")
            continue
        counts["equal"] += 1


async def main():
    counts = {"updates": 0, "quiet": 0, "equal": 0}
    api = f"http://{HOST}/api/v3"
    exchange = ccxt.pro.binance({
        "options": {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False,
                    "fetchMargins": False},
        "urls": {"api": {"public": api, "private": api, "ws": {"spot": f"ws://{HOST}/stream/ws"}}},
    })
    markets = await exchange.load_markets()
    end = time.monotonic() + SECONDS
    async with aiohttp.ClientSession() as session:
        books = {market["id"]: Followed() for market in markets.values()}
        await asyncio.gather(
            *(watch_with_ccxt(exchange, symbol, end, counts) for symbol in markets),
            read_diffs(session, books, end),
            compare(session, books, counts, max(0.05, (SECONDS - 4) / SNAPSHOTS / 2)),
        )
    await exchange.close()
    if counts["equal"] < SNAPSHOTS:
        wrong(f"{counts['equal']} of {SNAPSHOTS} snapshots were equal")
    print(f"GOAL watch_order_book seconds={SECONDS:g} symbols={len(markets)} updates={counts['updates']} "
          f"resyncs={len(mistakes)} rest_depth_equal={counts['equal']}")
    sys.exit(1 if mistakes or not counts["updates"] else 0)


asyncio.run(main())
