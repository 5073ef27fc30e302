//! Goal (R2, simulated): whatever a power cut leaves of the files, nothing that was acknowledged is lost,
//! and no state that a power cut can leave is refused.
//! Method: shards trade on a simulated disk that records every call; at each call the power is cut, many
//! times over, with sectors lost, torn and reordered; what is left is opened and compared with what was
//! logged. Some images are cut again while they are opened. `RIALTO_R2_IMAGES` says how many there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sequencer::{JournalView, LogEntry, LogPosition, OpenError, RecordedCall, SimulatedDisk};

use crate::chance::{Chance, from_environment, seed};
use crate::market::{Ended, Market, acknowledged, folder, open};
use crate::money;

/// Images per shard that trades.
const IMAGES_PER_RUN: u64 = 2_500;
/// A control must be caught within so many images.
const CONTROL_IMAGES: u64 = 2_500;
/// One image in so many is cut again while it is opened.
const CUT_AGAIN: u64 = 8;

/// What a shard did to its disk, and what it logged.
struct Run {
    calls: Vec<RecordedCall>,
    logged: Vec<LogEntry>,
}

/// What was wrong with images.
#[derive(Debug, Default)]
struct Wrong {
    /// Images without something that was acknowledged, or with something that was never logged.
    lost: AtomicU64,
    /// Images that were refused.
    refused: AtomicU64,
}

impl Wrong {
    fn count(&self) -> u64 {
        self.lost.load(Ordering::Relaxed) + self.refused.load(Ordering::Relaxed)
    }
}

/// Lets a shard trade through some segments.
fn run(faults: &str, seed: u64) -> Run {
    let disk = SimulatedDisk::new();
    let mut chance = Chance::new(seed);
    let market = Market::start(&disk, faults).unwrap();
    assert_eq!(market.fund(), Ended::WithItsOrders);
    assert_eq!(market.trade(250, &mut chance), Ended::WithItsOrders);
    market.stop();
    let calls = disk.recorded();
    Run {
        calls,
        logged: entries(&disk),
    }
}

/// Everything that the log on `disk` has.
pub fn entries(disk: &SimulatedDisk) -> Vec<LogEntry> {
    let view = JournalView::open(Arc::new(disk.clone()), folder()).unwrap();
    let entries = view.read_from(LogPosition(1)).unwrap();
    entries.map(|entry| entry.unwrap()).collect()
}

impl Run {
    /// Cuts the power at every call, and looks at `images` of what is left.
    fn cut(&self, images: u64, seed: u64, wrong: &Wrong) {
        std::thread::scope(|threads| {
            for half in 0..2 {
                threads.spawn(move || self.cut_every_other(half, images, seed, wrong));
            }
        });
    }

    fn cut_every_other(&self, half: usize, images: u64, seed: u64, wrong: &Wrong) {
        let mut chance = Chance::new(seed ^ u64::try_from(half).unwrap());
        let per_call = images.div_ceil(u64::try_from(self.calls.len()).unwrap());
        let disk = SimulatedDisk::new();
        for (k, call) in self.calls.iter().enumerate() {
            if k % 2 == half {
                for _ in 0..per_call {
                    self.look_at(&disk.cut_power(chance.next()), call, &mut chance, wrong);
                }
            }
            disk.go_on([call]);
        }
    }

    fn look_at(
        &self,
        image: &SimulatedDisk,
        call: &RecordedCall,
        chance: &mut Chance,
        wrong: &Wrong,
    ) {
        let image = &if chance.below(CUT_AGAIN) == 0 {
            cut_while_it_is_opened(image, chance)
        } else {
            image.copy()
        };
        let found = match open(image, "") {
            Ok(logs) => logs
                .read_from(LogPosition(1))
                .unwrap()
                .collect::<Result<Vec<_>, _>>(),
            Err(error) => return note_refusal(&error, wrong),
        };
        let is_whole = found.is_ok_and(|found| {
            found.len() as u64 >= acknowledged(call) && self.logged.starts_with(&found)
        });
        if !is_whole {
            wrong.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn note_refusal(error: &OpenError, wrong: &Wrong) {
    if wrong.refused.fetch_add(1, Ordering::Relaxed) == 0 {
        println!("refused: {error}");
    }
}

/// Opens `image` and cuts the power again at one of the calls that this makes.
fn cut_while_it_is_opened(image: &SimulatedDisk, chance: &mut Chance) -> SimulatedDisk {
    let opened = image.copy();
    opened.record(|| 0);
    drop(open(&opened, ""));
    let calls = opened.recorded();
    let until = usize::try_from(chance.below(calls.len() as u64 + 1)).unwrap();
    SimulatedDisk::after(image, &calls[..until]).cut_power(chance.next())
}

/// Whether looking at a shard with this fault finds something wrong.
fn is_caught(faults: &str, seed: u64) -> bool {
    let wrong = Wrong::default();
    let run = run(faults, seed);
    run.cut(CONTROL_IMAGES, seed, &wrong);
    println!(
        "control {faults}: lost={} refused={}",
        wrong.lost.load(Ordering::Relaxed),
        wrong.refused.load(Ordering::Relaxed)
    );
    wrong.count() > 0
}

#[test]
fn no_power_cut_loses_what_was_acknowledged_and_none_is_refused() {
    let seed = seed();
    let images = from_environment("RIALTO_R2_IMAGES", 5_000);
    let mut chance = Chance::new(seed);
    println!("RIALTO_SEED={seed}");

    let wrong = Wrong::default();
    let mut overdrawn = 0;
    for _ in 0..images.div_ceil(IMAGES_PER_RUN) {
        let run = run("", chance.next());
        run.cut(IMAGES_PER_RUN.min(images), chance.next(), &wrong);
        overdrawn += money::overdrawn(&run.calls, &run.logged, 2, &mut chance);
    }
    let controls = ["skip_data_sync", "skip_folder_sync", "ack_before_sync"];
    let caught = controls.map(|faults| is_caught(faults, chance.next()));
    let is_spent_early = money::is_spent_early();

    let (lost, refused) = (
        wrong.lost.load(Ordering::Relaxed),
        wrong.refused.load(Ordering::Relaxed),
    );
    let controls_caught =
        caught.iter().filter(|caught| **caught).count() + usize::from(is_spent_early);
    println!(
        "GOAL R2 simulated images={images} lost={lost} refused={refused} overdrawn={overdrawn} \
         controls_caught={controls_caught}/4"
    );
    assert_eq!((lost, refused, overdrawn), (0, 0, 0));
    assert_eq!(caught, [true; 3], "{controls:?}");
    assert!(
        is_spent_early,
        "credits that were not durable were spent unseen"
    );
}

/// As after a kill: nothing is lost, whatever was synced.
#[test]
fn a_kill_at_every_call_loses_nothing() {
    let run = run("", seed());
    let wrong = Wrong::default();
    let disk = SimulatedDisk::new();
    let mut chance = Chance::new(1);

    for call in &run.calls {
        run.look_at(&disk.copy(), call, &mut chance, &wrong);
        disk.go_on([call]);
    }

    assert_eq!(wrong.count(), 0, "{wrong:?}");
}
