//! What the process's own keys mean, and the checks of it: addresses, threads, rings.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroUsize;
use std::time::Duration;

use gateway::Limits;
use sequencer::{
    Durability, FileLogOptions, IdleStrategy, SequencerConfig, SnapshotCadence, Stamping, Threads,
};

use crate::config::error::ConfigError;
use crate::config::file;
use crate::config::value::ThreadCount;

/// With less, snapshots would be written all the time.
const SNAPSHOT_REPLAY_TIME_MIN: Duration = Duration::from_millis(1);

/// Where the exchange listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// Public: WebSocket and HTTP.
    pub public: SocketAddr,
    /// Admin, on a listener of its own.
    pub admin: SocketAddr,
}

impl Addresses {
    /// Derives and checks.
    ///
    /// # Errors
    /// An address cannot be read, both are the same, or the next port does not exist.
    pub fn derive(gateway: &file::Gateway) -> Result<Self, ConfigError> {
        let public = address("gateway.listen", &gateway.listen)?;
        let admin = match gateway.admin_listen.as_str() {
            "next" => SocketAddr::new(public.ip(), next_port(public.port())?),
            text => address("gateway.admin_listen", text)?,
        };
        if public == admin && public.port() != 0 {
            return Err(ConfigError::new(
                "gateway.admin_listen",
                "it is the public address too",
                "write another port, or \"next\"",
            ));
        }
        Ok(Self { public, admin })
    }
}

/// Whether the public may speak TLS, and where else it is let in then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsPart {
    /// It may not.
    Off,
    /// It may, on the public address and on these.
    On {
        /// Further addresses.
        further: Vec<SocketAddr>,
    },
}

impl TlsPart {
    /// Derives and checks. A further address asks for TLS too.
    ///
    /// # Errors
    /// An address cannot be read.
    pub fn derive(gateway: &file::Gateway) -> Result<Self, ConfigError> {
        if !gateway.tls && gateway.tls_listen.is_empty() {
            return Ok(Self::Off);
        }
        let further = gateway.tls_listen.iter();
        let further = further.map(|text| address("gateway.tls_listen", text));
        Ok(Self::On {
            further: further.collect::<Result<_, _>>()?,
        })
    }
}

fn next_port(public: u16) -> Result<u16, ConfigError> {
    if public == 0 {
        return Ok(0);
    }
    public.checked_add(1).ok_or_else(|| {
        ConfigError::new(
            "gateway.admin_listen",
            "there is no port after 65535",
            "write an address, such as \"127.0.0.1:9081\"",
        )
    })
}

fn address(key: &str, text: &str) -> Result<SocketAddr, ConfigError> {
    let refusal = || {
        ConfigError::new(
            key,
            "this is no address with a port",
            "write one such as \"127.0.0.1:9080\", or \"127.0.0.1:0\" for any free port",
        )
    };
    // A name such as `localhost:9080` is looked up once, here.
    text.to_socket_addrs()
        .map_err(|_| refusal())?
        .next()
        .ok_or_else(refusal)
}

/// Checks the keys of `[sequencer]` that depend on each other or on the machine.
///
/// # Errors
/// A ring is no power of two or all reserve, or more threads spin than the machine has cores to spare.
fn check_sequencer(
    sequencer: &file::Sequencer,
    instruments: usize,
    cores: usize,
) -> Result<(), ConfigError> {
    let capacity = sequencer.ring_capacity_commands;
    if !capacity.is_power_of_two() || !(64..=1_048_576).contains(&capacity) {
        return Err(ConfigError::new(
            "sequencer.ring_capacity_commands",
            "a ring is a power of two from 64 to 1048576",
            format!(
                "write {}",
                capacity.clamp(64, 1_048_576).next_power_of_two()
            ),
        ));
    }
    if sequencer.cancel_reserve_commands >= capacity {
        return Err(ConfigError::new(
            "sequencer.cancel_reserve_commands",
            format!("it leaves no place in a ring of {capacity} for new orders"),
            format!("write at most {}", capacity.saturating_sub(1)),
        ));
    }
    let threads = thread_count(sequencer, instruments, cores);
    if sequencer.idle == file::Idle::Spin && threads > cores.saturating_sub(1) {
        return Err(ConfigError::new(
            "sequencer.idle",
            format!(
                "{threads} spinning threads on {cores} cores starve the rest: 13 ms at the median instead of 0.3 us"
            ),
            "write \"park\", or at most cores - 1 threads",
        ));
    }
    Ok(())
}

/// The sequencer's layout.
///
/// # Errors
/// See [`check_sequencer`]; a count is zero.
pub fn derive_sequencer(
    sequencer: &file::Sequencer,
    instruments: usize,
) -> Result<SequencerConfig, ConfigError> {
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    check_sequencer(sequencer, instruments, cores.get())?;
    Ok(SequencerConfig {
        threads: match sequencer.threads {
            // The gateway takes the core there is: a matcher beside it would only be switched to and fro.
            ThreadCount::PerInstrument if cores == NonZeroUsize::MIN => Threads::Inline,
            ThreadCount::PerInstrument => Threads::PerInstrument,
            ThreadCount::Fixed(count) => Threads::Count(count.into()),
            ThreadCount::Inline => Threads::Inline,
        },
        threads_max: counted("threads_max", sequencer.threads_max)?.min(spare_cores(cores)),
        idle: match sequencer.idle {
            file::Idle::Park => IdleStrategy::Park {
                spins: sequencer.park_spins,
            },
            file::Idle::Yield => IdleStrategy::Yield,
            file::Idle::Spin => IdleStrategy::Spin,
        },
        inbound_capacity_commands: counted(
            "ring_capacity_commands",
            sequencer.ring_capacity_commands,
        )?,
        cancel_reserve_commands: sequencer.cancel_reserve_commands,
        batch_commands_max: counted("batch_commands_max", sequencer.batch_commands_max)?,
        egress_capacity_batches: counted(
            "egress_capacity_batches",
            sequencer.egress_capacity_batches,
        )?,
        undurable_batches_max: counted("undurable_batches_max", sequencer.undurable_batches_max)?,
        stamping: if sequencer.stage_stamps {
            Stamping::On
        } else {
            Stamping::Off
        },
        cores,
    })
}

/// Where the journal is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalPlace {
    /// In files of the data folder.
    Files,
    /// Nowhere.
    Memory,
}

/// What the key `journal` says.
pub const fn journal_place(written: file::Journal) -> JournalPlace {
    match written {
        file::Journal::Files => JournalPlace::Files,
        file::Journal::Memory => JournalPlace::Memory,
    }
}

/// Checks `[log]`.
///
/// # Errors
/// A segment is too small, or no whole number of blocks.
pub fn derive_journal(log: &file::Log) -> Result<FileLogOptions, ConfigError> {
    let is_whole = log.segment_bytes.is_multiple_of(512);
    if log.segment_bytes < 65_536 || !is_whole {
        return Err(ConfigError::new(
            "log.segment_bytes",
            "it is too small or no multiple of 512",
            "write a multiple of 512 of at least 65536",
        ));
    }
    Ok(FileLogOptions {
        durability: match log.durability {
            file::Durability::Sync => Durability::Sync,
            file::Durability::Async => Durability::Async(log.sync_interval.0),
            file::Durability::None => Durability::None,
        },
        segment_bytes: log.segment_bytes,
        reserve_bytes: log.reserve_bytes,
    })
}

/// Checks when snapshots are due.
///
/// # Errors
/// They would be due all the time.
pub fn derive_cadence(log: &file::Log) -> Result<SnapshotCadence, ConfigError> {
    if log.snapshot_replay_time.0 < SNAPSHOT_REPLAY_TIME_MIN {
        return Err(ConfigError::new(
            "log.snapshot_replay_time",
            "snapshots would be written all the time",
            "write at least \"1ms\"",
        ));
    }
    Ok(SnapshotCadence {
        replay_time_max: log.snapshot_replay_time.0,
        ..SnapshotCadence::default()
    })
}

fn counted(key: &str, count: usize) -> Result<NonZeroUsize, ConfigError> {
    NonZeroUsize::new(count).ok_or_else(|| none_at_all(&format!("sequencer.{key}")))
}

/// Cores beside the one that the gateway takes, at least one: more matchers than that would wait for each other.
const fn spare_cores(cores: NonZeroUsize) -> NonZeroUsize {
    match NonZeroUsize::new(cores.get() - 1) {
        Some(spare) => spare,
        None => NonZeroUsize::MIN,
    }
}

/// How many matcher threads there will be; none with `inline`.
fn thread_count(sequencer: &file::Sequencer, instruments: usize, cores: usize) -> usize {
    match sequencer.threads {
        ThreadCount::PerInstrument => instruments
            .min(sequencer.threads_max)
            .min(cores.saturating_sub(1)),
        ThreadCount::Fixed(count) => instruments.min(usize::from(count.get())),
        ThreadCount::Inline => 0,
    }
}

/// The gateway's limits.
///
/// # Errors
/// One is zero or does not go with the others; the gateway knows which.
pub fn derive_limits(limits: &file::GatewayLimits) -> Result<Limits, ConfigError> {
    let limits = Limits {
        connections_max: limits.connections_max,
        connections_per_address_max: limits.connections_per_address_max,
        handshake_timeout: limits.handshake_timeout.0,
        http_lifetime_max: limits.http_lifetime_max.0,
        header_bytes_max: limits.header_bytes_max,
        headers_max: limits.headers_max,
        frame_bytes_max: limits.frame_bytes_max,
        read_buffer_bytes: limits.read_buffer_bytes,
        send_buffer_bytes: limits.send_buffer_bytes,
        write_buffer_bytes: limits.write_buffer_bytes,
        outbound_messages_max: limits.outbound_messages_max,
        outbound_bytes_max: limits.outbound_bytes_max,
        outbound_public_bytes_max: limits.outbound_public_bytes_max,
        idle_timeout: limits.idle_timeout.0,
        ping_interval: limits.ping_interval.0,
        requests_per_second_max: limits.requests_per_second_max,
        requests_burst_max: limits.requests_burst_max,
        rate_refusals_max: limits.rate_refusals_max,
        close_timeout: limits.close_timeout.0,
        stop_timeout: limits.stop_timeout.0,
        disconnect_grace: limits.disconnect_grace.0,
        subscriptions_per_session_max: limits.subscriptions_per_session_max,
        depth_levels_max: limits.depth_levels_max,
        trades_kept_max: limits.trades_kept_max,
        resume_messages_max: limits.resume_messages_max,
        resume_bytes_max: limits.resume_bytes_max,
        heartbeat_events: limits.heartbeat_events,
        executions_kept_max: limits.executions_kept_max,
        market_data_flush_interval: limits.market_data_flush_interval.0,
        open_orders_per_account_max: limits.open_orders_per_account_max,
    };
    limits.check().map_err(|bad| {
        ConfigError::new(
            format!("gateway.limits.{}", bad.name),
            bad.reason,
            "config/exchange.toml has a value that fits a laptop",
        )
    })?;
    Ok(limits)
}

/// Checks a count that must not be zero.
///
/// # Errors
/// It is.
pub fn at_least_one(key: &str, value: impl Into<u64>) -> Result<(), ConfigError> {
    if value.into() == 0 {
        return Err(none_at_all(key));
    }
    Ok(())
}

fn none_at_all(key: &str) -> ConfigError {
    ConfigError::new(key, "zero of them do nothing", "write at least 1")
}
