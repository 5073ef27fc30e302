//! Following the own executions: from now on, or from where an earlier session was cut off.

use std::borrow::Cow;
use std::sync::Arc;

use engine::AccountId;
use protocol::{Channel, ErrorCode, ExecutionCursor, Frames, ResumeExecutions, Subscribed, Symbol};
use tokio_tungstenite::tungstenite::Message;

use crate::edge::{Edge, InstrumentState};
use crate::egress::{NotKept, ReportPlace};
use crate::lock::{lock, write};
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::subscription_refusals::{ALREADY_SUBSCRIBED, NOT_SUBSCRIBED, SYMBOL_TWICE};
use crate::session::Following;
use crate::wire;

impl Session {
    /// Follows the account's executions from now on.
    pub(super) fn follow_executions(
        &mut self,
        request: Option<u64>,
        way: Following,
    ) -> Result<(), Refusal> {
        let account = self.account()?;
        self.start_executions(request, (account, way), |_| Ok(Vec::new()))
    }

    /// Follows the account's executions from a cursor on: first what was missed, then what comes.
    pub(super) fn resume_executions(
        &mut self,
        request: Option<u64>,
        resume: &ResumeExecutions,
    ) -> Result<(), Refusal> {
        let account = self.account()?;
        if resume.epoch != self.edge.epoch.0 {
            return Err(Refusal::new(
                ErrorCode::SnapshotRequired,
                "the numbers are of another epoch: subscribe to executions, and ask for the open orders",
            ));
        }
        self.check_cursor(&resume.after)?;
        let frames = self.entry.frames();
        let missed_max = self.edge.limits.outbound_messages_max / 2;
        let way = match resume.channel {
            Channel::DropCopy => Following::DropCopy,
            Channel::Executions
            | Channel::Trades
            | Channel::Depth
            | Channel::Top
            | Channel::Orders
            | Channel::Status
            | Channel::Instruments
            | Channel::Heartbeat
            | Channel::Queue
            | Channel::Candles
            | Channel::Statistics
            | Channel::Balances
            | Channel::Positions => Following::Executions,
        };
        self.start_executions(request, (account, way), |edge| {
            let mut missed = Vec::new();
            for state in &edge.instruments {
                missed_of(state, (account, frames), &resume.after, &mut missed)?;
            }
            if missed.len() > missed_max {
                return Err(Refusal::new(
                    ErrorCode::SnapshotRequired,
                    "more was missed than can be told at once: subscribe to executions, and ask for the open orders",
                ));
            }
            Ok(missed)
        })
    }

    /// No publisher tells anything meanwhile: nothing is told twice, and nothing is left out between what is told
    /// again and what is told from now on.
    fn start_executions(
        &mut self,
        request: Option<u64>,
        (account, way): (AccountId, Following),
        missed: impl FnOnce(&Edge) -> Result<Vec<Message>, Refusal>,
    ) -> Result<(), Refusal> {
        if self.subscriptions.reports.contains(&way) {
            return Err(ALREADY_SUBSCRIBED);
        }
        let edge = Arc::clone(&self.edge);
        let mut routing = write(&edge.routing);
        let missed = missed(&edge)?;
        let places: Vec<usize> = (0..edge.instruments.len()).collect();
        let answer = Subscribed {
            request,
            channel: match way {
                Following::Executions => Channel::Executions,
                Following::DropCopy => Channel::DropCopy,
            },
            symbols: self.symbols(&places),
            epoch: Some(edge.epoch.0),
            cursor: Some(cursor_of(&edge, account)),
        };
        self.answer(|buffer| answer.encode(buffer));
        for message in missed {
            self.entry.outbound.push_own(message);
        }
        routing.follow(way, &self.entry, account);
        self.subscriptions.reports.insert(way);
        Ok(())
    }

    /// Follows the account's executions no more.
    pub(super) fn leave_executions(
        &mut self,
        account: AccountId,
        way: Following,
    ) -> Result<(), Refusal> {
        if !self.subscriptions.reports.remove(&way) {
            return Err(NOT_SUBSCRIBED);
        }
        write(&self.edge.routing).unfollow(way, self.entry.id, account);
        Ok(())
    }

    /// Each instrument once, and none that there is not.
    fn check_cursor(&self, after: &[ExecutionCursor]) -> Result<(), Refusal> {
        let mut symbols: Vec<Symbol> = after.iter().map(|cursor| cursor.symbol).collect();
        for symbol in &symbols {
            if self.edge.by_symbol(symbol).is_none() {
                return Err(Refusal {
                    code: ErrorCode::UnknownSymbol,
                    text: Cow::Owned(format!("no instrument is called `{symbol}`")),
                });
            }
        }
        symbols.sort_unstable();
        if symbols.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(SYMBOL_TWICE);
        }
        Ok(())
    }
}

/// The last event of each instrument that the account was told of.
fn cursor_of(edge: &Edge, account: AccountId) -> Vec<ExecutionCursor> {
    let told = edge.instruments.iter().filter_map(|state| {
        let last = lock(&state.reports).last_told(account)?;
        Some(ExecutionCursor {
            symbol: state.listed.symbol,
            seq: last.sequence,
            k: last.k,
        })
    });
    told.collect()
}

/// Adds what the account was told of an instrument after its cursor.
fn missed_of(
    state: &InstrumentState,
    (account, frames): (AccountId, Frames),
    after: &[ExecutionCursor],
    missed: &mut Vec<Message>,
) -> Result<(), Refusal> {
    let symbol = state.listed.symbol;
    let place = after.iter().find(|cursor| cursor.symbol == symbol).map_or(
        ReportPlace::default(),
        |cursor| ReportPlace {
            sequence: cursor.seq,
            k: cursor.k,
        },
    );
    let reports = lock(&state.reports);
    let of_account = reports
        .missed_after(account, place)
        .map_err(|NotKept| Refusal {
            code: ErrorCode::SnapshotRequired,
            text: Cow::Owned(format!(
                "what was told of {symbol} after {}.{} is not all kept: subscribe to executions, and ask for the open \
                 orders",
                place.sequence, place.k
            )),
        })?;
    let instrument = state.listed.binary();
    missed.extend(of_account.map(|report| wire::told_again(report, frames, &instrument)));
    Ok(())
}
