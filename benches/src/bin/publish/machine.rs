//! What the figures were taken on, and how.

use crate::Size;

/// A sentence about the machine, its load and the command.
pub fn describe(size: Size) -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key));
        line.and_then(|line| line.split_once(':'))
            .map_or("unknown", |(_, value)| value.trim())
            .to_owned()
    };
    let processor = field(&read("/proc/cpuinfo"), "model name");
    let memory = field(&read("/proc/meminfo"), "MemTotal");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown");
    let kernel = read("/proc/sys/kernel/osrelease");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let peers = if cfg!(feature = "peers") {
        "--features peers "
    } else {
        ""
    };
    format!(
        "`cargo run --release -p benches {peers}-- publish {} {}`: {} operations, {} rounds, all contestants of a table \
         in turn in each round; {cores} cores of {processor}, {memory} of memory, Linux {}, load {load} when it \
         began. Closed loop; medians, the fastest round in parentheses.\n\n",
        size.operations.0,
        size.rounds,
        size.operations.0,
        size.rounds,
        kernel.trim(),
    )
}
