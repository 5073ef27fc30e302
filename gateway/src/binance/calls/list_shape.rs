//! Which types the two orders of a pair may have: one above the market, one below it.

use engine::Side;

use crate::binance::refusal::Refusal;
use crate::binance::words::OrderType;

/// What a leg does, as far as its place beside the market is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Rests,
    StopsLoss,
    TakesProfit,
}

impl Role {
    fn of(order_type: OrderType) -> Result<Self, Refusal> {
        match order_type {
            OrderType::LimitMaker => Ok(Self::Rests),
            OrderType::StopLoss | OrderType::StopLossLimit => Ok(Self::StopsLoss),
            OrderType::TakeProfit | OrderType::TakeProfitLimit => Ok(Self::TakesProfit),
            OrderType::Limit | OrderType::Market => {
                Err(Refusal::new(-1158, "Order type not supported in OCO."))
            }
        }
    }
}

/// Checks the types of a pair, the upper one first.
///
/// # Errors
/// A type is not for pairs, both would rest, or one stands on the wrong side of the market.
pub fn check_shape(side: Side, [above, below]: [OrderType; 2]) -> Result<(), Refusal> {
    let (above, below) = (Role::of(above)?, Role::of(below)?);
    if above == Role::Rests && below == Role::Rests {
        return Err(Refusal::new(
            -1168,
            "At least one OCO order must be contingent.",
        ));
    }
    // What takes a profit or rests stands where the market would be welcome, what stops a loss on the other side.
    let (welcome, unwelcome) = match side {
        Side::Buy => (below, above),
        Side::Sell => (above, below),
    };
    let refusal = match (side, welcome, unwelcome) {
        (_, Role::Rests | Role::TakesProfit, Role::StopsLoss) => return Ok(()),
        (Side::Buy, _, Role::Rests) => (-1165, "A limit order in a buy OCO must be below."),
        (Side::Sell, _, Role::Rests) => (-1166, "A limit order in a sell OCO must be above."),
        (Side::Buy, Role::StopsLoss, _) => (-1196, "A stop loss order in a buy OCO must be above."),
        (Side::Sell, Role::StopsLoss, _) => {
            (-1197, "A stop loss order in a sell OCO must be below.")
        }
        (Side::Buy, _, Role::TakesProfit) => {
            (-1198, "A take profit order in a buy OCO must be below.")
        }
        (Side::Sell, _, Role::TakesProfit) => {
            (-1199, "A take profit order in a sell OCO must be above.")
        }
    };
    Err(Refusal::new(refusal.0, refusal.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(side: Side, above: OrderType, below: OrderType) -> i32 {
        check_shape(side, [above, below]).map_or_else(|refusal| refusal.code, |()| 0)
    }

    #[test]
    fn a_pair_has_its_stop_loss_on_the_side_that_hurts() {
        use OrderType::{LimitMaker, StopLoss, StopLossLimit, TakeProfit, TakeProfitLimit};
        assert_eq!(code(Side::Sell, LimitMaker, StopLoss), 0);
        assert_eq!(code(Side::Sell, TakeProfit, StopLossLimit), 0);
        assert_eq!(code(Side::Buy, StopLoss, LimitMaker), 0);
        assert_eq!(code(Side::Buy, StopLossLimit, TakeProfitLimit), 0);

        assert_eq!(code(Side::Buy, LimitMaker, StopLoss), -1165);
        assert_eq!(code(Side::Sell, StopLoss, LimitMaker), -1166);
        assert_eq!(code(Side::Buy, StopLoss, StopLossLimit), -1196);
        assert_eq!(code(Side::Sell, StopLossLimit, StopLoss), -1197);
        assert_eq!(code(Side::Buy, TakeProfit, TakeProfit), -1198);
        assert_eq!(code(Side::Sell, TakeProfit, TakeProfitLimit), -1199);
    }

    #[test]
    fn a_pair_is_of_types_that_belong_to_one_and_not_of_two_that_rest() {
        use OrderType::{Limit, LimitMaker, Market, StopLoss};
        assert_eq!(code(Side::Sell, Limit, StopLoss), -1158);
        assert_eq!(code(Side::Sell, LimitMaker, Market), -1158);
        assert_eq!(code(Side::Sell, LimitMaker, LimitMaker), -1168);
    }
}
