//! Why an order was refused or ended, as `reason` of a report tells it.

words! {
    /// Why an order was refused or ended. Words are stable; new ones may come.
    pub enum Reason {
        /// The client order id is in use, or was used for another order.
        DuplicateClientOrderId = "duplicate_client_order_id",
        /// No such order was ever accepted, or it is another account's.
        UnknownOrder = "unknown_order",
        /// The order is filled or gone.
        TooLate = "too_late",
        /// Trading in the instrument is halted.
        Halted = "halted",
        /// The instrument is closed.
        Closed = "closed",
        /// It must trade at once, or is a market order, and orders are collected for an auction.
        NotInAuction = "not_in_auction",
        /// The quantity is zero, negative, off the lot grid or out of bounds.
        InvalidQuantity = "invalid_quantity",
        /// The price is zero, negative, off the tick grid or out of bounds.
        InvalidPrice = "invalid_price",
        /// The order's attributes contradict each other.
        InvalidCombination = "invalid_combination",
        /// Refused: the expiry is not in the future. Ended: its time is over.
        Expired = "expired",
        /// The post-only order would have taken liquidity.
        PostOnlyWouldCross = "post_only_would_cross",
        /// A market order has no price to be measured by.
        NoReference = "no_reference",
        /// The available balance does not cover the order.
        InsufficientFunds = "insufficient_funds",
        /// As many orders are open as there may be.
        TooManyOpenOrders = "too_many_open_orders",
        /// The instrument's or the exchange's kill switch is on.
        MarketKilled = "market_killed",
        /// Only cancels are taken.
        CancelOnly = "cancel_only",
        /// The quantity is above the account's limit.
        QuantityLimit = "quantity_limit",
        /// Price x quantity is above the account's limit.
        NotionalLimit = "notional_limit",
        /// The limit price is further through the last price than the account's limit lets it.
        PriceLimit = "price_limit",
        /// As many of the account's orders are open as its limit lets.
        OpenOrdersLimit = "open_orders_limit",
        /// The account's position could come to be above its limit.
        PositionLimit = "position_limit",
        /// The account has entered as many orders in this time as its limit lets.
        OrderRateLimit = "order_rate_limit",
        /// The account has entered as many orders as its trades of this time are good for.
        OrderToTradeLimit = "order_to_trade_limit",
        /// Another instruction of the all-or-none batch would be refused.
        BatchRefused = "batch_refused",
        /// An all-or-none batch does not carry such an instruction.
        NotInBatch = "not_in_batch",
        /// The batch has more instructions than the instrument takes in one.
        BatchTooLong = "batch_too_long",
        /// No instrument has this symbol.
        UnknownSymbol = "unknown_symbol",
        /// Too many commands are waiting; the order was not taken and may be sent again.
        Busy = "busy",
        /// The exchange takes no commands now.
        Unavailable = "unavailable",
        /// Its owner asked.
        Requested = "requested",
        /// Its owner asked for several at once.
        MassCancel = "mass_cancel",
        /// It was immediate-or-cancel and met no more that it could trade with.
        ImmediateOrCancel = "immediate_or_cancel",
        /// It was fill-or-kill, or had a minimum quantity, and could not get it.
        FillOrKill = "fill_or_kill",
        /// It met an order of its own account or group.
        SelfTradePrevention = "self_trade_prevention",
        /// It was a market order and the opposite side was empty.
        NoLiquidity = "no_liquidity",
        /// What was reserved for it is spent.
        BudgetSpent = "budget_spent",
        /// The limit price is outside the entry band.
        PriceOutsideBand = "price_outside_band",
        /// Market-maker protection has frozen the order's group.
        MmpFrozen = "mmp_frozen",
        /// The stop is true already.
        WouldTrigger = "would_trigger",
        /// The account's kill switch is on.
        AccountKilled = "account_killed",
        /// The exchange does not offer what the order asks for.
        NotSupported = "not_supported",
        /// No such trade was made on the instrument.
        UnknownTrade = "unknown_trade",
        /// The trade is too long ago to be taken back.
        TradeTooOld = "trade_too_old",
        /// The trade was taken back already.
        TradeBusted = "trade_busted",
        /// It was a market order and met no more within its protection.
        Protection = "protection",
        /// What it met next is outside the execution range.
        ExecutionRange = "execution_range",
        /// Its partner of one-cancels-the-other traded, fired or ended.
        OcoPartner = "oco_partner",
        /// Its parent ended without starting it.
        ParentEnded = "parent_ended",
        /// Market-maker protection pulled its group.
        MarketMakerProtection = "market_maker_protection",
        /// Its account's connection was lost, or its dead man's timer ran out.
        Disconnected = "disconnected",
        /// The auction it was for has ended.
        AuctionEnded = "auction_ended",
        /// The market went to a state that it is not for.
        SessionState = "session_state",
        /// A reason that this version does not know.
        Other = "other",
    }
    else Other
}
