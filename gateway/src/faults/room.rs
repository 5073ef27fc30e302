//! All plans that are bound, and all faults that were injected.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use serde::Serialize;

use crate::clock;
use crate::faults::plan::{FaultPlan, Kind, Struck, Target};
use crate::faults::words::Surface;
use crate::lock::{lock, read, write};

/// Injected faults that are listed; older ones are counted only.
const LISTED_MAX: usize = 10_000;
/// Plans that are bound at once.
const PLANS_MAX: usize = 256;

/// All plans, and what they did.
#[derive(Debug, Default)]
pub struct Faults {
    are_any: AtomicBool,
    /// Counts what was bound and taken off, so that connections notice.
    generation: AtomicU64,
    plans: RwLock<Vec<Arc<BoundPlan>>>,
    report: Mutex<Report>,
}

/// A plan that is bound.
#[derive(Debug)]
pub struct BoundPlan {
    plan: FaultPlan,
    since_us: u64,
}

#[derive(Debug, Default)]
struct Report {
    total: u64,
    listed: VecDeque<Injected>,
}

/// A fault that was injected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Injected {
    /// Its number, from 1.
    pub number: u64,
    /// When, by the machine's clock.
    pub at_us: u64,
    /// By which plan.
    pub plan: String,
    /// Into which session; null for a request over HTTP.
    pub session: Option<u64>,
    /// On which surface.
    pub surface: &'static str,
    /// What kind it is.
    pub kind: &'static str,
    /// What it did.
    pub what: String,
}

/// A plan, for the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanView {
    name: String,
    seed: u64,
    /// `key KEY`, `session N` or `everybody`.
    target: String,
    since_us: u64,
    kinds: Vec<&'static str>,
}

/// Where a fault strikes.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The session; `None` for a request over HTTP.
    pub session: Option<u64>,
    /// The surface.
    pub surface: Surface,
}

impl Faults {
    /// Whether any plan is bound.
    #[inline]
    pub fn are_any(&self) -> bool {
        self.are_any.load(Ordering::Relaxed)
    }

    /// Changes whenever a plan is bound or taken off.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Binds a plan; one of the same name ends.
    ///
    /// # Errors
    /// There are too many.
    pub fn bind(&self, plan: FaultPlan) -> Result<PlanView, &'static str> {
        let bound = Arc::new(BoundPlan {
            plan,
            since_us: clock::wall_us(),
        });
        let view = bound.view();
        let mut plans = write(&self.plans);
        plans.retain(|other| other.plan.name != bound.plan.name);
        if plans.len() >= PLANS_MAX {
            return Err("too many plans are bound; take some off");
        }
        plans.push(bound);
        self.changed(&plans);
        Ok(view)
    }

    /// Takes off the plan with this name, or all; returns how many.
    pub fn clear(&self, name: Option<&str>) -> usize {
        let mut plans = write(&self.plans);
        let before = plans.len();
        plans.retain(|bound| name.is_some_and(|name| bound.plan.name != name));
        self.changed(&plans);
        before.saturating_sub(plans.len())
    }

    fn changed(&self, plans: &[Arc<BoundPlan>]) {
        self.are_any.store(!plans.is_empty(), Ordering::Relaxed);
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The plans that are for a connection.
    pub fn plans_for(&self, key: Option<&str>, session: Option<u64>) -> Vec<Arc<BoundPlan>> {
        let plans = read(&self.plans);
        let meant = plans.iter().filter(|bound| bound.plan.is_for(key, session));
        meant.map(Arc::clone).collect()
    }

    /// Every plan that is bound.
    pub fn plans(&self) -> Vec<PlanView> {
        read(&self.plans).iter().map(|bound| bound.view()).collect()
    }

    /// Lists a fault that was injected.
    pub fn note(&self, bound: &BoundPlan, place: Place, kind: Kind, what: impl Into<String>) {
        let mut report = lock(&self.report);
        report.total = report.total.saturating_add(1);
        let injected = Injected {
            number: report.total,
            at_us: clock::wall_us(),
            plan: bound.plan.name.clone(),
            session: place.session,
            surface: place.surface.word(),
            kind: kind.word(),
            what: what.into(),
        };
        if report.listed.len() >= LISTED_MAX {
            report.listed.pop_front();
        }
        report.listed.push_back(injected);
    }

    /// How many faults were injected, and the newest of them from a number on, oldest first.
    pub fn injected(&self, from: u64) -> (u64, Vec<Injected>) {
        let report = lock(&self.report);
        let listed = report.listed.iter().filter(|it| it.number >= from);
        (report.total, listed.cloned().collect())
    }
}

impl BoundPlan {
    /// The fault of this kind that strikes now.
    pub fn strike(&self, kind: Kind) -> Option<Struck> {
        let since_us = clock::wall_us().saturating_sub(self.since_us);
        self.plan.strike(kind, since_us)
    }

    /// Whether a fault of this kind begins by the clock alone.
    pub fn is_due(&self, kind: Kind) -> bool {
        let since_us = clock::wall_us().saturating_sub(self.since_us);
        self.plan.is_due(kind, since_us)
    }

    fn view(&self) -> PlanView {
        PlanView {
            name: self.plan.name.clone(),
            seed: self.plan.seed,
            target: match &self.plan.target {
                Target::Key(key) => format!("key {key}"),
                Target::Session(session) => format!("session {session}"),
                Target::Everybody => "everybody".to_owned(),
            },
            since_us: self.since_us,
            kinds: self.plan.kinds(),
        }
    }
}
