//! Room on the disk: below a reserve new orders are refused, so that cancels can still be logged.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::disk::Disk;
use crate::gate::Intake;

/// The reserve is never more than this part of the disk: 5 %.
const RESERVE_OF_DISK: u64 = 20;

/// How much room there is, as it was looked at last.
#[derive(Debug)]
pub(super) struct Room {
    reserve_bytes: u64,
    /// The reserve on this disk.
    limit_bytes: AtomicU64,
    free_bytes: AtomicU64,
    is_low: AtomicBool,
}

/// The room became too little, or enough again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RoomChange {
    intake: Intake,
    free_bytes: u64,
    limit_bytes: u64,
}

impl Room {
    pub const fn new(reserve_bytes: u64) -> Self {
        Self {
            reserve_bytes,
            limit_bytes: AtomicU64::new(0),
            free_bytes: AtomicU64::new(u64::MAX),
            is_low: AtomicBool::new(false),
        }
    }

    /// Looks again. A disk that does not say counts as roomy: its writes say soon enough.
    ///
    /// What was too little is enough again only a quarter above the reserve, so that it does not flutter.
    pub fn look(&self, disk: &dyn Disk, folder: &Path) -> Option<RoomChange> {
        let space = disk.space(folder).ok()?;
        let limit_bytes = self.reserve_bytes.min(space.total_bytes / RESERVE_OF_DISK);
        self.limit_bytes.store(limit_bytes, Ordering::Relaxed);
        self.free_bytes.store(space.free_bytes, Ordering::Relaxed);
        let was_low = self.is_low.load(Ordering::Relaxed);
        let needed = if was_low {
            limit_bytes.saturating_add(limit_bytes / 4)
        } else {
            limit_bytes
        };
        let is_low = space.free_bytes < needed;
        self.is_low.store(is_low, Ordering::Relaxed);
        (is_low != was_low).then(|| RoomChange {
            intake: self.intake(),
            free_bytes: space.free_bytes,
            limit_bytes,
        })
    }

    pub fn intake(&self) -> Intake {
        if self.is_low.load(Ordering::Relaxed) {
            Intake::CancelsOnly
        } else {
            Intake::All
        }
    }

    /// Whether the reserve is still free after `bytes` more are taken.
    pub fn has_space_for(&self, bytes: u64) -> bool {
        let limit = self.limit_bytes.load(Ordering::Relaxed);
        self.free_bytes.load(Ordering::Relaxed) >= limit.saturating_add(bytes)
    }
}

impl RoomChange {
    pub fn say(self, folder: &Path) {
        let (free_bytes, reserve_bytes) = (self.free_bytes, self.limit_bytes);
        let folder = folder.display();
        match self.intake {
            Intake::CancelsOnly => tracing::error!(
                %folder, free_bytes, reserve_bytes, "the disk is nearly full: new orders are refused"
            ),
            Intake::All => tracing::info!(
                %folder, free_bytes, reserve_bytes, "the disk has room again: new orders are taken"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Intake, Path, Room};
    use crate::disk::{DiskSpace, SimulatedDisk};

    #[test]
    fn too_little_room_is_enough_again_only_a_quarter_above_the_reserve() {
        let disk = SimulatedDisk::new();
        let room = Room::new(1_000);
        let look = |free_bytes| {
            disk.set_space(DiskSpace {
                free_bytes,
                total_bytes: 1 << 30,
            });
            room.look(&disk, Path::new("/"));
            room.intake()
        };

        let seen = [1_000, 999, 1_000, 1_249, 1_250, 1_000].map(look);

        let (all, cancels) = (Intake::All, Intake::CancelsOnly);
        assert_eq!(seen, [all, cancels, cancels, cancels, all, all]);
    }

    #[test]
    fn the_reserve_is_at_most_a_twentieth_of_the_disk() {
        let disk = SimulatedDisk::new();
        let room = Room::new(1_000);
        let look = |free_bytes| {
            disk.set_space(DiskSpace {
                free_bytes,
                total_bytes: 2_000,
            });
            room.look(&disk, Path::new("/"));
            room.intake()
        };

        assert_eq!([100, 99].map(look), [Intake::All, Intake::CancelsOnly]);
    }
}
