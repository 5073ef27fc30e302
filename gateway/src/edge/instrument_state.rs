//! One instrument as sessions and its publisher see it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

use engine::{FeeSchedule, Instrument, InstrumentId, TermsChanged};
use sequencer::{Epoch, SessionId};

use crate::egress::{AccountLoads, KeptReports, OpenOrders};
use crate::limits::Limits;
use crate::listing::{ListedInstrument, place_of};
use crate::lock::{read, write};
use crate::market_data::{Market, Resuming};
use crate::operated::Operating;
use crate::reference::ReferencePrices;

/// One instrument's read models.
#[derive(Debug)]
pub struct InstrumentState {
    /// What it is.
    pub listed: ListedInstrument,
    /// What everyone sees. Taken by its publisher, by subscriptions and by HTTP.
    pub market: Mutex<Market>,
    /// What its owners see. Taken by its publisher and by sessions that ask or replace.
    pub orders: Mutex<OpenOrders>,
    /// What accounts were told last. Taken by its publisher and by sessions that go on.
    pub reports: Mutex<KeptReports>,
    /// What market orders are measured by.
    pub reference: ReferencePrices,
    /// Commands of operators on their way.
    pub operating: Operating,
    /// Its terms now: those it was listed with, until an operator changes its grid.
    terms: RwLock<Instrument>,
    /// What trading it costs now, to be told; a trade carries what it cost.
    fees: RwLock<FeeSchedule>,
    /// With the replay clock: the one session that trades it; 0 while there is none.
    replaying_session: AtomicU64,
}

impl InstrumentState {
    /// An instrument without orders.
    pub fn new(
        listed: ListedInstrument,
        epoch: Epoch,
        limits: &Limits,
        loads: &Arc<AccountLoads>,
        resuming: Resuming,
    ) -> Self {
        let reference = ReferencePrices::default();
        if let Some(price) = listed.instrument.rules.reference {
            reference.set_last(price);
        }
        Self {
            market: Mutex::new(Market::new(listed.clone(), epoch, limits, resuming)),
            orders: Mutex::new(OpenOrders::new(Arc::clone(loads))),
            reports: Mutex::new(KeptReports::new(limits.executions_kept_max)),
            reference,
            operating: Operating::default(),
            terms: RwLock::new(listed.instrument),
            fees: RwLock::new(listed.terms.fees),
            replaying_session: AtomicU64::new(0),
            listed,
        }
    }

    /// Its terms now.
    pub fn terms(&self) -> Instrument {
        *read(&self.terms)
    }

    /// Its terms are these from now on.
    pub fn set_terms(&self, terms: &Instrument) {
        *write(&self.terms) = *terms;
    }

    /// Takes note of an operator's change.
    pub fn note_terms(&self, changed: &TermsChanged) {
        changed.apply_to(&mut write(&self.terms));
    }

    /// What trading it costs now.
    pub fn fees(&self) -> FeeSchedule {
        *read(&self.fees)
    }

    /// Trading it costs this from now on.
    pub fn note_fees(&self, fees: &FeeSchedule) {
        *write(&self.fees) = *fees;
    }

    /// Its place in the listing.
    pub fn place(&self) -> usize {
        place_of(self.id()).expect("listed instruments have an id")
    }

    /// Which instrument.
    pub const fn id(&self) -> InstrumentId {
        self.listed.instrument.id
    }

    /// With the replay clock: whether the session is, or becomes, the one that trades the instrument.
    pub fn claim_replay(&self, session: SessionId) -> bool {
        match self.replaying_session.compare_exchange(
            0,
            session.0,
            Ordering::Relaxed,
            Ordering::Relaxed,
        ) {
            Ok(_) => true,
            Err(owner) => owner == session.0,
        }
    }

    /// Whether the session is the one that trades the instrument.
    pub fn is_replayed_by(&self, session: SessionId) -> bool {
        self.replaying_session.load(Ordering::Relaxed) == session.0
    }

    /// The session is gone: another may trade the instrument.
    pub fn release_replay(&self, session: SessionId) {
        // Another session's claim stays as it is.
        let _ = self.replaying_session.compare_exchange(
            session.0,
            0,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
    }
}
