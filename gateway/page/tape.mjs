// The tape: newest trades on top, in the color of who took.

import { clock, element } from "./words.mjs";

const ROWS_MAX = 60;

export class Tape {
  #box;
  #rows = [];
  #newest = 0;

  constructor(box) {
    this.#box = box;
  }

  clear() {
    this.#newest = 0;
    this.#rows = [];
    this.#box.replaceChildren();
  }

  /// Draws trades, oldest first; those that are on it already stay where they are.
  draw(trades) {
    const fresh = trades.filter((trade) => trade.seq > this.#newest);
    if (fresh.length === 0) return;
    this.#newest = fresh.at(-1).seq;
    for (const trade of fresh.slice(-ROWS_MAX)) {
      const row = this.#rows.length < ROWS_MAX ? this.#blank() : this.#rows.shift();
      row.className = `print ${trade.aggressor_side}`;
      row.dataset.trade = trade.trade_id;
      const [price, size, time] = row.children;
      price.textContent = trade.price;
      size.textContent = trade.quantity;
      time.textContent = clock(trade.at_us);
      this.#rows.push(row);
      this.#box.prepend(row);
    }
  }

  #blank() {
    const row = element("div", "print");
    row.append(element("span", "price"), element("span", "size"), element("span", "time"));
    return row;
  }
}
