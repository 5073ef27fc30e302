//! Prometheus' text format, version 0.0.4.

use std::fmt::{Display, Write as _};

use sequencer::Latencies;

/// What a histogram's `le` can be: 2^EXPONENT ns, from a microsecond to 17 s. Counts up to these are exact.
const EXPONENTS: std::ops::RangeInclusive<u32> = 10..=34;
const NS_PER_S: u64 = 1_000_000_000;

/// A page of metrics.
#[derive(Debug, Default)]
pub struct Exposition(String);

/// What a metric's number does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It grows.
    Counter,
    /// It moves.
    Gauge,
}

impl Exposition {
    /// Begins a metric; what follows are its samples.
    pub fn begin(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        self.head(name, kind, help);
    }

    /// A sample of a metric that has begun.
    pub fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.write(name, labels, value);
    }

    /// A metric that has one sample.
    pub fn single(&mut self, name: &str, kind: Kind, help: &str, value: impl Display) {
        self.begin(name, kind, help);
        self.sample(name, &[], value);
    }

    /// Begins a histogram of seconds.
    pub fn begin_histogram(&mut self, name: &str, help: &str) {
        self.head(name, "histogram", help);
    }

    /// The samples of one histogram of seconds.
    pub fn histogram(&mut self, name: &str, labels: &[(&str, &str)], latencies: &Latencies) {
        let (bucket, count) = (format!("{name}_bucket"), latencies.count());
        for end_ns in EXPONENTS.map(|exponent| 1_u64 << exponent) {
            let end = seconds(end_ns);
            let labels = with_end(labels, &end);
            self.write(&bucket, &labels, latencies.count_below(end_ns));
        }
        self.write(&bucket, &with_end(labels, "+Inf"), count);
        self.write(&format!("{name}_sum"), labels, seconds(latencies.sum_ns()));
        self.write(&format!("{name}_count"), labels, count);
    }

    /// The page.
    pub fn finish(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn write(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            let _ = write!(
                self.0,
                "{}{label}=\"{}\"",
                if place == 0 { '{' } else { ',' },
                escaped(text)
            );
        }
        if !labels.is_empty() {
            self.0.push('}');
        }
        let _ = writeln!(self.0, " {value}");
    }
}

/// Nanoseconds as seconds, exactly.
pub fn seconds(ns: u64) -> String {
    format!("{}.{:09}", ns / NS_PER_S, ns % NS_PER_S)
}

fn with_end<'a>(labels: &[(&'a str, &'a str)], end: &'a str) -> Vec<(&'a str, &'a str)> {
    labels.iter().copied().chain([("le", end)]).collect()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    //! Goal: a scraper reads what is written. Method: literal pages.

    use sequencer::LatencyHistogram;

    use super::*;

    #[test]
    fn a_counter_with_labels() {
        let mut page = Exposition::default();
        page.begin("rialto_rejects_total", Kind::Counter, "Refused requests.");
        page.sample("rialto_rejects_total", &[("reason", "a\"b")], 3);
        page.single("rialto_sessions", Kind::Gauge, "Sessions.", 2);

        assert_eq!(
            page.finish(),
            "# HELP rialto_rejects_total Refused requests.\n\
             # TYPE rialto_rejects_total counter\n\
             rialto_rejects_total{reason=\"a\\\"b\"} 3\n\
             # HELP rialto_sessions Sessions.\n\
             # TYPE rialto_sessions gauge\n\
             rialto_sessions 2\n"
        );
    }

    #[test]
    fn a_histogram_counts_upward_and_ends_with_everything() {
        let times = LatencyHistogram::default();
        times.note(1_500);
        times.note(3_000);
        let mut page = Exposition::default();
        page.histogram("t", &[("stage", "match")], &times.read());

        let page = page.finish();

        for line in [
            "t_bucket{stage=\"match\",le=\"0.000001024\"} 0\n",
            "t_bucket{stage=\"match\",le=\"0.000002048\"} 1\n",
            "t_bucket{stage=\"match\",le=\"0.000004096\"} 2\n",
            "t_bucket{stage=\"match\",le=\"+Inf\"} 2\n",
            "t_sum{stage=\"match\"} 0.000004500\n",
            "t_count{stage=\"match\"} 2\n",
        ] {
            assert!(page.contains(line), "{line} is not in\n{page}");
        }
    }
}
