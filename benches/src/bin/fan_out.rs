//! Market data to a thousand subscribers: how much one core delivers under backlog beside the plain way, and what those who do
//! not read cost the others.
//!
//! ```text
//! cargo build --release -p exchange && cargo build --release -p benches --bin fan_out
//! target/release/fan_out backlog [subscribers] [bursts]
//! target/release/fan_out stalled [subscribers] [rounds]
//! ```
//! `RIALTO_PROGRAM` names another exchange than the one beside this program.

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use benches::fan_out::{Audience, Percentiles, Producer, fallen_behind, uncoalesced};
use benches::measure::timed_async;
use benches::round_trip::{Cores, Exchange};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// News of one burst: less than a session's public bound.
const BURST: u64 = 2_000;
/// Messages of the plain way.
const PLAIN_MESSAGES: u64 = 200;
/// Least deliveries a second of one core, and least times the plain way.
const DELIVERIES_LEAST: f64 = 1e6;
const RATIO_LEAST: f64 = 4.0;
/// While it is measured: news a second, and how many.
const PACE: Duration = Duration::from_millis(20);
const PACED: u64 = 100;
/// Most of the ratio of p99 with and without those who stop reading; or so much more than that of two runs alike.
const STALLED_MOST: f64 = 1.1;
const ALIKE_ADDED: f64 = 0.1;
/// What one who does not read may keep.
const PUBLIC_BYTES_MAX: usize = 64 << 10;
/// How often it is looked who has fallen behind.
const LOOK_INTERVAL: Duration = Duration::from_millis(1);

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let mut number = || arguments.next().map(|text| text.parse().expect("a number"));
    let subscribers = usize::try_from(number().unwrap_or(1_000))?;
    let count: u64 = number().unwrap_or(5);
    let cores = Cores::new();
    cores.take_client();
    raise_file_limit(subscribers)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let tasks = tokio::task::LocalSet::new();
    match mode.as_str() {
        "backlog" => tasks.block_on(&runtime, backlog(subscribers, count, &cores)),
        "stalled" => tasks.block_on(&runtime, stalled(subscribers, count, &cores)),
        other => Err(format!("`{other}` is neither `backlog` nor `stalled`").into()),
    }
}

/// Three files a subscriber: its own end, and both ends of the plain way.
fn raise_file_limit(subscribers: usize) -> io::Result<()> {
    let needed = u64::try_from(subscribers * 3 + 100).unwrap_or(u64::MAX);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(needed),
        maximum: limit.maximum,
    };
    Ok(setrlimit(Resource::Nofile, raised)?)
}

fn start(subscribers: usize, cores: &Cores, settings: &[(&str, String)]) -> io::Result<Exchange> {
    let program = std::env::var_os("RIALTO_PROGRAM").map(PathBuf::from);
    let program = match program {
        Some(program) => program,
        None => std::env::current_exe()?.with_file_name("rialto"),
    };
    let connections = (subscribers + 10).to_string();
    let mut all = vec![
        ("RIALTO_GATEWAY_LIMITS_CONNECTIONS_MAX", connections.clone()),
        (
            "RIALTO_GATEWAY_LIMITS_CONNECTIONS_PER_ADDRESS_MAX",
            connections,
        ),
    ];
    all.extend_from_slice(settings);
    Exchange::on_one_core(&program, cores, &all)
}

#[expect(clippy::print_stdout, reason = "the line is what this program is for")]
async fn backlog(subscribers: usize, bursts: u64, cores: &Cores) -> Result<(), Failure> {
    let exchange = start(subscribers, cores, &[])?;
    let audience = Audience::subscribe(exchange.address(), subscribers)?;
    let mut producer = Producer::enter(&exchange)?;
    audience.are_told(producer.number).await?;
    let (mut wall, mut plain_wall) = (Duration::ZERO, Duration::ZERO);
    let (mut processor, mut plain_processor) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..bursts {
        let before = exchange.processor_time()?;
        let (took, told) = timed_async(async {
            producer.burst(BURST).await?;
            audience.are_told(producer.number).await
        })
        .await;
        told?;
        wall += took;
        processor += exchange.processor_time()?.saturating_sub(before);
        let (took, worked) = uncoalesced(subscribers, PLAIN_MESSAGES, cores).await?;
        plain_wall += took;
        plain_processor += worked;
    }
    assert_eq!(audience.board().lagged, 0, "nobody missed anything");
    let deliveries = per_second(subscribers, BURST * bursts, processor);
    let plain = per_second(subscribers, PLAIN_MESSAGES * bursts, plain_processor);
    let ratio = deliveries / plain;
    println!(
        "subscribers {subscribers}, news {} in {bursts} bursts; deliveries/s of a core's time {deliveries:.0}, on the wall {:.0}; \
         plain {plain:.0}, on the wall {:.0}",
        BURST * bursts,
        per_second(subscribers, BURST * bursts, wall),
        per_second(subscribers, PLAIN_MESSAGES * bursts, plain_wall),
    );
    println!(
        "GOAL fan_out deliveries_per_core_s={deliveries:.0} (at least {DELIVERIES_LEAST:.0}) plain={plain:.0} ratio={ratio:.2} (at least {RATIO_LEAST})"
    );
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a figure for a table: six digits of it are read"
)]
fn per_second(subscribers: usize, messages: u64, time: Duration) -> f64 {
    subscribers as f64 * messages as f64 / time.as_secs_f64()
}

#[expect(clippy::print_stdout, reason = "the line is what this program is for")]
async fn stalled(subscribers: usize, rounds: u64, cores: &Cores) -> Result<(), Failure> {
    // So that a burst fills what one who does not read may keep.
    let bounds = [
        (
            "RIALTO_GATEWAY_LIMITS_OUTBOUND_PUBLIC_BYTES_MAX",
            PUBLIC_BYTES_MAX.to_string(),
        ),
        (
            "RIALTO_GATEWAY_LIMITS_SEND_BUFFER_BYTES",
            (16 << 10).to_string(),
        ),
    ];
    let exchange = start(subscribers, cores, &bounds)?;
    let resting = subscribers / 5;
    let audience = Audience::subscribe(exchange.address(), subscribers - resting)?;
    let mut producer = Producer::enter(&exchange)?;
    audience.are_told(producer.number).await?;
    let (mut ratios, mut alike) = (Vec::new(), Vec::new());
    let (mut fallen_ms_max, mut resident_before) = (0, 0);
    for round in 1..=rounds {
        let without = measure(&mut producer, &audience).await?;
        if round == 1 {
            resident_before = exchange.resident_bytes()?;
        }
        let sleepers = Audience::subscribe(exchange.address(), resting)?;
        producer.burst(1).await?; // what stood when they came may have come with the answer to their asking
        sleepers.are_told(producer.number).await?;
        sleepers.stall(resting);
        let fallen = fill(&mut producer, exchange.address(), resting).await?;
        fallen_ms_max = fallen_ms_max.max(fallen.as_millis());
        let with = measure(&mut producer, &audience).await?;
        sleepers.stall(0);
        sleepers.are_told(producer.number).await?;
        let lagged = sleepers.board().lagged;
        if lagged < resting {
            let mistake = format!("{lagged} of {resting} were told that they had missed something");
            return Err(mistake.into());
        }
        sleepers.leave();
        let again = measure(&mut producer, &audience).await?;
        let around = f64::midpoint(f64::from(without.p99_us), f64::from(again.p99_us));
        let (less, more) = (
            without.p99_us.min(again.p99_us),
            without.p99_us.max(again.p99_us),
        );
        ratios.push(f64::from(with.p99_us) / around);
        alike.push(f64::from(more) / f64::from(less));
        println!(
            "round {round}: without {without:?}, with {with:?}, without {again:?}, fallen behind after {fallen:?}"
        );
    }
    assert_eq!(audience.board().lagged, 0, "who reads misses nothing");
    let grown = exchange.resident_bytes()?.saturating_sub(resident_before);
    let (ratio, alike) = (median(ratios), median(alike));
    let most = STALLED_MOST.max(alike + ALIKE_ADDED);
    println!(
        "GOAL stalled subscribers={subscribers} stalled={resting} rounds={rounds} p99_ratio={ratio:.2} (at most {most:.2}) alike={alike:.2} \
         fallen_behind_ms_max={fallen_ms_max} (at most 1000) told_all=yes grown_mib={} (at most {})",
        grown >> 20,
        (subscribers * PUBLIC_BYTES_MAX) >> 20,
    );
    Ok(())
}

/// A burst fills what those who do not read may keep; how long after its first news all of them had fallen behind, which is
/// longer than after their buffers were full.
async fn fill(producer: &mut Producer, address: &str, resting: usize) -> io::Result<Duration> {
    let wanted = fallen_behind(address).await? + resting as u64;
    let (fallen, seen) = timed_async(async {
        producer.burst(BURST).await?;
        while fallen_behind(address).await? < wanted {
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
        Ok::<_, io::Error>(())
    })
    .await;
    seen.map(|()| fallen)
}

/// How late those who read are told, after a burst.
async fn measure(producer: &mut Producer, audience: &Audience) -> io::Result<Percentiles> {
    producer.burst(BURST).await?;
    audience.are_told(producer.number).await?;
    producer.pace(PACED, PACE, audience).await?;
    audience.are_told(producer.number).await?;
    Ok(audience.board().percentiles())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
