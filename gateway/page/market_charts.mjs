// Candles with volume, and the cumulative depth.

import { Chart, axis, color, empty } from "./charts.mjs";

const CANDLES = 300;
/// The share of a side's levels that the depth shows.
const MOST = 0.9;

/// Candles of one instrument. Of a candle that goes on only the last place changes.
export class Candles {
  constructor(box) {
    this.clear();
    this.chart = new Chart(box, () => this.#traces(), () => this.#layout());
  }

  /// Nothing is known yet; a candle of `key` is so long.
  clear(key = "", interval_ms = 1_000) {
    this.key = key;
    this.interval_ms = interval_ms;
    this.laid_at = performance.now();
    this.times = [];
    this.open = [];
    this.high = [];
    this.low = [];
    this.close = [];
    this.volume = [];
    this.rises = [];
  }

  /// How many are to be asked for: all of them at first, then those that may have changed since it was laid, however
  /// long nobody looked.
  get wanted() {
    if (this.times.length === 0) return CANDLES;
    const over = Math.ceil((performance.now() - this.laid_at) / this.interval_ms);
    return Math.min(CANDLES, over + 2);
  }

  /// Lays candles, oldest first, over those that are there.
  lay(candles) {
    for (const candle of candles) {
      const time = new Date(candle.start_us / 1000).toISOString();
      let place = this.times.length - 1;
      while (place >= 0 && this.times[place] > time) place -= 1;
      if (this.times[place] !== time) {
        if (place !== this.times.length - 1) continue;
        place += 1;
      }
      this.times[place] = time;
      for (const part of ["open", "high", "low", "close", "volume"]) this[part][place] = Number(candle[part]);
      this.rises[place] = this.close[place] >= this.open[place];
    }
    this.laid_at = performance.now();
    while (this.times.length > CANDLES)
      for (const part of ["times", "open", "high", "low", "close", "volume", "rises"]) this[part].shift();
    this.chart.draw();
  }

  #traces() {
    const [up, down] = [color("buy"), color("sell")];
    return [
      {
        type: "candlestick", name: "price", x: this.times, open: this.open, high: this.high, low: this.low, close: this.close,
        increasing: { line: { color: up, width: 1 }, fillcolor: up }, decreasing: { line: { color: down, width: 1 }, fillcolor: down },
        whiskerwidth: 0,
      },
      {
        type: "bar", name: "volume", x: this.times, y: this.volume, yaxis: "y2",
        marker: { color: this.rises.map((rises) => (rises ? up : down)), opacity: 0.4, line: { width: 0 } },
      },
    ];
  }

  #layout() {
    if (this.times.length === 0) return empty("No trades yet.");
    const last = this.close.at(-1);
    const line = { type: "line", xref: "paper", x0: 0, x1: 1, y0: last, y1: last, line: { color: color("accent"), width: 1, dash: "dot" } };
    const spike = { showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "dot", spikecolor: color("muted") };
    return {
      uirevision: this.key,
      xaxis: axis({ rangeslider: { visible: false }, type: "date", showgrid: false, anchor: "y2", nticks: 8, tickformat: this.key.endsWith("1d") ? "%b %d" : "%H:%M:%S", ...spike }),
      yaxis: axis({ side: "right", domain: [0.22, 1], tickformat: ",", ...spike }),
      yaxis2: axis({ side: "right", domain: [0, 0.18], showgrid: false, nticks: 3 }),
      shapes: [line],
      annotations: [],
      bargap: 0.25,
    };
  }
}

/// The cumulative depth, stepped.
export class Depth {
  #sides = { buy: [[], []], sell: [[], []] };

  constructor(box) {
    this.chart = new Chart(box, () => this.#traces(), () => this.#layout());
  }

  draw(book) {
    const [bids, asks] = [book.side("buy"), book.side("sell")];
    if (bids.length && asks.length) {
      // As far to each side as the nearer end reaches, and no further than what can be read.
      const middle = (Number(bids[0][0]) + Number(asks[0][0])) / 2;
      const reach = Math.min(middle - far_of(bids), far_of(asks) - middle) || middle * 0.01;
      this.range = [middle - reach, middle + reach];
    }
    this.#sides = { buy: summed(bids), sell: summed(asks) };
    this.chart.draw();
  }

  #traces() {
    return ["buy", "sell"].map((side) => ({
      type: "scatter", mode: "lines", name: side === "buy" ? "bids" : "asks", x: this.#sides[side][0], y: this.#sides[side][1],
      line: { shape: "hv", color: color(side), width: 1.5 }, fill: "tozeroy", fillcolor: color(`${side}-wash`),
      hovertemplate: "%{x}: %{y:,.4~f}<extra></extra>",
    }));
  }

  #layout() {
    if (this.#sides.buy[0].length + this.#sides.sell[0].length === 0) return empty("No orders yet.");
    return {
      hovermode: "closest",
      annotations: [],
      xaxis: axis({ showgrid: false, tickformat: ",", range: this.range, nticks: 6 }),
      yaxis: axis({ side: "right", rangemode: "tozero", nticks: 4 }),
    };
  }
}

/// The price up to which most levels of a side are: the few beyond it may be anywhere.
function far_of(levels) {
  return Number(levels[Math.floor((levels.length - 1) * MOST)][0]);
}

function summed(levels) {
  let sum = 0;
  const sums = levels.map(([, quantity]) => (sum += Number(quantity)));
  return [levels.map(([price]) => Number(price)), sums];
}
