// Puts the page together: one session, four screens, one beat.

import { Account, draw_all_accounts } from "./accounts.mjs";
import { redraw } from "./charts.mjs";
import { Engine } from "./engine.mjs";
import { Market } from "./market.mjs";
import { Faults } from "./faults.mjs";
import { Operate } from "./operate.mjs";
import { Plays } from "./plays.mjs";
import { Session } from "./session.mjs";
import { Ticket } from "./ticket.mjs";

const at = (id) => document.getElementById(id);
const is_operators = document.body.dataset.port === "admin";
const is_local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

/// What is done how often, in ms. The page is shown what is so, never each change.
const BEATS = { draw: 100, trades: 333, candles: 400, depth: 400, symbols: 500, engine: 1_000, second: 1_000, day: 5_000, minute: 60_000 };

let account_key = "";
let heard_at = 0;
let is_connected = false;
const session = new Session({ greeted, gone });
const ticket = new Ticket(session);
const account = new Account(session, () => market.refresh());
const market = new Market(session, account, ticket);
const engine = new Engine();
const operate = is_operators ? new Operate(at("operate"), document.body.dataset.adminKey ?? "", () => market.symbol) : null;
if (is_operators) {
  new Plays(at("operate"), () => operate.key);
  new Faults(at("operate"), () => operate.key);
}

async function greeted(hello) {
  heard_at = performance.now();
  await market.greet(hello);
  is_connected = true;
  say("live", "good");
  at("logon-button").disabled = false;
  if (account_key) await log_on(account_key);
}

function gone(reason) {
  is_connected = false;
  say(reason ? `away: ${reason.replaceAll("_", " ")}` : "connecting", "bad");
  account.leave();
  at("logon-button").disabled = true;
  ticket.logged_on(false);
}

async function log_on(key) {
  try {
    await account.log_on(key);
  } catch (error) {
    account_key = "";
    at("account-key").setCustomValidity(error.message);
    at("account-key").reportValidity();
    return;
  }
  account_key = key;
  at("logon").hidden = true;
  at("account").hidden = false;
  at("account").textContent = `account ${account.account}`;
  ticket.logged_on(true);
}

function say(text, verdict) {
  const pill = at("condition");
  if (pill.textContent !== text) pill.textContent = text;
  pill.className = `pill ${verdict}`;
}

function show(screen) {
  for (const tab of document.querySelectorAll(".tabs button")) {
    const is_shown = tab.dataset.screen === screen;
    tab.setAttribute("aria-selected", String(is_shown));
    tab.tabIndex = is_shown ? 0 : -1;
    at(tab.dataset.screen).hidden = !is_shown;
  }
  history.replaceState(null, "", `#${screen}`);
  market.refresh();
  beat_slow();
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem("theme", name);
  redraw();
}

const other_theme = () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");

function beat_slow() {
  if (!at("market").hidden) {
    market.draw_depth();
    market.poll_candles();
  }
  if (!at("accounts").hidden && is_operators) draw_all_accounts(operate.key);
  engine.draw();
}

/// Repeats `work`; the next one begins when this one is over. A page that nobody sees does nothing.
function every(interval_ms, work) {
  const again = async () => {
    if (!document.hidden) await work();
    setTimeout(again, interval_ms);
  };
  setTimeout(again, interval_ms);
}

function start_beats() {
  every(BEATS.draw, () => {
    market.draw();
    account.draw();
    const book = market.book;
    if (book.is_known && book.at_us !== start_beats.last) {
      start_beats.last = book.at_us;
      heard_at = performance.now();
    }
    at("age").textContent = `${((performance.now() - heard_at) / 1000).toFixed(1)} s old`;
  });
  every(BEATS.trades, () => at("market").hidden || market.poll_trades());
  every(BEATS.candles, () => at("market").hidden || market.poll_candles());
  every(BEATS.depth, () => at("market").hidden || market.draw_depth());
  every(BEATS.symbols, () => market.symbols.draw());
  every(BEATS.day, () => at("market").hidden || market.poll_day());
  every(BEATS.second, () => market.symbols.second());
  every(BEATS.minute, () => market.symbols.minute());
  every(BEATS.engine, async () => {
    await engine.poll();
    engine.draw();
    if (is_operators && !at("accounts").hidden) draw_all_accounts(operate.key);
    operate?.refresh();
    if (!is_connected || !engine.condition) return;
    if (engine.condition === "ok") say("live", "good");
    else say(engine.condition.replaceAll("_", " "), "bad");
  });
}

function listen() {
  for (const tab of document.querySelectorAll(".tabs button")) tab.addEventListener("click", () => show(tab.dataset.screen));
  document.querySelector(".tabs").addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    const tabs = [...document.querySelectorAll(".tabs button:not([hidden])")];
    const next = tabs[(tabs.indexOf(document.activeElement) + move + tabs.length) % tabs.length];
    show(next.dataset.screen);
    next.focus();
  });
  at("theme").addEventListener("click", other_theme);
  at("keys").addEventListener("click", () => at("keys-dialog").showModal());
  at("account-key").addEventListener("input", (event) => event.target.setCustomValidity(""));
  at("logon").addEventListener("submit", (event) => {
    event.preventDefault();
    log_on(at("account-key").value.trim());
  });
  document.addEventListener("keydown", shortcut);
}

function shortcut(event) {
  if (event.key === "Escape") return document.activeElement?.blur();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, dialog")) return;
  const tabs = [...document.querySelectorAll(".tabs button:not([hidden])")];
  const actions = {
    j: () => market.symbols.step(1),
    k: () => market.symbols.step(-1),
    b: () => ticket.side("buy"),
    s: () => ticket.side("sell"),
    l: () => at("ladder").focus(),
    x: () => account.cancel_all(),
    t: other_theme,
    "?": () => at("keys-dialog").showModal(),
  };
  const tab = tabs[Number(event.key) - 1];
  const action = tab ? () => show(tab.dataset.screen) : actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

const preferred = matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
document.documentElement.dataset.theme = localStorage.getItem("theme") ?? preferred;
if (is_local) at("account-key").value = "demo-alice";
if (is_operators) {
  at("tab-operate").hidden = false;
  at("port-name").hidden = false;
  for (const panel of document.querySelectorAll(".admin-only")) panel.hidden = false;
}
listen();
const wanted = location.hash.slice(1);
if (at(`tab-${wanted}`)?.hidden === false) show(wanted);
session.connect();
start_beats();
