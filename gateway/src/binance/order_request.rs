//! A new order as it is asked for: which parameters its type needs, takes and refuses.

use engine::{ClientOrderId, SelfTradePrevention, Side};

use crate::binance::amount::Amount;
use crate::binance::params::Params;
use crate::binance::peg_request::{PegRequest, read_peg};
use crate::binance::refusal::Refusal;
use crate::binance::words::{OrderType, ResponseType, SideWord, TimeInForce, self_trade};

/// A new order, its parameters read and checked against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRequest {
    /// Buy or sell.
    pub side: Side,
    /// What it is.
    pub order_type: OrderType,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// Its limit.
    pub price: Option<Amount>,
    /// How much of the base asset it is for.
    pub quantity: Option<Amount>,
    /// How much of the quote asset it is for.
    pub quote_amount: Option<Amount>,
    /// What it waits for.
    pub stop_price: Option<Amount>,
    /// How far it trails, in hundredths of a percent.
    pub trailing_delta: Option<u32>,
    /// How much of it shows.
    pub iceberg: Option<Amount>,
    /// Its id, sent or made here.
    pub client_order_id: ClientOrderId,
    /// Where it meets its own account; `None` takes the symbol's way.
    pub self_trade_prevention: Option<SelfTradePrevention>,
    /// The owner's number of a strategy.
    pub strategy_id: Option<u64>,
    /// The owner's kind of strategy.
    pub strategy_type: Option<u64>,
    /// Where its price comes from.
    pub peg: Option<PegRequest>,
    /// How much its owner wants to hear.
    pub response: ResponseType,
}

/// Kinds of strategies below are the venue's own.
const STRATEGY_TYPE_MIN: u64 = 1_000_000;

/// Which names the parameters of an order have: a leg of a list has them behind a prefix.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    prefix: &'a str,
}

impl Names<'_> {
    /// The plain names.
    pub const PLAIN: Names<'static> = Names { prefix: "" };

    /// The name of a parameter.
    pub fn of(self, name: &str) -> String {
        if self.prefix.is_empty() {
            return name.to_owned();
        }
        let (first, rest) = name.split_at(1);
        [self.prefix, &first.to_ascii_uppercase(), rest].concat()
    }
}

impl<'a> Names<'a> {
    /// The names of a leg.
    pub const fn behind(prefix: &'a str) -> Self {
        Self { prefix }
    }
}

/// Reads a side.
///
/// # Errors
/// It is missing or none.
pub fn read_side(params: &mut Params, name: &str) -> Result<Side, Refusal> {
    if !params.has(name) {
        return Err(Refusal::mandatory(name));
    }
    let side = params.word(name, SideWord::parse, || {
        Refusal::new(-1117, "Invalid side.")
    })?;
    match side {
        Some(SideWord::Buy) => Ok(Side::Buy),
        Some(SideWord::Sell) => Ok(Side::Sell),
        None => Err(Refusal::mandatory(name)),
    }
}

/// Reads an order type.
///
/// # Errors
/// It is missing or none.
pub fn read_type(params: &mut Params, name: &str) -> Result<OrderType, Refusal> {
    if !params.has(name) {
        return Err(Refusal::mandatory(name));
    }
    params
        .word(name, OrderType::parse, || {
            Refusal::new(-1116, "Invalid orderType.")
        })?
        .ok_or_else(|| Refusal::mandatory(name))
}

/// Reads a client order id.
///
/// # Errors
/// It is empty, too long or has another character.
pub fn read_client_id(params: &mut Params, name: &str) -> Result<Option<ClientOrderId>, Refusal> {
    match params.text(name)? {
        None => Ok(None),
        Some(text) => ClientOrderId::new(&text)
            .map(Some)
            .map_err(|_| Refusal::illegal_characters(name, "^[a-zA-Z0-9-_.:/]{1,36}$")),
    }
}

/// Reads how somebody wants self-trades prevented.
///
/// # Errors
/// The symbol does not allow it, or nobody does.
pub fn read_self_trade(params: &mut Params) -> Result<Option<SelfTradePrevention>, Refusal> {
    const NAME: &str = "selfTradePreventionMode";
    params
        .text(NAME)?
        .map(|word| match self_trade(&word) {
            Some(mode) => Ok(mode),
            None if word == "TRANSFER" => Err(Refusal::new(
                -1013,
                "This symbol does not allow the specified self-trade prevention mode.",
            )),
            None => Err(Refusal::bad_value(NAME)),
        })
        .transpose()
}

impl OrderRequest {
    /// Reads a single order.
    ///
    /// # Errors
    /// The first parameter that is missing, wrong, or not for this type.
    pub fn read(params: &mut Params) -> Result<Self, Refusal> {
        let side = read_side(params, "side")?;
        let order_type = read_type(params, "type")?;
        let self_trade_prevention = read_self_trade(params)?;
        let response = read_response(params, order_type)?;
        let mut order = Self::read_leg(params, Names::PLAIN, side, order_type)?;
        order.self_trade_prevention = self_trade_prevention;
        order.response = response;
        Ok(order)
    }

    /// Reads what belongs to one order, behind its prefix.
    ///
    /// # Errors
    /// The first parameter that is missing, wrong, or not for this type.
    pub fn read_leg(
        params: &mut Params,
        names: Names<'_>,
        side: Side,
        order_type: OrderType,
    ) -> Result<Self, Refusal> {
        let quantity = params.amount(&names.of("quantity"))?;
        Self::read_sized(params, names, side, order_type, quantity)
    }

    fn read_sized(
        params: &mut Params,
        names: Names<'_>,
        side: Side,
        order_type: OrderType,
        quantity: Option<Amount>,
    ) -> Result<Self, Refusal> {
        let id_name = if names.prefix.is_empty() {
            "newClientOrderId".to_owned()
        } else {
            names.of("clientOrderId")
        };
        let client_order_id =
            read_client_id(params, &id_name)?.map_or_else(|| params.ids.client_order_id(), Ok)?;
        let peg = read_peg(params, names)?;
        let mut order = Self {
            side,
            order_type,
            time_in_force: read_time_in_force(params, names, order_type)?,
            price: read_price(params, names, order_type, peg)?,
            quantity,
            quote_amount: None,
            stop_price: None,
            trailing_delta: None,
            iceberg: None,
            client_order_id,
            self_trade_prevention: None,
            strategy_id: None,
            strategy_type: None,
            peg,
            response: ResponseType::Full,
        };
        order.read_size(params, names)?;
        order.read_stop(params, names)?;
        order.read_iceberg(params, names)?;
        order.read_strategy(params, names)?;
        Ok(order)
    }

    /// Reads what its owner calls the strategy that it belongs to.
    ///
    /// # Errors
    /// It is no number, or its kind is one of the venue's own.
    pub fn read_strategy(&mut self, params: &mut Params, names: Names<'_>) -> Result<(), Refusal> {
        self.strategy_id = params.whole(&names.of("strategyId"))?;
        self.strategy_type = params.whole(&names.of("strategyType"))?;
        if self
            .strategy_type
            .is_some_and(|kind| kind < STRATEGY_TYPE_MIN)
        {
            return Err(Refusal::new(-1134, "`strategyType` was less than 1000000."));
        }
        Ok(())
    }

    /// Reads the distance of a stop that follows the price.
    ///
    /// # Errors
    /// It is no number, or far too large.
    pub fn read_trailing(&mut self, params: &mut Params, name: &str) -> Result<(), Refusal> {
        self.trailing_delta = params
            .whole(name)?
            .map(|bips| u32::try_from(bips).map_err(|_| Refusal::filter("TRAILING_DELTA")))
            .transpose()?;
        Ok(())
    }

    /// Reads an order that is for what another one brings: it names no quantity of its own.
    ///
    /// # Errors
    /// The first parameter that is missing, wrong, or not for this type.
    pub fn read_payee(
        params: &mut Params,
        names: Names<'_>,
        (side, quantity): (Side, Amount),
        order_type: OrderType,
    ) -> Result<Self, Refusal> {
        if order_type == OrderType::Market {
            params.refuse(&names.of("quoteOrderQty"))?;
        }
        Self::read_sized(params, names, side, order_type, Some(quantity))
    }

    fn read_size(&mut self, params: &mut Params, names: Names<'_>) -> Result<(), Refusal> {
        let quote_name = names.of("quoteOrderQty");
        if self.order_type != OrderType::Market {
            params.refuse(&quote_name)?;
            return Ok(());
        }
        self.quote_amount = params.amount(&quote_name)?;
        match (self.quantity, self.quote_amount) {
            (None, None) => Err(Refusal::either(&names.of("quantity"), &quote_name)),
            (Some(_), Some(_)) => Err(Refusal::bad_combination()),
            (Some(_), None) | (None, Some(_)) => Ok(()),
        }
    }

    /// An order has a size of its own, unless it takes over what another one brings.
    ///
    /// # Errors
    /// It has none.
    pub fn check_size(&self, names: Names<'_>) -> Result<(), Refusal> {
        if self.quantity.is_none() && self.quote_amount.is_none() {
            return Err(Refusal::mandatory(&names.of("quantity")));
        }
        Ok(())
    }

    fn read_stop(&mut self, params: &mut Params, names: Names<'_>) -> Result<(), Refusal> {
        let (stop_name, delta_name) = (names.of("stopPrice"), names.of("trailingDelta"));
        if !self.order_type.waits() {
            params.refuse(&stop_name)?;
            return params.refuse(&delta_name);
        }
        self.stop_price = params.amount(&stop_name)?;
        self.read_trailing(params, &delta_name)?;
        if self.stop_price.is_none() && self.trailing_delta.is_none() {
            return Err(Refusal::either(&stop_name, &delta_name));
        }
        Ok(())
    }

    fn read_iceberg(&mut self, params: &mut Params, names: Names<'_>) -> Result<(), Refusal> {
        let name = names.of("icebergQty");
        if !self.order_type.has_price() {
            return params.refuse(&name);
        }
        self.iceberg = params.amount(&name)?.filter(|shown| !shown.is_zero());
        self.check_iceberg()
    }

    /// An iceberg stays, and shows less than it is.
    ///
    /// # Errors
    /// It does not.
    pub fn check_iceberg(&self) -> Result<(), Refusal> {
        let (Some(shown), Some(quantity)) = (self.iceberg, self.quantity) else {
            return Ok(());
        };
        if self.time_in_force != TimeInForce::Gtc {
            return Err(Refusal::order("Unsupported order combination"));
        }
        if shown.units() >= quantity.units() {
            return Err(Refusal::order("IcebergQty exceeds QTY."));
        }
        Ok(())
    }
}

fn read_response(params: &mut Params, order_type: OrderType) -> Result<ResponseType, Refusal> {
    let asked = params.word("newOrderRespType", ResponseType::parse, || {
        Refusal::bad_value("newOrderRespType")
    })?;
    let default = match order_type {
        OrderType::Limit | OrderType::Market => ResponseType::Full,
        OrderType::LimitMaker
        | OrderType::StopLoss
        | OrderType::StopLossLimit
        | OrderType::TakeProfit
        | OrderType::TakeProfitLimit => ResponseType::Ack,
    };
    Ok(asked.unwrap_or(default))
}

fn read_time_in_force(
    params: &mut Params,
    names: Names<'_>,
    order_type: OrderType,
) -> Result<TimeInForce, Refusal> {
    let name = names.of("timeInForce");
    if !order_type.has_time_in_force() {
        params.refuse(&name)?;
        return Ok(TimeInForce::Gtc);
    }
    if !params.has(&name) {
        return Err(Refusal::mandatory(&name));
    }
    params
        .word(&name, TimeInForce::parse, || {
            Refusal::new(-1115, "Invalid timeInForce.")
        })?
        .ok_or_else(|| Refusal::mandatory(&name))
}

fn read_price(
    params: &mut Params,
    names: Names<'_>,
    order_type: OrderType,
    peg: Option<PegRequest>,
) -> Result<Option<Amount>, Refusal> {
    let name = names.of("price");
    if !order_type.has_price() {
        params.refuse(&name)?;
        return Ok(None);
    }
    let price = params.amount(&name)?;
    if price.is_none() && peg.is_none() {
        return Err(Refusal::mandatory(&name));
    }
    Ok(price)
}
