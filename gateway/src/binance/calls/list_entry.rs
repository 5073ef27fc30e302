//! Lists of orders as they are asked for: one cancels the other, one starts the other.

use std::sync::Arc;

use engine::{ClientOrderId, Side};

use crate::binance::amount::Amount;
use crate::binance::calls::entry::last_price;
use crate::binance::calls::list_legs::place;
use crate::binance::calls::list_shape::check_shape;
use crate::binance::calls::{Call, needed_symbol};
use crate::binance::ids::IdSource;
use crate::binance::order_request::{
    Names, OrderRequest, read_client_id, read_self_trade, read_side, read_type,
};
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::words::{OrderType, ResponseType, TimeInForce};
use crate::edge::{Edge, InstrumentState};

/// A leg and what it is tied to: places of other legs of its list.
#[derive(Debug)]
pub struct Leg {
    /// The order.
    pub request: OrderRequest,
    /// The leg that starts it.
    pub parent: Option<usize>,
    /// The leg of which one cancels the other.
    pub partner: Option<usize>,
}

/// A list as it is asked for. Legs stand in the order in which they are entered.
#[derive(Debug)]
pub struct ListRequest {
    /// How its orders are tied.
    pub contingency: &'static str,
    /// Its owner's id of it.
    pub client_id: ClientOrderId,
    /// Its orders.
    pub legs: Vec<Leg>,
    /// How much its owner wants to hear.
    pub response: ResponseType,
}

impl ListRequest {
    /// A working order that starts others, each with the place of the leg that it is tied to.
    pub(super) fn started(
        (client_id, response): (ClientOrderId, ResponseType),
        working: OrderRequest,
        pending: Vec<(OrderRequest, Option<usize>)>,
        self_trade: Option<engine::SelfTradePrevention>,
    ) -> Self {
        let leg = |mut request: OrderRequest, parent, partner| {
            request.self_trade_prevention = self_trade;
            Leg {
                request,
                parent,
                partner,
            }
        };
        let pending = pending
            .into_iter()
            .map(|(request, partner)| leg(request, Some(0), partner));
        Self {
            contingency: "OTO",
            client_id,
            legs: std::iter::once(leg(working, None, None))
                .chain(pending)
                .collect(),
            response,
        }
    }
}

/// What all lists say beside their legs.
pub(super) fn read_head(
    params: &mut Params,
) -> Result<
    (
        ClientOrderId,
        ResponseType,
        Option<engine::SelfTradePrevention>,
    ),
    Refusal,
> {
    let client_id = read_client_id(params, "listClientOrderId")?
        .map_or_else(|| params.ids.client_order_id(), Ok)?;
    let response = params
        .word("newOrderRespType", ResponseType::parse, || {
            Refusal::bad_value("newOrderRespType")
        })?
        .unwrap_or(ResponseType::Full);
    Ok((client_id, response, read_self_trade(params)?))
}

fn quantity(params: &mut Params, name: &str) -> Result<Amount, Refusal> {
    params.amount(name)?.ok_or_else(|| Refusal::mandatory(name))
}

/// A leg of a pair: it is for the quantity of its list.
fn leg(
    params: &mut Params,
    prefix: &str,
    (side, quantity): (Side, Amount),
    order_type: OrderType,
) -> Result<OrderRequest, Refusal> {
    let names = Names::behind(prefix);
    let mut request = OrderRequest::read_leg(params, names, side, order_type)?;
    if request.iceberg.is_some() && request.time_in_force != TimeInForce::Gtc {
        let name = names.of("icebergQty");
        return Err(Refusal::new(
            -1160,
            format!(
                "Parameter '{name}' is not supported if `aboveTimeInForce`/`belowTimeInForce` is not GTC."
            ),
        ));
    }
    request.quantity = Some(quantity);
    request.check_iceberg()?;
    Ok(request)
}

/// Both legs of a pair.
pub(super) fn pair(
    params: &mut Params,
    prefixes: [&str; 2],
    side: Side,
    quantity: Amount,
) -> Result<[OrderRequest; 2], Refusal> {
    let mut types = [OrderType::Market; 2];
    for (prefix, order_type) in prefixes.into_iter().zip(&mut types) {
        *order_type = read_type(params, &Names::behind(prefix).of("type"))?;
    }
    check_shape(side, types)?;
    let above = leg(params, prefixes[0], (side, quantity), types[0])?;
    let below = leg(params, prefixes[1], (side, quantity), types[1])?;
    Ok([above, below])
}
/// The price at which a leg begins to do something.
fn price_of(request: &OrderRequest) -> Option<i128> {
    let price = if request.order_type.waits() {
        request.stop_price
    } else {
        request.price
    };
    price.map(Amount::units)
}

fn check_prices(
    state: &InstrumentState,
    [above, below]: &[OrderRequest; 2],
) -> Result<(), Refusal> {
    let Some(last) = last_price(state) else {
        return Ok(());
    };
    let is_right = price_of(above).is_none_or(|price| price > last)
        && price_of(below).is_none_or(|price| price < last);
    is_right.then_some(()).ok_or_else(|| {
        Refusal::order("The relationship of the prices for the orders is not correct.")
    })
}

/// Enters two orders of which one cancels the other.
///
/// # Errors
/// The venue's refusal.
pub async fn place_oco(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let side = read_side(params, "side")?;
    let quantity = quantity(params, "quantity")?;
    let legs = pair(params, ["above", "below"], side, quantity)?;
    check_prices(state, &legs)?;
    let request = oco_of(legs, (client_id, response), self_trade);
    place(&edge, state, call, request).await
}

fn oco_of(
    legs: [OrderRequest; 2],
    (client_id, response): (ClientOrderId, ResponseType),
    self_trade: Option<engine::SelfTradePrevention>,
) -> ListRequest {
    let [mut first, mut second] = legs;
    // What rests is entered first, and what waits is tied to it.
    if first.order_type.waits() && !second.order_type.waits() {
        std::mem::swap(&mut first, &mut second);
    }
    let leg = |mut request: OrderRequest, partner| {
        request.self_trade_prevention = self_trade;
        Leg {
            request,
            parent: None,
            partner,
        }
    };
    ListRequest {
        contingency: "OCO",
        client_id,
        legs: vec![leg(first, None), leg(second, Some(0))],
        response,
    }
}

/// Enters two orders of which one cancels the other, in the words of before.
///
/// # Errors
/// The venue's refusal.
pub async fn place_legacy_oco(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let side = read_side(params, "side")?;
    let quantity = quantity(params, "quantity")?;
    let mut limit = blank(&params.ids, side, OrderType::LimitMaker, quantity)?;
    limit.price = Some(self::quantity(params, "price")?);
    limit.iceberg = params.amount("limitIcebergQty")?;
    limit.check_iceberg()?;
    limit.read_strategy(params, Names::behind("limit"))?;
    if let Some(id) = read_client_id(params, "limitClientOrderId")? {
        limit.client_order_id = id;
    }
    let stop_limit = params.amount("stopLimitPrice")?;
    let order_type = match stop_limit {
        Some(_) => OrderType::StopLossLimit,
        None => OrderType::StopLoss,
    };
    let mut stop = blank(&params.ids, side, order_type, quantity)?;
    stop.price = stop_limit;
    stop.stop_price = Some(self::quantity(params, "stopPrice")?);
    stop.read_trailing(params, "trailingDelta")?;
    stop.iceberg = params.amount("stopIcebergQty")?;
    stop.read_strategy(params, Names::behind("stop"))?;
    if let Some(id) = read_client_id(params, "stopClientOrderId")? {
        stop.client_order_id = id;
    }
    stop.time_in_force = params
        .word("stopLimitTimeInForce", TimeInForce::parse, || {
            Refusal::new(-1115, "Invalid timeInForce.")
        })?
        .unwrap_or(TimeInForce::Gtc);
    stop.check_iceberg()?;
    let legs = match side {
        Side::Sell => [limit, stop],
        Side::Buy => [stop, limit],
    };
    check_prices(state, &legs)?;
    let request = oco_of(legs, (client_id, response), self_trade);
    place(&edge, state, call, request).await
}

fn blank(
    ids: &IdSource,
    side: Side,
    order_type: OrderType,
    quantity: Amount,
) -> Result<OrderRequest, Refusal> {
    Ok(OrderRequest {
        side,
        order_type,
        time_in_force: TimeInForce::Gtc,
        price: None,
        quantity: Some(quantity),
        quote_amount: None,
        stop_price: None,
        trailing_delta: None,
        iceberg: None,
        client_order_id: ids.client_order_id()?,
        self_trade_prevention: None,
        strategy_id: None,
        strategy_type: None,
        peg: None,
        response: ResponseType::Full,
    })
}

pub(super) fn working_leg(params: &mut Params) -> Result<OrderRequest, Refusal> {
    let side = read_side(params, "workingSide")?;
    let names = Names::behind("working");
    let order_type = read_type(params, "workingType")?;
    if !matches!(order_type, OrderType::Limit | OrderType::LimitMaker) {
        return Err(Refusal::order("Unsupported order combination"));
    }
    let request = OrderRequest::read_leg(params, names, side, order_type)?;
    request.check_size(names)?;
    Ok(request)
}

/// Enters an order that starts another one.
///
/// # Errors
/// The venue's refusal.
pub async fn place_oto(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let working = working_leg(params)?;
    let side = read_side(params, "pendingSide")?;
    let names = Names::behind("pending");
    let order_type = read_type(params, "pendingType")?;
    let pending = OrderRequest::read_leg(params, names, side, order_type)?;
    if pending.quote_amount.is_some() {
        return Err(Refusal::not_required("pendingQuoteOrderQty"));
    }
    pending.check_size(names)?;
    let request = ListRequest::started(
        (client_id, response),
        working,
        vec![(pending, None)],
        self_trade,
    );
    place(&edge, state, call, request).await
}

/// Enters an order that starts two of which one cancels the other.
///
/// # Errors
/// The venue's refusal.
pub async fn place_otoco(edge: Arc<Edge>, mut call: Call) -> Result<String, Refusal> {
    let state = needed_symbol(&edge, &mut call.params)?;
    let params = &mut call.params;
    let (client_id, response, self_trade) = read_head(params)?;
    let working = working_leg(params)?;
    let side = read_side(params, "pendingSide")?;
    let quantity = quantity(params, "pendingQuantity")?;
    let [above, below] = pair(params, ["pendingAbove", "pendingBelow"], side, quantity)?;
    let request = ListRequest::started(
        (client_id, response),
        working,
        vec![(above, None), (below, Some(1))],
        self_trade,
    );
    place(&edge, state, call, request).await
}
