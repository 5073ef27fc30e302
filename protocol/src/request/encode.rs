//! Writes requests; what is at its default is left out.

use crate::json_writer::JsonWriter;
use crate::request::encode_order::write_new_order;
use crate::request::field::Field;
use crate::request::{
    Cancel, CancelReplace, MassCancel, MassQuote, Operation, OrderRef, Replace, Request, Resume,
    Submit, Subscription,
};
use crate::words::{CandleInterval, Delivery, Frames, OnCancelFailure, OnLag, Side};

impl Request {
    /// Appends the request to `buffer` as one JSON object.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        let mut json = JsonWriter::open(buffer);
        json.word(Field::Op.name(), self.operation.op());
        json.maybe_number(Field::Id.name(), self.id);
        match &self.operation {
            Operation::Hello(hello) => {
                json.number(Field::Protocol.name(), hello.protocol);
                if let Some(client) = &hello.client {
                    json.text(Field::Client.name(), client);
                }
                if hello.frames != Frames::Text {
                    json.word(Field::Frames.name(), hello.frames.word());
                }
                json.maybe_number(
                    Field::SchemaVersion.name(),
                    hello.schema_version.map(u64::from),
                );
            }
            Operation::Logon(logon) => logon.write(&mut json),
            Operation::Submit(submit) => write_submit(&mut json, submit),
            Operation::Cancel(cancel) => write_cancel(&mut json, cancel),
            Operation::Replace(replace) => write_replace(&mut json, replace),
            Operation::CancelReplace(both) => write_cancel_replace(&mut json, both),
            Operation::Batch(batch) => batch.write(&mut json),
            Operation::MassCancel(mass_cancel) => write_mass_cancel(&mut json, mass_cancel),
            Operation::MassQuote(mass_quote) => write_mass_quote(&mut json, mass_quote),
            Operation::MmpReset(reset) => {
                json.name(Field::Symbol.name(), &reset.symbol);
                json.number(Field::MmpGroup.name(), u64::from(reset.mmp_group));
                json.maybe_number(Field::AtUs.name(), reset.at_us);
            }
            Operation::CancelAfter(cancel_after) => {
                json.number(Field::TimeoutMs.name(), cancel_after.timeout_ms);
                json.maybe_number(Field::AtUs.name(), cancel_after.at_us);
            }
            Operation::OpenOrders(open_orders) => {
                json.maybe_name(Field::Symbol.name(), open_orders.symbol.as_ref());
            }
            Operation::Subscribe(subscription) | Operation::Unsubscribe(subscription) => {
                write_subscription(&mut json, subscription);
            }
            Operation::Resume(resume) => write_resume(&mut json, resume),
            Operation::ResumeExecutions(resume) => resume.write(&mut json),
            Operation::Enroll(enroll) => {
                json.number(Field::Rank.name(), u64::from(enroll.rank));
            }
            Operation::TickDone(done) => {
                json.number(Field::Tick.name(), done.tick);
                json.maybe_number(Field::IdleUntil.name(), done.idle_until);
            }
            Operation::Candles(request) => request.write(&mut json),
            Operation::Statistics(request) => request.write(&mut json),
            Operation::Past(request) => request.write(&mut json),
            Operation::Balances | Operation::Positions | Operation::Ping => {}
        }
        json.close();
    }

    /// The request as text, for a sender that wants its own copy.
    pub fn to_json(&self) -> String {
        let mut buffer = Vec::with_capacity(256);
        self.encode(&mut buffer);
        String::from_utf8(buffer).expect("requests are written in UTF-8")
    }
}

fn write_submit(json: &mut JsonWriter<'_>, submit: &Submit) {
    json.name(Field::Symbol.name(), &submit.symbol);
    write_new_order(json, &submit.order);
    json.maybe_number(Field::AtUs.name(), submit.at_us);
}

fn write_cancel(json: &mut JsonWriter<'_>, cancel: &Cancel) {
    json.name(Field::Symbol.name(), &cancel.symbol);
    write_order_ref(json, &cancel.order, Field::OrderId, Field::ClientOrderId);
    json.maybe_number(Field::AtUs.name(), cancel.at_us);
}

fn write_replace(json: &mut JsonWriter<'_>, replace: &Replace) {
    json.name(Field::Symbol.name(), &replace.symbol);
    write_change(json, replace);
    json.maybe_number(Field::AtUs.name(), replace.at_us);
}

/// What a replace says beside where and when.
pub(super) fn write_change(json: &mut JsonWriter<'_>, replace: &Replace) {
    write_order_ref(json, &replace.order, Field::OrderId, Field::ClientOrderId);
    json.maybe_decimal(Field::Quantity.name(), replace.quantity);
    json.maybe_decimal(Field::Price.name(), replace.price);
    json.maybe_decimal(Field::DisplayQuantity.name(), replace.display_quantity);
    json.maybe_decimal(Field::TriggerPrice.name(), replace.trigger_price);
    json.maybe_number(Field::ExpireAtUs.name(), replace.expire_at_us);
}

fn write_cancel_replace(json: &mut JsonWriter<'_>, both: &CancelReplace) {
    json.name(Field::Symbol.name(), &both.symbol);
    write_exchange(json, both);
    json.maybe_number(Field::AtUs.name(), both.at_us);
}

/// What a cancel-replace says beside where and when.
pub(super) fn write_exchange(json: &mut JsonWriter<'_>, both: &CancelReplace) {
    write_order_ref(
        json,
        &both.cancel,
        Field::CancelOrderId,
        Field::CancelClientOrderId,
    );
    if both.on_cancel_failure != OnCancelFailure::Stop {
        json.word(Field::OnCancelFailure.name(), both.on_cancel_failure.word());
    }
    write_new_order(json, &both.order);
}

fn write_mass_cancel(json: &mut JsonWriter<'_>, mass_cancel: &MassCancel) {
    json.maybe_name(Field::Symbol.name(), mass_cancel.symbol.as_ref());
    json.maybe_word(Field::Side.name(), mass_cancel.side.map(Side::word));
    json.maybe_decimal(Field::PriceFrom.name(), mass_cancel.price_from);
    json.maybe_decimal(Field::PriceTo.name(), mass_cancel.price_to);
    json.maybe_number(Field::Session.name(), mass_cancel.session.map(u64::from));
    json.maybe_number(Field::AtUs.name(), mass_cancel.at_us);
}

fn write_mass_quote(json: &mut JsonWriter<'_>, mass_quote: &MassQuote) {
    json.number(Field::MmpGroup.name(), u64::from(mass_quote.mmp_group));
    json.list(Field::Quotes.name(), &mass_quote.quotes, |buffer, quote| {
        let mut json = JsonWriter::open(buffer);
        json.name("symbol", &quote.symbol);
        json.maybe_decimal("bid_price", quote.bid_price);
        json.maybe_decimal("bid_quantity", quote.bid_quantity);
        json.maybe_decimal("ask_price", quote.ask_price);
        json.maybe_decimal("ask_quantity", quote.ask_quantity);
        json.close();
    });
    json.maybe_number(Field::AtUs.name(), mass_quote.at_us);
}

fn write_subscription(json: &mut JsonWriter<'_>, subscription: &Subscription) {
    json.word(Field::Channel.name(), subscription.channel.word());
    if let Some(symbols) = &subscription.symbols {
        json.names(Field::Symbols.name(), symbols);
    }
    json.maybe_number(Field::Levels.name(), subscription.levels.map(u64::from));
    json.maybe_word(
        Field::Delivery.name(),
        subscription.delivery.map(Delivery::word),
    );
    json.maybe_number(
        Field::IntervalMs.name(),
        subscription.interval_ms.map(u64::from),
    );
    json.maybe_word(Field::OnLag.name(), subscription.on_lag.map(OnLag::word));
    json.maybe_word(
        Field::Interval.name(),
        subscription.interval.map(CandleInterval::word),
    );
}

fn write_resume(json: &mut JsonWriter<'_>, resume: &Resume) {
    json.word(Field::Channel.name(), resume.channel.word());
    json.name(Field::Symbol.name(), &resume.symbol);
    json.number(Field::Epoch.name(), resume.epoch);
    json.number(Field::From.name(), resume.from);
}

pub(super) fn write_order_ref(
    json: &mut JsonWriter<'_>,
    order: &OrderRef,
    by_order: Field,
    by_client: Field,
) {
    match order {
        OrderRef::Order(order_id) => json.number(by_order.name(), *order_id),
        OrderRef::Client(client_order_id) => json.name(by_client.name(), client_order_id),
    }
}
