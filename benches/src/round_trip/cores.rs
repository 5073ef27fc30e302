//! The client on one core, servers on the others.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores there are.
#[derive(Debug, Clone)]
pub struct Cores(CpuSet);

impl Cores {
    /// Those of this process.
    pub fn new() -> Self {
        Self(sched_getaffinity(None).unwrap_or_default())
    }

    /// The calling thread, and what it starts, runs where servers run: on all but the last core.
    pub fn take_server(&self) {
        let mut servers = self.0;
        if let Some(last) = self.last().filter(|_| self.0.count() > 1) {
            servers.unset(last);
        }
        set(&servers);
    }

    /// The calling thread, and what it starts, runs on the first core alone.
    pub fn take_one_server(&self) {
        if let Some(first) = (0..CpuSet::MAX_CPU).find(|core| self.0.is_set(*core)) {
            let mut server = CpuSet::new();
            server.set(first);
            set(&server);
        }
    }

    /// The calling thread runs on the last core.
    pub fn take_client(&self) {
        let mut client = CpuSet::new();
        if let Some(last) = self.last() {
            client.set(last);
            set(&client);
        }
    }

    fn last(&self) -> Option<usize> {
        (0..CpuSet::MAX_CPU).rev().find(|core| self.0.is_set(*core))
    }
}

impl Default for Cores {
    fn default() -> Self {
        Self::new()
    }
}

fn set(cores: &CpuSet) {
    // Where it is not allowed, the figures are those of shared cores.
    let _ = sched_setaffinity(None, cores);
}
