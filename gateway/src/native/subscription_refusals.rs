//! Why a subscription is refused.

use protocol::ErrorCode;

use crate::native::refusal::Refusal;

/// It stands already.
pub const ALREADY_SUBSCRIBED: Refusal = Refusal::new(
    ErrorCode::AlreadySubscribed,
    "the session has this subscription",
);
/// One instrument, twice.
pub const SYMBOL_TWICE: Refusal = Refusal::new(
    ErrorCode::BadField,
    "field `symbols`: it names an instrument twice",
);
/// There is nothing to end.
pub const NOT_SUBSCRIBED: Refusal = Refusal::new(
    ErrorCode::NotSubscribed,
    "the session has no such subscription",
);
/// Executions of some instruments.
pub const EXECUTIONS_ARE_OF_ALL: Refusal = Refusal::new(
    ErrorCode::BadField,
    "field `symbols`: executions are those of all instruments",
);

/// Balances of some assets.
pub const OWN_STATE_IS_OF_ALL: Refusal = Refusal::new(
    ErrorCode::BadField,
    "field `symbols`: balances and positions are those of the whole account",
);
/// State that is told anew, and no messages that are kept.
pub const KEPT_AS_HISTORY: Refusal = Refusal::new(
    ErrorCode::SnapshotRequired,
    "subscribe, which tells what is so, and ask for the candles in between with `candles`",
);

/// A private channel has no numbers of its own.
pub const NOT_RESUMABLE: Refusal = Refusal::new(
    ErrorCode::BadField,
    "field `channel`: only public channels are resumed by number",
);
/// What was missed is gone.
pub const SNAPSHOT_REQUIRED: Refusal = Refusal::new(
    ErrorCode::SnapshotRequired,
    "what was missed is not kept: subscribe, which brings a snapshot",
);
/// A window without levels.
pub const NO_LEVELS: Refusal =
    Refusal::new(ErrorCode::BadField, "field `levels`: it must be above zero");
/// An interval that is not offered.
pub const UNKNOWN_INTERVAL: Refusal = Refusal::new(
    ErrorCode::BadField,
    "field `interval_ms`: it must be 10, 50, 100, 250, 500 or 1000",
);
/// The whole book, over and over.
pub const LATEST_NEEDS_LEVELS: Refusal = Refusal::new(
    ErrorCode::BadField,
    "field `levels`: the delivery `latest` of the book needs it",
);
