"""Bots that know nothing of faults, under each kind of them: ccxt and python-binance against a demo of config/bots.toml.

faults.py HOST:PORT ADMIN_URL ADMIN_KEY LIBRARY, where LIBRARY is ccxt or python-binance. Each kind must be seen by the bot
(its own exception, a trade that is missing, doubled or late) and be listed by the exchange.
"""
import asyncio
import json
import sys
import time
import urllib.request

HOST, ADMIN, KEY, LIBRARY = sys.argv[1:5]
SYMBOL = "BTC/USDT"


def admin(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{ADMIN}/v1/admin/{path}", data=data, method=method)
    request.add_header("Authorization", f"Bearer {KEY}")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def bind(fault, everybody=False):
    plan = {"name": "bot", "seed": 7, "fault": [fault]}
    if not everybody:
        plan["key"] = "simkey"
    admin("POST", "faults", plan)


def listed(kind, before):
    report = admin("GET", f"faults?from={before + 1}")
    return [it for it in report["injected"] if it["kind"] == kind]


def total():
    return admin("GET", "faults")["injected_total"]


async def refused(kind, fault, call, error):
    """The call fails with the library's own error, and works again afterwards."""
    before = total()
    bind({"kind": kind, "times": 1, **fault})
    try:
        await call()
    except error:
        pass
    else:
        raise AssertionError(f"{kind}: nothing was seen")
    admin("POST", "faults/clear", {})
    assert listed(kind, before), f"{kind}: not listed"


async def ids_under(kind, fault, watch, count=8):
    """Trade ids and when they came, from the time on at which the fault was bound."""
    await watch()
    before = total()
    bind({"kind": kind, "skip": 2, "times": 1, **fault}, everybody=True)
    ids, times = [], []
    while len(ids) < count:
        for trade in await watch():
            ids.append(trade)
            times.append(time.monotonic())
    admin("POST", "faults/clear", {})
    assert listed(kind, before), f"{kind}: not listed"
    return ids, times


async def market_kinds(watch):
    ids, _ = await ids_under("drop", {}, watch)
    assert ids != list(range(ids[0], ids[0] + len(ids))), f"drop: {ids}"
    ids, _ = await ids_under("duplicate", {}, watch)
    assert len(set(ids)) < len(ids), f"duplicate: {ids}"
    ids, _ = await ids_under("reorder", {}, watch)
    assert ids != sorted(ids), f"reorder: {ids}"
    ids, _ = await ids_under("sequence_gap", {"messages": 3}, watch)
    assert max(b - a for a, b in zip(ids, ids[1:])) >= 3, f"sequence_gap: {ids}"
    ids, times = await ids_under("stale_feed", {"last": "1500ms"}, watch)
    assert max(b - a for a, b in zip(times, times[1:])) > 1, f"stale_feed: {times}"
    return ["drop", "duplicate", "reorder", "sequence_gap", "stale_feed"]


async def late(call):
    before = total()
    bind({"kind": "latency", "delay": "300ms", "times": 1})
    began = time.monotonic()
    await call()
    assert time.monotonic() - began > 0.3, "latency: not late"
    assert listed("latency", before), "latency: not listed"
    admin("POST", "faults/clear", {})


async def ccxt_bot():
    import ccxt.pro as ccxt

    http, ws = f"http://{HOST}", f"ws://{HOST}"
    exchange = ccxt.binance({
        "apiKey": "simkey", "secret": "simsecret", "timeout": 1000, "enableRateLimit": False,
        "options": {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False,
                    "fetchMargins": False, "maxRetriesOnFailure": 0},
        "urls": {"api": {"public": f"{http}/api/v3", "private": f"{http}/api/v3", "v1": f"{http}/api/v1",
                         "sapi": f"{http}/sapi/v1",
                         "ws": {"spot": f"{ws}/stream/ws", "margin": f"{ws}/stream/ws", "ws-api": {"spot": f"{ws}/ws-api/v3"}}}},
    })
    await exchange.load_markets()
    order = lambda: exchange.create_order(SYMBOL, "limit", "buy", 0.001, 40000)
    balance = exchange.fetch_balance
    resting = await order()
    cancel = lambda: exchange.cancel_order(resting["id"], SYMBOL)
    for kind, fault, call, error in [
        ("rate_limit", {"last": "1s"}, balance, (ccxt.RateLimitExceeded, ccxt.DDoSProtection)),
        ("reject", {}, order, ccxt.InsufficientFunds),
        ("cancel_reject", {}, cancel, ccxt.OrderNotFound),
        ("unknown_outcome", {}, order, ccxt.NetworkError),
        ("maintenance", {"last": "1s"}, balance, ccxt.ExchangeNotAvailable),
        ("disconnect", {}, balance, ccxt.NetworkError),
        ("half_open", {"last": "3s"}, balance, ccxt.RequestTimeout),
        ("truncated_frame", {}, balance, ccxt.BaseError),
    ]:
        await refused(kind, fault, call, error)
    await late(balance)
    before = total()
    bind({"kind": "clock_skew", "ahead": "1h", "times": 1}, everybody=True)
    ahead = await exchange.fetch_time() - time.time() * 1000
    admin("POST", "faults/clear", {})
    assert ahead > 3_000_000 and listed("clock_skew", before), f"clock_skew: {ahead}"
    opened = await exchange.fetch_open_orders(SYMBOL)
    assert len(opened) == 2, "the order of unknown outcome is there"
    await exchange.cancel_all_orders(SYMBOL)
    seen = await market_kinds(lambda: watch_ccxt(exchange))
    await exchange.close()
    return 10 + len(seen)


async def watch_ccxt(exchange):
    exchange.newUpdates = True
    return [int(trade["id"]) for trade in await asyncio.wait_for(exchange.watch_trades(SYMBOL), 10)]


async def python_binance_bot():
    from binance import AsyncClient, BinanceSocketManager
    from binance.exceptions import BinanceAPIException

    AsyncClient.API_URL = f"http://{HOST}/api"
    AsyncClient.WS_API_URL = f"ws://{HOST}/ws-api/v3"
    BinanceSocketManager.STREAM_URL = f"ws://{HOST}/"
    client = await AsyncClient.create("simkey", "simsecret", requests_params={"timeout": 1})
    order = lambda: client.create_order(symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC",
                                        quantity="0.001", price="40000")
    resting = await order()
    cancel = lambda: client.cancel_order(symbol="BTCUSDT", orderId=resting["orderId"])
    broken = Exception
    for kind, fault, call, error in [
        ("rate_limit", {"last": "1s"}, client.get_account, BinanceAPIException),
        ("reject", {}, order, BinanceAPIException),
        ("cancel_reject", {}, cancel, BinanceAPIException),
        ("unknown_outcome", {}, order, BinanceAPIException),
        ("maintenance", {"last": "1s"}, client.get_account, BinanceAPIException),
        ("disconnect", {}, client.get_account, broken),
        ("half_open", {"last": "3s"}, client.get_account, broken),
        ("truncated_frame", {}, client.get_account, broken),
    ]:
        await refused(kind, fault, call, error)
    await late(client.get_account)
    before = total()
    bind({"kind": "clock_skew", "ahead": "1h", "times": 1}, everybody=True)
    ahead = (await client.get_server_time())["serverTime"] - time.time() * 1000
    admin("POST", "faults/clear", {})
    assert ahead > 3_000_000 and listed("clock_skew", before), f"clock_skew: {ahead}"
    await client.cancel_all_open_orders(symbol="BTCUSDT")
    async with BinanceSocketManager(client).trade_socket("BTCUSDT") as stream:
        async def watch():
            return [int((await asyncio.wait_for(stream.recv(), 10))["t"])]
        seen = await market_kinds(watch)
    await client.close_connection()
    return 10 + len(seen)


async def main():
    admin("POST", "faults/clear", {})
    kinds = await (ccxt_bot() if LIBRARY == "ccxt" else python_binance_bot())
    print(f"GOAL faults library={LIBRARY} kinds_seen_and_listed={kinds} of=15 injected={total()}")


asyncio.run(main())
