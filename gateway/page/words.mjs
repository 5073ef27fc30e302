// How numbers and times are written.

const TURNOVER = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/// A large amount, shortened.
export const compact = (value) => TURNOVER.format(Number(value));
/// A whole number with separators.
export const count = (value) => COUNT.format(value);
/// A time of the day, UTC.
export const clock = (at_us) => new Date(at_us / 1000).toISOString().slice(11, 19);
/// A share as a signed percentage.
export function percent(share) {
  const shown = (share * 100).toFixed(2);
  return Number(shown) === 0 ? "0.00 %" : `${share > 0 ? "+" : ""}${shown} %`;
}

/// A time in ns, in the unit that fits.
export function duration(ns) {
  if (ns === null || ns === undefined || !Number.isFinite(ns)) return "–";
  if (ns < 1_000) return `${ns.toFixed(0)} ns`;
  if (ns < 1_000_000) return `${(ns / 1e3).toPrecision(3)} µs`;
  if (ns < 1_000_000_000) return `${(ns / 1e6).toPrecision(3)} ms`;
  return `${(ns / 1e9).toPrecision(3)} s`;
}

/// A decimal without zeros that say nothing.
export const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/// An amount: its thousands apart, and no zeros that say nothing.
export function amount(text) {
  const [whole, fraction] = trimmed(text).split(".");
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/// An element with a class and a text.
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/// Rows of a table, or one row that says that there are none.
export function fill(body, rows, columns, none) {
  if (rows.length === 0) {
    const row = element("tr", "empty");
    const cell = element("td", "", none);
    cell.colSpan = columns;
    row.append(cell);
    rows = [row];
  }
  body.replaceChildren(...rows);
}

/// A row of a table out of [text, class] pairs.
export function row(cells) {
  const made = document.createElement("tr");
  for (const cell of cells) {
    const [text, className] = Array.isArray(cell) ? cell : [cell, ""];
    made.append(text instanceof Node ? wrap(text, className) : element("td", className, text));
  }
  return made;
}

function wrap(node, className) {
  const cell = element("td", className);
  cell.append(node);
  return cell;
}
