//! A random instrument: each run has other rules, so that all pairs of rules meet.

use scenario::{
    AuctionSelfTrade, Busts, Collar, DayWindow, GrowingChild, Indicative, InstrumentOptions,
    MarketResidual, MatchingRule, Name, Pair, Percent, PriceRange, Protection, StopOnEntry,
    TopOrder, WindowKind,
};

use super::chance::Chance;

/// Mechanisms that the engine does not have yet, by the words of the grammar. Empty at the end.
const LEFT_OUT: &[&str] = &[];

/// Middle of the prices.
pub const MIDDLE: i64 = 100;

/// Groups of market-maker protection.
pub const GROUPS: [&str; 2] = ["G", "H"];

/// What the random mix is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// What the engine has.
    Built,
    /// The whole rule book.
    Whole,
}

impl Mix {
    /// Whether a mechanism is in the mix.
    pub fn has(self, word: &str) -> bool {
        self == Self::Whole || !LEFT_OUT.contains(&word)
    }
}

/// Chooses an instrument's rules.
pub fn random_terms(mix: Mix, chance: &mut Chance) -> InstrumentOptions {
    let mut on = |word: &str, times: u64, of: u64| mix.has(word) && chance.chance(times, of);
    let pro_rata = on("match", 1, 4);
    let switches = [
        on("top", 1, 2),
        on("split", 1, 3),
        on("band", 1, 10),
        on("collar", 1, 8),
        on("corridor", 1, 5),
        on("static_corridor", 1, 8),
        on("luld", 1, 8),
        on("velocity", 1, 8),
        on("auction_stp", 1, 3),
        on("market_residual", 1, 3),
        on("stop_on_entry", 1, 3),
        on("mmp", 1, 2),
        on("grow", 1, 2),
        on("indicative", 1, 3),
        on("luld_mean", 1, 2),
        on("tick", 1, 6),
        on("lot", 1, 6),
        on("ref", 2, 3),
    ];
    let [
        top,
        split,
        band,
        collar,
        corridor,
        fixed,
        luld,
        velocity,
        ..,
    ] = switches;
    let [
        ..,
        stp,
        residual,
        entry,
        mmp,
        grow,
        indicative,
        mean,
        tick,
        lot,
        reference,
    ] = switches;
    let percent = |bips: u64| Some(Percent { bips });
    InstrumentOptions {
        tick: tick.then(|| chance.pick(&[2, 5])),
        lot: lot.then_some(3),
        matching: pro_rata.then_some(MatchingRule::ProRata),
        minimum_allocation: (pro_rata && chance.chance(1, 2)).then(|| chance.below(4)),
        top: (pro_rata && top).then_some(TopOrder::On),
        split: (pro_rata && split).then(|| Percent {
            bips: chance.pick(&[2_000, 4_000, 5_050]),
        }),
        band: band.then_some(PriceRange {
            low: MIDDLE - 4,
            high: MIDDLE + 4,
        }),
        collar: collar.then(|| random_collar(chance)),
        corridor: if corridor {
            percent(chance.pick(&[100, 200, 250]))
        } else {
            None
        },
        static_corridor: if fixed {
            percent(chance.pick(&[200, 300]))
        } else {
            None
        },
        call: chance.chance(2, 3).then(|| 1 + chance.below(8)),
        luld: if luld {
            percent(chance.pick(&[200, 300, 400]))
        } else {
            None
        },
        luld_limit: (luld && chance.chance(3, 4)).then(|| 1 + chance.below(6)),
        luld_pause: (luld && chance.chance(3, 4)).then(|| 1 + chance.below(6)),
        luld_mean: (luld && mean).then(|| Pair {
            first: 5 + chance.below(20),
            second: 1 + chance.below(6),
        }),
        velocity: velocity.then(|| Pair {
            first: 2 + chance.below(3),
            second: 1 + chance.below(10),
        }),
        auction_self_trade: stp.then_some(AuctionSelfTrade::Newest),
        market_residual: residual.then_some(MarketResidual::Cancel),
        stop_on_entry: entry.then_some(StopOnEntry::Trigger),
        protections: if mmp {
            GROUPS
                .iter()
                .map(|group| random_protection(group, chance))
                .collect()
        } else {
            Vec::new()
        },
        grow: grow.then_some(GrowingChild::Keep),
        reference: (reference || luld).then_some(MIDDLE),
        indicative: indicative.then_some(Indicative::On),
        busts: chance.chance(1, 2).then_some(Busts::On),
        luld_double: (luld && chance.chance(1, 2)).then(|| DayWindow {
            from: chance.below(4),
            until: 4 + chance.below(8),
            day: 12,
        }),
        batch_max: chance.chance(1, 4).then(|| chance.pick(&[1, 2, 3])),
    }
}

fn random_collar(chance: &mut Chance) -> Collar {
    let percent = |bips| Percent { bips };
    if chance.chance(1, 2) {
        Collar::Around(percent(chance.pick(&[150, 200, 300])))
    } else {
        Collar::Range {
            low: percent(9_700),
            high: percent(10_200),
        }
    }
}

fn random_protection(group: &str, chance: &mut Chance) -> Protection {
    let which = chance.below(7) + 1;
    let mut limit = |bit: u64, of: u64| (which & bit > 0).then(|| 1 + chance.below(of));
    let (quantity, count, delta) = (limit(1, 30), limit(2, 4), limit(4, 20));
    Protection {
        group: Name::new(group).expect("a word"),
        quantity,
        count,
        delta,
        window: 1 + chance.below(10),
        kind: chance.pick(&[WindowKind::Tumbling, WindowKind::Sliding]),
        freeze: chance.chance(2, 3).then(|| chance.below(6)),
    }
}
