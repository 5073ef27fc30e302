// What the own account has and does; on the page of operators, what all accounts have.

import { get } from "./market.mjs";
import { amount, clock, count, element, fill, row, trimmed } from "./words.mjs";

const at = (id) => document.getElementById(id);
const EXECUTIONS_MAX = 100;
const BALANCES_EVERY_MS = 500;
const CLOSED = new Set(["filled", "canceled", "rejected"]);

export class Account {
  #session;
  #orders = new Map();
  #executions = [];
  #balances_due = false;
  #balances_at = 0;
  #is_stale = false;

  /// `changed()` runs where own orders have changed.
  constructor(session, changed) {
    this.#session = session;
    this.changed = changed;
    this.account = null;
    session.on("report", (report) => this.#take(report));
    at("cancel-all").addEventListener("click", () => this.cancel_all());
  }

  /// Logs on and takes stock; what happens from then on comes as reports.
  async log_on(key) {
    const { account } = await this.#session.ask({ op: "logon", key });
    await this.#session.ask({ op: "subscribe", channel: "executions" });
    const { orders } = await this.#session.ask({ op: "open_orders" });
    this.account = account;
    this.#orders = new Map(orders.map((order) => [order.symbol + order.order_id, order]));
    this.#balances_due = true;
    this.#is_stale = true;
    at("cancel-all").disabled = false;
  }

  /// The session is gone, and the account with it.
  leave() {
    this.account = null;
  }

  /// What the account has at each price of an instrument.
  resting(symbol) {
    const resting = new Map();
    for (const order of this.#orders.values()) {
      if (order.symbol !== symbol || order.price === undefined || order.waiting) continue;
      const key = order.side + order.price;
      resting.set(key, (resting.get(key) ?? 0) + Number(order.leaves_quantity));
    }
    return resting;
  }

  async cancel_all() {
    if (this.account !== null) await this.#session.ask({ op: "mass_cancel" });
  }

  /// Draws what has changed; asks for balances where something happened, twice a second at most.
  draw() {
    if (this.account === null) return;
    const now = performance.now();
    if (this.#balances_due && now - this.#balances_at >= BALANCES_EVERY_MS) {
      this.#balances_due = false;
      this.#balances_at = now;
      this.#ask_balances();
    }
    if (!this.#is_stale) return;
    this.#is_stale = false;
    this.#draw_orders();
    this.#draw_executions();
    this.changed();
  }

  #take(report) {
    if (report.order_id === undefined) return;
    const key = report.symbol + report.order_id;
    if (CLOSED.has(report.status)) this.#orders.delete(key);
    else if (report.kind !== "rejected") {
      const before = this.#orders.get(key) ?? { entered_at_us: report.at_us };
      this.#orders.set(key, { ...before, ...report });
    }
    if (["trade", "canceled", "rested", "accepted", "replaced", "triggered"].includes(report.kind)) {
      this.#executions.unshift(report);
      this.#executions.length = Math.min(this.#executions.length, EXECUTIONS_MAX);
    }
    this.#balances_due = true;
    this.#is_stale = true;
  }

  async #ask_balances() {
    try {
      const { balances } = await this.#session.ask({ op: "balances" });
      const rows = balances.map(({ asset, total, available, hold, pending }) => {
        const made = row([[asset, "strong"], ...[total, available, hold, pending].map((value) => [amount(value), "num"])]);
        made.dataset.asset = asset;
        return made;
      });
      fill(at("balances"), rows, 5, "No balances.");
      at("balances-age").textContent = "";
    } catch {
      this.#balances_due = true;
    }
  }

  #draw_orders() {
    const orders = [...this.#orders.values()].sort((a, b) => b.entered_at_us - a.entered_at_us);
    at("order-count").textContent = orders.length ? count(orders.length) : "";
    for (const table of ["orders", "account-orders"])
      fill(at(table), orders.slice(0, 200).map((order) => this.#order_row(order)), 6, "No open orders.");
  }

  #order_row(order) {
    const cancel = element("button", "quiet small", "Cancel");
    cancel.type = "button";
    cancel.setAttribute("aria-label", `Cancel order ${order.order_id}`);
    cancel.addEventListener("click", async () => {
      cancel.disabled = true;
      await this.#session.ask({ op: "cancel", symbol: order.symbol, order_id: order.order_id });
    });
    const made = row([
      [order.symbol, "strong"],
      [order.side, order.side],
      [order.price ?? "market", "num"],
      [`${trimmed(order.filled_quantity ?? "0")} / ${trimmed(order.quantity ?? order.quote_amount ?? "")}`, "num"],
      clock(order.entered_at_us),
      cancel,
    ]);
    made.dataset.order = order.order_id;
    return made;
  }

  #draw_executions() {
    const rows = this.#executions.map((report) =>
      row([
        clock(report.at_us),
        [report.symbol, "strong"],
        report.kind === "canceled" ? `canceled: ${(report.reason ?? "").replaceAll("_", " ")}` : report.kind,
        [report.side ?? "", report.side ?? ""],
        [report.last_price ?? report.price ?? "", "num"],
        [trimmed(report.last_quantity ?? report.quantity ?? ""), "num"],
        [report.fee ? `${trimmed(report.fee)} ${report.fee_asset}` : "", "num"],
      ]),
    );
    fill(at("executions"), rows, 7, "Nothing yet.");
  }
}

/// Conservation of money and all accounts, for operators.
export async function draw_all_accounts(key) {
  const books = await get("/conservation");
  if (books) {
    const lines = books.assets;
    const holds = books.conserved;
    at("conserved").textContent = holds ? "adds up to the last unit" : "does not add up";
    at("conserved").className = `pill ${holds ? "good" : "bad"}`;
    const rows = lines.map((line) =>
      row([
        [line.asset, "strong"],
        ...["deposited", "withdrawn", "balances", "fees", "holds"].map((name) => [amount(line[name] ?? ""), "num"]),
        line.conserved ? "yes" : "no",
      ]),
    );
    fill(at("conservation"), rows, 7, "Nothing yet.");
  }
  const all = key && (await get("/v1/admin/accounts", { Authorization: `Bearer ${key}` }));
  if (!all) return;
  at("all-accounts-count").textContent = count(all.accounts.length);
  const rows = all.accounts.slice(0, 100).flatMap((account) =>
    account.balances
      .filter(({ total }) => Number(total) !== 0)
      .map(({ asset, total, available, hold }) =>
        row([[account.account === 0 ? "fees" : (account.name ?? String(account.account)), "strong"], asset, ...[total, available, hold].map((value) => [amount(value), "num"])]),
      ),
  );
  fill(at("all-accounts"), rows, 5, "No accounts.");
}
