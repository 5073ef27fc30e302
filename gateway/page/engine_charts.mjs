// Charts of the engine screen.

import { Chart, LEFT, axis, color } from "./charts.mjs";
import { between } from "./engine.mjs";
import { duration } from "./words.mjs";

/// Places of a log axis of time, in ns.
const TICKS_NS = [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];
const time_axis = (more) => axis({ type: "log", tickvals: TICKS_NS, ticktext: TICKS_NS.map(duration), ...more });
const legend = () => ({ showlegend: true, legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", font: { color: color("muted") } } });

/// Orders and trades per second.
export class Rates {
  #times = [];
  #lines = { accepted: [], trades: [] };

  constructor(box) {
    this.chart = new Chart(box, () => this.#traces(), () => this.#layout());
  }

  draw(readings) {
    const pairs = readings.slice(1).map((reading, place) => [readings[place], reading]);
    this.#times = pairs.map(([, now]) => new Date(now.at_us / 1000).toISOString());
    for (const name of Object.keys(this.#lines))
      this.#lines[name] = pairs.map(([before, now]) => ((now.gateway[name] - before.gateway[name]) * 1000) / (now.read_at - before.read_at));
    this.chart.draw();
  }

  #traces() {
    const line = (name, key, hue, fill) => ({
      type: "scatter", mode: "lines", name, x: this.#times, y: this.#lines[key], line: { color: color(hue), width: 1.5 }, fill, fillcolor: color(`${hue}-wash`),
      hovertemplate: "%{y:,.0f}/s",
    });
    return [line("orders", "accepted", "accent", "tozeroy"), line("trades", "trades", "buy", "none")];
  }

  #layout() {
    return { ...legend(), margin: LEFT, xaxis: axis({ showgrid: false, type: "date", nticks: 6, tickformat: "%H:%M:%S" }), yaxis: axis({ rangemode: "tozero", tickformat: "~s", nticks: 5 }) };
  }
}

/// Median, 99th percentile and longest time of each stage.
export class Stages {
  #stages = [];

  constructor(box) {
    this.chart = new Chart(box, () => this.#traces(), () => this.#layout());
  }

  draw(stages) {
    this.#stages = stages.filter(({ count }) => count > 0).reverse();
    this.chart.draw();
  }

  #traces() {
    const names = this.#stages.map(({ stage }) => stage);
    const bars = (name, hue, value) => {
      const times = this.#stages.map(value);
      return { type: "bar", orientation: "h", name, y: names, x: times, marker: { color: color(hue) }, customdata: times.map(duration), hovertemplate: "%{customdata}" };
    };
    return [
      bars("max", "muted", ({ max }) => max),
      bars("p99", "warn", (stage) => stage.quantile(0.99)),
      bars("p50", "accent", (stage) => stage.quantile(0.5)),
    ];
  }

  #layout() {
    return { ...legend(), margin: LEFT, barmode: "group", bargap: 0.3, hovermode: "y", xaxis: time_axis({}), yaxis: axis({ showgrid: false, fixedrange: true }) };
  }
}

/// How many commands took how long, second by second.
export class Heat {
  #columns = { x: [], y: [], z: [], customdata: [] };

  constructor(box) {
    this.chart = new Chart(box, () => this.#traces(), () => this.#layout());
  }

  draw(totals, times) {
    const columns = totals.slice(1).map((now, place) => new Map(between(now, totals[place]).buckets.map(([end, n]) => [bin(end), n])));
    const bins = columns.flatMap((column) => [...column.keys()]);
    const [low, high] = [Math.min(...bins), Math.max(...bins)];
    const rows = Number.isFinite(low) ? Array.from({ length: high - low + 1 }, (_, place) => low + place) : [];
    this.#columns = {
      x: times.slice(1).map((at_us) => new Date(at_us / 1000).toISOString()),
      y: rows.map((place) => 2 ** (place / 4)),
      z: rows.map((place) => columns.map((column) => Math.log10((column.get(place) ?? 0) + 1) || null)),
      customdata: rows.map((place) => columns.map((column) => [column.get(place) ?? 0, duration(2 ** (place / 4))])),
    };
    this.chart.draw();
  }

  #traces() {
    const scale = ["heat-0", "heat-1", "heat-2", "heat-3"].map((name, place) => [place / 3, color(name)]);
    return [{ type: "heatmap", ...this.#columns, colorscale: scale, showscale: false, hoverongaps: false, hovertemplate: "%{x|%H:%M:%S} · up to %{customdata[1]}: %{customdata[0]:,} commands<extra></extra>" }];
  }

  #layout() {
    return { hovermode: "closest", margin: { ...LEFT, t: 8 }, xaxis: axis({ type: "date", showgrid: false, nticks: 6, tickformat: "%H:%M:%S" }), yaxis: time_axis({ showgrid: false }) };
  }
}

/// A quarter of a doubling.
const bin = (end_ns) => Math.round(Math.log2(end_ns) * 4);

/// Latency by percentile: x is 1/(1-p), one unit for each nine.
export class Percentiles {
  #lines = [];

  constructor(box) {
    this.chart = new Chart(box, () => this.#traces(), () => this.#layout());
  }

  draw(now, baseline) {
    this.#lines = [["now", now, "accent"], ...(baseline ? [["baseline", baseline, "muted"]] : [])];
    this.chart.draw();
  }

  #traces() {
    return this.#lines.map(([name, { buckets, count }, hue]) => {
      let seen = 0;
      const points = buckets.map(([end, n]) => [count / Math.max(count - (seen += n), 0.5), end]);
      return {
        type: "scatter", mode: "lines", name, x: points.map(([x]) => x), y: points.map(([, y]) => y),
        line: { shape: "hv", color: color(hue), width: 2, dash: name === "baseline" ? "dot" : "solid" },
        customdata: points.map(([x, y]) => `p${(100 - 100 / x).toPrecision(6).replace(/\.?0+$/, "")}: ${duration(y)}`), hovertemplate: "%{customdata}",
      };
    });
  }

  #layout() {
    const nines = [1, 2, 10, 100, 1e3, 1e4, 1e5, 1e6];
    const names = ["0", "50", "90", "99", "99.9", "99.99", "99.999", "99.9999"];
    return {
      ...legend(), hovermode: "closest", margin: LEFT,
      xaxis: axis({ type: "log", tickvals: nines, ticktext: names.map((name) => `${name} %`) }),
      yaxis: time_axis({}),
    };
  }
}
