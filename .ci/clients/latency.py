"""Round trips of an order by the Binance persona's WebSocket API and by the native JSON protocol, in turn.

    latency.py HOST:PORT ROUNDS

Each round enters and cancels an order of the same account by one path, then by the other; what is measured is from
the frame's write to its answer. Prints one GOAL line with both medians and their ratio.
"""
import asyncio
import hashlib
import hmac
import json
import statistics
import sys
import time

import aiohttp

HOST, ROUNDS = sys.argv[1], int(sys.argv[2])
KEY, SECRET, NATIVE_KEY, SYMBOL, PRICE = "simkey", "simsecret", "demo-bot-a", "LTCUSDT", "50.00"


async def ask_native(socket, request):
    await socket.send_str(json.dumps(request))
    while True:
        answer = await socket.receive_json()
        if answer.get("request") == request["id"]:
            return answer


async def ask_api(socket, request):
    await socket.send_str(json.dumps(request))
    while True:
        answer = await socket.receive_json()
        if answer.get("id") == request["id"]:
            assert answer["status"] == 200, answer
            return answer["result"]


def signed(params):
    params = dict(params, apiKey=KEY, timestamp=int(time.time() * 1000))
    payload = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return dict(params, signature=hmac.new(SECRET.encode(), payload.encode(), hashlib.sha256).hexdigest())


async def main():
    async with aiohttp.ClientSession() as session:
        native = await session.ws_connect(f"ws://{HOST}/v1/ws")
        api = await session.ws_connect(f"ws://{HOST}/ws-api/v3")
        await ask_native(native, {"op": "hello", "id": 1, "protocol": 1})
        await ask_native(native, {"op": "logon", "id": 2, "key": NATIVE_KEY})
        await ask_api(api, {"id": 1, "method": "session.logon", "params": signed({})})
        took = {"native": [], "api": []}
        for number in range(10, 10 + 2 * ROUNDS, 2):
            order = {"op": "submit", "id": number, "symbol": SYMBOL, "side": "buy", "type": "limit", "price": PRICE,
                     "quantity": "1.000", "client_order_id": f"native-{number}"}
            since = time.perf_counter()
            answer = await ask_native(native, order)
            took["native"].append(time.perf_counter() - since)
            assert answer.get("kind") == "accepted", answer
            await ask_native(native, {"op": "cancel", "id": number + 1, "symbol": SYMBOL,
                                      "client_order_id": f"native-{number}"})
            params = {"symbol": SYMBOL, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": PRICE,
                      "quantity": "1.000", "newOrderRespType": "ACK", "timestamp": int(time.time() * 1000)}
            since = time.perf_counter()
            placed = await ask_api(api, {"id": number, "method": "order.place", "params": params})
            took["api"].append(time.perf_counter() - since)
            await ask_api(api, {"id": number + 1, "method": "order.cancel", "params": {
                "symbol": SYMBOL, "orderId": placed["orderId"], "timestamp": int(time.time() * 1000)}})
        medians = {path: statistics.median(times) * 1e6 for path, times in took.items()}
        print(f"GOAL persona_latency native_us_p50={medians['native']:.0f} api_us_p50={medians['api']:.0f} "
              f"ratio={medians['api'] / medians['native']:.3f}")


asyncio.run(main())
