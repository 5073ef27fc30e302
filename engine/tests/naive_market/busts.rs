//! Trades that an operator takes back.

use std::rc::Rc;

use scenario::{Busts, MarketLine, Name, RejectWord};

use super::NaiveMarket;

/// So many of the newest trades can be taken back.
const WINDOW: usize = 10_000;

impl NaiveMarket {
    /// A trade is taken back once, as long as it is not too old; nothing else changes.
    pub(super) fn bust(&mut self, number: u64) {
        let name = Name::new(&number.to_string()).expect("digits are a name");
        if self.terms.busts != Some(Busts::On) {
            return self.say_reject(&name, RejectWord::NotSupported);
        }
        let count = self.trades.len();
        let place = usize::try_from(number).expect("small");
        if place == 0 || place > count {
            return self.say_reject(&name, RejectWord::UnknownTrade);
        }
        if place + WINDOW <= count {
            return self.say_reject(&name, RejectWord::TradeTooOld);
        }
        let (meeting, was_busted) = self.trades[place - 1].clone();
        if was_busted {
            return self.say_reject(&name, RejectWord::TradeBusted);
        }
        Rc::make_mut(&mut self.trades)[place - 1].1 = true;
        self.say(MarketLine::Busted(meeting));
    }

    pub(super) fn note_trades(&mut self) {
        for line in &self.said {
            if let MarketLine::Trade(meeting) = line {
                Rc::make_mut(&mut self.trades).push((meeting.clone(), false));
            }
        }
    }

    /// How many trades there were.
    pub fn trade_count(&self) -> u64 {
        self.trades.len() as u64
    }
}
