//! Reads a command line.

use crate::command::{
    BatchWord, Command, MarketState, MassCancellation, Quiet, Quote, QuoteSide, Replacement,
};
use crate::lexer::{Words, integer, key_and_value};
use crate::name::Name;
use crate::order_entry::SideWord;
use crate::parse_order::{parse_order, set};

/// Reads one line before the `--`.
pub(crate) fn parse_command(line: &str) -> Result<Command, String> {
    if let Some(batch) = line.strip_prefix("batch ") {
        return parse_batch(batch);
    }
    let mut words = Words::new(line);
    let is_order = matches!(words.peek(1), Some("buy" | "sell")) && words.peek(2).is_some();
    if is_order {
        return parse_order(&mut words).map(|entry| Command::Submit(Box::new(entry)));
    }
    let verb = words.next("a command")?;
    let command = match verb {
        "cancel" => Command::Cancel(Name::new(words.next("the order's id")?)?),
        "replace" => Command::Replace(parse_replacement(&mut words)?),
        "quote" => Command::Quote(parse_quote(&mut words)?),
        "mass_cancel" => Command::MassCancel(parse_mass_cancellation(&mut words)?),
        "mmp_reset" => Command::ProtectionReset {
            group: Name::new(words.next("the group")?)?,
            account: parse_account(&mut words)?,
        },
        "disconnect" => Command::Disconnect(parse_account(&mut words)?),
        "time" => Command::Time(integer(words.next("the time")?, "time")?),
        "kill" => Command::Kill(parse_account(&mut words)?),
        "cancel_after" => Command::CancelAfter {
            account: parse_account(&mut words)?,
            delay: integer(words.next("the delay")?, "delay")?,
        },
        "state" => Command::State(MarketState::read(words.next("the state")?)?),
        "uncross" => Command::Uncross {
            reference: parse_reference(&mut words)?,
        },
        "last" => Command::Last(integer(words.next("the price")?, "price")?),
        "bust" => Command::Bust(integer(words.next("the trade's number")?, "number")?),
        "quiet" => Command::Quiet(Quiet::read(words.next("on or off")?)?),
        "show" => Command::Show,
        _ => {
            return Err(format!(
                "`{verb}` is no command, and no `ID buy|sell QTY @ PRICE`"
            ));
        }
    };
    words.finish()?;
    Ok(command)
}

/// Reads what stands behind `batch`.
fn parse_batch(batch: &str) -> Result<Command, String> {
    let (mode, lines) = batch
        .split_once(':')
        .ok_or("a batch needs `:` behind `sequential` or `all_or_none`")?;
    let mode = BatchWord::read(mode.trim())?;
    let instructions = lines.split(';').map(|line| {
        let command = parse_command(line.trim())?;
        match command {
            Command::Submit(_) | Command::Cancel(_) | Command::Replace(_) => Ok(command),
            Command::Quote(_)
            | Command::MassCancel(_)
            | Command::ProtectionReset { .. }
            | Command::Disconnect(_)
            | Command::Time(_)
            | Command::Kill(_)
            | Command::CancelAfter { .. }
            | Command::State(_)
            | Command::Uncross { .. }
            | Command::Last(_)
            | Command::Bust(_)
            | Command::Quiet(_)
            | Command::Show
            | Command::Batch { .. } => Err(format!("`{command}` is no instruction of a batch")),
        }
    });
    let instructions = instructions.collect::<Result<Vec<_>, _>>()?;
    Ok(Command::Batch { mode, instructions })
}

fn parse_account(words: &mut Words<'_>) -> Result<Name, String> {
    let word = words.next("`by=ACC`")?;
    let account = word
        .strip_prefix("by=")
        .ok_or_else(|| format!("`by=ACC` was expected, `{word}` is there"))?;
    Name::new(account)
}

fn parse_reference(words: &mut Words<'_>) -> Result<Option<i64>, String> {
    if words.peek(0).is_none() {
        return Ok(None);
    }
    let word = words.next("`ref=P`")?;
    let price = word
        .strip_prefix("ref=")
        .ok_or_else(|| format!("`ref=P` was expected, `{word}` is there"))?;
    integer(price, "price").map(Some)
}

fn parse_replacement(words: &mut Words<'_>) -> Result<Replacement, String> {
    let mut replacement = Replacement {
        name: Name::new(words.next("the order's id")?)?,
        quantity: None,
        price: None,
        peak: None,
        stop: None,
        expiry: None,
    };
    while let Some(word) = words.peek(0) {
        words.next("a change")?;
        let (key, value) = key_and_value(word);
        let value = value.ok_or_else(|| format!("`{word}` is no change of an order"))?;
        match key {
            "qty" => set(&mut replacement.quantity, key, integer(value, "quantity"))?,
            "price" => set(&mut replacement.price, key, integer(value, "price"))?,
            "peak" => set(&mut replacement.peak, key, integer(value, "quantity"))?,
            "stop" => set(&mut replacement.stop, key, integer(value, "price"))?,
            "expiry" => set(&mut replacement.expiry, key, integer(value, "time"))?,
            _ => return Err(format!("`{key}=` is no change of an order")),
        }
    }
    Ok(replacement)
}

fn parse_quote(words: &mut Words<'_>) -> Result<Quote, String> {
    let group = Name::new(words.next("the group")?)?;
    let account = parse_account(words)?;
    let bid = parse_quote_side(words)?;
    words.expect("/")?;
    let ask = parse_quote_side(words)?;
    Ok(Quote {
        group,
        account,
        bid,
        ask,
    })
}

fn parse_quote_side(words: &mut Words<'_>) -> Result<Option<QuoteSide>, String> {
    let quantity = words.next("a side of the quote")?;
    if quantity == "-" {
        return Ok(None);
    }
    let quantity = integer(quantity, "quantity")?;
    words.expect("@")?;
    let price = integer(words.next("the price")?, "price")?;
    Ok(Some(QuoteSide { quantity, price }))
}

fn parse_mass_cancellation(words: &mut Words<'_>) -> Result<MassCancellation, String> {
    let mut account = None;
    let mut side = None;
    let mut from = None;
    let mut to = None;
    while let Some(word) = words.peek(0) {
        words.next("a filter")?;
        let (key, value) = key_and_value(word);
        let value = value.ok_or_else(|| format!("`{word}` is no filter"))?;
        match key {
            "by" => set(&mut account, key, Name::new(value))?,
            "side" => set(&mut side, key, SideWord::read(value))?,
            "from" => set(&mut from, key, integer(value, "price"))?,
            "to" => set(&mut to, key, integer(value, "price"))?,
            _ => return Err(format!("`{key}=` is no filter")),
        }
    }
    let account = account.ok_or_else(|| "`by=ACC` is missing".to_owned())?;
    Ok(MassCancellation {
        account,
        side,
        from,
        to,
    })
}
