//! A scenario's market: an engine with one instrument, and the names that the scenario uses.

use std::collections::BTreeMap;

use engine::{
    Accepted, AccountId, Admission, Admit, Bust, Cancel, CancelAfter, Disconnect, Display,
    EngineLimits, Event, InstrumentId, MassCancel, MatchingEngine, MmpReset, NewOrder, Notional,
    OrderId, PastTrade, Price, Quantity, Replace, RestingOrder, Scope, SequenceNumber, Sequenced,
    Side, SideFilter, StpGroup, Timestamp, TradeId,
};

use crate::block::Block;
use crate::command::{Command, MassCancellation, Quote, QuoteSide, Replacement};
use crate::instrument_options::{Busts, InstrumentOptions};
use crate::market_line::{BookEntry, BookPicture, BookPrice, MarketLine, RejectWord, Shown};
use crate::name::Name;
use crate::naming::{PROTECTED_GROUP, number_among};
use crate::narrator::Narrator;
use crate::order_entry::OrderEntry;
use crate::protection::protected_groups;
use crate::subject::Subject;
use crate::translate::{
    Identity, Obstacle, auction_reference, instrument, new_order, session_state, side,
};

/// An engine with one instrument and the names of a scenario.
pub struct Market {
    engine: MatchingEngine,
    instrument: InstrumentId,
    now: Timestamp,
    sequence: u64,
    pub(crate) narrator: Narrator,
    block: Block,
    /// The last accepted order of each name.
    pub(crate) orders: BTreeMap<Name, Known>,
    /// Orders that the batch enters which is being read: whose they are, and their sides.
    pub(crate) in_batch: BTreeMap<Name, (AccountId, Side)>,
    /// Numbers of accounts, groups and client ids, in order of appearance.
    pub(crate) numbers: BTreeMap<String, u32>,
}

/// The last order that was accepted under a name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    pub(crate) order_id: OrderId,
    pub(crate) account: AccountId,
    side: Side,
}

impl Subject for Market {
    fn open(options: &InstrumentOptions) -> Result<Self, String> {
        let what = |obstacle| match obstacle {
            Obstacle::Unable(what) => what,
            Obstacle::Refused(reason) => reason.to_string(),
        };
        let mut instrument = instrument(options).map_err(what)?;
        let mut numbers = BTreeMap::new();
        let number = |group: &Name| number_among(&mut numbers, PROTECTED_GROUP, group);
        instrument.rules.protected_groups = protected_groups(options, number).map_err(what)?;
        let mut engine = MatchingEngine::new(EngineLimits { instruments_max: 1 });
        if options.busts == Some(Busts::On) {
            engine = engine.with_past_trades();
        }
        engine.list(instrument).map_err(|error| error.to_string())?;
        let market = Self {
            engine,
            instrument: instrument.id,
            now: Timestamp(0),
            sequence: 0,
            narrator: Narrator::new(),
            block: Block::default(),
            orders: BTreeMap::new(),
            in_batch: BTreeMap::new(),
            numbers,
        };
        Ok(market)
    }

    fn apply(&mut self, command: &Command) -> Result<Vec<MarketLine>, String> {
        self.block.clear();
        match self.try_apply(command) {
            Ok(lines) => Ok(lines),
            Err(Obstacle::Unable(what)) => Err(what),
            Err(Obstacle::Refused(reason)) => Ok(refusal(command, reason).into_iter().collect()),
        }
    }

    fn picture(&self) -> BookPicture {
        let book = self
            .engine
            .book(self.instrument)
            .expect("the instrument was listed at the start");
        let entries = |side: Side| {
            let queued = self.engine.queued_market_orders(self.instrument, side);
            let at_the_market = queued
                .into_iter()
                .map(|(order_id, open, display)| BookEntry {
                    name: self.narrator.name(order_id).clone(),
                    shown: match display {
                        Display::Full | Display::Iceberg { .. } => Shown {
                            displayed: open.units(),
                            hidden: None,
                        },
                        Display::Hidden => Shown {
                            displayed: 0,
                            hidden: Some(open.units()),
                        },
                    },
                    price: BookPrice::Market,
                });
            let in_book = book.orders(side).map(|order| self.entry(&order));
            at_the_market.chain(in_book).collect()
        };
        BookPicture {
            bids: entries(Side::Buy),
            asks: entries(Side::Sell),
        }
    }
}

impl Market {
    /// Goes on with another engine in the place of its own, such as one that was restored from its state.
    pub fn go_on_with(&mut self, engine: MatchingEngine) {
        self.engine = engine;
    }

    /// The engine, to look at it more closely than a scenario can.
    pub fn engine(&self) -> &MatchingEngine {
        &self.engine
    }

    /// All that the last command made the engine say.
    pub fn block(&self) -> &Block {
        &self.block
    }

    fn try_apply(&mut self, command: &Command) -> Result<Vec<MarketLine>, Obstacle> {
        match command {
            Command::Submit(entry) => self.submit(entry),
            Command::Cancel(name) => Ok(self.cancel(name)),
            Command::Replace(replacement) => Ok(self.replace(replacement)),
            Command::MassCancel(cancellation) => Ok(self.mass_cancel(cancellation)),
            Command::Time(time) => {
                self.now = Timestamp(*time);
                Ok(self.market_command(&engine::Command::Tick))
            }
            Command::Show => Ok(vec![MarketLine::Book(self.picture())]),
            Command::Batch { mode, instructions } => self.batch(*mode, instructions),
            Command::Quiet(_) => Ok(Vec::new()),
            Command::Quote(quote) => Ok(self.quote(quote)),
            Command::ProtectionReset { group, account } => {
                let (account, group) = (self.named_account(account), self.mmp_group(group));
                Ok(self.market_command(&engine::Command::MmpReset(MmpReset { account, group })))
            }
            Command::Disconnect(account) => {
                let account = self.named_account(account);
                Ok(self.market_command(&engine::Command::Disconnect(Disconnect { account })))
            }
            Command::Kill(account) => Ok(self.kill(account)),
            Command::CancelAfter { account, delay } => {
                let (account, delay) = (self.named_account(account), *delay);
                let command = CancelAfter { account, delay };
                Ok(self.market_command(&engine::Command::CancelAfter(command)))
            }
            Command::State(state) => {
                Ok(self.market_command(&engine::Command::SetState(session_state(*state))))
            }
            Command::Uncross { reference } => {
                let reference = auction_reference(*reference);
                Ok(self.market_command(&engine::Command::Uncross(reference)))
            }
            Command::Bust(trade) => Ok(self.bust(TradeId(*trade))),
            Command::Last(price) => {
                let price = Price::from_units(*price);
                Ok(self.market_command(&engine::Command::SetLastPrice(price)))
            }
        }
    }

    /// Ids are unique in a scenario whoever owns the order; the engine asks within one account.
    fn submit(&mut self, entry: &OrderEntry) -> Result<Vec<MarketLine>, Obstacle> {
        let account = self.account_of(entry);
        let is_taken = self.is_held_elsewhere(entry, account);
        let order = self.new_order(entry, account)?;
        if is_taken {
            // A refused command is one, too: what follows every command follows it.
            let refused = MarketLine::Reject {
                name: entry.name.clone(),
                reason: RejectWord::DuplicateId,
            };
            let followed = self.market_command(&engine::Command::Tick);
            return Ok([refused].into_iter().chain(followed).collect());
        }
        self.narrator.begin(Some(entry.name.clone()));
        Ok(self.engine_command(&engine::Command::Submit(order)))
    }

    /// Whether an open order of another account, or of a quote, has the id.
    pub(crate) fn is_held_elsewhere(&self, entry: &OrderEntry, account: AccountId) -> bool {
        let known = self.orders.get(&entry.name);
        known.is_some_and(|known| {
            let is_held_elsewhere = known.account != account || entry.name.is_side_of_quote();
            is_held_elsewhere && self.narrator.is_open(known.order_id)
        })
    }

    pub(crate) fn new_order(
        &mut self,
        entry: &OrderEntry,
        account: AccountId,
    ) -> Result<NewOrder, Obstacle> {
        let options = &entry.options;
        let stp_group = options
            .group
            .as_ref()
            .map(|group| StpGroup(self.number("group", group)));
        let client_order_id = self.client_order_id(&entry.name);
        let tied = self.tied(options);
        new_order(
            entry,
            &Identity {
                account,
                client_order_id,
                stp_group,
                tied,
            },
        )
    }

    fn quote(&mut self, quote: &Quote) -> Vec<MarketLine> {
        let side = |side: Option<QuoteSide>| {
            side.map(|side| engine::QuoteSide {
                price: Price::from_units(side.price),
                quantity: Quantity::from_units(side.quantity),
                extra: Notional::ZERO,
            })
        };
        let command = engine::Command::Quote(engine::Quote {
            account: self.named_account(&quote.account),
            group: self.mmp_group(&quote.group),
            bid: side(quote.bid),
            ask: side(quote.ask),
        });
        self.narrator.begin_quote(quote.group.clone());
        self.engine_command(&command)
    }

    fn cancel(&mut self, name: &Name) -> Vec<MarketLine> {
        let (account, order) = self.reference(name);
        self.narrator.begin(Some(name.clone()));
        self.engine_command(&engine::Command::Cancel(Cancel { account, order }))
    }

    fn replace(&mut self, replacement: &Replacement) -> Vec<MarketLine> {
        let command = self.change(replacement);
        self.narrator
            .begin_replace(replacement.name.clone(), command.price);
        self.engine_command(&engine::Command::Replace(command))
    }

    pub(crate) fn change(&mut self, replacement: &Replacement) -> Replace {
        let (account, order) = self.reference(&replacement.name);
        let of_batch = self.in_batch.get(&replacement.name).map(|(_, side)| *side);
        let known = || Some(self.orders.get(&replacement.name)?.side);
        let side = of_batch.or_else(known).unwrap_or(Side::Buy);
        Replace {
            account,
            order,
            side,
            quantity: replacement.quantity.map(Quantity::from_units),
            price: replacement.price.map(Price::from_units),
            peak: replacement.peak.map(Quantity::from_units),
            stop: replacement.stop.map(Price::from_units),
            expiry: replacement.expiry.map(Timestamp),
            extra: Notional::ZERO,
        }
    }

    fn mass_cancel(&mut self, cancellation: &MassCancellation) -> Vec<MarketLine> {
        let account = AccountId(self.number("account", &cancellation.account));
        self.narrator.begin(None);
        self.engine_command(&engine::Command::MassCancel(MassCancel {
            account,
            side: cancellation
                .side
                .map_or(SideFilter::Both, |word| SideFilter::Only(side(word))),
            price_from: cancellation.from.map_or(Price::MIN, Price::from_units),
            price_to: cancellation.to.map_or(Price::MAX, Price::from_units),
            session: engine::SessionFilter::Any,
        }))
    }

    fn kill(&mut self, account: &Name) -> Vec<MarketLine> {
        let account = AccountId(self.number("account", account));
        self.market_command(&engine::Command::Admit(Admit {
            scope: Scope::Account(account),
            admission: Admission::Killed,
        }))
    }

    /// Takes a trade back. Of one that cannot be, nothing but the number is known.
    fn bust(&mut self, trade_id: TradeId) -> Vec<MarketLine> {
        let found = self.engine.past_trade(self.instrument, trade_id);
        let trade = found.unwrap_or(PastTrade::unknown(trade_id));
        let name = Name::new(&trade_id.0.to_string()).expect("digits are a name");
        self.narrator.begin(Some(name));
        let operator = "scenario".into();
        let bust = Bust { trade, operator };
        self.engine_command(&engine::Command::Bust(Box::new(bust)))
    }

    /// A command that is about the market and no order.
    fn market_command(&mut self, command: &engine::Command) -> Vec<MarketLine> {
        self.narrator.begin(None);
        self.engine_command(command)
    }

    pub(crate) fn engine_command(&mut self, command: &engine::Command) -> Vec<MarketLine> {
        self.sequence += 1;
        let sequenced = Sequenced {
            instrument: self.instrument,
            sequence: SequenceNumber(self.sequence),
            at: self.now,
            command: command.clone(),
        };
        let before = self.block.events.len();
        self.engine.apply(&sequenced, &mut self.block);
        let mut lines = Vec::new();
        for event in &self.block.events[before..] {
            lines.extend(self.narrator.tell(event));
            if let Event::Accepted(accepted) = event {
                let name = self.narrator.name(accepted.order_id).clone();
                let Accepted {
                    order_id,
                    account,
                    side,
                    ..
                } = *accepted;
                self.orders.insert(
                    name,
                    Known {
                        order_id,
                        account,
                        side,
                    },
                );
            }
        }
        lines
    }

    fn entry(&self, order: &RestingOrder) -> BookEntry {
        let (displayed, hidden) = (
            order.displayed_quantity.units(),
            order.hidden_quantity.units(),
        );
        BookEntry {
            name: self.narrator.name(order.order_id).clone(),
            shown: Shown {
                displayed,
                hidden: (hidden > 0 || matches!(order.display, Display::Iceberg { .. }))
                    .then_some(hidden),
            },
            price: BookPrice::At(order.price.units()),
        }
    }
}

/// What the market tells where the runner itself sees that the rule book refuses a command.
fn refusal(command: &Command, reason: RejectWord) -> Option<MarketLine> {
    match command {
        Command::Submit(entry) => Some(MarketLine::Reject {
            name: entry.name.clone(),
            reason,
        }),
        Command::Cancel(_)
        | Command::Replace(_)
        | Command::Quote(_)
        | Command::MassCancel(_)
        | Command::ProtectionReset { .. }
        | Command::Disconnect(_)
        | Command::Time(_)
        | Command::Kill(_)
        | Command::CancelAfter { .. }
        | Command::State(_)
        | Command::Uncross { .. }
        | Command::Last(_)
        | Command::Bust(_)
        | Command::Quiet(_)
        | Command::Batch { .. }
        | Command::Show => None,
    }
}
