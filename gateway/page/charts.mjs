// Charts by plotly.js, in the colors of the theme. Each one keeps its traces and changes what has changed.

const CONFIG = { displaylogo: false, responsive: true, displayModeBar: false, scrollZoom: true, doubleClick: "reset" };
const drawn = new Set();

/// A color of the theme, by its name in style.css.
export const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/// Margins of a chart whose axis is on the left.
export const LEFT = { l: 60, r: 14, t: 26, b: 24 };

/// A chart in a box. `traces()` and `layout()` are asked for anew at each drawing and each change of the theme.
export class Chart {
  constructor(box, traces, layout) {
    this.box = box;
    this.traces = traces;
    this.layout = layout;
    this.revision = 0;
    drawn.add(this);
  }

  draw() {
    if (!window.Plotly || this.box.offsetParent === null) return;
    const began = performance.now();
    const layout = { ...base(), ...this.layout(), datarevision: ++this.revision };
    Plotly.react(this.box, this.traces(), layout, CONFIG);
    this.box.dataset.drawn = this.revision;
    this.box.dataset.took_ms = (performance.now() - began).toFixed(1);
  }
}

/// Draws every chart from nothing: the theme is another, and what is only changed keeps colors of the old one.
export function redraw() {
  for (const chart of drawn) {
    if (chart.revision === 0) continue;
    Plotly.purge(chart.box);
    chart.draw();
  }
}

/// What an axis looks like.
export const axis = (more) => ({
  gridcolor: color("line"),
  linecolor: color("line"),
  zerolinecolor: color("line"),
  tickfont: { color: color("muted") },
  ...more,
});

/// What a chart says that has nothing to show: no axes, a word in the middle.
export const empty = (text) => ({
  xaxis: { visible: false },
  yaxis: { visible: false },
  yaxis2: { visible: false },
  shapes: [],
  annotations: [{ text, showarrow: false, xref: "paper", yref: "paper", x: 0.5, y: 0.5, font: { color: color("muted"), size: 13 } }],
});

function base() {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "system-ui, sans-serif", size: 11, color: color("muted") },
    margin: { l: 10, r: 62, t: 8, b: 24 },
    showlegend: false,
    hovermode: "x",
    hoverlabel: { bgcolor: color("raised"), bordercolor: color("line"), font: { color: color("ink") } },
    uirevision: "keep",
    dragmode: "pan",
  };
}
