# A first bot: python3 -m pip install websockets, start `rialto`, then python3 examples/first_bot.py
import asyncio, json, websockets

async def main():
    async with websockets.connect("ws://127.0.0.1:9080/v1/ws") as ws:
        async def ask(**request): await ws.send(json.dumps(request))
        await ask(op="hello", id=1, protocol=1, client="first bot")
        await ask(op="logon", id=2, key="demo-alice")
        await ask(op="subscribe", id=3, channel="executions")
        await ask(op="subscribe", id=4, channel="top", symbols=["BTCUSDT"])
        await ask(op="submit", id=5, symbol="BTCUSDT", side="buy", type="market", quantity="0.01")
        async for frame in ws:
            message = json.loads(frame)
            if message["type"] in ("report", "error"): print(message)

asyncio.run(main())
