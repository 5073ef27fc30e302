//! Client order ids: which are open, and what was decided under those that promise idempotence.

mod window;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use xxhash_rust::xxh3::xxh3_64;

use crate::canonical::{
    Canonical, ShortHashSink, StateError, StateReader, StateSink, canonical_struct,
};
use crate::client_ids::window::Window;
use crate::command::OrderRef;
use crate::event::OriginalOutcome;
use crate::id::{AccountId, ClientOrderId};
use crate::instrument::Instrument;
use crate::order::NewOrder;
use crate::sequence::SequenceNumber;

/// Client order ids of one instrument.
#[derive(Debug)]
pub(crate) struct ClientIds {
    /// Slots of open orders. Looked up, never walked: the order of a hash map decides nothing.
    open: HashMap<ClientKey, u32, BuildHasherDefault<KeyHasher>>,
    /// What was decided under the ids that idempotence remembers, oldest first.
    window: Window,
    decided_max: usize,
    sequences_max: u64,
}

/// What a client order id obliges to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientIdClaim {
    /// Nothing: there is none, or it is only to be unique among open orders.
    Free,
    /// It is new: what is decided is to be remembered with this fingerprint.
    Remember(u64),
    /// The same order was decided before.
    Repeats(OriginalOutcome),
    /// Another order was decided under it.
    UsedOtherwise,
}

#[derive(Debug, Clone, Copy)]
struct Decided {
    fingerprint: u64,
    outcome: OriginalOutcome,
}

impl ClientIds {
    pub(crate) fn new(instrument: &Instrument) -> Self {
        Self {
            open: HashMap::default(),
            window: Window::default(),
            decided_max: instrument.idempotency_orders_max as usize,
            sequences_max: instrument.idempotency_sequences_max,
        }
    }

    pub(crate) fn is_open(&self, account: AccountId, id: ClientOrderId) -> bool {
        self.open.contains_key(&ClientKey { account, id })
    }

    /// The slot of the open order with this id.
    pub(crate) fn slot(&self, account: AccountId, id: ClientOrderId) -> Option<u32> {
        self.open.get(&ClientKey { account, id }).copied()
    }

    /// An order with this id came to rest.
    pub(crate) fn open(&mut self, account: AccountId, id: ClientOrderId, slot: u32) {
        let before = self.open.insert(ClientKey { account, id }, slot);
        assert!(before.is_none(), "a client order id is open once");
    }

    /// The open order with this id ended.
    pub(crate) fn close(&mut self, account: AccountId, id: ClientOrderId) {
        let before = self.open.remove(&ClientKey { account, id });
        assert!(before.is_some(), "every open client order id is listed");
    }

    /// Whether idempotence remembers that an order with this id was accepted.
    pub(crate) fn was_accepted(&self, account: AccountId, id: ClientOrderId) -> bool {
        self.window
            .get(&ClientKey { account, id })
            .is_some_and(|decided| match decided.outcome {
                OriginalOutcome::Accepted(_) => true,
                OriginalOutcome::Rejected(_) => false,
            })
    }

    /// What an idempotent order is told whose payload has this fingerprint.
    pub(crate) fn claim(
        &mut self,
        account: AccountId,
        id: ClientOrderId,
        fingerprint: u64,
        now: SequenceNumber,
    ) -> ClientIdClaim {
        self.forget_old(now);
        match self.window.get(&ClientKey { account, id }) {
            None => ClientIdClaim::Remember(fingerprint),
            Some(decided) if decided.fingerprint == fingerprint => {
                ClientIdClaim::Repeats(decided.outcome)
            }
            Some(_) => ClientIdClaim::UsedOtherwise,
        }
    }

    /// Remembers what was decided under an id that was claimed.
    pub(crate) fn remember(
        &mut self,
        account: AccountId,
        id: ClientOrderId,
        decided: (u64, OriginalOutcome),
        now: SequenceNumber,
    ) {
        if self.decided_max == 0 {
            return;
        }
        while self.window.len() >= self.decided_max {
            self.window.forget_oldest();
        }
        let (fingerprint, outcome) = decided;
        let decided = Decided {
            fingerprint,
            outcome,
        };
        // It was claimed by this command, so nobody has it.
        self.window.push(now, ClientKey { account, id }, decided);
    }

    /// Spells out everything remembered, oldest first. What is open is not: the orders say it.
    pub(crate) fn write_window<S: StateSink>(&self, out: &mut S) {
        (self.window.len() as u64).write(out);
        for remembered in self.window.iter() {
            remembered.sequence.write(out);
            remembered.key.write(out);
            remembered.decided.write(out);
        }
    }

    /// Remembers again what was spelled out up to `now`, the place of the last command.
    pub(crate) fn read_window(
        &mut self,
        now: SequenceNumber,
        from: &mut StateReader<'_>,
    ) -> Result<(), StateError> {
        let length: u64 = from.value()?;
        let mut before = SequenceNumber(0);
        for _ in 0..length {
            let (sequence, key): (SequenceNumber, ClientKey) = from.value()?;
            let decided: Decided = from.value()?;
            if sequence < before || sequence > now || self.window.len() >= self.decided_max {
                return Err(StateError::Impossible(
                    "the decided client order ids are out of order, or too many",
                ));
            }
            if self.window.get(&key).is_some() {
                return Err(StateError::Impossible(
                    "a client order id was decided twice",
                ));
            }
            self.window.push(sequence, key, decided);
            before = sequence;
        }
        Ok(())
    }

    fn forget_old(&mut self, now: SequenceNumber) {
        while let Some(oldest) = self.window.oldest()
            && now.0 - oldest.sequence.0 > self.sequences_max
        {
            self.window.forget_oldest();
        }
    }
}

/// Everything of a new order that decides, as one number. What the door reserved for it is not part of it.
pub(crate) fn fingerprint_of(order: &NewOrder, replaces: Option<OrderRef>) -> u64 {
    let NewOrder {
        account: _, // ids are looked up by account
        client_order_id: _,
        client_id_policy,
        external_id,
        side,
        kind,
        size,
        time_in_force,
        post_only,
        display,
        minimum_quantity,
        self_trade_prevention,
        stp_group,
        conditions,
        extra: _,
    } = order;
    let mut hash = ShortHashSink::new();
    side.write(&mut hash);
    kind.write(&mut hash);
    size.write(&mut hash);
    time_in_force.write(&mut hash);
    post_only.write(&mut hash);
    display.write(&mut hash);
    minimum_quantity.write(&mut hash);
    self_trade_prevention.write(&mut hash);
    stp_group.write(&mut hash);
    external_id.write(&mut hash);
    client_id_policy.write(&mut hash);
    conditions.write(&mut hash);
    if let Some(order) = replaces {
        order.write(&mut hash);
    }
    hash.finish()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ClientKey {
    account: AccountId,
    id: ClientOrderId,
}

canonical_struct!(ClientKey { account, id });
canonical_struct!(Decided {
    fingerprint,
    outcome
});

impl ClientKey {
    fn spread(&self) -> u64 {
        let mut bytes = [0; 4 + ClientOrderId::LENGTH_MAX];
        bytes[..4].copy_from_slice(&self.account.0.to_le_bytes());
        bytes[4..].copy_from_slice(self.id.padded());
        xxh3_64(&bytes)
    }

    /// Half of its hash, never zero.
    fn mark(&self) -> u32 {
        (self.spread() >> 32) as u32 | 1 << 31
    }
}

impl Hash for ClientKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.spread());
    }
}

/// Takes the hash that [`ClientKey`] computes, the same in every process.
#[derive(Debug, Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
