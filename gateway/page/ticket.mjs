// The order ticket: one order by hand, answered on the spot.

const at = (id) => document.getElementById(id);

/// How a type of the ticket is asked for.
const TYPES = {
  limit: { type: "limit" },
  post_only: { type: "limit", post_only: "reject" },
  ioc: { type: "limit", time_in_force: "IOC" },
  fok: { type: "limit", time_in_force: "FOK" },
  market: { type: "market" },
};

export class Ticket {
  #form = at("ticket");
  #session;
  #instrument = null;
  #is_logged_on = false;
  #numbered = 0;

  constructor(session) {
    this.#session = session;
    this.#form.addEventListener("input", () => this.#show());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  instrument(instrument) {
    if (this.#instrument?.symbol !== instrument.symbol) this.#form.price.value = "";
    this.#instrument = instrument;
    at("price-unit").textContent = instrument.quote;
    at("quantity-unit").textContent = instrument.base;
    this.#form.price.placeholder = instrument.tick_size;
    this.#form.quantity.placeholder = instrument.lot_size;
    this.#show();
  }

  logged_on(is_logged_on) {
    this.#is_logged_on = is_logged_on;
    this.#show();
  }

  /// A level of the ladder was chosen: its price, and the side that would trade with it.
  take(price, level_side) {
    this.#form.price.value = price;
    this.#form.side.value = level_side === "buy" ? "sell" : "buy";
    this.#show();
    this.#form.quantity.focus();
  }

  side(side) {
    this.#form.side.value = side;
    this.#show();
    this.#form.price.focus();
  }

  #show() {
    const side = this.#form.side.value;
    const is_market = this.#form.type.value === "market";
    this.#form.price.disabled = is_market;
    this.#form.price.required = !is_market;
    const button = at("submit");
    button.className = `submit ${side}`;
    button.disabled = !this.#is_logged_on;
    button.textContent = this.#is_logged_on ? `${side === "buy" ? "Buy" : "Sell"} ${this.#instrument?.base ?? ""}` : "Log on to trade";
  }

  async #send() {
    const form = this.#form;
    const request = {
      op: "submit",
      symbol: this.#instrument.symbol,
      client_order_id: `page-${Date.now().toString(36)}-${++this.#numbered}`,
      side: form.side.value,
      quantity: form.quantity.value.trim(),
      ...TYPES[form.type.value],
    };
    if (request.type === "limit") request.price = form.price.value.trim();
    this.#answer("sent …", "");
    try {
      const report = await this.#session.ask(request);
      if (report.kind === "rejected") this.#answer(`Refused: ${report.text ?? report.reason}`, "bad");
      else this.#answer(`Order ${report.order_id} ${report.kind}`, "good");
    } catch (error) {
      this.#answer(`Not sent: ${error.message}`, "bad");
    }
  }

  #answer(text, verdict) {
    const answer = at("ticket-answer");
    answer.textContent = text;
    answer.className = `answer ${verdict}`;
  }
}
