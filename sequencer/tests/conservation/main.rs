//! Goal: money is exact to the last unit whatever accounts do. Random commands of 20 accounts on 6 instruments,
//! which share 4 assets, and trades that are taken back, through 4 matcher threads: at every checkpoint each asset's books are conserved, nothing
//! available is negative, each account has what its deposits, trades and fees come to; after cancel-all no hold
//! is left.
//! Method: 4 session threads reserve at the door and hand in, all at once; all-in cancel-replaces, amends that
//! race with fills, batches, withdrawals, kill switches and changes of fee tiers among it. Sessions stop at each
//! checkpoint, the books are read, and the reader itself is tried: a book with one unit too many, a negative one
//! and a hold that stays must be found (`controls_caught`).
//!
//! `RIALTO_CONSERVATION_COMMANDS` says how many (300,000), `RIALTO_SEED` from which seed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod audit;
mod chance;
mod participant;
mod venue;

use std::thread;

use crate::audit::{Audit, Moment};
use crate::chance::Chance;
use crate::participant::Participant;
use crate::venue::{ACCOUNTS, SESSIONS, Venue};

/// Commands between two checkpoints, of all sessions together.
const COMMANDS_PER_CHECKPOINT: u64 = 50_000;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a whole number"))
}

#[test]
fn every_asset_is_conserved_at_every_checkpoint() {
    let commands = number("RIALTO_CONSERVATION_COMMANDS", 300_000);
    let seed = number("RIALTO_SEED", 20_260_131);
    println!("RIALTO_SEED={seed}");
    let mut venue = Venue::open();
    let mut sessions: Vec<Vec<Participant>> = (0..SESSIONS)
        .map(|session| Participant::of_session(session, seed))
        .collect();
    let mut chance = Chance::new(seed);
    let mut checkpoints = 0_u64;

    while venue.handed_in() < commands {
        let per_session = COMMANDS_PER_CHECKPOINT / SESSIONS;
        thread::scope(|scope| {
            for session in &mut sessions {
                let venue = &venue;
                scope.spawn(move || trade(session, venue, per_session));
            }
            // Somebody looks while all of them trade.
            scope.spawn(|| venue.look_around());
        });
        venue.settle_down();
        Audit::of(&venue).assert_sound(Moment::Trading, seed);
        checkpoints += 1;
        venue.operate(&mut chance);
    }
    venue.cancel_all();
    let last = Audit::of(&venue);
    last.assert_sound(Moment::NothingOpen, seed);
    let caught = last.try_controls();

    let figures = venue.close();
    assert!(figures.is_lively(), "{figures:?}");
    assert_eq!(caught, 3, "a control was not seen");
    println!(
        "GOAL conservation commands={} accounts={ACCOUNTS} instruments=6 threads=4 checkpoints={checkpoints} \
         trades={} all_in_replaces={} racing_amends={} batches={} busts={} busts_refused={} lost=0 negative=0 holds_left=0 controls_caught={caught}/3",
        figures.commands,
        figures.trades,
        figures.all_in,
        figures.amends,
        figures.batches,
        figures.busts,
        figures.busts_too_poor
    );
}

fn trade(session: &mut [Participant], venue: &Venue, commands: u64) {
    for k in 0..commands {
        let place = usize::try_from(k).unwrap() % session.len();
        session[place].act(venue);
    }
}
