// What operators do, on the page of the admin listener only: session states, switches, money, reset.

import { clock, element } from "./words.mjs";

const at = (id) => document.getElementById(id);

const STATES = [
  ["halted", "Halt"], ["continuous", "Resume"], ["auction", "Call auction"], ["closed", "Close"],
];
const ADMISSIONS = [["open", "Open"], ["cancel_only", "Cancel only"], ["killed", "Kill"]];
const LEVELS = ["error", "warn", "info", "debug"];

export class Operate {
  #log;
  #chosen;

  /// `symbol()` is the instrument that is chosen.
  constructor(box, key, symbol) {
    this.symbol = symbol;
    this.#build(box, key);
  }

  /// The admin key as it is entered.
  get key() {
    return this.key_field?.value.trim() ?? "";
  }

  /// Says which instrument is meant now.
  refresh() {
    this.#chosen.textContent = this.symbol() ?? "–";
  }

  #build(box, key) {
    this.#log = element("ol", "timeline");
    this.#log.setAttribute("aria-label", "What was done, newest first");
    box.replaceChildren(this.#key_panel(key), this.#instrument_panel(), this.#switch_panel(), this.#money_panel(), this.#process_panel(), panel("Done from this page", this.#log));
  }

  #key_panel(key) {
    this.key_field = element("input");
    this.key_field.type = "password";
    this.key_field.id = "admin-key";
    this.key_field.value = key;
    this.key_field.autocomplete = "off";
    const hint = element("p", "muted", key ? "Entered for you: this is a demo of this machine." : "It was printed at the start, and is in admin.key of the data folder.");
    return panel("Admin key", labeled("Key", this.key_field), hint);
  }

  #instrument_panel() {
    const states = STATES.map(([state, name]) => this.#button(name, () => ["session", { symbol: this.symbol(), state }]));
    const uncross = this.#button("Uncross", () => ["uncross", { symbol: this.symbol() }]);
    this.#chosen = element("b", "", this.symbol() ?? "–");
    const hint = element("p", "muted", "Of ");
    hint.append(this.#chosen, ", which is chosen on the market screen.");
    return panel("Session of the instrument", hint, buttons(...states, uncross));
  }

  #switch_panel() {
    const account = field("admin-account", "alice");
    const scope = element("select");
    scope.id = "admin-scope";
    for (const [value, name] of [["account", "An account"], ["instrument", "The instrument"], ["exchange", "The exchange"]]) scope.append(new Option(name, value));
    const body = (admission) => ({
      admission,
      scope: scope.value,
      ...(scope.value === "account" ? { account: account.value.trim() } : {}),
      ...(scope.value === "instrument" ? { symbol: this.symbol() } : {}),
    });
    const switches = ADMISSIONS.map(([admission, name]) => this.#button(name, () => ["admit", body(admission)], admission === "killed"));
    const cancel = this.#button("Cancel its orders", () => ["mass_cancel", { account: account.value.trim() }]);
    return panel("Switches", labeled("Whom", scope), labeled("Account", account), buttons(...switches, cancel));
  }

  #money_panel() {
    const account = field("fund-account", "alice");
    const asset = field("fund-asset", "USDT");
    const amount = field("fund-amount", "1000");
    const body = () => ({ account: account.value.trim(), asset: asset.value.trim(), amount: amount.value.trim() });
    return panel(
      "Money", labeled("Account", account), labeled("Asset", asset), labeled("Amount", amount),
      buttons(this.#button("Pay in", () => ["fund", body()]), this.#button("Pay out", () => ["withdraw", body()])),
    );
  }

  #process_panel() {
    const level = element("select");
    level.id = "log-level";
    for (const name of LEVELS) level.append(new Option(name, name));
    level.value = "warn";
    const set = this.#button("Set log level", () => ["log_level", { filter: level.value }]);
    const reset = this.#button("Reset: begin again", () => ["reset", {}], true);
    const hint = element("p", "muted", "A reset ends every order and balance. The old state is kept in its folder.");
    return panel("Process", labeled("Log", level), buttons(set), hint, buttons(reset));
  }

  /// A button that asks for a verb. One that cannot be taken back is asked for twice.
  #button(name, request, is_grave = false) {
    const button = element("button", is_grave ? "quiet grave" : "quiet", name);
    button.type = "button";
    let is_armed = false;
    button.addEventListener("click", async () => {
      if (is_grave && !is_armed) {
        is_armed = true;
        button.textContent = `${name}: sure?`;
        setTimeout(() => ((is_armed = false), (button.textContent = name)), 3_000);
        return;
      }
      const [verb, body] = request();
      await this.#ask(name, verb, body);
    });
    return button;
  }

  async #ask(name, verb, body) {
    const headers = { Authorization: `Bearer ${this.key}`, "Content-Type": "application/json" };
    let told;
    try {
      const answer = await fetch(`/v1/admin/${verb}`, { method: "POST", headers, body: JSON.stringify(body) });
      const said = await answer.json();
      told = [answer.ok, answer.ok ? plainly(said) : said.text];
    } catch (error) {
      told = [false, error.message];
    }
    const line = element("li", told[0] ? "good" : "bad");
    line.append(element("time", "", clock(Date.now() * 1000)), element("b", "", name), element("span", "", `${body.symbol ?? body.account ?? ""} ${told[1]}`));
    this.#log.prepend(line);
    while (this.#log.children.length > 50) this.#log.lastChild.remove();
  }
}

/// An answer in a line; the symbol and the account that it was asked for stand before it.
function plainly(said) {
  const parts = Object.entries(said).filter(([name]) => name !== "symbol" && name !== "account");
  return parts.map(([name, value]) => `${name.replaceAll("_", " ")} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(" · ");
}

function panel(title, ...parts) {
  const made = element("div", "panel form-panel");
  const head = element("div", "panel-head");
  head.append(element("h2", "", title));
  made.append(head, ...parts);
  return made;
}

function field(id, value) {
  const made = element("input");
  made.id = id;
  made.value = value;
  return made;
}

function labeled(text, input) {
  const label = element("label", "", text);
  label.append(input);
  return label;
}

function buttons(...list) {
  const made = element("div", "buttons");
  made.append(...list);
  return made;
}
