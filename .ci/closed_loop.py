"""The closed loop: what the flow of an exchange that runs is traded in, and whether its tapes look like a market.

config FOLDER PRESET COUNT   writes none.toml and loop.toml: COUNT instruments whose tick and lot are those of the model
judge REPORT.json...         medians of the figures over the reports against the gates; exit code 1 if a gate fails
judge-short REPORT.json...   the same without memory of volatility and tails of returns, which only an hour can tell
"""

import json
import statistics
import sys

# What a model calls small ticks has a spread of 18 of them on average, what it calls large ticks one of one.
HALF_SPREAD_PPM = {"small_tick": 154, "large_tick": 1}

INSTRUMENT = """
[[instrument]]
symbol = "{symbol}"
base = "BTC"
quote = "USDT"
rules = "spot"
price_decimals = 2
quantity_decimals = 5
tick_size = "0.01"
lot_size = "0.00001"
price_min = "0.01"
price_max = "1000000"
quantity_min = "0.00001"
quantity_max = "9000"
maker_fee_ppm = 0
taker_fee_ppm = 0
fee_tiers = []
fee_asset = "received"
market_budget = "reject"
market_protection_percent = "5"
open_orders_max = 200000
account_limits = {{}}
idempotency_orders_max = 8192
idempotency_sequences_max = 1000000

[[feed_sim.instrument]]
symbol = "{symbol}"
reference_price = "585"
quote_quantity = "0.001"
half_spread_ppm = {half_spread_ppm}
level_step_ppm = 40
reference_step_ppm_max = 15
weight = 1
"""


def config(folder, preset, count):
    with open(f"{folder}/none.toml", "w") as none:
        none.write(f"[demo]\ninstruments = {count}\n[feed_sim]\nsessions = {count}\ninstrument = []\nagent = []\n")
    with open(f"{folder}/loop.toml", "w") as loop:
        loop.write('[clock]\ntick = "100us"\n')
        for place in range(int(count)):
            symbol = f"LOOP{place + 1}"
            loop.write(INSTRUMENT.format(symbol=symbol, half_spread_ppm=HALF_SPREAD_PPM[preset]))


def judge(files, untold=()):
    reports = [json.load(open(file)) for file in files]
    failed, figures = set(), 0
    for place, gate in enumerate(reports[0]["gates"]):
        if gate["number"] in untold:
            print(f"  gate {gate['number']:2} {gate['name']}: not told by tapes as short as these")
            continue
        for number, check in enumerate(gate["checks"]):
            values = [report["gates"][place]["checks"][number]["value"] for report in reports]
            known = [value for value in values if isinstance(value, (int, float))]
            if not known:
                print(f"  gate {gate['number']:2} {check['figure']}: not measured")
                continue
            median = statistics.median(known)
            holds = check["low"] <= median <= check["high"]
            figures += 1
            if not holds:
                failed.add(gate["number"])
            span = f"{min(known):.3f}..{max(known):.3f}"
            print(f"  gate {gate['number']:2} {check['figure']}: {median:.3f} ({span}), wanted {check['low']} to {check['high']}"
                  f"{'' if holds else '  FAILED'}")
    print(f"gates that failed: {sorted(failed) or 'none'}; {figures} figures of {len(files)} tapes")
    return not failed


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "config":
        config(*rest)
    elif not judge(rest, untold={"judge": (), "judge-short": (7, 8)}[verb]):
        sys.exit(1)
