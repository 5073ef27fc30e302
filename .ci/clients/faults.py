"""Bots that know nothing of faults, under each kind of them: ccxt and python-binance against a demo of config/bots.toml.

faults.py HOST:PORT ADMIN_URL ADMIN_KEY LIBRARY, where LIBRARY is ccxt or python-binance. Each kind must be seen by the bot
(its own exception, a trade that is missing, doubled or late) and be listed by the exchange. Prints what was seen of each, and
one GOAL line; fails where a kind was not seen or not listed.
"""
import asyncio
import json
import sys
import time
import urllib.request

HOST, ADMIN, KEY, LIBRARY = sys.argv[1:5]
SYMBOL = "BTC/USDT"
KINDS = [
    "disconnect", "half_open", "latency", "drop", "duplicate", "reorder", "sequence_gap", "truncated_frame", "rate_limit",
    "reject", "unknown_outcome", "cancel_reject", "stale_feed", "clock_skew", "maintenance", "partial_fill",
]
seen, listed = {}, {}


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


def clear():
    admin("POST", "faults/clear", {})


def note(kind, before, sight):
    """What the bot saw of a kind, if anything, and what the exchange lists of it since."""
    report = admin("GET", f"faults?from={before + 1}")
    listed[kind] = sum(it["kind"] == kind for it in report["injected"])
    seen[kind] = sight
    print(f"{LIBRARY} {kind}: {sight or 'NOT SEEN'}; listed {listed[kind]}")


def total():
    return admin("GET", "faults")["injected_total"]


async def refused(kind, fault, call, error):
    """The call fails with the library's own error, and works again afterwards."""
    before, sight = total(), None
    bind({"kind": kind, "times": 1, **fault})
    try:
        await call()
    except error as exception:
        sight = type(exception).__name__
    clear()
    note(kind, before, sight)


async def market(kind, fault, watch, sight, count=8):
    """Trades that are watched from when the fault is bound: `sight` says what is wrong with their ids and times."""
    await watch()
    before = total()
    bind({"kind": kind, "skip": 2, "times": 1, **fault}, everybody=True)
    ids, times = [], []
    while len(ids) < count:
        for trade in await watch():
            ids.append(trade)
            times.append(time.monotonic())
    clear()
    note(kind, before, sight(ids, times))


def longest(numbers):
    return max(after - before for before, after in zip(numbers, numbers[1:]))


async def market_kinds(watch):
    def lost(ids, _):
        return longest(ids) > 1 and f"trades {ids}"

    def doubled(ids, _):
        return len(set(ids)) < len(ids) and f"trades {ids}"

    def disordered(ids, _):
        return ids != sorted(ids) and f"trades {ids}"

    def gap(ids, _):
        return longest(ids) > 3 and f"trades {ids}"

    def still(_, times):
        return longest(times) > 1 and f"{longest(times):.1f} s without a trade"

    await market("drop", {}, watch, lost)
    await market("duplicate", {}, watch, doubled)
    await market("reorder", {}, watch, disordered)
    await market("sequence_gap", {"messages": 3}, watch, gap)
    await market("stale_feed", {"last": "1500ms"}, watch, still)


async def late(call):
    before = total()
    bind({"kind": "latency", "delay": "300ms", "times": 1})
    began = time.monotonic()
    await call()
    took = time.monotonic() - began
    clear()
    note("latency", before, took > 0.3 and f"an answer after {took:.2f} s")


async def filled_in_part(buy):
    """`buy` takes from the best offer and says what was asked for, what was filled, and how the order ended."""
    before = total()
    bind({"kind": "partial_fill", "fill_percent": "50", "times": 1})
    asked, filled, status = await buy()
    clear()
    is_part = 0 < filled < asked and status.lower() == "expired"
    note("partial_fill", before, is_part and f"{filled} of {asked} filled, {status}")
    asked, filled, status = await buy()
    assert filled == asked, f"without a plan: {filled} of {asked}, {status}"


async def skewed(server_time_ms):
    before = total()
    bind({"kind": "clock_skew", "ahead": "1h", "times": 1}, everybody=True)
    ahead_s = await server_time_ms() / 1000 - time.time()
    clear()
    note("clock_skew", before, ahead_s > 3_000 and f"a server {ahead_s:.0f} s ahead")


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
    try:
        await ccxt_trades(ccxt, exchange)
    finally:
        await exchange.close()


async def ccxt_trades(ccxt, exchange):
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
        ("maintenance", {"last": "1s"}, balance, (ccxt.ExchangeNotAvailable, ccxt.BadRequest)),
        ("disconnect", {}, balance, ccxt.BaseError),
        ("half_open", {"last": "3s"}, balance, ccxt.RequestTimeout),
        ("truncated_frame", {}, balance, ccxt.BaseError),
    ]:
        await refused(kind, fault, call, error)
    await late(balance)
    await skewed(exchange.fetch_time)
    opened = await exchange.fetch_open_orders(SYMBOL)
    assert len(opened) == 2, f"the order of unknown outcome is there: {opened}"
    await exchange.cancel_all_orders(SYMBOL)

    async def buy():
        ask = (await exchange.fetch_order_book(SYMBOL))["asks"][0][0]
        bought = await exchange.create_order(SYMBOL, "limit", "buy", 0.002, exchange.price_to_precision(SYMBOL, ask * 1.005))
        return bought["amount"], bought["filled"], bought["status"]

    await filled_in_part(buy)
    await market_kinds(lambda: watch_ccxt(exchange))


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

    async def server_time_ms():
        return (await client.get_server_time())["serverTime"]

    await skewed(server_time_ms)
    await client.cancel_all_open_orders(symbol="BTCUSDT")

    async def buy():
        bought = await client.create_order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.002")
        return float(bought["origQty"]), float(bought["executedQty"]), bought["status"]

    await filled_in_part(buy)
    async with BinanceSocketManager(client).trade_socket("BTCUSDT") as stream:
        async def watch():
            return [int((await asyncio.wait_for(stream.recv(), 10))["t"])]
        await market_kinds(watch)
    await client.close_connection()


async def main():
    clear()
    await (ccxt_bot() if LIBRARY == "ccxt" else python_binance_bot())
    were_seen = sum(bool(seen.get(kind)) for kind in KINDS)
    were_listed = sum(listed.get(kind, 0) > 0 for kind in KINDS)
    print(f"GOAL bots_under_faults library={LIBRARY} kinds={len(KINDS)} seen={were_seen} listed={were_listed}")
    sys.exit(0 if were_seen == were_listed == len(KINDS) else 1)


asyncio.run(main())
