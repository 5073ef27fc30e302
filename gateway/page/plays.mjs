// Plays and the simulated flow, on the page of the admin listener only: how time passes, what is performed, and a pause.

import { clock, element } from "./words.mjs";

const LOOK_MS = 500;
/// How fast time passes is told over so long.
const SPEED_MS = 2_000;

export class Plays {
  #key;
  #readings = [];
  #steps = [];

  /// `key()` is the admin key as it is entered.
  constructor(box, key) {
    this.#key = key;
    this.#build(box);
    setInterval(() => this.#look(box), LOOK_MS);
    this.#look(box);
  }

  #build(box) {
    this.clock = named("b", "play-clock", "–");
    this.speed = named("b", "play-speed", "–");
    this.seed = named("b", "flow-seed", "–");
    this.flow = named("span", "flow-state", "–");
    this.flow.className = "pill";
    this.pause = element("button", "quiet", "Pause");
    this.pause.id = "flow-pause";
    this.pause.type = "button";
    this.pause.addEventListener("click", () => this.#turn());
    this.told = named("p", "flow-told", "");
    this.told.className = "muted";
    this.told.setAttribute("role", "status");
    const buttons = element("div", "buttons");
    buttons.append(this.pause);
    const facts = element("dl", "facts");
    for (const [name, value] of [["Engine time", this.clock], ["Speed", this.speed], ["Seed", this.seed]]) {
      const cell = element("dd");
      cell.append(value);
      facts.append(element("dt", "", name), cell);
    }
    box.append(panel("Clock and simulated flow", this.flow, facts, buttons, this.told));

    this.verdict = named("span", "play-verdict", "none yet");
    this.verdict.className = "pill";
    this.about = named("p", "play-about", "");
    this.about.className = "muted";
    this.bar = named("div", "play-line", "");
    this.bar.className = "play-line";
    this.bar.setAttribute("role", "img");
    this.bar.hidden = true;
    this.passed_part = element("i");
    this.bar.append(this.passed_part);
    this.list = named("ol", "play-steps");
    this.list.className = "timeline";
    this.list.setAttribute("aria-label", "Steps of the play, and what was expected of it");
    const hint = element("p", "muted", "Begin one from a shell: ");
    hint.append(element("code", "", "rialto play FILE --url … --admin-url …"));
    const made = panel("Play", this.verdict, this.about, this.bar, this.list, hint);
    made.classList.add("wide");
    box.append(made);
  }

  async #turn() {
    try {
      const body = JSON.stringify({ paused: this.flow.textContent === "running" });
      const answer = await this.#fetch("/v1/admin/flow", { method: "POST", body });
      const said = await answer.json();
      this.told.textContent = answer.ok ? "" : said.text;
      if (answer.ok) this.#show_flow(said);
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
      const [flow, plays] = await Promise.all([this.#fetch("/v1/admin/flow"), this.#fetch("/v1/admin/plays")]);
      if (flow.ok) this.#show_flow(await flow.json());
      if (plays.ok) this.#show_plays(await plays.json());
    } catch {
      // The next look may find it.
    }
  }

  #show_flow({ flow, seed, clock: word }) {
    this.flow.textContent = flow === "none" ? "nobody is simulated" : flow;
    this.flow.className = `pill ${{ running: "good", paused: "bad" }[flow] ?? ""}`;
    this.seed.textContent = seed ?? "–";
    this.pause.disabled = flow === "none" || word === "lockstep";
    this.pause.textContent = flow === "paused" ? "Go on" : "Pause";
    this.word = word;
  }

  #show_plays({ at_us, plays }) {
    this.#readings.push([at_us, performance.now()]);
    while (this.#readings.length > 1 + SPEED_MS / LOOK_MS) this.#readings.shift();
    const [[first_us, first_ms], [last_us, last_ms]] = [this.#readings[0], this.#readings.at(-1)];
    const times = (last_us - first_us) / 1000 / (last_ms - first_ms);
    this.clock.textContent = `${clock(at_us)} UTC`;
    const is_measured = this.word !== "realtime" && Number.isFinite(times);
    this.speed.textContent = `${this.word ?? "–"}${is_measured ? ` × ${times.toFixed(times < 3 ? 1 : 0)}` : ""}`;
    const play = plays[0];
    if (!play) return;
    const key = `${play.play} ${play.began_at_us} ${play.passed}`;
    if (this.key_shown !== key) {
      this.key_shown = key;
      this.#lay(play);
    }
    this.#move(play, (at_us - play.began_at_us) / 1000);
  }

  /// Draws another play, or the same one with its verdicts.
  #lay(play) {
    const seconds = play.for_ms / 1000;
    this.about.textContent = `${play.play}: ${play.about}. Seed ${play.seed}, ${seconds} s of engine time.`;
    this.bar.hidden = false;
    this.bar.setAttribute("aria-label", `Timeline of ${play.play}: ${play.steps.length} steps in ${seconds} s`);
    this.bar.replaceChildren(this.passed_part);
    this.list.replaceChildren();
    this.#steps = play.steps.map((step) => {
      const mark = element("u");
      mark.style.left = `${(100 * step.at_ms) / play.for_ms}%`;
      mark.title = `${step.at_ms} ms: ${step.what}`;
      this.bar.append(mark);
      const line = element("li");
      line.append(element("time", "", `${step.at_ms} ms`), element("b", "", ""), element("span", "", step.what));
      this.list.append(line);
      return { at_ms: step.at_ms, mark, line };
    });
    for (const { name, held, measured } of play.verdicts) {
      const line = element("li", held ? "good" : "bad");
      line.classList.add("verdict");
      line.append(element("b", "", held ? "held" : "failed"), element("span", "", `${name}: ${measured}`));
      this.list.append(line);
    }
  }

  #move(play, at_ms) {
    const now_ms = play.passed === null ? Math.min(at_ms, play.for_ms) : play.for_ms;
    this.passed_part.style.width = `${(100 * Math.max(0, now_ms)) / play.for_ms}%`;
    for (const step of this.#steps) {
      const is_done = step.at_ms <= now_ms;
      step.mark.classList.toggle("done", is_done);
      step.line.classList.toggle("to-come", !is_done);
    }
    const word = { true: "passed", false: "failed" }[play.passed] ?? `${(now_ms / 1000).toFixed(1)} s of ${play.for_ms / 1000}`;
    this.verdict.textContent = word;
    this.verdict.className = `pill ${{ passed: "good", failed: "bad" }[word] ?? ""}`;
  }
}

function named(tag, id, text) {
  const made = element(tag, "", text);
  made.id = id;
  return made;
}

/// A panel whose head has a state beside its title.
function panel(title, state, ...parts) {
  const made = element("div", "panel form-panel");
  const head = element("div", "panel-head");
  head.append(element("h2", "", title), state);
  made.append(head, ...parts);
  return made;
}
