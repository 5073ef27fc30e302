// Faults, on the page of the admin listener only: one to inject, what is bound, what was injected.

import { clock, element } from "./words.mjs";

const KINDS = [
  "disconnect", "half_open", "latency", "drop", "duplicate", "reorder", "sequence_gap", "truncated_frame", "rate_limit",
  "reject", "unknown_outcome", "cancel_reject", "stale_feed", "clock_skew", "maintenance",
];
/// What a kind needs beside itself, where the fields have nothing for it.
const NEEDED = { latency: ["delay", "100ms"], stale_feed: ["last", "2s"], clock_skew: ["ahead", "5s"], maintenance: ["last", "5s"] };
const LOOK_MS = 1_000;
const SHOWN_MAX = 100;

export class Faults {
  #key;
  #shown = 0;

  /// `key()` is the admin key as it is entered.
  constructor(box, key) {
    this.#key = key;
    this.#build(box);
    setInterval(() => this.#look(box), LOOK_MS);
    this.#look(box);
  }

  #build(box) {
    this.kind = element("select");
    this.kind.id = "fault-kind";
    for (const kind of KINDS) this.kind.append(new Option(kind.replaceAll("_", " "), kind));
    this.target = field("fault-key", "");
    this.target.placeholder = "everybody";
    this.seed = field("fault-seed", "1");
    this.seed.inputMode = "numeric";
    this.chance = field("fault-chance", "100");
    this.chance.inputMode = "decimal";
    this.times = field("fault-times", "1");
    this.times.inputMode = "numeric";
    this.told = element("p", "muted", "");
    this.told.id = "fault-told";
    this.told.setAttribute("role", "status");
    const form = panel(
      "Inject a fault", labeled("Fault", this.kind), labeled("API key", this.target), labeled("Seed", this.seed),
      labeled("Chance, %", this.chance), labeled("Times", this.times),
      buttons(button("Inject", () => this.#inject()), button("Take all off", () => this.#ask("faults/clear", {}))), this.told,
    );
    this.plans = element("ul", "plain");
    this.plans.id = "fault-plans";
    this.list = element("ol", "timeline");
    this.list.id = "fault-list";
    this.list.setAttribute("aria-label", "Injected faults, newest first");
    box.append(form, panel("Plans that are bound", this.plans), panel("Injected faults", this.list));
  }

  async #inject() {
    const kind = this.kind.value;
    const fault = { kind, chance_percent: this.chance.value.trim(), times: Number(this.times.value) };
    if (NEEDED[kind]) fault[NEEDED[kind][0]] = NEEDED[kind][1];
    const plan = { name: `page-${kind}`, seed: Number(this.seed.value), fault: [fault] };
    if (this.target.value.trim()) plan.key = this.target.value.trim();
    await this.#ask("faults", plan);
  }

  async #ask(verb, body) {
    try {
      const answer = await this.#fetch(`/v1/admin/${verb}`, { method: "POST", body: JSON.stringify(body) });
      const said = await answer.json();
      this.told.textContent = answer.ok ? JSON.stringify(said) : said.text;
    } catch (error) {
      this.told.textContent = error.message;
    }
  }

  #fetch(path, options = {}) {
    const headers = { Authorization: `Bearer ${this.#key()}`, "Content-Type": "application/json" };
    return fetch(path, { headers, ...options });
  }

  /// Asks only while somebody looks.
  async #look(box) {
    if (box.hidden || document.hidden || !this.#key()) return;
    try {
      const answer = await this.#fetch(`/v1/admin/faults?from=${this.#shown + 1}`);
      if (answer.ok) this.#show(await answer.json());
    } catch {
      // The next look may find it.
    }
  }

  #show(report) {
    const plan = (it) => element("li", "", `${it.name}: ${it.kinds.join(", ")} · ${it.target} · seed ${it.seed}`);
    this.plans.replaceChildren(...report.plans.map(plan));
    for (const it of report.injected.slice(-SHOWN_MAX)) {
      const line = element("li", "bad");
      const where = it.session === null ? it.surface : `${it.surface} ${it.session}`;
      line.append(element("time", "", clock(it.at_us)), element("b", "", it.kind), element("span", "", `${where}: ${it.what}`));
      this.list.prepend(line);
    }
    this.#shown = report.injected_total;
    while (this.list.children.length > SHOWN_MAX) this.list.lastChild.remove();
  }
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

function button(name, act) {
  const made = element("button", "quiet", name);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

function buttons(...list) {
  const made = element("div", "buttons");
  made.append(...list);
  return made;
}
