// The engine screen: how much, how fast, what waits, and what was refused.

import { Heat, Percentiles, Rates, Stages } from "./engine_charts.mjs";
import { get } from "./market.mjs";
import { count, duration, element, fill, row } from "./words.mjs";

const at = (id) => document.getElementById(id);
/// So many readings, of which one comes a second, are kept.
const READINGS_MAX = 300;
const WINDOW = 10;

export class Engine {
  #readings = [];
  #rates = new Rates(at("rates"));
  #stages = new Stages(at("stages"));
  #heat = new Heat(at("heat"));
  #percentiles = new Percentiles(at("percentiles"));
  #baseline = null;

  constructor() {
    at("baseline").addEventListener("click", () => {
      this.#baseline = this.#whole();
      this.draw();
    });
  }

  /// Takes a reading; also while the screen is not shown, so that it has a past when it is.
  async poll() {
    const reading = await get("/v1/performance");
    if (!reading) return;
    const last = this.#readings.at(-1);
    // Another generation, or another process: its totals begin again.
    if (last && (reading.epoch !== last.epoch || reading.uptime_s < last.uptime_s)) this.#readings = [];
    reading.read_at = performance.now();
    this.#readings.push(reading);
    if (this.#readings.length > READINGS_MAX) this.#readings.shift();
    this.condition = reading.condition;
  }

  draw() {
    const now = this.#readings.at(-1);
    if (!now || at("engine").hidden) return;
    const before = this.#readings.at(-1 - WINDOW) ?? this.#readings[0];
    const seconds = (now.read_at - before.read_at) / 1000 || 1;
    this.#draw_tiles(now, before, seconds);
    this.#draw_matchers(now, before, seconds);
    this.#draw_troubles(now, before);
    this.#rates.draw(this.#readings);
    this.#stages.draw(now.stages.map((stage, place) => ({ stage: stage.stage, ...between(stage, before.stages[place]) })));
    this.#heat.draw(this.#readings.map((reading) => reading.stages.at(-1)), this.#readings.map((reading) => reading.at_us));
    this.#percentiles.draw(this.#whole(), this.#baseline);
    at("percentiles-told").textContent = summary(this.#whole());
  }

  /// Everything that was measured since the page was opened, or since the baseline.
  #whole() {
    const first = this.#baseline?.until ?? this.#readings[0];
    const now = this.#readings.at(-1);
    return { ...between(now.stages.at(-1), first === now ? undefined : first.stages.at(-1)), until: now };
  }

  #draw_tiles(now, before, seconds) {
    const per_second = (name) => (now.gateway[name] - before.gateway[name]) / seconds;
    const total = between(now.stages.at(-1), before.stages.at(-1));
    const sync = between(now.journal_sync, before.journal_sync);
    const tiles = [
      ["Orders/s", count(per_second("accepted"))],
      ["Commands/s", count(per_second("commands"))],
      ["Trades/s", count(per_second("trades"))],
      ["Latency p50", duration(total.quantile(0.5)), "From the read of a command to its reports, last 10 s"],
      ["Latency p99", duration(total.quantile(0.99)), "From the read of a command to its reports, last 10 s"],
      ["Disk sync p99", duration(sync.quantile(0.99)), "One sync of the journal, last 10 s"],
      ["Waiting", count(now.matchers.reduce((sum, matcher) => sum + matcher.queue_depth, 0))],
      ["Sessions", count(now.sessions)],
      ["Recovery", now.recovery.took_us === null ? "none" : `${duration(now.recovery.took_us * 1000)}`, "How long the last start applied the journal"],
      ["Up", uptime(now.uptime_s)],
    ];
    at("tiles").replaceChildren(
      ...tiles.map(([name, figure, about]) => {
        const tile = element("div", "tile");
        if (about) tile.title = about;
        tile.append(element("span", "name", name), element("strong", "", figure));
        return tile;
      }),
    );
  }

  #draw_matchers(now, before, seconds) {
    const rows = now.matchers.map((matcher, place) =>
      row([
        [String(place), "strong"],
        [count(matcher.queue_depth), "num"],
        [count((matcher.commands - before.matchers[place].commands) / seconds), "num"],
        [count(matcher.trades), "num"],
        [count(matcher.refused_full), matcher.refused_full ? "num bad" : "num"],
        [count(matcher.egress_full_turns), matcher.egress_full_turns ? "num bad" : "num"],
      ]),
    );
    fill(at("matchers"), rows, 6, "No matchers.");
  }

  #draw_troubles(now, before) {
    const lines = [
      ["Slow consumers cut off", now.gateway.slow_consumers, before.gateway.slow_consumers],
      ["Busy: a queue was full", now.gateway.busy, before.gateway.busy],
      ["Connections refused", now.gateway.connections_refused, before.gateway.connections_refused],
      ["Sessions that said nothing", now.gateway.idle_sessions, before.gateway.idle_sessions],
      ["Requests with an error", now.gateway.errors, before.gateway.errors],
      ...Object.entries(now.rejects).map(([reason, total]) => [`Refused: ${reason.replaceAll("_", " ")}`, total, before.rejects[reason] ?? 0]),
    ];
    fill(at("troubles"), lines.map(([name, total, earlier]) => row([name, [count(total - earlier), "num"], [count(total), "num"]])), 3, "Nothing.");
  }
}

/// How long it has been up.
function uptime(seconds) {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60];
  if (days) return `${days} d ${hours} h`;
  if (hours) return `${hours} h ${minutes} min`;
  if (minutes >= 10) return `${minutes} min`;
  return minutes ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.floor(seconds)} s`;
}

/// The summary beside the plot: no percentile that fewer than ten commands are beyond. It begins when a command is read:
/// what a sender waited before is not in it; `rialto bench` measures that.
function summary(whole) {
  const shares = [["median", 0.5], ["p99", 0.99], ["p99.9", 0.999], ["p99.99", 0.9999]];
  const told = shares.filter(([, share]) => whole.count * (1 - share) >= 10).map(([name, share]) => `${name} ${duration(whole.quantile(share))}`);
  return [...told, `longest ${duration(whole.max)}`, `${count(whole.count)} commands, from their read on`].join(" · ");
}

/// What was counted between two readings of one histogram.
export function between(now, before) {
  const earlier = new Map(before?.buckets ?? []);
  const buckets = now.buckets.map(([end, n]) => [end, n - (earlier.get(end) ?? 0)]).filter(([, n]) => n > 0);
  const total = buckets.reduce((sum, [, n]) => sum + n, 0);
  const longest = before ? (buckets.at(-1)?.[0] ?? 0) : now.max_ns;
  return {
    buckets,
    count: total,
    max: Math.min(longest, now.max_ns),
    quantile(share) {
      let seen = 0;
      for (const [end, n] of buckets) if ((seen += n) >= share * total) return Math.min(end, now.max_ns);
      return undefined;
    },
  };
}
