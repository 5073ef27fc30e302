//! Orders commands, applies them, and gates what leaves.
//!
//! One matcher thread owns one `MatchingEngine` with its instruments' books. Sessions push
//! [`InboundCommand`]s into its bounded ring; the matcher pops a batch, appends it to the command log,
//! applies what the log returns, settles, and hands an [`EventBatch`] to the [`Gate`], which lets it leave
//! when it is durable.
//!
//! ```text
//! Ports::try_submit ─► ring ─► pop batch ► CommandLog::append ► poll ► engine ► settlement
//!                                                                                  │
//!        EventBatch ◄─ flume ◄─ Gate: publish gives, then send ◄── Gate::hand_over ┘
//! ```

mod abort;
mod books;
mod clock;
mod config;
mod control;
mod control_owner;
mod counters;
mod disk;
mod driver;
mod egress;
mod fan_outs;
mod faults;
mod follower;
mod gate;
mod inbound;
mod inbox;
mod inspection;
mod latency;
mod log;
mod lost_money;
mod matcher;
mod pool;
mod ports;
mod position;
mod recovery;
mod ring;
mod running;
mod snapshot;
mod stamps;
mod waker;

pub use clock::{ClockSource, EngineClock, ManualClock, StageClock, Stamping};
pub use config::{IdleStrategy, SequencerConfig, StartError, Threads};
pub use control::{
    ControlCommand, ControlError, ControlOutcome, ControlReceipt, Delivery, OperatorNote,
};
pub use counters::Counters;
pub use disk::{
    Disk, DiskCall, DiskFile, DiskLock, DiskSpace, OpenMode, RealDisk, RecordedCall, SimulatedDisk,
    Storage, read_file, read_up_to, write_file_whole, write_once,
};
pub use driver::InlineMatcher;
pub use egress::{CommandOutcome, EventBatch, EventRange};
pub use fan_outs::Targets;
pub use faults::{FaultError, FaultPoint, Faults, Which, WriteFault};
pub use follower::{
    FollowerProgress, LogTail, NoReadModel, ReadModel, Replica, RestoreError, SnapshotCadence,
};
pub use gate::{Gate, Intake};
pub use inbound::{EnteredBy, InboundCommand, NotTaken, Origin, Refused, SessionId};
pub use inspection::{AccountRules, BookState, BookTerms, MatcherState, state_hash_of};
pub use latency::{Latencies, LatencyHistogram};
pub use log::{
    AppendRefused, Batch, CommandLog, Durability, FileLog, FileLogOptions, FileLogs, Followed,
    JournalView, LogContext, LogEntry, LogError, LogFactory, LogFloor, LogPlace, LogReader,
    LogState, MemLog, MemLogControl, MemLogs, OpenError, Poison, RejectedPart, Rejection, Repair,
    RepairError, Retention, SnapshotOptions, TornTail, TornWatermark, WasShown,
};
pub use lost_money::{ClosedAccount, close_overdrawn};
pub use matcher::Turn;
pub use pool::BatchPool;
pub use ports::Ports;
pub use position::{Epoch, LogPosition};
pub use recovery::RecoveryProgress;
pub use running::{ReadModelMaker, Running, StopHandle, start, start_with_read_model};
pub use snapshot::{
    BookSnapshot, RefusedSnapshot, SequenceState, Snapshot, SnapshotError, SnapshotStore,
};
pub use stamps::{Stage, Stamps};
pub use waker::{WakeCallback, Waker};
