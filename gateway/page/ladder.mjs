// The order book as a ladder: asks above, bids below, the spread between them, sizes as bars from the right edge.

import { grouped } from "./book.mjs";
import { element } from "./words.mjs";

const ROW_PX = 20;
const ROWS_MIN = 5;
const ROWS_MAX = 40;
const FLASH_MS = 140;

export class Ladder {
  #box;
  #rows = { sell: [], buy: [] };
  #spread;
  #shown = new Map();
  #chosen = -1;

  /// `picked(price, side)` runs where somebody chooses a level.
  constructor(box, picked) {
    this.#box = box;
    this.picked = picked;
    this.#spread = element("div", "spread");
    this.grouping = 1;
    box.addEventListener("click", (event) => this.#pick(event.target.closest(".level")));
    box.addEventListener("keydown", (event) => this.#key(event));
  }

  /// Draws the book. `own` maps a price to what the account has there.
  draw(book, instrument, own) {
    const count = this.#room();
    const step = this.grouping > 1 ? this.grouping * Number(instrument.tick_size) : 0;
    const decimals = { price: instrument.price_decimals, quantity: instrument.quantity_decimals };
    const sides = {};
    for (const side of ["sell", "buy"]) sides[side] = grouped(book.side(side), side, step, decimals).slice(0, count);
    const totals = Object.fromEntries(Object.entries(sides).map(([side, levels]) => [side, sums(levels)]));
    const largest = Math.max(...totals.sell.slice(-1), ...totals.buy.slice(-1), 0);
    this.#lay_out(count);
    for (const side of ["sell", "buy"])
      this.#rows[side].forEach((row, place) => {
        const level = sides[side][place];
        this.#draw_row(row, level, totals[side][place], largest, own, step, decimals);
      });
    this.#forget(sides);
    this.#draw_spread(sides, decimals);
    this.#box.dataset.symbol = book.symbol;
    this.#box.dataset.seq = book.seq;
  }

  #room() {
    const rows = Math.floor((this.#box.clientHeight - 30) / ROW_PX / 2);
    return Math.max(ROWS_MIN, Math.min(ROWS_MAX, rows));
  }

  #lay_out(count) {
    if (this.#rows.sell.length === count) return;
    for (const side of ["sell", "buy"])
      this.#rows[side] = Array.from({ length: count }, () => {
        const row = element("div", `level ${side}`);
        row.setAttribute("role", "option");
        row.append(element("i", "extent"), element("span", "price"), element("span", "size"), element("span", "total"));
        return row;
      });
    this.#box.replaceChildren(...[...this.#rows.sell].reverse(), this.#spread, ...this.#rows.buy);
    [...this.#box.querySelectorAll(".level")].forEach((row, place) => (row.id = `level-${place}`));
  }

  #draw_row(row, level, total, largest, own, step, decimals) {
    const [bar, price, size, sum] = row.children;
    if (!level) {
      row.classList.add("none");
      delete row.dataset.price;
      price.textContent = size.textContent = sum.textContent = "";
      bar.style.width = "0";
      return;
    }
    row.classList.remove("none");
    const side = row.classList.contains("buy") ? "buy" : "sell";
    const key = side + level[0];
    if (this.#shown.get(key) !== level[1]) {
      if (this.#shown.size > 0) flash(row);
      this.#shown.set(key, level[1]);
    }
    row.dataset.price = level[0];
    set(price, level[0]);
    set(size, level[1]);
    set(sum, total.toFixed(Math.min(decimals.quantity, 4)));
    bar.style.width = `${(100 * total) / (largest || 1)}%`;
    const mine = own_at(own, side, level[0], step);
    row.classList.toggle("own", mine > 0);
    row.title = mine > 0 ? `${mine} of it is mine` : "";
  }

  #forget(sides) {
    if (this.#shown.size < 400) return;
    const kept = new Set(["sell", "buy"].flatMap((side) => sides[side].map(([price]) => side + price)));
    for (const key of this.#shown.keys()) if (!kept.has(key)) this.#shown.delete(key);
  }

  #draw_spread(sides, decimals) {
    const [ask] = sides.sell;
    const [bid] = sides.buy;
    if (!ask || !bid) {
      this.#spread.textContent = "no spread";
      return;
    }
    const width = ask[0] - bid[0];
    const middle = (Number(ask[0]) + Number(bid[0])) / 2;
    this.#spread.replaceChildren(
      element("strong", "", middle.toFixed(decimals.price)),
      element("span", "", `spread ${width.toFixed(decimals.price)} · ${((10_000 * width) / middle).toFixed(1)} bp`),
    );
  }

  #key(event) {
    const rows = [...this.#box.querySelectorAll(".level:not(.none)")];
    if (rows.length === 0) return;
    const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (move) {
      const middle = rows.findIndex((row) => row.classList.contains("buy"));
      const from = this.#chosen < 0 ? middle - (move > 0 ? 1 : 0) : this.#chosen;
      this.#chosen = Math.max(0, Math.min(rows.length - 1, from + move));
      rows.forEach((row, place) => row.classList.toggle("chosen", place === this.#chosen));
      this.#box.setAttribute("aria-activedescendant", rows[this.#chosen].id);
      event.preventDefault();
    } else if (event.key === "Enter") {
      this.#pick(rows[this.#chosen]);
      event.preventDefault();
    }
  }

  #pick(row) {
    if (row?.dataset.price) this.picked(row.dataset.price, row.classList.contains("buy") ? "buy" : "sell");
  }
}

function sums(levels) {
  let sum = 0;
  return levels.map(([, quantity]) => (sum += Number(quantity)));
}

function own_at(own, side, price, step) {
  if (!step) return own.get(side + price) ?? 0;
  const [low, high] = side === "buy" ? [Number(price), Number(price) + step] : [Number(price) - step, Number(price)];
  let sum = 0;
  for (const [key, quantity] of own) {
    if (!key.startsWith(side)) continue;
    const at = Number(key.slice(side.length));
    if (side === "buy" ? at >= low && at < high : at > low && at <= high) sum += quantity;
  }
  return sum;
}

function set(cell, text) {
  if (cell.textContent !== text) cell.textContent = text;
}

function flash(row) {
  row.classList.add("flash");
  clearTimeout(row.flashing);
  row.flashing = setTimeout(() => row.classList.remove("flash"), FLASH_MS);
}
