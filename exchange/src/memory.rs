//! How much memory the process took at most.

/// The peak of the resident set in MiB, rounded up; `None` where the system does not say.
pub fn resident_mib_max() -> Option<u64> {
    const KIB_PER_MIB: u64 = 1_024;
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib.div_ceil(KIB_PER_MIB))
}
