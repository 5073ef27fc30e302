//! Reads a line of the expected part.

use crate::lexer::{Words, integer};
use crate::market_line::{
    BookEntry, BookPicture, BookPrice, CancelWord, MarketLine, Meeting, RejectWord, Shown,
    StatusWord,
};
use crate::name::Name;

/// Reads one line after the `--`.
pub(crate) fn parse_market_line(line: &str) -> Result<MarketLine, String> {
    if let Some(picture) = line.strip_prefix("book") {
        return parse_picture(picture).map(MarketLine::Book);
    }
    let mut words = Words::new(line);
    let verb = words.next("an event")?;
    let parsed = match verb {
        "trade" => MarketLine::Trade(parse_meeting(&mut words)?),
        "rest" => parse_rest(&mut words)?,
        "cancel" => MarketLine::Cancel {
            name: parse_name(&mut words)?,
            quantity: integer(words.next("the quantity")?, "quantity")?,
            reason: CancelWord::read(words.next("the reason")?)?,
        },
        "reject" => MarketLine::Reject {
            name: parse_name(&mut words)?,
            reason: RejectWord::read(words.next("the reason")?)?,
        },
        "busted" => MarketLine::Busted(parse_meeting(&mut words)?),
        "prevent" => MarketLine::Prevent(parse_meeting(&mut words)?),
        "trigger" => MarketLine::Trigger(parse_name(&mut words)?),
        "replaced" => MarketLine::Replaced(parse_name(&mut words)?),
        "refill" => MarketLine::Refill {
            name: parse_name(&mut words)?,
            shown: parse_shown(words.next("the slice")?)?,
        },
        "peg" => MarketLine::Peg {
            name: parse_name(&mut words)?,
            price: unless("parked", words.next("the price")?)?,
        },
        "step" => MarketLine::Step(integer(words.next("the number")?, "number")?),
        "status" => MarketLine::Status(StatusWord::read(words.next("the state")?)?),
        "indicative" => MarketLine::Indicative {
            price: unless("-", words.next("the price")?)?,
            volume: integer(words.next("the volume")?, "quantity")?,
            surplus: integer(words.next("the surplus")?, "surplus")?,
        },
        _ => return Err(format!("`{verb}` is no event")),
    };
    words.finish()?;
    Ok(parsed)
}

fn parse_name(words: &mut Words<'_>) -> Result<Name, String> {
    Name::new(words.next("the order's id")?)
}

fn parse_meeting(words: &mut Words<'_>) -> Result<Meeting, String> {
    let taker = parse_name(words)?;
    let maker = parse_name(words)?;
    let quantity = integer(words.next("the quantity")?, "quantity")?;
    words.expect("@")?;
    let price = integer(words.next("the price")?, "price")?;
    Ok(Meeting {
        taker,
        maker,
        quantity,
        price,
    })
}

/// A hidden order that rests may be written `QTY` or `0+QTY`; both are the same line.
fn parse_rest(words: &mut Words<'_>) -> Result<MarketLine, String> {
    let name = parse_name(words)?;
    let shown = match parse_shown(words.next("the quantity")?)? {
        Shown {
            displayed: 0,
            hidden: Some(hidden),
        } => Shown {
            displayed: hidden,
            hidden: None,
        },
        shown => shown,
    };
    words.expect("@")?;
    let price = parse_book_price(words.next("the price")?)?;
    Ok(MarketLine::Rest { name, shown, price })
}

fn parse_shown(word: &str) -> Result<Shown, String> {
    let (displayed, hidden) = match word.split_once('+') {
        Some((displayed, hidden)) => (displayed, Some(integer(hidden, "quantity")?)),
        None => (word, None),
    };
    Ok(Shown {
        displayed: integer(displayed, "quantity")?,
        hidden,
    })
}

fn parse_book_price(word: &str) -> Result<BookPrice, String> {
    match unless("market", word)? {
        Some(price) => Ok(BookPrice::At(price)),
        None => Ok(BookPrice::Market),
    }
}

fn unless(exception: &str, word: &str) -> Result<Option<i64>, String> {
    if word == exception {
        Ok(None)
    } else {
        integer(word, "price").map(Some)
    }
}

fn parse_picture(text: &str) -> Result<BookPicture, String> {
    let (bids, asks) = text
        .split_once('|')
        .ok_or_else(|| "`|` between bids and asks is missing".to_owned())?;
    Ok(BookPicture {
        bids: parse_side(bids)?,
        asks: parse_side(asks)?,
    })
}

fn parse_side(text: &str) -> Result<Vec<BookEntry>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    text.split(',').map(parse_entry).collect()
}

fn parse_entry(text: &str) -> Result<BookEntry, String> {
    let mut words = Words::new(text);
    let name = parse_name(&mut words)?;
    let shown = parse_shown(words.next("the quantity")?)?;
    words.expect("@")?;
    let price = parse_book_price(words.next("the price")?)?;
    words.finish()?;
    Ok(BookEntry { name, shown, price })
}
