//! Goal: a pegged order holds its worst price wherever it stands, and gives back every unit that it does not use.
//!
//! Method: named cases with literal figures; the desk follows every unit that was reserved through the events.

#[expect(dead_code, reason = "the orders of these stories are tied to nobody")]
mod pair_desk;

use engine::{
    AccountId, Cancel, Command, Conditions, NewOrder, OrderId, OrderKind, OrderRef, PegReference,
    Price, SessionState, Side,
};
use pair_desk::{OWNER, PairDesk, limit};

const MAKER: AccountId = AccountId(71);
const SELLER: AccountId = AccountId(72);

/// Another account's limit order.
fn of(account: AccountId, side: Side, quantity: u64, price: i64, extra: i128) -> Command {
    Command::Submit(NewOrder {
        account,
        ..limit(side, quantity, price, extra)
    })
}

/// A buy of the owner that follows the best bid up to 105.
fn peg(quantity: u64, extra: i128) -> Command {
    Command::Submit(NewOrder {
        kind: OrderKind::Pegged {
            reference: PegReference::Primary,
            offset: 0,
        },
        conditions: Some(Box::new(Conditions {
            cap: Some(Price::from_units(105)),
            ..Conditions::NONE
        })),
        ..limit(Side::Buy, quantity, 1, extra)
    })
}

fn cancel(order: u64) -> Command {
    Command::Cancel(Cancel {
        account: OWNER,
        order: OrderRef::Id(OrderId(order)),
    })
}

#[test]
fn a_peg_holds_its_cap_however_it_moves_and_gives_back_what_its_trades_did_not_use() {
    let mut desk = PairDesk::new(0);
    desk.ask(of(MAKER, Side::Buy, 1, 100, 100));

    desk.ask(peg(10, 1_050));
    assert_eq!(desk.reserved(Side::Buy), 1_150);
    desk.ask(of(MAKER, Side::Buy, 1, 103, 103));
    assert_eq!(desk.reserved(Side::Buy), 1_253);
    // One unit of the maker, three of the peg, which stands at 103 and holds 105.
    desk.ask(of(SELLER, Side::Sell, 4, 103, 4));
    assert_eq!(desk.reserved(Side::Buy), 100 + 7 * 105);
    desk.ask(cancel(2));

    assert_eq!(desk.reserved(Side::Buy), 100);
    assert_eq!(desk.reserved(Side::Sell), 0);
}

#[test]
fn what_the_door_reserved_beyond_the_cap_goes_back_at_once() {
    let mut desk = PairDesk::new(0);
    desk.ask(of(MAKER, Side::Buy, 1, 100, 100));

    desk.ask(peg(10, 1_200));

    assert_eq!(desk.reserved(Side::Buy), 1_150);
}

#[test]
fn a_parked_peg_holds_what_it_held() {
    let mut desk = PairDesk::new(0);
    desk.ask(of(MAKER, Side::Buy, 1, 100, 100));
    desk.ask(peg(10, 1_050));

    desk.ask(Command::SetState(SessionState::Auction));
    assert_eq!(desk.reserved(Side::Buy), 1_150);
    desk.ask(cancel(2));

    assert_eq!(desk.reserved(Side::Buy), 100);
}
