//! What an agent has, by its own reports alone: open orders, position, profit and loss.

use std::collections::BTreeMap;

use protocol::Side;

use crate::flow::intent::OrderNumber;

/// An order that may trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenOrder {
    /// Its side.
    pub side: Side,
    /// Its limit.
    pub ticks: i64,
    /// Still open.
    pub leaves_lots: u64,
}

/// An agent's books.
#[derive(Debug, Clone, Default)]
pub struct Account {
    open: BTreeMap<OrderNumber, OpenOrder>,
    /// Bought less sold.
    position_lots: i64,
    /// Received less paid, in ticks x lots, fees apart.
    cash: i128,
    traded_lots: u64,
    trades: u64,
}

impl Account {
    /// An order was sent.
    pub fn sent(&mut self, number: OrderNumber, order: OpenOrder) {
        self.open.insert(number, order);
    }

    /// An order rests at this price, which may be another than was asked for.
    pub fn rested(&mut self, number: OrderNumber, ticks: i64) {
        if let Some(order) = self.open.get_mut(&number) {
            order.ticks = ticks;
        }
    }

    /// An order traded.
    pub fn traded(&mut self, number: OrderNumber, side: Side, ticks: i64, lots: u64) {
        let signed = i64::try_from(lots).unwrap_or(i64::MAX);
        let paid = i128::from(ticks) * i128::from(lots);
        match side {
            Side::Buy => {
                self.position_lots = self.position_lots.saturating_add(signed);
                self.cash -= paid;
            }
            Side::Sell => {
                self.position_lots = self.position_lots.saturating_sub(signed);
                self.cash += paid;
            }
        }
        self.traded_lots += lots;
        self.trades += 1;
        if let Some(order) = self.open.get_mut(&number) {
            order.leaves_lots = order.leaves_lots.saturating_sub(lots);
            if order.leaves_lots == 0 {
                self.open.remove(&number);
            }
        }
    }

    /// An order is gone.
    pub fn ended(&mut self, number: OrderNumber) {
        self.open.remove(&number);
    }

    /// All orders are gone.
    pub fn orders_lost(&mut self) {
        self.open.clear();
    }

    /// Open orders, oldest first.
    pub fn open(&self) -> impl Iterator<Item = (OrderNumber, OpenOrder)> {
        self.open.iter().map(|(number, order)| (*number, *order))
    }

    /// How many orders are open.
    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    /// Lots of the open orders of a side.
    pub fn open_lots(&self, side: Side) -> u64 {
        let open = self.open.values().filter(|order| order.side == side);
        open.map(|order| order.leaves_lots).sum()
    }

    /// Bought less sold.
    pub const fn position_lots(&self) -> i64 {
        self.position_lots
    }

    /// Lots that were traded, both sides.
    pub const fn traded_lots(&self) -> u64 {
        self.traded_lots
    }

    /// How often it traded.
    pub const fn trades(&self) -> u64 {
        self.trades
    }

    /// What was received and what is had is worth, less what was paid, in half ticks x lots: what is had counts at half
    /// of `middle_doubled`. Fees are not in it.
    pub fn profit_doubled(&self, middle_doubled: i64) -> i128 {
        2 * self.cash + i128::from(self.position_lots) * i128::from(middle_doubled)
    }
}

#[cfg(test)]
mod tests {
    //! Goal: position and profit are what the trades make them. Method: literal trades.

    use super::*;

    const ORDER: OpenOrder = OpenOrder {
        side: Side::Buy,
        ticks: 100,
        leaves_lots: 5,
    };

    #[test]
    fn what_was_bought_counts_at_the_middle() {
        let mut account = Account::default();
        account.sent(OrderNumber(1), ORDER);

        account.traded(OrderNumber(1), Side::Buy, 100, 3);

        assert_eq!(account.position_lots(), 3);
        assert_eq!(account.open_lots(Side::Buy), 2);
        // Three lots at 101.5 that cost 100 each: four and a half ticks.
        assert_eq!(account.profit_doubled(203), 9);
        account.traded(OrderNumber(1), Side::Buy, 100, 2);
        assert_eq!(account.open_count(), 0);
    }

    #[test]
    fn what_was_sold_short_gains_as_the_price_falls() {
        let mut account = Account::default();

        account.traded(OrderNumber(1), Side::Sell, 100, 2);

        assert_eq!(account.position_lots(), -2);
        assert_eq!(account.profit_doubled(198), 4);
        account.traded(OrderNumber(2), Side::Buy, 90, 2);
        assert_eq!(account.profit_doubled(1_000), 40);
        assert_eq!((account.trades(), account.traded_lots()), (2, 4));
    }
}
