//! Questions about the account as it stands: open orders, balances, positions.

use engine::{AccountId, TimeInForce};
use protocol::{Balances, ErrorCode, OpenOrdersRequest, Positions};

use crate::edge::InstrumentState;
use crate::egress::OpenOrder;
use crate::lock::lock;
use crate::native::refusal::Refusal;
use crate::native::session::Session;
use crate::native::{account_state, translate};

/// Orders of one message: it stays well below a mebibyte.
const ORDERS_PER_MESSAGE: usize = 1_000;

impl Session {
    /// Lists the account's open orders, by symbol and then by id.
    pub(super) fn tell_open_orders(
        &mut self,
        request: Option<u64>,
        account: AccountId,
        asked: &OpenOrdersRequest,
    ) -> Result<(), Refusal> {
        let orders = self.open_orders(account, asked)?;
        let mut pages = orders.chunks(ORDERS_PER_MESSAGE).peekable();
        if pages.peek().is_none() {
            self.answer_open_orders(request, &[], LAST_PAGE);
        }
        while let Some(page) = pages.next() {
            let has_more = pages.peek().is_some();
            self.answer_open_orders(request, page, has_more);
        }
        Ok(())
    }

    fn answer_open_orders(
        &mut self,
        request: Option<u64>,
        page: &[protocol::OpenOrder],
        has_more: bool,
    ) {
        let answer = protocol::OpenOrders {
            request,
            orders: page.to_vec(),
            has_more,
        };
        self.answer(|buffer| answer.encode(buffer));
    }

    fn open_orders(
        &self,
        account: AccountId,
        asked: &OpenOrdersRequest,
    ) -> Result<Vec<protocol::OpenOrder>, Refusal> {
        if let Some(symbol) = &asked.symbol {
            let state = self.edge.by_symbol(symbol).ok_or(Refusal::new(
                ErrorCode::UnknownSymbol,
                "no instrument has this symbol",
            ))?;
            return Ok(open_orders_of(state, account));
        }
        let mut orders: Vec<_> = self
            .edge
            .instruments
            .iter()
            .flat_map(|state| open_orders_of(state, account))
            .collect();
        orders.sort_by_key(|order| (order.symbol, order.order_id));
        Ok(orders)
    }

    /// Tells what the account has of each asset.
    pub(super) fn tell_balances(&mut self, request: Option<u64>, account: AccountId) {
        let balances = self.edge.ledger.balances(account);
        let answer = Balances {
            request,
            epoch: None,
            seq: None,
            at_us: None,
            balances: account_state::balances(&self.edge, &balances),
        };
        self.answer(|buffer| answer.encode(buffer));
    }

    /// Tells what the account bought and sold.
    pub(super) fn tell_positions(&mut self, request: Option<u64>, account: AccountId) {
        let mut positions = self.edge.ledger.positions(account);
        positions.retain(|position| *position != ledger::Position::flat(position.instrument));
        let answer = Positions {
            request,
            epoch: None,
            seq: None,
            at_us: None,
            positions: account_state::positions(&self.edge, &positions),
        };
        self.answer(|buffer| answer.encode(buffer));
    }
}

const LAST_PAGE: bool = false;

fn open_orders_of(state: &InstrumentState, account: AccountId) -> Vec<protocol::OpenOrder> {
    let orders = lock(&state.orders);
    orders
        .of_account(account)
        .map(|order| wire_order(state, order))
        .collect()
}

fn wire_order(state: &InstrumentState, order: &OpenOrder) -> protocol::OpenOrder {
    let scale = state.listed.scale;
    protocol::OpenOrder {
        symbol: state.listed.symbol,
        order_id: order.order_id.0,
        client_order_id: order.client_order_id.map(translate::wire_client_order_id),
        side: translate::wire_side(order.side),
        price: order.price.map(|price| scale.price(price.units())),
        waiting: order.is_waiting(),
        quantity: scale.quantity(order.quantity().units()),
        filled_quantity: scale.quantity(order.filled_quantity.units()),
        leaves_quantity: scale.quantity(order.leaves_quantity.units()),
        expire_at_us: match order.time_in_force {
            TimeInForce::GoodTillDate(expiry) => Some(translate::at_us(expiry)),
            TimeInForce::GoodTillCanceled
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill
            | TimeInForce::Day
            | TimeInForce::AtOpen
            | TimeInForce::AtClose
            | TimeInForce::GoodForAuction
            | TimeInForce::GoodForContinuous => None,
        },
        entered_at_us: translate::at_us(order.entered_at),
    }
}
