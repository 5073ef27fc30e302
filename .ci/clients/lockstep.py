"""A bot that knows nothing of ticks, for runs in lockstep: paced by its commands, it trades the same each time.

lockstep.py HOST:PORT LIBRARY SEED COMMANDS, where LIBRARY is ccxt or python-binance. It looks at the book, enters an order
around what it saw, and now and then cancels one of its own; what it does depends on SEED and on what the exchange says.
Prints what it did. It names its orders itself: left to it, the library would draw the names by chance.
"""
import random
import sys

HOST, LIBRARY, SEED, COMMANDS = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
chance = random.Random(SEED)


class Ccxt:
    """ccxt, without its own delays between requests."""

    def __init__(self):
        import ccxt

        self.bot = ccxt.binance({
            "apiKey": "simkey", "secret": "simsecret", "enableRateLimit": False,
            "options": {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False,
                        "fetchMargins": False},
            "urls": {"api": {"public": f"http://{HOST}/api/v3", "private": f"http://{HOST}/api/v3",
                             "v1": f"http://{HOST}/api/v1", "sapi": f"http://{HOST}/sapi/v1"}},
        })
        self.refusal = ccxt.ExchangeError

    def book(self):
        book = self.bot.fetch_order_book("BTC/USDT", 5)
        return book["bids"][0][0], book["asks"][0][0]

    def enter(self, name, side, quantity, price):
        self.bot.create_order("BTC/USDT", "limit", side, quantity, price, {"newClientOrderId": name})

    def cancel(self, name):
        self.bot.cancel_order(None, "BTC/USDT", {"origClientOrderId": name})


class PythonBinance:
    """python-binance, against another host."""

    def __init__(self):
        from binance.client import Client
        from binance.exceptions import BinanceAPIException

        Client.API_URL = f"http://{HOST}/api"
        self.bot = Client("simkey2", "simsecret2", ping=False)
        self.refusal = BinanceAPIException

    def book(self):
        book = self.bot.get_order_book(symbol="BTCUSDT", limit=5)
        return float(book["bids"][0][0]), float(book["asks"][0][0])

    def enter(self, name, side, quantity, price):
        self.bot.create_order(symbol="BTCUSDT", side=side.upper(), type="LIMIT", timeInForce="GTC", quantity=f"{quantity:.5f}",
                              price=f"{price:.2f}", newClientOrderId=name)

    def cancel(self, name):
        self.bot.cancel_order(symbol="BTCUSDT", origClientOrderId=name)


bot = {"ccxt": Ccxt, "python-binance": PythonBinance}[LIBRARY]()
# Time waits for the first command: until then nobody quotes, and there is no book to look at.
prices, entered, refused = (63_990.0, 64_010.0), 0, 0
for command in range(COMMANDS):
    try:
        if entered > 3 and chance.random() < 0.3:
            bot.cancel(f"bot-{entered - chance.randrange(3)}")
            continue
        side = chance.choice(["buy", "sell"])
        near = prices[0] if side == "buy" else prices[1]
        entered += 1
        bot.enter(f"bot-{entered}", side, 0.001 * chance.randint(1, 5), round(near + chance.randint(-500, 500) / 100, 2))
        prices = bot.book()
    except bot.refusal:
        refused += 1
    except IndexError:
        pass
print(f"{LIBRARY} seed={SEED} commands={COMMANDS} entered={entered} refused={refused} last_seen={prices[0]:.2f}/{prices[1]:.2f}")
