// The list of instruments: last price, change of the day, and a line of the last hour; of a young market, of its last minute.

import { element, percent } from "./words.mjs";

const POINTS = 60;
const WIDTH = 56;
const HEIGHT = 20;
const SVG = "http://www.w3.org/2000/svg";

export class Symbols {
  #box;
  #rows = new Map();

  /// `chosen(symbol)` runs where somebody chooses one.
  constructor(box, chosen) {
    this.#box = box;
    this.chosen = chosen;
    box.addEventListener("keydown", (event) => {
      const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!move) return;
      event.preventDefault();
      this.step(move);
      this.#rows.get(this.symbol)?.button.focus();
    });
  }

  list(instruments) {
    this.#rows.clear();
    for (const { symbol } of instruments) {
      const button = element("button", "symbol");
      button.type = "button";
      button.setAttribute("role", "option");
      const line = document.createElementNS(SVG, "svg");
      line.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
      line.setAttribute("class", "spark");
      line.setAttribute("aria-hidden", "true");
      line.append(document.createElementNS(SVG, "polyline"));
      button.append(element("b", "", symbol), line, element("span", "last", "–"), element("span", "change", ""));
      button.addEventListener("click", () => this.chosen(symbol));
      this.#rows.set(symbol, { button, points: [], is_young: false, price: undefined, open: undefined });
    }
    this.#box.replaceChildren(...[...this.#rows.values()].map(({ button }) => button));
  }

  choose(symbol) {
    this.symbol = symbol;
    for (const [name, { button }] of this.#rows) button.setAttribute("aria-selected", String(name === symbol));
  }

  /// Chooses the next one, or the one before.
  step(move) {
    const names = [...this.#rows.keys()];
    const place = names.indexOf(this.symbol) + move;
    if (names[place]) this.chosen(names[place]);
  }

  /// The closes of the last hour, oldest first; of the last minute where the market is young.
  seed(symbol, closes, is_young) {
    const known = this.#rows.get(symbol);
    if (known) Object.assign(known, { points: closes.slice(-POINTS).map(Number), is_young });
  }

  /// What the day opened at.
  opened(symbol, price) {
    const known = this.#rows.get(symbol);
    if (known) known.open = Number(price);
  }

  /// The price now, as it is written.
  price(symbol, price) {
    const known = this.#rows.get(symbol);
    if (known) known.price = price;
  }

  /// Draws prices; with each call the line of the last hour ends where the price is now.
  draw() {
    for (const { button, price, open, points } of this.#rows.values()) {
      if (price === undefined) continue;
      const [, line, last, change] = button.children;
      const share = open ? Number(price) / open - 1 : 0;
      last.textContent = price;
      change.textContent = open ? percent(share) : "";
      button.classList.toggle("rises", share > 0);
      button.classList.toggle("falls", share < 0);
      line.firstChild.setAttribute("points", polyline([...points, Number(price)]));
    }
  }

  /// A second is over: the lines of young markets move on.
  second() {
    this.#move_on((known) => known.is_young);
  }

  /// A minute is over: the other lines do.
  minute() {
    this.#move_on((known) => !known.is_young);
  }

  #move_on(is_meant) {
    for (const known of this.#rows.values())
      if (is_meant(known) && known.price !== undefined) known.points = [...known.points, Number(known.price)].slice(-POINTS);
  }
}

function polyline(points) {
  const [low, high] = [Math.min(...points), Math.max(...points)];
  const step = WIDTH / Math.max(points.length - 1, 1);
  const y = (price) => (high === low ? HEIGHT / 2 : HEIGHT - 2 - ((price - low) / (high - low)) * (HEIGHT - 4));
  return points.map((price, place) => `${(place * step).toFixed(1)},${y(price).toFixed(1)}`).join(" ");
}
