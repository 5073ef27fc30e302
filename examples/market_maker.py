# A market maker: one bid and one ask around the middle of a market, moved as it moves, gone when it ends.
# python3 -m pip install websockets, start `rialto`, then python3 examples/market_maker.py [URL [KEY [SYMBOL]]]
import asyncio, json, signal, sys
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
import websockets

URL, KEY, SYMBOL = (sys.argv[1:] + ["ws://127.0.0.1:9080/v1/ws", "demo-alice", "BTCUSDT"][len(sys.argv) - 1:])[:3]
GROUP, QUANTITY, HALF_SPREAD, POSITION_MAX = 1, Decimal("0.01"), Decimal("0.00005"), Decimal("0.1")

class Maker:
    def __init__(self):
        self.request, self.position, self.trades, self.quotes = 0, Decimal(0), 0, 0
        self.quoted, self.leaving, self.logged_on = None, asyncio.Event(), asyncio.Event()

    async def ask(self, **request):
        self.request += 1
        await self.ws.send(json.dumps({"id": self.request, **request}))
        return self.request

    async def answer(self, **request):
        number = await self.ask(**request)
        async for frame in self.ws:
            message = json.loads(frame)
            if message.get("request") != number: continue
            if message["type"] == "error": raise SystemExit(f"{request['op']}: {message['code']}: {message['text']}")
            return message
        raise ConnectionError("closed before it was answered")

    # Quotes of a group take the place of its previous ones in one step, and go when the connection is lost.
    async def quote(self, bid=None, ask=None):
        quote = {"symbol": SYMBOL}
        if bid: quote |= {"bid_price": str(bid), "bid_quantity": str(QUANTITY)}
        if ask: quote |= {"ask_price": str(ask), "ask_quantity": str(QUANTITY)}
        self.quoted, self.quotes = (bid, ask), self.quotes + 1
        return await self.ask(op="mass_quote", mmp_group=GROUP, quotes=[quote])

    async def move_to(self, top):
        if "bid" not in top or "ask" not in top: return
        middle = (Decimal(top["bid"][0]) + Decimal(top["ask"][0])) / 2
        if self.quoted and abs(middle - self.middle) < middle * HALF_SPREAD / 2: return
        self.middle = middle
        await self.quote_around(middle)

    async def quote_around(self, middle):
        # Who holds much asks less and bids less: the position goes back by itself.
        middle -= middle * HALF_SPREAD * self.position / POSITION_MAX
        on_grid = lambda price, rounding: (price / self.tick).to_integral_value(rounding) * self.tick
        bid = on_grid(middle * (1 - HALF_SPREAD), ROUND_FLOOR) if self.position < POSITION_MAX else None
        ask = on_grid(middle * (1 + HALF_SPREAD), ROUND_CEILING) if self.position > -POSITION_MAX else None
        await self.quote(bid, ask)

    async def take_report(self, report):
        if report["kind"] != "trade": return
        signed = Decimal(report["last_quantity"]) * (1 if report["side"] == "buy" else -1)
        self.position, self.trades = self.position + signed, self.trades + 1
        print(f"{report['side']} {report['last_quantity']} at {report['last_price']}, position {self.position}", flush=True)
        if self.quoted: await self.quote_around(self.middle)

    async def trade(self):
        hello = await self.answer(op="hello", protocol=1, client="market maker")
        self.tick = next(Decimal(it["tick_size"]) for it in hello["instruments"] if it["symbol"] == SYMBOL)
        self.quoted = None
        await self.answer(op="logon", key=KEY)
        self.logged_on.set()
        await self.answer(op="subscribe", channel="executions")
        await self.ask(op="subscribe", channel="top", symbols=[SYMBOL], delivery="interval", interval_ms=50)
        async for frame in self.ws:
            message = json.loads(frame)
            if message["type"] == "top": await self.move_to(message)
            elif message["type"] == "report": await self.take_report(message)
            elif message["type"] == "quoted" and "reason" in message: self.quoted = None
            elif message["type"] in ("error", "going_away"): print(message, flush=True)

    async def told_to_leave(self):
        await self.leaving.wait()
        await self.logged_on.wait()

async def main():
    maker, pause = Maker(), 0.1
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, maker.leaving.set)
    while not maker.leaving.is_set():
        try:
            async with websockets.connect(URL) as maker.ws:
                maker.logged_on.clear()
                trading, leaving = asyncio.create_task(maker.trade()), asyncio.create_task(maker.told_to_leave())
                done, running = await asyncio.wait((trading, leaving), return_when=asyncio.FIRST_COMPLETED)
                for task in running: task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
                for task in done: task.result()
                # Before the connection is given up: nothing of it is left in the book.
                if leaving in done: await asyncio.wait_for(maker.answer(op="mass_cancel", symbol=SYMBOL), 5)
        except (OSError, websockets.WebSocketException) as lost: print(f"not connected: {lost}", flush=True)
        if not maker.leaving.is_set():
            await asyncio.sleep(pause)
            pause = 0.1 if maker.logged_on.is_set() else min(pause * 2, 10)
    print(f"{maker.quotes} quotes, {maker.trades} trades, position {maker.position}", flush=True)

asyncio.run(main())
