//! A line plot as an SVG: few points, few lines, no library.

use std::fmt::Write;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 50.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 36.0;
const BOTTOM: f64 = 40.0;
const COLORS: [&str; 4] = ["#1f77b4", "#d62728", "#2ca02c", "#7f7f7f"];
const STEPS: u32 = 4;

/// One line: a value for each label, or for the first ones.
pub struct Line {
    /// What the key calls it.
    pub name: &'static str,
    /// From left to right.
    pub values: Vec<f64>,
}

/// The picture.
pub fn plot(title: &str, labels: &[String], lines: &[Line]) -> String {
    let highest = lines
        .iter()
        .flat_map(|line| &line.values)
        .fold(1.0_f64, |highest, value| highest.max(*value));
    let across = |place: usize| {
        let places = f64::from(u32::try_from(labels.len().max(2) - 1).expect("few labels"));
        let place = f64::from(u32::try_from(place).expect("few labels"));
        LEFT + place / places * (WIDTH - LEFT - RIGHT)
    };
    let up = |value: f64| HEIGHT - BOTTOM - value / highest * (HEIGHT - TOP - BOTTOM);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"14\">{title}</text>\n"
    );
    for step in 0..=STEPS {
        let value = highest * f64::from(step) / f64::from(STEPS);
        let (y, end) = (up(value), WIDTH - RIGHT);
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{end}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{value:.0}</text>",
            LEFT - 6.0,
            y + 4.0
        );
    }
    for (place, label) in labels.iter().enumerate() {
        let (x, y) = (across(place), HEIGHT - BOTTOM + 18.0);
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{label}</text>"
        );
    }
    for (number, line) in lines.iter().enumerate() {
        let color = COLORS[number % COLORS.len()];
        let points = line.values.iter().enumerate();
        let points: Vec<String> = points
            .map(|(place, value)| format!("{:.1},{:.1}", across(place), up(*value)))
            .collect();
        let y = TOP + 18.0 * f64::from(u32::try_from(number).expect("few lines"));
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\
             <text x=\"{}\" y=\"{y}\" fill=\"{color}\">{}</text>",
            points.join(" "),
            WIDTH - RIGHT + 12.0,
            line.name
        );
    }
    svg.push_str("</svg>\n");
    svg
}
