//! What a session has subscribed to, so that a new connection can ask for it again.

use protocol::{Subscription, Symbol};

/// The subscriptions of one session, in the order in which they were asked for.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    wanted: Vec<Subscription>,
}

impl Subscriptions {
    pub(crate) fn add(&mut self, subscription: &Subscription) {
        self.wanted.push(subscription.clone());
    }

    /// Forgets what `ended` names; `listed` is what a subscription to all instruments stands for.
    pub(crate) fn remove(&mut self, ended: &Subscription, listed: &[Symbol]) {
        let Some(ended_symbols) = &ended.symbols else {
            self.wanted.retain(|wanted| !is_meant(wanted, ended));
            return;
        };
        let meant = self.wanted.iter_mut();
        for wanted in meant.filter(|wanted| is_meant(wanted, ended)) {
            wanted
                .symbols
                .get_or_insert_with(|| listed.to_vec())
                .retain(|symbol| !ended_symbols.contains(symbol));
        }
        self.wanted.retain(|wanted| {
            wanted
                .symbols
                .as_ref()
                .is_none_or(|symbols| !symbols.is_empty())
        });
    }

    pub(crate) fn wanted(&self) -> &[Subscription] {
        &self.wanted
    }
}

/// Candles are ended by interval, or all of them.
fn is_meant(wanted: &Subscription, ended: &Subscription) -> bool {
    let is_of_interval = ended.interval.is_none() || ended.interval == wanted.interval;
    wanted.channel == ended.channel && is_of_interval
}

#[cfg(test)]
mod tests {
    //! Goal: a new connection asks for exactly what was still wanted. Method: literal lists.

    use protocol::{CandleInterval, Channel, Subscription, Symbol};

    use super::Subscriptions;

    fn symbols(names: &[&str]) -> Vec<Symbol> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn subscription(channel: Channel, names: Option<&[&str]>) -> Subscription {
        Subscription::of(channel, names.map(symbols))
    }

    #[test]
    fn an_ended_symbol_is_taken_out_of_all() {
        let mut subscriptions = Subscriptions::default();
        subscriptions.add(&subscription(Channel::Trades, None));
        subscriptions.add(&subscription(Channel::Top, None));

        subscriptions.remove(
            &subscription(Channel::Trades, Some(&["B"])),
            &symbols(&["A", "B", "C"]),
        );

        assert_eq!(
            subscriptions.wanted(),
            [
                subscription(Channel::Trades, Some(&["A", "C"])),
                subscription(Channel::Top, None)
            ]
        );
    }

    #[test]
    fn candles_end_by_interval_or_all_of_them() {
        let candles = |interval| Subscription::candles(interval, Some(symbols(&["A"])));
        let mut subscriptions = Subscriptions::default();
        for interval in [
            CandleInterval::Second1,
            CandleInterval::Minute1,
            CandleInterval::Day1,
        ] {
            subscriptions.add(&candles(interval));
        }

        subscriptions.remove(&candles(CandleInterval::Minute1), &[]);

        assert_eq!(
            subscriptions.wanted(),
            [
                candles(CandleInterval::Second1),
                candles(CandleInterval::Day1)
            ]
        );
        subscriptions.remove(&subscription(Channel::Candles, None), &[]);
        assert_eq!(subscriptions.wanted(), []);
    }

    #[test]
    fn an_ended_channel_is_gone() {
        let mut subscriptions = Subscriptions::default();
        subscriptions.add(&subscription(Channel::Trades, Some(&["A"])));
        subscriptions.add(&subscription(Channel::Depth, Some(&["A"])));

        subscriptions.remove(&subscription(Channel::Trades, None), &[]);
        subscriptions.remove(&subscription(Channel::Depth, Some(&["A"])), &[]);

        assert_eq!(subscriptions.wanted(), []);
    }
}
