//! What single events mean: a part in a trade, what was lost by meeting oneself, how an order ended.

use engine::{
    AccountId, CancelReason, Canceled, Event, OrderId, PastTrade, Prevented, Quantity, Rejected,
    SelfTradePrevention, Side, Trade,
};
use ledger::Fee;

use crate::binance::amount::Amount;
use crate::binance::limits::FilledAs;
use crate::binance::orders::apply::Told;
use crate::binance::orders::block::Block;
use crate::binance::orders::order::VenueOrder;
use crate::binance::orders::registry::VenueOrders;
use crate::binance::orders::report::{Fill, Report};
use crate::binance::words::{ExecutionType, ExpiryReason, OrderType, Status};

impl VenueOrders {
    /// An order that was to take the place of one that is gone was refused: its owner is told by an event.
    pub(super) fn refuse(&mut self, block: &Block<'_>, rejected: &Rejected, told: &mut Told) {
        let has_ended = |report: &Report| report.execution == ExecutionType::Canceled;
        let Some(replacement) = block
            .replacement
            .filter(|_| told.reports.iter().any(has_ended))
        else {
            return;
        };
        let order = VenueOrder {
            entered_us: block.at_us,
            updated_us: block.at_us,
            ..replacement.clone()
        };
        self.tell(block, order, ExecutionType::Rejected, told);
        if let Some(report) = told.reports.last_mut() {
            report.refusal = Some(rejected.reason);
        }
    }
}

impl Told {
    /// Nothing here says that a trade was taken back: both parties see what they have now.
    pub fn touch(&mut self, trade: &PastTrade, is_followed: impl Fn(AccountId) -> bool) {
        for account in [trade.taker.account, trade.maker.account] {
            if is_followed(account) {
                self.touched.push((account, Side::Buy));
                self.touched.push((account, Side::Sell));
            }
        }
    }
}

/// One order's part in a trade.
pub fn fill_of(block: &Block<'_>, trade: &Trade, filled_as: FilledAs, fee: Fee) -> Fill {
    let asset = block
        .listing
        .asset(fee.asset)
        .expect("fees are taken in listed assets");
    Fill {
        trade_id: trade.trade_id,
        price: trade.price,
        quantity: trade.quantity,
        commission: Amount::of_money(fee.amount, asset.decimals),
        commission_asset: asset.name,
        is_maker: filled_as == FilledAs::Maker,
    }
}

/// Whether more is told of the order in its block: an order by quote amount is filled where nothing is.
pub fn ends_later(block: &Block<'_>, place: usize, order_id: OrderId) -> bool {
    block
        .events
        .iter()
        .skip(place.saturating_add(1))
        .any(|event| match event {
            Event::Trade(it) => it.taker.order_id == order_id || it.maker.order_id == order_id,
            Event::Canceled(it) => it.order_id == order_id,
            Event::Accepted(_)
            | Event::Conditioned(_)
            | Event::Rejected(_)
            | Event::Repeated(_)
            | Event::Prevented(_)
            | Event::Rested(_)
            | Event::Queued(_)
            | Event::Triggered(_)
            | Event::Refilled(_)
            | Event::Pegged(_)
            | Event::Replaced(_)
            | Event::HoldReleased(_)
            | Event::StatusChanged(_)
            | Event::Indicative(_)
            | Event::TermsChanged(_)
            | Event::Step(_)
            | Event::TradeBusted(_)
            | Event::BustRefused(_) => false,
        })
}

/// What taker and maker lose, by the mode that decided.
pub fn lost_quantities(
    prevented: &Prevented,
    leaves: impl Fn(AccountId, OrderId) -> Quantity,
) -> [Option<Quantity>; 2] {
    let taker = || Some(leaves(prevented.taker_account, prevented.taker));
    let maker = || Some(leaves(prevented.maker_account, prevented.maker));
    match prevented.mode {
        SelfTradePrevention::None => [None, None],
        SelfTradePrevention::CancelNewest => [taker(), None],
        SelfTradePrevention::CancelOldest => [None, maker()],
        SelfTradePrevention::CancelBoth => [taker(), maker()],
        SelfTradePrevention::Decrement => [Some(prevented.quantity), Some(prevented.quantity)],
    }
}

/// Why an order ended: one that goes with another that its owner ended was ended by its owner too.
pub fn asked_for(block: &Block<'_>, canceled: &Canceled) -> CancelReason {
    let is_tied = matches!(
        canceled.reason,
        CancelReason::OcoPartner | CancelReason::ParentEnded
    );
    let is_asked = block.events.iter().any(|event| {
        matches!(
            event,
            Event::Canceled(other)
                if other.account == canceled.account
                    && matches!(other.reason, CancelReason::Requested | CancelReason::MassCancel)
        )
    });
    if is_tied && is_asked {
        return CancelReason::Requested;
    }
    canceled.reason
}

/// How an order ended, in the venue's words.
pub fn end_of(
    reason: CancelReason,
    order: &VenueOrder,
) -> (ExecutionType, Status, Option<ExpiryReason>) {
    let expiry = match reason {
        CancelReason::SelfTradePrevention => {
            return (ExecutionType::TradePrevention, Status::ExpiredInMatch, None);
        }
        CancelReason::ImmediateOrCancel if order.order_type == OrderType::Market => {
            ExpiryReason::InsufficientLiquidity
        }
        CancelReason::ImmediateOrCancel => ExpiryReason::UnfilledIoc,
        CancelReason::FillOrKill => ExpiryReason::UnfilledFok,
        CancelReason::NoLiquidity | CancelReason::BudgetSpent | CancelReason::Protection => {
            ExpiryReason::InsufficientLiquidity
        }
        CancelReason::ExecutionRange => ExpiryReason::PriceRange,
        CancelReason::OcoPartner => ExpiryReason::OcoTrigger,
        CancelReason::ParentEnded => ExpiryReason::OtoPhaseOneExpired,
        CancelReason::Expired
        | CancelReason::MarketMakerProtection
        | CancelReason::QuoteReplaced
        | CancelReason::Disconnected
        | CancelReason::AuctionEnded
        | CancelReason::SessionState => ExpiryReason::ExchangeCanceled,
        CancelReason::PostOnlyWouldCross
        | CancelReason::PriceOutsideBand
        | CancelReason::InvalidPrice
        | CancelReason::WouldTrigger => ExpiryReason::Rejected,
        CancelReason::Requested | CancelReason::MassCancel => {
            return (ExecutionType::Canceled, Status::Canceled, None);
        }
    };
    (ExecutionType::Expired, Status::Expired, Some(expiry))
}
