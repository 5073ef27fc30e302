//! Questions about what was: candles, statistics, and an account's own past, page by page.

use engine::{AccountId, OrderId, Timestamp};
use history::{CandleRange, History, Of, Page, Stage, Take};
use protocol::{
    Candles, CandlesRequest, ErrorCode, Past, PastKind, PastPage, PastRequest, ServerMessage,
    StatisticsRequest, StatisticsUpdate, Symbol,
};
use std::sync::Arc;

use crate::edge::{Edge, InstrumentState};
use crate::native::records::{
    self, amendment_record, execution_record, interval_of, order_record, prevented_record,
};
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::translate::timestamp;
use crate::session::Audience;
use crate::wire;

const COUNT_BY_DEFAULT: usize = 500;
const COUNT_MAX: usize = 1_000;
/// The window of statistics.
const WINDOW_NS: u64 = 86_400_000_000_000;

const TOO_MANY_QUESTIONS: Refusal = Refusal::new(
    ErrorCode::Pending,
    "eight questions about the past are under way: wait for an answer",
);

impl Session {
    /// Asks for candles.
    pub(super) fn tell_candles(
        &self,
        request: Option<u64>,
        asked: &CandlesRequest,
    ) -> Result<(), Refusal> {
        let place = self.place_of(&asked.symbol)?;
        let (edge, asked) = (Arc::clone(&self.edge), *asked);
        self.ask_history(move |history| {
            let mut answer = candles(&edge, &edge.instruments[place], &asked, history);
            answer.request = request;
            ServerMessage::Candles(answer)
        })
    }

    /// Asks for statistics.
    pub(super) fn tell_statistics(
        &self,
        request: Option<u64>,
        asked: &StatisticsRequest,
    ) -> Result<(), Refusal> {
        let place = self.place_of(&asked.symbol)?;
        let edge = Arc::clone(&self.edge);
        self.ask_history(move |history| {
            let mut answer = statistics(&edge, &edge.instruments[place], history);
            answer.request = request;
            ServerMessage::Statistics(Box::new(answer))
        })
    }

    /// Asks for a page of the account's past.
    pub(super) fn tell_past(
        &self,
        request: Option<u64>,
        account: AccountId,
        asked: &PastRequest,
    ) -> Result<(), Refusal> {
        let place = self.place_of(&asked.symbol)?;
        let (edge, asked) = (Arc::clone(&self.edge), *asked);
        self.ask_history(move |history| {
            let of = (account, Stage::Closed);
            let page = page(&edge, &edge.instruments[place], of, &asked, history);
            ServerMessage::Past(page.answering(request))
        })
    }

    /// Asks the history, and has the answer queued when it is there. The session goes on meanwhile.
    fn ask_history(
        &self,
        question: impl FnOnce(&History) -> ServerMessage + Send + 'static,
    ) -> Result<(), Refusal> {
        if !self.entry.begin_question() {
            return Err(TOO_MANY_QUESTIONS);
        }
        let (edge, entry) = (Arc::clone(&self.edge), Arc::clone(&self.entry));
        tokio::spawn(async move {
            let answer = edge.past.ask(question).await;
            let message = wire::encode(&mut Vec::new(), |buffer| answer.encode(buffer));
            entry.end_question();
            if entry.outbound.push(message, Audience::Private) {
                entry.outbound.wake();
            }
        });
        Ok(())
    }

    pub(super) fn place_of(&self, symbol: &Symbol) -> Result<usize, Refusal> {
        self.edge
            .listing
            .place_of_symbol(symbol)
            .ok_or_else(|| Refusal {
                code: ErrorCode::UnknownSymbol,
                text: format!("no instrument is called `{symbol}`").into(),
            })
    }
}

/// Candles without a gap, oldest first.
pub fn candles(
    edge: &Edge,
    state: &InstrumentState,
    asked: &CandlesRequest,
    history: &History,
) -> Candles {
    let now = timestamp(edge.at_us());
    let interval = interval_of(asked.interval);
    let until = asked.to_us.map_or(now, |to_us| timestamp(to_us).min(now));
    let count = count_of(asked.count);
    let range = match asked.from_us {
        Some(from) => CandleRange::From {
            from: timestamp(from),
            until,
            count,
        },
        None => CandleRange::Newest { until, count },
    };
    let found = history.candles(state.id(), interval, range);
    let scale = state.listed.scale;
    Candles {
        request: None,
        symbol: state.listed.symbol,
        interval: asked.interval,
        epoch: edge.epoch.0,
        seq: found.first().map(|first| interval.number_of(first.start)),
        candles: found
            .iter()
            .map(|candle| records::candle(scale, interval, candle, now))
            .collect(),
    }
}

/// What traded in the last 24 hours.
pub fn statistics(edge: &Edge, state: &InstrumentState, history: &History) -> StatisticsUpdate {
    let now = timestamp(edge.at_us());
    let found = history.statistics(state.id(), now, WINDOW_NS);
    StatisticsUpdate {
        request: None,
        symbol: state.listed.symbol,
        epoch: edge.epoch.0,
        from: None,
        seq: now.0 / 1_000_000_000,
        at_us: edge.at_us(),
        statistics: found.map(|found| records::statistics(state.listed.scale, &found)),
    }
}

/// A page of an account's past.
pub fn page(
    edge: &Edge,
    state: &InstrumentState,
    (account, stage): (AccountId, Stage),
    asked: &PastRequest,
    history: &History,
) -> Past {
    let (id, listed, page) = (state.id(), &state.listed, page_of(asked));
    let of = match asked.order_id {
        Some(order_id) => Of::Order(OrderId(order_id)),
        None => Of::Account,
    };
    let wider = wider(&page);
    match asked.kind {
        PastKind::ClosedOrders => {
            let orders = match of {
                Of::Order(order_id) => {
                    let found = history.order(account, id, engine::OrderRef::Id(order_id));
                    let is_meant =
                        |order: &history::OrderRecord| stage == Stage::All || is_over(order);
                    found.filter(is_meant).into_iter().collect()
                }
                Of::Account => history.orders(account, id, stage, &wider),
            };
            let id_of = |order: &history::OrderRecord| order.order_id.0;
            Past::ClosedOrders(paged(state, &page, &orders, id_of, |order| {
                order_record(listed, order)
            }))
        }
        PastKind::Executions => {
            let found = history.executions(account, id, of, &wider);
            let id_of = |found: &history::Execution| found.trade.trade_id.0;
            Past::Executions(paged(state, &page, &found, id_of, |execution| {
                execution_record(edge, listed, execution)
            }))
        }
        PastKind::Amendments => {
            let found = history.amendments(account, id, of, &wider);
            let id_of = |found: &history::Amendment| found.event.sequence.0;
            Past::Amendments(paged(state, &page, &found, id_of, |amendment| {
                amendment_record(listed, amendment)
            }))
        }
        PastKind::PreventedMatches => {
            let found = history.prevented_matches(account, id, of, &wider);
            let id_of = |found: &history::PreventedMatch| found.prevented_id;
            Past::PreventedMatches(paged(state, &page, &found, id_of, |prevented| {
                prevented_record(listed, prevented)
            }))
        }
    }
}

/// Most facts that share an id: the changes that one batch makes.
const SAME_ID_MAX: usize = 64;

/// The page, and behind it the facts that may share its last one's id.
const fn wider(page: &Page) -> Page {
    match page.take {
        Take::Oldest(most) => Page {
            take: Take::Oldest(most.saturating_add(SAME_ID_MAX)),
            ..*page
        },
        Take::Newest(_) => *page,
    }
}

/// Where the page ends: the next one begins with another id, so facts that share one stand on the same page.
fn end_of_page<R>(page: &Page, found: &[R], id_of: impl Fn(&R) -> u64) -> usize {
    let Take::Oldest(most) = page.take else {
        return found.len();
    };
    let (within, beyond) = found.split_at(most.min(found.len()));
    let Some(last) = within.last().map(&id_of) else {
        return 0;
    };
    let shares_last = beyond.iter().take_while(|one| id_of(one) == last);
    within.len().saturating_add(shares_last.count())
}

fn paged<R, W>(
    state: &InstrumentState,
    page: &Page,
    found: &[R],
    id_of: impl Fn(&R) -> u64,
    wire: impl Fn(&R) -> W,
) -> PastPage<W> {
    let found = found
        .get(..end_of_page(page, found, &id_of))
        .unwrap_or(found);
    let next_from_id = match page.take {
        Take::Oldest(most) if found.len() >= most => {
            found.last().map(|last| id_of(last).saturating_add(1))
        }
        Take::Oldest(_) | Take::Newest(_) => None,
    };
    PastPage {
        request: None,
        symbol: state.listed.symbol,
        records: found.iter().map(wire).collect(),
        next_from_id,
    }
}

const fn is_over(order: &history::OrderRecord) -> bool {
    match order.status {
        history::OrderStatus::Entering
        | history::OrderStatus::Waiting
        | history::OrderStatus::Resting => false,
        history::OrderStatus::Filled | history::OrderStatus::Canceled { .. } => true,
    }
}

fn page_of(asked: &PastRequest) -> Page {
    let count = count_of(asked.count);
    let is_from = asked.from_id.is_some() || asked.from_us.is_some();
    let page = if is_from {
        Page::oldest(count)
    } else {
        Page::newest(count)
    };
    let until = asked.to_us.map_or(Timestamp(u64::MAX), timestamp);
    page.from_id(asked.from_id.unwrap_or(0))
        .between(timestamp(asked.from_us.unwrap_or(0)), until)
}

fn count_of(asked: Option<u32>) -> usize {
    let asked = asked.map_or(COUNT_BY_DEFAULT, |count| {
        usize::try_from(count).unwrap_or(COUNT_MAX)
    });
    asked.min(COUNT_MAX)
}

#[cfg(test)]
mod tests {
    use super::{Page, end_of_page};

    /// Trades 1, 2, 2 and 3: the account traded with itself in the second.
    const IDS: [u64; 4] = [1, 2, 2, 3];

    #[test]
    fn a_page_ends_where_an_id_ends() {
        let ends = [0, 1, 2, 3, 4, 9].map(|most| {
            let page = Page::oldest(most);
            end_of_page(&page, &IDS, |id| *id)
        });

        assert_eq!(ends, [0, 1, 3, 3, 4, 4]);
    }

    #[test]
    fn the_newest_page_is_as_it_was_found() {
        assert_eq!(end_of_page(&Page::newest(2), &IDS, |id| *id), 4);
    }
}
