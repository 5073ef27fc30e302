//! The twelve gates and the extra checks: what each asks, of which figure, and what it says.

use serde::Serialize;

use crate::realism::figures::Figures;
use crate::realism::statistics::median;
use crate::realism::targets::{NAMES, TARGETS};

/// Which targets hold: both kinds of market differ in kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TickClass {
    /// The spread is many ticks.
    Small,
    /// The spread is one tick most of the time.
    Large,
}

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The value is within its target.
    Pass,
    /// It is not.
    Fail,
    /// The tape cannot tell; nothing is judged.
    NotMeasured,
}

/// One figure beside its target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// What is measured.
    pub figure: &'static str,
    /// Lowest value that passes.
    pub low: f64,
    /// Highest value that passes.
    pub high: f64,
    /// What was measured.
    pub value: f64,
    /// What that says.
    pub verdict: Verdict,
}

/// One gate: all of its checks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gate {
    /// Its number, from 1; 0 for the extra checks, which fail nothing.
    pub number: u32,
    /// What it is about.
    pub name: &'static str,
    /// Its checks.
    pub checks: Vec<Check>,
    /// Fails if one check does.
    pub verdict: Verdict,
}

/// All gates of one tape, or of the medians over several.
#[derive(Debug, Clone, Serialize)]
pub struct RealismReport {
    /// Which targets were used.
    pub tick_class: TickClass,
    /// The twelve gates.
    pub gates: Vec<Gate>,
    /// Further checks.
    pub extra: Vec<Gate>,
    /// Whether no gate failed.
    pub passes: bool,
    /// Every figure.
    pub figures: Figures,
}

impl TickClass {
    /// The class that a tape's spread says.
    pub fn of(figures: &Figures) -> Self {
        if figures.spread_one_tick >= 0.5 {
            Self::Large
        } else {
            Self::Small
        }
    }
}

impl RealismReport {
    /// Judges a tape by the targets of its class.
    pub fn of(figures: Figures, tick_class: TickClass) -> Self {
        let gate = |number: u32| {
            let targets = TARGETS.iter().filter(|target| target.gate == number);
            let checks: Vec<Check> = targets
                .filter_map(|target| target.check(&figures, tick_class))
                .collect();
            let is_failed = checks.iter().any(|check| check.verdict == Verdict::Fail);
            let is_passed = checks.iter().any(|check| check.verdict == Verdict::Pass);
            Gate {
                number,
                name: NAMES[number as usize],
                checks,
                verdict: match (is_failed, is_passed) {
                    (true, _) => Verdict::Fail,
                    (false, true) => Verdict::Pass,
                    (false, false) => Verdict::NotMeasured,
                },
            }
        };
        let gates: Vec<Gate> = (1..=12).map(gate).collect();
        Self {
            tick_class,
            passes: gates.iter().all(|gate| gate.verdict != Verdict::Fail),
            gates,
            extra: vec![gate(0)],
            figures,
        }
    }

    /// The numbers of the gates that failed.
    pub fn failed(&self) -> Vec<u32> {
        let failed = self
            .gates
            .iter()
            .filter(|gate| gate.verdict == Verdict::Fail);
        failed.map(|gate| gate.number).collect()
    }
}

/// The report on the medians of several tapes' checks: one tape may leave a range.
pub fn median_report(reports: &[RealismReport]) -> Option<RealismReport> {
    let mut medians = reports.first()?.clone();
    for (place, gate) in medians
        .gates
        .iter_mut()
        .chain(&mut medians.extra)
        .enumerate()
    {
        for (row, check) in gate.checks.iter_mut().enumerate() {
            let values: Vec<f64> = reports
                .iter()
                .map(|report| {
                    let gates: Vec<&Gate> = report.gates.iter().chain(&report.extra).collect();
                    gates[place].checks[row].value
                })
                .filter(|value| !value.is_nan())
                .collect();
            check.value = median(values);
            check.verdict = if check.value.is_nan() {
                Verdict::NotMeasured
            } else if (check.low..=check.high).contains(&check.value) {
                Verdict::Pass
            } else {
                Verdict::Fail
            };
        }
        let has = |verdict| gate.checks.iter().any(|check| check.verdict == verdict);
        gate.verdict = if has(Verdict::Fail) {
            Verdict::Fail
        } else if has(Verdict::Pass) {
            Verdict::Pass
        } else {
            Verdict::NotMeasured
        };
    }
    medians.passes = medians
        .gates
        .iter()
        .all(|gate| gate.verdict != Verdict::Fail);
    Some(medians)
}

impl std::fmt::Display for RealismReport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for gate in self.gates.iter().chain(&self.extra) {
            for check in &gate.checks {
                let target = if check.high == f64::INFINITY {
                    format!(">= {}", check.low)
                } else {
                    format!("{} .. {}", check.low, check.high)
                };
                let number = if gate.number == 0 {
                    "  ".to_owned()
                } else {
                    format!("{:2}", gate.number)
                };
                let (value, verdict) = match check.verdict {
                    Verdict::Pass => (format!("{:.3}", check.value), "pass"),
                    Verdict::Fail if gate.number == 0 => (format!("{:.3}", check.value), "outside"),
                    Verdict::Fail => (format!("{:.3}", check.value), "FAIL"),
                    Verdict::NotMeasured => ("-".to_owned(), "not measured"),
                };
                writeln!(
                    formatter,
                    "{number} {:<28} {:<34} {target:>15} {value:>9}  {verdict}",
                    gate.name, check.figure
                )?;
            }
        }
        let failed = self.failed();
        if failed.is_empty() {
            write!(formatter, "no gate failed")
        } else {
            let failed: Vec<String> = failed.iter().map(u32::to_string).collect();
            write!(formatter, "gates that failed: {}", failed.join(", "))
        }
    }
}
