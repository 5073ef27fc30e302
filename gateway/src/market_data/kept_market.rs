//! A market as bytes, for snapshots: what everyone sees, with its numbers.

use engine::{Canonical, Indicative, Price, SessionState, StateError, StateReader};

use crate::market_data::market::Market;
use crate::market_data::news::Crossing;
use crate::reference::ReferencePrices;

impl Market {
    /// Spells out what everyone sees, with its numbers, and the newest trades.
    pub fn spell(&self, out: &mut Vec<u8>) {
        let places = &self.places;
        for place in [
            places.trades,
            places.depth,
            places.top,
            places.orders,
            places.status,
            places.instrument,
            places.heartbeat,
        ] {
            place.spell(out);
        }
        self.events_since_heartbeat.write(out);
        self.state.write(out);
        (self.crossing == Crossing::MayBe).write(out);
        self.indicative
            .map(|it| (it.price, (it.volume, it.surplus)))
            .write(out);
        self.book.spell(out);
        self.queues.spell(out);
        self.trades.spell(out);
    }

    /// Goes on from what was spelled out: the next numbers follow those, in this market's epoch.
    ///
    /// # Errors
    /// The bytes spell no market.
    pub fn restore(
        &mut self,
        from: &mut StateReader<'_>,
        reference: &ReferencePrices,
    ) -> Result<(), StateError> {
        let places = &mut self.places;
        for place in [
            &mut places.trades,
            &mut places.depth,
            &mut places.top,
            &mut places.orders,
            &mut places.status,
            &mut places.instrument,
            &mut places.heartbeat,
        ] {
            place.restore(from)?;
        }
        self.events_since_heartbeat = from.value()?;
        self.state = from.value::<SessionState>()?;
        self.crossing = if from.value()? {
            Crossing::MayBe
        } else {
            Crossing::Never
        };
        self.indicative = from.value::<Option<(Option<Price>, (u128, i128))>>()?.map(
            |(price, (volume, surplus))| Indicative {
                price,
                volume,
                surplus,
            },
        );
        self.book.restore(from)?;
        self.queues.restore(from)?;
        self.trades.restore(from)?;
        self.top = self.book.top();
        reference.set_touch(
            self.top.bid.map(|level| level.price),
            self.top.ask.map(|level| level.price),
        );
        if let Some(last) = self.trades.last() {
            reference.set_last(last.price);
        }
        for place in 0..self.groups.len() {
            let content = self.groups[place].terms.content;
            self.groups[place].told = self.place(content).seq;
        }
        Ok(())
    }
}
