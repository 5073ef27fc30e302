//! Reports of one instrument that an account may have missed: who connects again goes on where it was cut off.
//!
//! The newest are kept, whoever they are for. Of each account it is known which was the last it was told, and the
//! last that is no longer kept. After a restart the replay of the log tells everything again from the newest snapshot
//! on; what was told before is known from there, and not kept.
//!
//! They are kept as binary frames, one behind the other in a ring: most are never asked for again, and to write one in
//! text and allocate room for it costs more than all else that is done for a report.

use std::collections::{BTreeMap, VecDeque};

use engine::{AccountId, Canonical, Event, StateError, StateReader};
use protocol::Frames;

/// Where a report's event stands in its instrument: the command's sequence, then the event among the command's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ReportPlace {
    /// The command's place in the instrument's order.
    pub sequence: u64,
    /// The event's place among those of the command.
    pub k: u32,
}

/// Some of what is asked for is no longer kept, or was never told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotKept;

/// The newest reports of one instrument.
#[derive(Debug)]
pub struct KeptReports {
    newest: VecDeque<KeptReport>,
    /// Their frames, in the same order.
    frames: VecDeque<u8>,
    kept_max: usize,
    accounts: BTreeMap<AccountId, Told>,
}

#[derive(Debug)]
struct KeptReport {
    account: AccountId,
    place: ReportPlace,
    /// How its frame is written.
    written: Frames,
    frame_bytes: u32,
}

/// What an account was told.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    /// The last of all.
    last: ReportPlace,
    /// The last that is not kept.
    dropped: ReportPlace,
}

impl KeptReports {
    /// Keeps up to `kept_max` reports.
    pub const fn new(kept_max: usize) -> Self {
        Self {
            newest: VecDeque::new(),
            frames: VecDeque::new(),
            kept_max,
            accounts: BTreeMap::new(),
        }
    }

    /// Whether any report is kept at all.
    pub const fn is_keeping(&self) -> bool {
        self.kept_max > 0
    }

    /// An account was told of an event by this frame.
    pub fn keep(
        &mut self,
        account: AccountId,
        place: ReportPlace,
        (written, frame): (Frames, &[u8]),
    ) {
        self.accounts.entry(account).or_default().last = place;
        if self.newest.len() >= self.kept_max
            && let Some(oldest) = self.newest.pop_front()
        {
            self.accounts.entry(oldest.account).or_default().dropped = oldest.place;
            self.frames.drain(..oldest.frame_bytes as usize);
        }
        self.frames.extend(frame);
        self.newest.push_back(KeptReport {
            account,
            place,
            written,
            frame_bytes: u32::try_from(frame.len()).expect("a report is far below 4 GiB"),
        });
    }

    /// An account was told of an event, and the report is not kept.
    pub fn note(&mut self, account: AccountId, place: ReportPlace) {
        let told = Told {
            last: place,
            dropped: place,
        };
        self.accounts.insert(account, told);
    }

    /// Notes whom the events of the command with this sequence are told.
    pub fn note_all(&mut self, sequence: u64, events: &[Event]) {
        for (k, event) in (0..).zip(events) {
            for account in told_of(event).into_iter().flatten() {
                self.note(account, ReportPlace { sequence, k });
            }
        }
    }

    /// The last event that the account was told of; `None` where there was none.
    pub fn last_told(&self, account: AccountId) -> Option<ReportPlace> {
        self.accounts.get(&account).map(|told| told.last)
    }

    /// What the account was told after `place`, oldest first.
    ///
    /// # Errors
    /// Some of it is not kept, or `place` was never reached.
    pub fn missed_after(
        &self,
        account: AccountId,
        place: ReportPlace,
    ) -> Result<impl Iterator<Item = (Frames, Vec<u8>)>, NotKept> {
        let told = self.accounts.get(&account).copied().unwrap_or_default();
        if place < told.dropped || place > told.last {
            return Err(NotKept);
        }
        let mut end = 0;
        let placed = self.newest.iter().map(move |report| {
            let start = end;
            end += report.frame_bytes as usize;
            (report, start..end)
        });
        let missed = placed
            .filter(move |(report, _)| report.account == account && report.place > place)
            .map(|(report, bytes)| {
                let frame = self.frames.range(bytes).copied().collect();
                (report.written, frame)
            });
        Ok(missed)
    }

    /// Spells out what accounts were told last, for a snapshot.
    pub fn spell(&self, out: &mut Vec<u8>) {
        (self.accounts.len() as u64).write(out);
        for (account, told) in &self.accounts {
            account.write(out);
            told.last.sequence.write(out);
            told.last.k.write(out);
        }
    }

    /// Goes on from what was spelled out.
    ///
    /// # Errors
    /// The bytes spell something else.
    pub fn restore(&mut self, from: &mut StateReader<'_>) -> Result<(), StateError> {
        let count: u64 = from.value()?;
        for _ in 0..count {
            let account = from.value()?;
            let (sequence, k) = (from.value()?, from.value()?);
            self.note(account, ReportPlace { sequence, k });
        }
        Ok(())
    }
}

/// The accounts that an event is told to, each time one.
pub fn told_of(event: &Event) -> [Option<AccountId>; 2] {
    match event {
        Event::Accepted(accepted) => [Some(accepted.account), None],
        Event::Rejected(rejected) => [Some(rejected.account), None],
        Event::Repeated(repeated) => [Some(repeated.account), None],
        Event::Rested(rested) => [Some(rested.account), None],
        Event::Replaced(replaced) => [Some(replaced.account), None],
        Event::Canceled(canceled) => [Some(canceled.account), None],
        Event::Trade(trade) => [Some(trade.taker.account), Some(trade.maker.account)],
        Event::Prevented(prevented) => {
            [Some(prevented.taker_account), Some(prevented.maker_account)]
        }
        Event::TradeBusted(busted) => {
            let trade = &busted.trade;
            [Some(trade.taker.account), Some(trade.maker.account)]
        }
        Event::Triggered(triggered) => [Some(triggered.account), None],
        Event::Refilled(refilled) => [Some(refilled.account), None],
        Event::Pegged(pegged) => [Some(pegged.account), None],
        Event::HoldReleased(_)
        | Event::Conditioned(_)
        | Event::Queued(_)
        | Event::StatusChanged(_)
        | Event::Indicative(_)
        | Event::TermsChanged(_)
        | Event::Step(_)
        | Event::BustRefused(_) => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use super::{AccountId, Frames, KeptReports, NotKept, ReportPlace, StateReader};

    const ALICE: AccountId = AccountId(1);
    const BOB: AccountId = AccountId(2);

    const fn at(sequence: u64, k: u32) -> ReportPlace {
        ReportPlace { sequence, k }
    }

    fn kept(kept_max: usize) -> KeptReports {
        let mut kept = KeptReports::new(kept_max);
        for (account, place) in [
            (ALICE, at(1, 0)),
            (ALICE, at(1, 1)),
            (BOB, at(2, 0)),
            (ALICE, at(4, 0)),
        ] {
            let text = format!("{}.{}", place.sequence, place.k);
            kept.keep(account, place, (Frames::Text, text.as_bytes()));
        }
        kept
    }

    fn missed(
        kept: &KeptReports,
        account: AccountId,
        after: ReportPlace,
    ) -> Result<Vec<String>, NotKept> {
        let missed = kept.missed_after(account, after)?;
        Ok(missed
            .map(|(_, frame)| String::from_utf8(frame).unwrap())
            .collect())
    }

    fn told(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn everything_after_the_cursor_and_nothing_of_others_is_told_again() {
        let kept = kept(10);

        assert_eq!(
            missed(&kept, ALICE, at(0, 0)),
            Ok(told(&["1.0", "1.1", "4.0"]))
        );
        assert_eq!(missed(&kept, ALICE, at(1, 0)), Ok(told(&["1.1", "4.0"])));
        assert_eq!(missed(&kept, ALICE, at(4, 0)), Ok(told(&[])));
        assert_eq!(missed(&kept, BOB, at(0, 0)), Ok(told(&["2.0"])));
        assert_eq!(missed(&kept, AccountId(3), at(0, 0)), Ok(told(&[])));
    }

    #[test]
    fn what_is_no_longer_kept_or_was_never_told_is_refused() {
        let kept = kept(2);

        assert_eq!(missed(&kept, ALICE, at(1, 0)), Err(NotKept));
        assert_eq!(missed(&kept, ALICE, at(1, 1)), Ok(told(&["4.0"])));
        assert_eq!(missed(&kept, BOB, at(0, 0)), Ok(told(&["2.0"])));
        assert_eq!(missed(&kept, ALICE, at(4, 1)), Err(NotKept));
    }

    #[test]
    fn a_restart_knows_what_was_told_and_keeps_what_is_told_from_then_on() {
        let mut spelled = Vec::new();
        kept(10).spell(&mut spelled);
        let mut restored = KeptReports::new(10);
        restored.restore(&mut StateReader::new(&spelled)).unwrap();
        restored.keep(ALICE, at(5, 0), (Frames::Text, b"5.0"));

        assert_eq!(missed(&restored, ALICE, at(1, 1)), Err(NotKept));
        assert_eq!(missed(&restored, ALICE, at(4, 0)), Ok(told(&["5.0"])));
        assert_eq!(missed(&restored, BOB, at(2, 0)), Ok(told(&[])));
    }
}
