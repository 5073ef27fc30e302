//! Seats participants in instruments and sessions.

use crate::config::{FeedConfig, FlowMakers};
use crate::flow::arithmetic::real;
use crate::flow::model::ModelName;
use crate::flow::{Flow, FlowInstrument, LiveModel, ReferencePrice, Seat, Stream};
use crate::instrument_profile::InstrumentProfile;
use crate::participant::{MarketMaker, Participant, Passive, Taker};
use crate::schedule::gap_mean_ns;

/// The kinds of participants, in the order in which they are seated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    MarketMaker,
    Taker,
    Passive,
}

/// The flow of one session: its share of the seats of every instrument.
///
/// Seats are dealt out in turn, kind by kind, so that the makers and takers of an instrument sit in
/// different sessions as far as there are any.
pub fn flow_of_session(
    config: &FeedConfig,
    profiles: &[InstrumentProfile],
    session: usize,
) -> Flow {
    if config.flow_makers() == FlowMakers::Models {
        return Flow::of_models(models_of_session(config, profiles, session));
    }
    let instruments = config
        .instruments
        .iter()
        .zip(profiles)
        .map(|(one, profile)| {
            let name = format!("reference/{}", profile.symbol);
            FlowInstrument {
                shape: profile.shape,
                reference: ReferencePrice::new(
                    Stream::named(config.seed, &name),
                    profile.reference_ticks,
                    one.reference_step_ppm_max,
                ),
            }
        });
    let mut seats = Vec::new();
    let mut dealt = 0;
    for instrument in 0..profiles.len() {
        for (kind, count) in kinds(config) {
            for place in 0..count {
                if dealt % config.sessions as usize == session {
                    seats.push(seat(config, instrument, kind, place));
                }
                dealt += 1;
            }
        }
    }
    Flow::new(instruments.collect(), seats)
}

/// The models of one session: those of the instruments whose books it follows.
fn models_of_session(
    config: &FeedConfig,
    profiles: &[InstrumentProfile],
    session: usize,
) -> Vec<LiveModel> {
    let weights: u64 = config
        .instruments
        .iter()
        .map(|one| u64::from(one.weight))
        .sum();
    let place = |instrument: usize| {
        let profile = &profiles[instrument];
        let share = f64::from(config.instruments[instrument].weight) / real(weights);
        LiveModel::new(
            ModelName {
                seed: config.seed,
                symbol: profile.symbol.as_str(),
                sector: "all",
            },
            instrument,
            profile.reference_ticks,
            &profile.shape,
            f64::from(config.rate_orders_per_s) * share,
        )
    };
    (session..profiles.len())
        .step_by(config.sessions as usize)
        .map(place)
        .collect()
}

fn kinds(config: &FeedConfig) -> [(Kind, u32); 3] {
    let who = &config.participants;
    [
        (Kind::MarketMaker, who.market_makers),
        (Kind::Taker, who.takers),
        (Kind::Passive, who.passives),
    ]
}

fn seat(config: &FeedConfig, instrument: usize, kind: Kind, place: u32) -> Seat {
    let who = &config.participants;
    let listed = &config.instruments[instrument];
    let (word, count, share_percent) = match kind {
        Kind::MarketMaker => (
            "market_maker",
            who.market_makers,
            who.market_maker_share_percent,
        ),
        Kind::Taker => ("taker", who.takers, who.taker_share_percent),
        Kind::Passive => ("passive", who.passives, who.passive_share_percent),
    };
    let gap_ns = gap_mean_ns(config, listed, share_percent, count);
    let name = format!("{word}/{}/{place}", listed.symbol);
    let stream = Stream::named(config.seed, &name);
    let participant = match kind {
        Kind::MarketMaker => {
            Participant::MarketMaker(MarketMaker::new(stream, who.market_maker_levels))
        }
        Kind::Taker => Participant::Taker(Taker::new(stream)),
        Kind::Passive => {
            // By Little's law half of the room is taken on average; filled orders leave more.
            let lifetime_ns = gap_ns.saturating_mul(u64::from(who.passive_open_orders_max) / 2 + 1);
            let open_orders_max = who.passive_open_orders_max as usize;
            Participant::Passive(Passive::new(stream, lifetime_ns, open_orders_max))
        }
    };
    let arrivals = Stream::named(config.seed, &format!("{name}/arrivals"));
    Seat::new(instrument, participant, arrivals, gap_ns)
}
