//! The naive market: a list of orders and the whole rule book, read literally.
//!
//! Written from the rules and from what scenario files may say, not from the engine: it shares no
//! line with it. It takes the commands of a scenario and answers in its words. It is slow and obvious:
//! every question is answered by looking at all orders again.

mod admission;
mod amend;
mod auction;
mod batch;
mod book;
mod busts;
mod cancels;
mod cascade;
mod entry;
mod fences;
mod icebergs;
mod linked;
mod luld;
mod maker_protection;
mod names;
mod order;
mod pegs;
mod post_only;
mod pro_rata;
mod quotes;
mod self_trade;
mod sessions;
mod sweep;
mod timers;
mod triggers;
mod velocity;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use scenario::{
    BookPicture, CancelWord, Command, InstrumentOptions, MarketLine, Meeting, Name, RejectWord,
    SideWord, Subject,
};

use luld::Bands;
use maker_protection::Counter;
use names::{Names, Word};
use order::{Account, Id, Order};
use sessions::State;

/// One instrument's market.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own about the market"
)]
#[derive(Clone)]
pub struct NaiveMarket {
    terms: Rc<InstrumentOptions>,
    names: Rc<Names>,
    /// What this command has said so far.
    said: Vec<MarketLine>,
    /// Every live order, in order of entry.
    orders: Vec<Order>,
    last_id: Id,
    /// Grows whenever an order joins a queue: time priority.
    last_turn: u64,
    now: u64,
    last_price: Option<i64>,
    auction_price: Option<i64>,
    /// Time and price of what traded.
    prints: Vec<(u64, i64)>,
    state: State,
    /// Orders were collected since the last uncross.
    is_collected: bool,
    /// When the call or pause ends by itself.
    ends_at: Option<u64>,
    is_extended: bool,
    bands: Bands,
    /// Stops that were hit and children that start or grow, in the order in which they enter.
    queue: Vec<Id>,
    /// The orders that bettered the market last.
    tops: BTreeMap<&'static str, Id>,
    counters: BTreeMap<(Account, Word), Counter>,
    killed: BTreeSet<Account>,
    dead_man: BTreeMap<Account, u64>,
    /// Orders that the batch of this command entered: their owner's ids name them, which are forgotten with them.
    batch_names: BTreeSet<Name>,
    /// Whose batch is carried out: another account's orders are unknown to it.
    batch_account: Option<Account>,
    /// The call as the last instruction of the batch left it, and whether any has changed it.
    batch_picture: Option<BookPicture>,
    batch_changes: bool,
    /// Every trade, from number 1 on, and whether it was taken back.
    trades: Rc<Vec<(Meeting, bool)>>,
    /// Nothing happens: it is only counted what could.
    is_rehearsal: bool,
}

impl Subject for NaiveMarket {
    fn open(options: &InstrumentOptions) -> Result<Self, String> {
        Ok(Self {
            terms: Rc::new(options.clone()),
            names: Rc::default(),
            said: Vec::new(),
            orders: Vec::new(),
            last_id: 0,
            last_turn: 0,
            now: 0,
            last_price: options.reference,
            auction_price: options.reference,
            prints: Vec::new(),
            state: State::Continuous,
            is_collected: false,
            ends_at: None,
            is_extended: false,
            bands: Bands::new(options),
            queue: Vec::new(),
            tops: BTreeMap::new(),
            counters: BTreeMap::new(),
            killed: BTreeSet::new(),
            dead_man: BTreeMap::new(),
            batch_names: BTreeSet::new(),
            batch_account: None,
            batch_picture: None,
            batch_changes: false,
            trades: Rc::default(),
            is_rehearsal: false,
        })
    }

    fn apply(&mut self, command: &Command) -> Result<Vec<MarketLine>, String> {
        let before = self.picture_in_call();
        self.batch_changes = false;
        self.obey(command);
        self.finish(before.as_ref());
        self.note_trades();
        Ok(std::mem::take(&mut self.said))
    }

    fn picture(&self) -> BookPicture {
        self.book_picture()
    }
}

impl NaiveMarket {
    fn obey(&mut self, command: &Command) {
        match command {
            Command::Submit(entry) => self.submit(entry),
            Command::Cancel(name) => self.cancel_named(name),
            Command::Replace(replacement) => self.replace(replacement),
            Command::Quote(quote) => self.quote(quote),
            Command::MassCancel(cancellation) => self.mass_cancel(cancellation),
            Command::ProtectionReset { group, account } => self.reset_protection(group, account),
            Command::Disconnect(account) => self.disconnect(account),
            Command::Time(time) => self.pass_time(*time),
            Command::Kill(account) => self.kill(account),
            Command::CancelAfter { account, delay } => self.arm_dead_man(account, *delay),
            Command::State(state) => self.order_state(*state),
            Command::Uncross { reference } => self.order_uncross(*reference),
            Command::Last(price) => self.last_price = Some(*price),
            Command::Bust(number) => self.bust(*number),
            Command::Quiet(_) => {}
            Command::Batch { mode, instructions } => self.batch(*mode, instructions),
            Command::Show => {
                let picture = self.book_picture();
                self.say(MarketLine::Book(picture));
            }
        }
    }

    /// What follows every command: the queue, the pegs, the status, the indicative price.
    fn finish(&mut self, before: Option<&BookPicture>) {
        self.follow_command();
        self.publish_indicative(before);
    }

    fn follow_command(&mut self) {
        self.cascade();
        self.reprice_pegs();
        self.watch_limit_state();
    }

    fn say(&mut self, line: MarketLine) {
        assert!(self.said.len() < 2_000, "a block of events has an end");
        self.said.push(line);
    }

    fn say_reject(&mut self, name: &Name, reason: RejectWord) {
        self.say(MarketLine::Reject {
            name: name.clone(),
            reason,
        });
    }

    fn meeting(&self, taker: Word, maker: Word, quantity: u64, price: i64) -> Meeting {
        Meeting {
            taker: self.names.name(taker).clone(),
            maker: self.names.name(maker).clone(),
            quantity,
            price,
        }
    }

    /// Ends an order, and what ends with it.
    fn cancel(&mut self, id: Id, reason: CancelWord) {
        let Some(order) = self.take_out(id) else {
            return;
        };
        self.say(MarketLine::Cancel {
            name: self.names.name(order.name).clone(),
            quantity: order.money.unwrap_or(order.open),
            reason,
        });
        self.end_what_hangs_on(&order);
    }

    /// Takes an order out of the market without a word.
    fn take_out(&mut self, id: Id) -> Option<Order> {
        let at = self.orders.iter().position(|order| order.id == id)?;
        self.queue.retain(|queued| *queued != id);
        self.tops.retain(|_, top| *top != id);
        Some(self.orders.remove(at))
    }

    fn find(&self, id: Id) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    fn order(&self, id: Id) -> &Order {
        self.find(id).expect("the order is live")
    }

    fn order_mut(&mut self, id: Id) -> &mut Order {
        let mut orders = self.orders.iter_mut();
        orders
            .find(|order| order.id == id)
            .expect("the order is live")
    }

    fn tick(&self) -> i64 {
        self.terms.tick.unwrap_or(1)
    }

    fn lot(&self) -> u64 {
        self.terms.lot.unwrap_or(1)
    }

    fn new_id(&mut self) -> Id {
        self.last_id += 1;
        self.last_id
    }

    fn new_turn(&mut self) -> u64 {
        self.last_turn += 1;
        self.last_turn
    }

    /// Live orders that are meant, in order of entry.
    fn ids(&self, is_meant: impl Fn(&Order) -> bool) -> Vec<Id> {
        let meant = self.orders.iter().filter(|order| is_meant(order));
        meant.map(|order| order.id).collect()
    }
}

/// Whether a price is better for a side than another.
fn is_better(side: SideWord, price: i64, than: i64) -> bool {
    match side {
        SideWord::Buy => price > than,
        SideWord::Sell => price < than,
    }
}

fn opposite(side: SideWord) -> SideWord {
    match side {
        SideWord::Buy => SideWord::Sell,
        SideWord::Sell => SideWord::Buy,
    }
}

/// So many ticks worse for a side.
fn worse_by(side: SideWord, price: i64, distance: i64) -> i64 {
    match side {
        SideWord::Buy => price - distance,
        SideWord::Sell => price + distance,
    }
}

/// What a maker of random commands looks at.
impl NaiveMarket {
    /// Panics where the rule book's invariants do not hold.
    pub fn assert_sane(&self) {
        let (bid, ask) = (self.best(SideWord::Buy), self.best(SideWord::Sell));
        if let (true, Some(bid), Some(ask)) = (self.state.is_trading(), bid, ask) {
            assert!(bid < ask, "crossed in continuous trading: {bid} and {ask}");
        }
        for order in &self.orders {
            assert!(!order.is_over(), "nothing is open of {order:?}");
            assert!(
                order.slice <= order.open,
                "it shows more than it has: {order:?}"
            );
            assert!(
                order.place != order::Place::Entering,
                "still on its way: {order:?}"
            );
            let is_shown = order.place != order::Place::Book || order.on_offer() > 0;
            assert!(
                is_shown || order.money.is_some(),
                "an empty slice: {order:?}"
            );
            if let Some(partner) = order.partner {
                let back = self.find(partner.id).and_then(|other| other.partner);
                assert!(
                    back.is_some_and(|back| back.id == order.id),
                    "a one-sided tie: {order:?}"
                );
            }
        }
        assert!(
            self.queue.is_empty() || !self.state.is_trading(),
            "the queue has run"
        );
    }

    /// Names of all open orders.
    pub fn open_names(&self) -> Vec<Name> {
        let names = self.orders.iter().map(|order| order.name);
        names.map(|word| self.names.name(word).clone()).collect()
    }

    /// Names of an account's open orders that are not sides of a quote.
    pub fn open_names_of(&self, account: &Name) -> Vec<Name> {
        let account = self.names.known(account).map(Account::Named);
        let own = self
            .orders
            .iter()
            .filter(|order| Some(order.account) == account && !order.is_quote);
        own.map(|order| self.names.name(order.name).clone())
            .collect()
    }

    /// Whether orders match as they come.
    pub fn is_trading(&self) -> bool {
        self.state.is_trading()
    }

    /// Whether orders are collected.
    pub fn is_in_call(&self) -> bool {
        self.state.is_call()
    }
}
