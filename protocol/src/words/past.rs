//! Words of what was.

words! {
    /// How long a candle lasts. All begin on the clock of UTC.
    #[derive(PartialOrd, Ord)]
    pub enum CandleInterval {
        /// A second.
        Second1 = "1s",
        /// A minute.
        Minute1 = "1m",
        /// Three minutes.
        Minute3 = "3m",
        /// Five minutes.
        Minute5 = "5m",
        /// A quarter of an hour.
        Minute15 = "15m",
        /// Half an hour.
        Minute30 = "30m",
        /// An hour.
        Hour1 = "1h",
        /// Two hours.
        Hour2 = "2h",
        /// Four hours.
        Hour4 = "4h",
        /// Six hours.
        Hour6 = "6h",
        /// Eight hours.
        Hour8 = "8h",
        /// Twelve hours.
        Hour12 = "12h",
        /// A day.
        Day1 = "1d",
        /// Three days, counted from 1970-01-01.
        Day3 = "3d",
        /// From Monday to Sunday.
        Week1 = "1w",
        /// A month of the calendar.
        Month1 = "1M",
    }
}

words! {
    /// What of an account's past is asked for.
    pub enum PastKind {
        /// Orders that are over.
        ClosedOrders = "closed_orders",
        /// Its sides of trades.
        Executions = "executions",
        /// Changes of orders.
        Amendments = "amendments",
        /// Matches that self-trade prevention did not let happen.
        PreventedMatches = "prevented_matches",
    }
}
