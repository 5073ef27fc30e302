//! The runs of a bench in their order: in each round, and at each step of a sweep, the targets take turns.

use feed_sim::load::{RateSearch, SearchStep};

use crate::bench::BenchError;
use crate::bench::baselines::Baselines;
use crate::bench::cores::Cores;
use crate::bench::measure::measure;
use crate::bench::plan::{Plans, SWEEP_P99_MAX};
use crate::bench::server::{Server, host_of};
use crate::bench::summary::{RunLine, TargetLine};
use crate::bench::target::{Maker, Target, Wire};
use crate::bench::{StartFailed, table};
use crate::cli::BenchArgs;
use crate::output::Output;
use crate::stop_signal::StopSignal;

const US_PER_S: f64 = 1e6;

/// A bench on its way.
pub struct Course<'a> {
    arguments: &'a BenchArgs,
    plans: Plans,
    cores: Cores,
    output: Output,
    stop: StopSignal,
    baselines: Baselines,
    targets: Vec<Target>,
    runs: Vec<RunLine>,
    /// Of a sweep: target, and the place of the run at the rate that held.
    held: Vec<(Target, u64, Option<usize>)>,
    skipped: Vec<(Target, String)>,
}

/// A target in a sweep.
struct Swept {
    target: Target,
    server: Server,
    search: RateSearch,
    best: Option<usize>,
}

impl<'a> Course<'a> {
    /// A course that has not begun.
    pub fn new(
        arguments: &'a BenchArgs,
        plans: Plans,
        cores: Cores,
        output: Output,
        stop: StopSignal,
    ) -> Result<Self, BenchError> {
        let targets = match (&arguments.url, &arguments.target) {
            (Some(_), _) => vec![Target::Running],
            (None, Some(targets)) => targets.0.clone(),
            (None, None) => vec![Target::Rialto],
        };
        Ok(Self {
            arguments,
            plans,
            cores,
            output,
            stop,
            baselines: Baselines::unpack().map_err(BenchError::Baselines)?,
            targets,
            runs: Vec::new(),
            held: Vec::new(),
            skipped: Vec::new(),
        })
    }

    /// Makes every run.
    pub async fn run(&mut self) -> Result<(), BenchError> {
        for round in 1..=self.arguments.rounds {
            if self.arguments.sweep {
                self.sweep(round).await?;
            } else {
                self.turn(round).await?;
            }
        }
        Ok(())
    }

    /// One line a target, all runs, and what was skipped.
    pub fn finish(self) -> (Vec<TargetLine>, Vec<RunLine>, Vec<(Target, String)>) {
        let lines = self.targets.iter().filter_map(|target| {
            let of_target = |run: &&RunLine| run.target == *target;
            if !self.arguments.sweep {
                let runs: Vec<&RunLine> = self.runs.iter().filter(of_target).collect();
                return TargetLine::new(*target, &runs, None);
            }
            let held = self.held.iter().filter(|(of, ..)| of == target);
            let mut rates: Vec<u64> = held.clone().map(|(_, rate, _)| *rate).collect();
            let runs: Vec<&RunLine> = held
                .filter_map(|(.., place)| Some(&self.runs[(*place)?]))
                .collect();
            rates.sort_unstable();
            let median = rates.get(rates.len() / 2).copied();
            TargetLine::new(*target, &runs, median)
        });
        (lines.collect(), self.runs, self.skipped)
    }

    /// Every target once.
    async fn turn(&mut self, round: u32) -> Result<(), BenchError> {
        for target in self.targets.clone() {
            if let Some(server) = self.start(target)? {
                let rate = self.arguments.rate.get();
                self.one(target, round, rate, &server).await?;
            }
        }
        Ok(())
    }

    /// Looks for the highest rate of every target, a step of each in turn.
    async fn sweep(&mut self, round: u32) -> Result<(), BenchError> {
        let mut swept = Vec::new();
        for target in self.targets.clone() {
            if let Some(server) = self.start(target)? {
                swept.push(Swept {
                    target,
                    server,
                    search: RateSearch::from(self.arguments.rate.get()),
                    best: None,
                });
            }
        }
        let p99_max = self.arguments.p99_max.unwrap_or(SWEEP_P99_MAX);
        let p99_max_us = p99_max.as_secs_f64() * US_PER_S;
        loop {
            let mut is_over = true;
            for one in &mut swept {
                let SearchStep::Try(rate) = one.search.step() else {
                    continue;
                };
                is_over = false;
                let place = self.one(one.target, round, rate, &one.server).await?;
                if self.runs[place].holds(p99_max_us) {
                    one.search.note_held();
                    one.best = Some(place);
                } else {
                    one.search.note_failed();
                }
            }
            if is_over || self.stop.is_said() {
                break;
            }
        }
        for one in swept {
            let rate = one.best.map_or(0, |place| self.runs[place].rate);
            self.held.push((one.target, rate, one.best));
        }
        Ok(())
    }

    /// Starts a target; `None` if it is skipped, which is said.
    fn start(&mut self, target: Target) -> Result<Option<Server>, BenchError> {
        if self.skipped.iter().any(|(skipped, _)| *skipped == target) {
            return Ok(None);
        }
        if let Some(url) = &self.arguments.url {
            return Ok(Some(Server::running(host_of(url).to_owned())));
        }
        let speaks_it = match target.maker() {
            Maker::Rialto(_) | Maker::Nobody => true,
            Maker::Go(_) | Maker::Python(_) => self.arguments.protocol == Wire::Json,
        };
        let started = if speaks_it {
            Server::start(target, self.arguments, &self.baselines, &self.cores)
        } else {
            Err(StartFailed::OtherWire)
        };
        match started {
            Ok(server) => Ok(Some(server)),
            Err(error) if error.is_skipped() => {
                let reason = error.to_string();
                // Loud, for machines too: whoever reads the figures should know which are missing.
                tracing::error!(%target, reason, "SKIPPED");
                self.output.say(&format!("SKIPPED {target}: {reason}"));
                self.skipped.push((target, reason));
                Ok(None)
            }
            Err(source) => Err(BenchError::Start { target, source }),
        }
    }

    /// One run; returns its place.
    async fn one(
        &mut self,
        target: Target,
        round: u32,
        rate: u64,
        server: &Server,
    ) -> Result<usize, BenchError> {
        let plan = self.plans.at_rate(rate, self.arguments, server);
        let measured = measure(plan, server, &self.cores, self.output, &mut self.stop)
            .await
            .map_err(|source| BenchError::Load { target, source })?;
        let usage = (measured.exchange, measured.client);
        let line = RunLine::new(
            (target, round, rate),
            &measured.record,
            usage,
            measured.stages,
        );
        self.output.say(&table::run(&line));
        self.runs.push(line);
        Ok(self.runs.len() - 1)
    }
}
