//! Questions to a matcher that are not commands: they are answered between batches and decide nothing.

use engine::{
    AccountId, Admission, FeeTier, Instrument, InstrumentId, PastTrade, RejectReason, RiskLimits,
    SequenceNumber, SessionState, TradeId,
};

/// What a matcher's books stand at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatcherState {
    /// Which matcher.
    pub matcher: usize,
    /// Its instruments.
    pub books: Vec<BookState>,
    /// Hash over everything that decides, of all its books.
    pub state_hash: u64,
}

/// What one instrument's book stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookState {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// The last command that was applied.
    pub sequence: SequenceNumber,
    /// Hash over everything of it that decides; the same under every layout of threads.
    pub state_hash: u64,
    /// Its terms now, which operators may have changed.
    pub terms: Instrument,
    /// What it does with orders now.
    pub session_state: SessionState,
}

/// What one instrument is now, without a walk over its orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookTerms {
    /// The last command that was applied.
    pub sequence: SequenceNumber,
    /// Its terms, which operators may have changed.
    pub terms: Instrument,
    /// What it does with orders.
    pub session_state: SessionState,
}

/// What one account may do on one instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountRules {
    /// The last command that was applied to the instrument.
    pub sequence: SequenceNumber,
    /// The account's own switch.
    pub admission: Admission,
    /// Which of the instrument's fee rates it has.
    pub fee_tier: FeeTier,
    /// What it is limited to.
    pub limits: RiskLimits,
    /// What it bought less what it sold, in quantity units.
    pub position: i128,
}

/// One hash over everything that decides, of all books in the order of their instruments: the layout over
/// threads does not count.
pub fn state_hash_of(states: &[MatcherState]) -> u64 {
    state_hash_of_books(states.iter().flat_map(|state| &state.books))
}

/// The same, of some books: each is hashed once, however often it is asked for all of them.
pub(crate) fn state_hash_of_books<'a>(books: impl IntoIterator<Item = &'a BookState>) -> u64 {
    // FNV-1a over whole words: the hashes are well mixed already, only their order has to count.
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut books: Vec<&BookState> = books.into_iter().collect();
    books.sort_by_key(|book| book.instrument);
    books.iter().fold(OFFSET, |hash, book| {
        (hash ^ book.state_hash).wrapping_mul(PRIME)
    })
}

/// A question, and where the answer goes.
#[derive(Debug)]
pub(crate) enum Inspection {
    /// Where do the books stand?
    State { reply: flume::Sender<MatcherState> },
    /// What is this instrument now?
    Terms {
        instrument: InstrumentId,
        reply: flume::Sender<BookTerms>,
    },
    /// What may this account do on it?
    Account {
        instrument: InstrumentId,
        account: AccountId,
        reply: flume::Sender<AccountRules>,
    },
    /// What was this trade, and can it be taken back?
    Trade {
        instrument: InstrumentId,
        trade_id: TradeId,
        reply: flume::Sender<Result<PastTrade, RejectReason>>,
    },
}
