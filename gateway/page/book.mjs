// A book that follows the channel `depth` and knows when it has missed something.

export class Book {
  constructor() {
    this.clear();
  }

  clear() {
    this.symbol = null;
    this.epoch = 0;
    this.seq = -1;
    this.at_us = 0;
    this.bids = new Map();
    this.asks = new Map();
  }

  get is_known() {
    return this.seq >= 0;
  }

  snapshot(message) {
    this.symbol = message.symbol;
    this.epoch = message.epoch;
    this.seq = message.seq;
    this.at_us = message.at_us;
    this.bids = new Map(message.bids);
    this.asks = new Map(message.asks);
  }

  /// Applies a change; false where something is missing before it.
  update(message) {
    if (!this.is_known || message.symbol !== this.symbol || message.epoch !== this.epoch) return false;
    if (message.seq <= this.seq) return true;
    if ((message.from ?? message.seq) > this.seq + 1) return false;
    change(this.bids, message.bids);
    change(this.asks, message.asks);
    this.seq = message.seq;
    this.at_us = message.at_us;
    return true;
  }

  /// Levels of a side, best first: [price, quantity] as they were written.
  side(side) {
    const levels = [...(side === "buy" ? this.bids : this.asks)];
    const best_first = side === "buy" ? (a, b) => b[0] - a[0] : (a, b) => a[0] - b[0];
    return levels.sort(best_first);
  }
}

function change(levels, changes) {
  for (const [price, quantity] of changes) {
    if (Number(quantity) === 0) levels.delete(price);
    else levels.set(price, quantity);
  }
}

/// Levels whose prices fall together on a grid of `step` (a decimal): bids down, asks up. 1 tick changes nothing.
export function grouped(levels, side, step, decimals) {
  if (!step) return levels;
  const groups = new Map();
  for (const [price, quantity] of levels) {
    const steps = Number(price) / step;
    const at = (side === "buy" ? Math.floor(steps + 1e-9) : Math.ceil(steps - 1e-9)) * step;
    const key = at.toFixed(decimals.price);
    groups.set(key, (groups.get(key) ?? 0) + Number(quantity));
  }
  return [...groups].map(([price, quantity]) => [price, quantity.toFixed(decimals.quantity)]);
}
