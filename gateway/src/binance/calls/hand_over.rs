//! From a checked request through the door to the matcher, and back with what became of it.

use std::sync::Arc;
use std::time::Duration;

use engine::{AccountId, ClientOrderId, Command};
use sequencer::{InboundCommand, Origin, Refused, Stamps};
use tokio::sync::oneshot;

use crate::binance::orders::{Attributes, VenueOrder};
use crate::binance::refusal::Refusal;
use crate::binance::state::{Answered, Pending};
use crate::door::Door;
use crate::edge::{Edge, InstrumentState};

/// Longer than this nobody is let wait: the venue says that the outcome is unknown.
const OUTCOME_PATIENCE: Duration = Duration::from_secs(10);

/// What goes with a command.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// What its request says of the order that it enters.
    pub attributes: Attributes,
    /// The id that its request gives a cancel, or an amended order.
    pub request_id: Option<ClientOrderId>,
    /// The order that is to take the place of a canceled one, as it would be told of if it were refused.
    pub replacement: Option<Box<VenueOrder>>,
}

/// A command that was taken; its outcome comes.
#[derive(Debug)]
pub struct OnItsWay {
    edge: Arc<Edge>,
    number: u64,
    outcome: oneshot::Receiver<Answered>,
}

/// Hands a command to its matcher; what was reserved for it goes back if it is not taken.
///
/// # Errors
/// It was not taken.
pub fn hand_over(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    account: AccountId,
    command: Command,
    notes: Notes,
) -> Result<OnItsWay, Refusal> {
    hand_over_list(edge, state, account, command, (notes, Vec::new()))
}

/// The same of a command that enters several orders, with what its request says of each.
///
/// # Errors
/// It was not taken.
pub fn hand_over_list(
    edge: &Arc<Edge>,
    state: &InstrumentState,
    account: AccountId,
    command: Command,
    (notes, legs): (Notes, Vec<Attributes>),
) -> Result<OnItsWay, Refusal> {
    let (answer, outcome) = oneshot::channel();
    let number = edge.binance.expect(Pending {
        account,
        attributes: notes.attributes,
        legs,
        request_id: notes.request_id,
        replacement: notes.replacement,
        answer,
    });
    let inbound = InboundCommand {
        instrument: state.id(),
        origin: Origin {
            session: edge.binance.session,
            request: number,
            ..Origin::default()
        },
        at: None,
        stamps: Stamps::default(),
        command,
    };
    let door = Door::new(&edge.ledger, state, account);
    door.note_on_its_way(&inbound.command);
    match edge.submit(inbound) {
        Ok(()) => Ok(OnItsWay {
            edge: Arc::clone(edge),
            number,
            outcome,
        }),
        Err(not_taken) => {
            door.take_back(&not_taken.command.command);
            edge.binance.take_pending(number);
            Err(of_refused(not_taken.refused))
        }
    }
}

impl OnItsWay {
    /// Waits for what became of the command.
    ///
    /// # Errors
    /// It did not come in time: what became of it is not known.
    pub async fn outcome(self) -> Result<Answered, Refusal> {
        let outcome = tokio::time::timeout(OUTCOME_PATIENCE, self.outcome).await;
        if let Ok(Ok(answered)) = outcome {
            return Ok(answered);
        }
        self.edge.binance.take_pending(self.number);
        Err(Refusal::timeout())
    }
}

fn of_refused(refused: Refused) -> Refusal {
    match refused {
        Refused::Full | Refused::LowDisk => Refusal::busy(),
        Refused::Unavailable => {
            Refusal::new(-1016, "This service is no longer available.").with_status(503)
        }
        Refused::UnknownInstrument => Refusal::bad_symbol(),
        Refused::NamesHandle => unreachable!("no request names an order by its place in memory"),
    }
}

/// An account whose full mass cancel would not fit its sessions' queues enters no more orders.
///
/// # Errors
/// It has as many open orders as it may have.
pub fn check_open_orders(edge: &Edge, account: AccountId) -> Result<(), Refusal> {
    check_room_for(edge, account, 1)
}

/// The same for so many orders that enter together.
///
/// # Errors
/// It would have more open orders than it may have.
pub fn check_room_for(edge: &Edge, account: AccountId, entering: usize) -> Result<(), Refusal> {
    let open = edge.loads.open_orders(account);
    if open.saturating_add(entering) > edge.limits.open_orders_per_account_max {
        return Err(Refusal::filter("EXCHANGE_MAX_NUM_ORDERS"));
    }
    Ok(())
}
