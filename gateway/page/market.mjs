// The market screen: one instrument's book, trades, candles and day; everything conflated, never the raw feed.

import { Book } from "./book.mjs";
import { Ladder } from "./ladder.mjs";
import { Candles, Depth } from "./market_charts.mjs";
import { Symbols } from "./symbols.mjs";
import { Tape } from "./tape.mjs";
import { compact, count, element, percent } from "./words.mjs";

const BOOK_INTERVAL_MS = 100;
const TOP_INTERVAL_MS = 500;
const LEVELS = 250;
const INTERVALS_MS = { "1s": 1_000, "1m": 60_000, "5m": 300_000, "15m": 900_000, "1h": 3_600_000, "1d": 86_400_000 };
const GROUPS = [1, 5, 10, 50, 100, 500, 1000];
const TRADES = 60;
const CANDLES_FEW = 30;
const MINUTES_FEW = 10;

const at = (id) => document.getElementById(id);

export class Market {
  #session;
  #private;
  #ladder;
  #tape = new Tape(at("tape"));
  #candles = new Candles(at("candles"));
  #depth = new Depth(at("depth"));
  #book = new Book();
  #instruments = new Map();
  #subscribed = null;
  #is_stale = false;
  #interval = "1m";
  #is_interval_chosen = false;

  constructor(session, account, ticket) {
    this.#session = session;
    this.#private = account;
    this.symbols = new Symbols(at("symbols"), (symbol) => this.choose(symbol));
    this.#ladder = new Ladder(at("ladder"), (price, side) => ticket.take(price, side));
    this.ticket = ticket;
    session.on("depth_snapshot", (message) => this.#take_snapshot(message));
    session.on("depth", (message) => this.#take_update(message));
    session.on("top", (message) => this.#take_top(message));
    session.on("status", (message) => this.#take_status(message));
    this.#offer_intervals();
    at("grouping").addEventListener("change", (event) => {
      this.#ladder.grouping = Number(event.target.value);
      this.#is_stale = true;
    });
  }

  /// The book on the screen; tests compare it with the exchange's.
  get book() {
    return this.#book;
  }

  /// The connection is there, perhaps again.
  async greet(hello) {
    this.#instruments = new Map(hello.instruments.map((instrument) => [instrument.symbol, instrument]));
    this.symbols.list(hello.instruments);
    this.#subscribed = null;
    if (!this.#instruments.has(this.symbol)) this.symbol = hello.instruments[0].symbol;
    await this.#session.ask({ op: "subscribe", channel: "top", delivery: "interval", interval_ms: TOP_INTERVAL_MS });
    await this.#session.ask({ op: "subscribe", channel: "status" });
    await this.choose(this.symbol);
    for (const symbol of this.#instruments.keys()) this.#seed(symbol);
  }

  async choose(symbol) {
    this.symbol = symbol;
    this.symbols.choose(symbol);
    const instrument = this.#instruments.get(symbol);
    this.#book.clear();
    this.#tape.clear();
    this.#candles.clear(symbol + this.#interval, INTERVALS_MS[this.#interval]);
    this.#offer_groups(instrument);
    this.ticket.instrument(instrument);
    this.#name_units(instrument);
    at("day-symbol").textContent = `${instrument.base} / ${instrument.quote}`;
    this.#show_status();
    await this.#subscribe(symbol);
    this.poll_trades();
    this.poll_candles();
    this.poll_day();
  }

  /// Draws what has changed; ten times a second.
  draw() {
    if (!this.#is_stale || !this.#book.is_known || this.#book.symbol !== this.symbol) return;
    this.#is_stale = false;
    this.#ladder.draw(this.#book, this.#instruments.get(this.symbol), this.#private.resting(this.symbol));
  }

  draw_depth() {
    if (this.#book.is_known) this.#depth.draw(this.#book);
  }

  /// Own orders have changed.
  refresh() {
    this.#is_stale = true;
  }

  async poll_trades() {
    const symbol = this.symbol;
    if (!symbol) return;
    const told = await get(`/v1/trades/${path(symbol)}?count=${TRADES}`);
    if (!told || symbol !== this.symbol) return;
    this.#tape.draw(told.trades);
    const last = told.trades.at(-1);
    if (last) {
      const cell = at("day-last");
      cell.textContent = last.price;
      cell.className = `figure ${last.aggressor_side}`;
      document.title = `${last.price} ${symbol} · Rialto`;
    }
  }

  async poll_candles() {
    if (!this.symbol) return;
    const key = this.#candles.key;
    const told = await get(`/v1/candles/${path(this.symbol)}?interval=${this.#interval}&count=${this.#candles.wanted}`);
    if (!told || key !== this.#candles.key) return;
    const is_first = this.#candles.times.length === 0;
    this.#candles.lay(told.candles);
    // A young market says more by the second.
    if (is_first && !this.#is_interval_chosen && told.candles.length < CANDLES_FEW) this.#take_interval("1s");
  }

  async poll_day() {
    const symbol = this.symbol;
    if (!symbol) return;
    const day = (await get(`/v1/statistics/${path(symbol)}`))?.statistics;
    if (!day || symbol !== this.symbol) return;
    const instrument = this.#instruments.get(symbol);
    const share = day.last / day.open - 1;
    const change = at("day-change");
    change.textContent = `${(day.last - day.open).toFixed(instrument.price_decimals)}  ${percent(share)}`;
    change.className = share < 0 ? "falls" : "rises";
    at("day-high").textContent = day.high;
    at("day-low").textContent = day.low;
    at("day-volume").textContent = `${compact(day.volume)} ${instrument.base}`;
    at("day-turnover").textContent = `${compact(day.quote_volume)} ${instrument.quote}`;
    at("day-trades").textContent = count(day.trades);
    this.symbols.opened(symbol, day.open);
  }

  async #seed(symbol) {
    const closes = (interval) => get(`/v1/candles/${path(symbol)}?interval=${interval}&count=60`);
    const [hour, day] = await Promise.all([closes("1m"), get(`/v1/statistics/${path(symbol)}`)]);
    // A young market says more by the second.
    const is_young = (hour?.candles.length ?? 0) < MINUTES_FEW;
    const known = is_young ? await closes("1s") : hour;
    if (known) this.symbols.seed(symbol, known.candles.map((candle) => candle.close), is_young);
    if (day?.statistics) this.symbols.opened(symbol, day.statistics.open);
  }

  async #subscribe(symbol) {
    const channel = { channel: "depth" };
    if (this.#subscribed) await this.#session.ask({ op: "unsubscribe", ...channel, symbols: [this.#subscribed] });
    this.#subscribed = symbol;
    await this.#session.ask({
      op: "subscribe", ...channel, symbols: [symbol], levels: LEVELS, delivery: "interval", interval_ms: BOOK_INTERVAL_MS,
    });
  }

  #take_snapshot(message) {
    if (message.symbol !== this.symbol) return;
    this.#book.snapshot(message);
    this.#is_stale = true;
  }

  #take_update(message) {
    if (message.symbol !== this.symbol) return;
    if (this.#book.update(message)) this.#is_stale = true;
    // Something was missed: only a snapshot helps.
    else if (this.#book.is_known) {
      this.#book.clear();
      this.#subscribe(this.symbol);
    }
  }

  #take_top(message) {
    const { bid, ask, symbol } = message;
    if (!bid && !ask) return;
    const decimals = this.#instruments.get(symbol)?.price_decimals ?? 2;
    const middle = bid && ask ? (Number(bid[0]) + Number(ask[0])) / 2 : Number((bid ?? ask)[0]);
    this.symbols.price(symbol, middle.toFixed(decimals));
  }

  #take_status(message) {
    const instrument = this.#instruments.get(message.symbol);
    if (instrument) instrument.status = message;
    if (message.symbol === this.symbol) this.#show_status();
  }

  #show_status() {
    const status = this.#instruments.get(this.symbol)?.status;
    const cell = at("day-state");
    cell.textContent = status ? status.state.replaceAll("_", " ") : "–";
    cell.className = status?.state === "continuous" ? "rises" : "falls";
    if (status?.indicative_price) cell.textContent += ` · ${status.indicative_volume} @ ${status.indicative_price}`;
  }

  #offer_intervals() {
    at("intervals").replaceChildren(
      ...Object.keys(INTERVALS_MS).map((interval) => {
        const button = element("button", "", interval);
        button.type = "button";
        button.setAttribute("aria-pressed", String(interval === this.#interval));
        button.addEventListener("click", () => {
          this.#take_interval(interval);
        });
        return button;
      }),
    );
  }

  #take_interval(interval) {
    this.#interval = interval;
    this.#is_interval_chosen = true;
    for (const button of at("intervals").children) button.setAttribute("aria-pressed", String(button.textContent === interval));
    this.#candles.clear(this.symbol + interval, INTERVALS_MS[interval]);
    this.poll_candles();
  }

  #name_units({ base, quote }) {
    for (const unit of document.querySelectorAll(".in-base")) unit.textContent = base;
    for (const unit of document.querySelectorAll(".in-quote")) unit.textContent = quote;
    at("candles-unit").textContent = `${quote}, volume ${base}`;
    at("depth-unit").textContent = `${base} up to a price in ${quote}`;
  }

  #offer_groups(instrument) {
    this.#ladder.grouping = 1;
    at("grouping").replaceChildren(
      ...GROUPS.map((ticks) => {
        const option = element("option", "", (ticks * Number(instrument.tick_size)).toFixed(instrument.price_decimals));
        option.value = ticks;
        return option;
      }),
    );
  }
}

const path = encodeURIComponent;

/// A JSON answer; nothing where the exchange does not answer.
export async function get(url, headers = {}) {
  try {
    const answer = await fetch(url, { headers });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}
