//! Which cores the exchange and the load run on.

use std::str::FromStr;

/// How cores are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// The load has the last core for itself, the exchange all others.
    Apart,
    /// As the system likes.
    Free,
}

impl FromStr for Placement {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "apart" => Ok(Self::Apart),
            "free" => Ok(Self::Free),
            other => Err(format!("cores are `apart` or `free`, not `{other}`")),
        }
    }
}

/// The cores of this process, as they were at the start.
#[derive(Debug, Clone)]
pub struct Cores {
    #[cfg(target_os = "linux")]
    all: rustix::thread::CpuSet,
    /// How many.
    pub count: usize,
    /// How they are shared out.
    pub placement: Placement,
}

#[cfg(target_os = "linux")]
impl Cores {
    /// The cores that there are, shared out as wished: apart needs two.
    pub fn new(wished: Option<Placement>) -> Self {
        let all = rustix::thread::sched_getaffinity(None).unwrap_or_default();
        let count = usize::try_from(all.count()).unwrap_or(1);
        let placement = match wished {
            Some(Placement::Apart) | None if count >= 2 => Placement::Apart,
            Some(Placement::Apart | Placement::Free) | None => Placement::Free,
        };
        Self {
            all,
            count,
            placement,
        }
    }

    /// Lets the calling thread run on the load's core alone.
    pub fn take_load(&self) {
        let mut one = rustix::thread::CpuSet::new();
        match (self.placement, self.last()) {
            (Placement::Apart, Some(last)) => one.set(last),
            (Placement::Apart, None) | (Placement::Free, _) => one = self.all,
        }
        set(&one);
    }

    /// Lets the calling thread, and what it starts, run on the exchange's cores.
    pub fn take_exchange(&self) {
        let mut others = self.all;
        if let (Placement::Apart, Some(last)) = (self.placement, self.last()) {
            others.unset(last);
        }
        set(&others);
    }

    /// Lets the calling thread run anywhere again.
    pub fn take_all(&self) {
        set(&self.all);
    }

    fn last(&self) -> Option<usize> {
        (0..rustix::thread::CpuSet::MAX_CPU)
            .rev()
            .find(|core| self.all.is_set(*core))
    }
}

#[cfg(target_os = "linux")]
fn set(cores: &rustix::thread::CpuSet) {
    if let Err(error) = rustix::thread::sched_setaffinity(None, cores) {
        tracing::warn!(%error, "cores cannot be chosen");
    }
}

#[cfg(not(target_os = "linux"))]
impl Cores {
    /// The system chooses: there is no way to ask for a core.
    pub fn new(_wished: Option<Placement>) -> Self {
        Self {
            count: std::thread::available_parallelism().map_or(1, usize::from),
            placement: Placement::Free,
        }
    }

    /// Nothing can be chosen.
    pub fn take_load(&self) {}

    /// Nothing can be chosen.
    pub fn take_exchange(&self) {}

    /// Nothing can be chosen.
    pub fn take_all(&self) {}
}
