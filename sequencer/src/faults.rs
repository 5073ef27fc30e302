//! Fault points: what can be made to go wrong while the program runs, so that every promise can be seen broken.
//!
//! They exist in builds with debug assertions (tests and development) and in those with the feature
//! `fault-points`; a plain release build refuses them. The binary reads them from `RIALTO_FAULT`, a list
//! with commas:
//!
//! | point | what happens |
//! |---|---|
//! | `skip_data_sync` | no file is synced |
//! | `skip_folder_sync` | no folder is synced |
//! | `ack_before_sync` | the gate lets a round out when it is written, before it is synced |
//! | `gives_before_durable` | what a batch gives is spendable when it is applied |
//! | `trust_page_cache` | a start does not write again what an earlier process may have failed to sync |
//! | `fail_sync_at=N` | the N-th sync, of a file or a folder, fails with EIO |
//! | `fail_write_at=N:KIND` | the N-th write fails; KIND is `EIO`, `ENOSPC`, `EINTR` or `short` (half is written) |
//! | `stall_sync_ms=MS` | every sync takes this long; `stall_sync_ms=MS@N` stalls the N-th alone |
//! | `stall_write_ms=MS` | every write takes this long; `stall_write_ms=MS@N` stalls the N-th alone |
//! | `crash_at_syscall=N` | the process aborts as it enters the N-th call that changes something on the disk |
//! | `panic_at_position=P` | the matcher panics when it applies the first command of log position P |
//! | `disk_free_bytes=N` | the disk says that so many bytes are free |
//!
//! N counts from 1, over everything that goes through the [`Storage`](crate::Storage) since it was made.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::position::LogPosition;

/// Whether this build has fault points.
const ARE_BUILT_IN: bool = cfg!(any(debug_assertions, feature = "fault-points"));

/// The name of the variable that holds them.
const VARIABLE: &str = "RIALTO_FAULT";

/// Everything that is to go wrong; cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Arc<[FaultPoint]>);

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultPoint {
    /// No file is synced.
    SkipDataSync,
    /// No folder is synced.
    SkipFolderSync,
    /// The gate lets out before the sync.
    AckBeforeSync,
    /// What a batch gives is spendable at once.
    GivesBeforeDurable,
    /// A start does not write again what may not have been synced.
    TrustPageCache,
    /// This sync fails.
    FailSyncAt(u64),
    /// This write fails, in this way.
    FailWriteAt(u64, WriteFault),
    /// Syncs take this long.
    StallSync(Duration, Which),
    /// Writes take this long.
    StallWrite(Duration, Which),
    /// The process aborts at this call.
    CrashAtSyscall(u64),
    /// A matcher panics at this position.
    PanicAtPosition(LogPosition),
    /// The disk says that it has so many free bytes.
    DiskFreeBytes(u64),
}

/// How a write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteFault {
    /// The device failed.
    Io,
    /// There is no room.
    NoSpace,
    /// A signal came: to be tried again.
    Interrupted,
    /// Half of it is written.
    Short,
}

/// Which calls stall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    Every,
    /// The N-th alone.
    At(u64),
}

/// Why a list of fault points cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// The build has none.
    #[error(
        "{VARIABLE}: this build has no fault points; build it with `--features fault-points` or without --release"
    )]
    NotBuiltIn,
    /// A point has no meaning.
    #[error("{VARIABLE}: `{0}` is no fault point")]
    Unknown(String),
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// These go wrong.
    ///
    /// # Errors
    /// The build has no fault points.
    pub fn of(points: &[FaultPoint]) -> Result<Self, FaultError> {
        if ARE_BUILT_IN || points.is_empty() {
            Ok(Self(points.into()))
        } else {
            Err(FaultError::NotBuiltIn)
        }
    }

    /// What `RIALTO_FAULT` asks for; nothing where it is not set.
    ///
    /// # Errors
    /// A point is not known, or the build has none.
    pub fn from_environment() -> Result<Self, FaultError> {
        match std::env::var(VARIABLE) {
            Ok(text) => text.parse(),
            Err(_) => Ok(Self::none()),
        }
    }

    /// Whether nothing goes wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `point` is among them.
    pub fn has(&self, point: FaultPoint) -> bool {
        ARE_BUILT_IN && self.0.contains(&point)
    }

    /// All of them.
    pub fn points(&self) -> &[FaultPoint] {
        if ARE_BUILT_IN { &self.0 } else { &[] }
    }
}

impl FromStr for Faults {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let points = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        Self::of(&points.map(point).collect::<Result<Vec<_>, _>>()?)
    }
}

fn point(text: &str) -> Result<FaultPoint, FaultError> {
    let parsed = match text.split_once('=') {
        None => bare_point(text),
        Some((name, value)) => valued_point(name, value),
    };
    parsed.ok_or_else(|| FaultError::Unknown(text.to_owned()))
}

fn bare_point(name: &str) -> Option<FaultPoint> {
    Some(match name {
        "skip_data_sync" => FaultPoint::SkipDataSync,
        "skip_folder_sync" => FaultPoint::SkipFolderSync,
        "ack_before_sync" => FaultPoint::AckBeforeSync,
        "gives_before_durable" => FaultPoint::GivesBeforeDurable,
        "trust_page_cache" => FaultPoint::TrustPageCache,
        _ => return None,
    })
}

fn valued_point(name: &str, value: &str) -> Option<FaultPoint> {
    Some(match name {
        "fail_sync_at" => FaultPoint::FailSyncAt(value.parse().ok()?),
        "fail_write_at" => {
            let (at, kind) = value.split_once(':')?;
            let kind = match kind {
                "EIO" => WriteFault::Io,
                "ENOSPC" => WriteFault::NoSpace,
                "EINTR" => WriteFault::Interrupted,
                "short" => WriteFault::Short,
                _ => return None,
            };
            FaultPoint::FailWriteAt(at.parse().ok()?, kind)
        }
        "stall_sync_ms" => {
            let (time, which) = stall(value)?;
            FaultPoint::StallSync(time, which)
        }
        "stall_write_ms" => {
            let (time, which) = stall(value)?;
            FaultPoint::StallWrite(time, which)
        }
        "crash_at_syscall" => FaultPoint::CrashAtSyscall(value.parse().ok()?),
        "panic_at_position" => FaultPoint::PanicAtPosition(LogPosition(value.parse().ok()?)),
        "disk_free_bytes" => FaultPoint::DiskFreeBytes(value.parse().ok()?),
        _ => return None,
    })
}

fn stall(value: &str) -> Option<(Duration, Which)> {
    let (ms, which) = match value.split_once('@') {
        None => (value, Which::Every),
        Some((ms, at)) => (ms, Which::At(at.parse().ok()?)),
    };
    Some((Duration::from_millis(ms.parse().ok()?), which))
}

#[cfg(test)]
mod tests {
    use super::{Duration, FaultError, FaultPoint, Faults, LogPosition, Which, WriteFault};

    #[test]
    fn a_list_with_commas_is_read() {
        let faults: Faults =
            "skip_data_sync, fail_write_at=7:short,stall_sync_ms=200@3,panic_at_position=9"
                .parse()
                .unwrap();

        assert_eq!(
            faults.points(),
            [
                FaultPoint::SkipDataSync,
                FaultPoint::FailWriteAt(7, WriteFault::Short),
                FaultPoint::StallSync(Duration::from_millis(200), Which::At(3)),
                FaultPoint::PanicAtPosition(LogPosition(9)),
            ]
        );
    }

    #[test]
    fn what_is_no_fault_point_is_named() {
        for text in [
            "skip_data_synk",
            "fail_sync_at=soon",
            "fail_write_at=3:EPERM",
            "fail_sync_at",
        ] {
            let parsed: Result<Faults, _> = text.parse();
            assert_eq!(parsed, Err(FaultError::Unknown(text.to_owned())));
        }
    }

    #[test]
    fn an_empty_list_is_none() {
        assert_eq!("".parse(), Ok(Faults::none()));
    }
}
