"""One order book: price-time priority, limit orders, immediate-or-cancel."""

from bisect import bisect_left, insort
from collections import OrderedDict
from time import time_ns


class Order:
    __slots__ = ("id", "owner", "name", "buys", "price", "entered", "leaves", "price_text", "quantity_text")

    def __init__(self, number, owner, name, buys, price, quantity, price_text, quantity_text):
        self.id = number
        self.owner = owner
        self.name = name
        self.buys = buys
        self.price = price
        self.entered = self.leaves = quantity
        self.price_text = price_text
        self.quantity_text = quantity_text


def units(text, decimals):
    """A decimal as a whole number of its smallest units; ValueError if it is none."""
    whole, _, fraction = text.partition(".")
    if len(fraction) > decimals:
        raise ValueError("too many decimals")
    return int(whole + fraction.ljust(decimals, "0"))


def decimal(value, decimals):
    digits = str(value).rjust(decimals + 1, "0")
    return f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits


class Book:
    """The book of one instrument. `take` answers one request with one report."""

    def __init__(self, instrument):
        self.symbol = instrument["symbol"]
        self.price_decimals = instrument["price_decimals"]
        self.quantity_decimals = instrument["quantity_decimals"]
        # Prices with orders, ascending; of bids negated, so that the best one is first on both sides.
        self.prices = {True: [], False: []}
        self.levels = {True: {}, False: {}}
        self.by_name = {}
        self.orders = self.trades = self.sequence = 0

    def take(self, owner, request):
        self.sequence += 1
        if request["op"] == "submit":
            return self.submit(owner, request)
        return self.cancel(owner, request)

    def submit(self, owner, request):
        name = request["client_order_id"]
        if (owner, name) in self.by_name:
            return self.rejected(request, "duplicate_client_order_id")
        try:
            price = units(request["price"], self.price_decimals)
            quantity = units(request["quantity"], self.quantity_decimals)
        except ValueError:
            return self.rejected(request, "invalid_price")
        if price <= 0 or quantity <= 0:
            return self.rejected(request, "invalid_price")
        self.orders += 1
        taker = Order(
            self.orders, owner, name, request["side"] == "buy", price, quantity, request["price"], request["quantity"]
        )
        report = self.report(taker, request, "accepted", "new", 0)
        self.match(taker)
        if taker.leaves and request.get("time_in_force") != "IOC":
            self.rest(taker)
        return report

    def match(self, taker):
        makers = not taker.buys
        prices, levels = self.prices[makers], self.levels[makers]
        limit = taker.price if taker.buys else -taker.price
        while taker.leaves and prices and prices[0] <= limit:
            level = levels[prices[0]]
            while taker.leaves and level:
                maker = next(iter(level.values()))
                traded = min(maker.leaves, taker.leaves)
                maker.leaves -= traded
                taker.leaves -= traded
                self.trades += 1
                if not maker.leaves:
                    del level[maker.id]
                    del self.by_name[maker.owner, maker.name]
            if not level:
                del levels[prices.pop(0)]

    def rest(self, order):
        key = -order.price if order.buys else order.price
        levels = self.levels[order.buys]
        level = levels.get(key)
        if level is None:
            level = levels[key] = OrderedDict()
            insort(self.prices[order.buys], key)
        level[order.id] = order
        self.by_name[order.owner, order.name] = order

    def cancel(self, owner, request):
        order = self.by_name.pop((owner, request["client_order_id"]), None)
        if order is None:
            return self.rejected(request, "unknown_order")
        key = -order.price if order.buys else order.price
        levels, prices = self.levels[order.buys], self.prices[order.buys]
        level = levels[key]
        del level[order.id]
        if not level:
            del levels[key]
            del prices[bisect_left(prices, key)]
        canceled, order.leaves = order.leaves, 0
        return self.report(order, request, "canceled", "canceled", canceled)

    def report(self, order, request, kind, status, canceled):
        decimals = self.quantity_decimals
        report = {
            "type": "report",
            "request": request["id"],
            "kind": kind,
            "symbol": self.symbol,
            "order_id": order.id,
            "client_order_id": order.name,
            "side": "buy" if order.buys else "sell",
            "price": order.price_text,
            "quantity": order.quantity_text,
            "filled_quantity": decimal(order.entered - order.leaves - canceled, decimals),
            "leaves_quantity": decimal(order.leaves, decimals),
        }
        if canceled:
            report["canceled_quantity"] = decimal(canceled, decimals)
        report["status"] = status
        report["event"] = {"seq": self.sequence, "k": 0}
        report["at_us"] = time_ns() // 1000
        return report

    def rejected(self, request, reason):
        return {
            "type": "report",
            "request": request["id"],
            "kind": "rejected",
            "symbol": self.symbol,
            "client_order_id": request["client_order_id"],
            "status": "rejected",
            "reason": reason,
            "at_us": time_ns() // 1000,
        }
