//! Reads the line that enters an order.

use crate::lexer::{Words, integer, key_and_value};
use crate::name::Name;
use crate::order_entry::{
    Lifetime, Limit, OrderEntry, OrderOptions, PegReference, PostOnlyWord, SelfTradeWord, SideWord,
    Size, TriggerSource,
};

/// Reads `ID buy|sell QTY @ PRICE [OPTION...]`.
pub(crate) fn parse_order(words: &mut Words<'_>) -> Result<OrderEntry, String> {
    let mut entry = OrderEntry {
        name: Name::new(words.next("the order's id")?)?,
        side: SideWord::read(words.next("buy or sell")?)?,
        size: parse_size(words.next("the quantity")?)?,
        limit: parse_limit(words)?,
        options: OrderOptions::default(),
    };
    while let Some(word) = words.peek(0) {
        words.next("an option")?;
        parse_option(word, &mut entry.options)?;
    }
    let is_pegged = entry.limit == Limit::Peg;
    match (is_pegged, entry.options.peg) {
        (true, None) => return Err("`@ peg` needs `peg=primary|market|mid`".to_owned()),
        (false, Some(_)) => return Err("`peg=` needs `@ peg`".to_owned()),
        (true, Some(_)) | (false, None) => {}
    }
    Ok(entry)
}

fn parse_size(word: &str) -> Result<Size, String> {
    match word.strip_prefix("quote=") {
        Some(amount) => integer(amount, "amount").map(Size::Quote),
        None => integer(word, "quantity").map(Size::Quantity),
    }
}

/// Reads `@ PRICE`.
fn parse_limit(words: &mut Words<'_>) -> Result<Limit, String> {
    words.expect("@")?;
    match words.next("the price")? {
        "market" => Ok(Limit::Market),
        "peg" => Ok(Limit::Peg),
        price => integer(price, "price").map(Limit::Price),
    }
}

fn parse_option(word: &str, options: &mut OrderOptions) -> Result<(), String> {
    let (key, value) = key_and_value(word);
    if let Some(lifetime) = parse_lifetime(key, value)? {
        if options.lifetimes.contains(&lifetime) {
            return Err(format!("`{key}` stands there twice"));
        }
        options.lifetimes.push(lifetime);
        return Ok(());
    }
    match value {
        None => parse_flag(word, options),
        Some("") => Err(format!("`{key}=` has no value")),
        Some(value) => parse_valued(key, value, options),
    }
}

fn parse_lifetime(key: &str, value: Option<&str>) -> Result<Option<Lifetime>, String> {
    let lifetime = match (key, value) {
        ("ioc", None) => Lifetime::ImmediateOrCancel,
        ("fok", None) => Lifetime::FillOrKill,
        ("gtd", Some(expiry)) => Lifetime::GoodTillDate(integer(expiry, "time")?),
        ("day", None) => Lifetime::Day,
        ("gfa", None) => Lifetime::GoodForAuction,
        ("gfc", None) => Lifetime::GoodForContinuous,
        ("opg", None) => Lifetime::AtOpen,
        ("atc", None) => Lifetime::AtClose,
        _ => return Ok(None),
    };
    Ok(Some(lifetime))
}

fn parse_flag(word: &str, options: &mut OrderOptions) -> Result<(), String> {
    match word {
        "post_only" => set(&mut options.post_only, word, Ok(PostOnlyWord::Reject)),
        "hidden" => raise(&mut options.hidden, word),
        "cod" => raise(&mut options.cancel_on_disconnect, word),
        _ => Err(format!("`{word}` is no option of an order")),
    }
}

fn parse_valued(key: &str, value: &str, options: &mut OrderOptions) -> Result<(), String> {
    match key {
        "post_only" => {
            let mode = PostOnlyWord::read(&format!("post_only={value}"));
            set(&mut options.post_only, key, mode)
        }
        "peak" => set(&mut options.peak, key, integer(value, "quantity")),
        "min" => set(&mut options.minimum, key, integer(value, "quantity")),
        "stop" => set(&mut options.stop, key, integer(value, "price")),
        "take" => set(&mut options.take, key, integer(value, "price")),
        "on" => set(&mut options.trigger_on, key, TriggerSource::read(value)),
        "trail" => set(&mut options.trail, key, integer(value, "distance")),
        "trail_bips" => set(
            &mut options.trail_bips,
            key,
            integer(value, "number of bips"),
        ),
        "step" => set(&mut options.step, key, integer(value, "step")),
        "activate" => set(&mut options.activate, key, integer(value, "price")),
        "peg" => set(&mut options.peg, key, PegReference::read(value)),
        "offset" => set(&mut options.offset, key, integer(value, "offset")),
        "cap" => set(&mut options.cap, key, integer(value, "price")),
        "by" => set(&mut options.account, key, Name::new(value)),
        "stp" => set(&mut options.self_trade, key, SelfTradeWord::read(value)),
        "group" => set(&mut options.group, key, Name::new(value)),
        "oco" => set(&mut options.oco, key, Name::new(value)),
        "oco_reduce" => set(&mut options.oco_reduce, key, Name::new(value)),
        "parent" => set(&mut options.parent, key, Name::new(value)),
        "parent_partial" => set(&mut options.parent_partial, key, Name::new(value)),
        "mmp" => set(&mut options.protection_group, key, Name::new(value)),
        "points" => set(&mut options.points, key, integer(value, "number of points")),
        _ => Err(format!("`{key}=` is no option of an order")),
    }
}

/// Fills a slot that must be empty.
pub(crate) fn set<T>(
    slot: &mut Option<T>,
    key: &str,
    value: Result<T, String>,
) -> Result<(), String> {
    match slot.replace(value?) {
        None => Ok(()),
        Some(_) => Err(format!("`{key}` stands there twice")),
    }
}

fn raise(flag: &mut bool, word: &str) -> Result<(), String> {
    if std::mem::replace(flag, true) {
        return Err(format!("`{word}` stands there twice"));
    }
    Ok(())
}
