//! Every field that a request can have, and the slots that hold their raw values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::{CodecError, ErrorCode};
use crate::exact_decimal::ExactDecimal;

/// Declares the fields together with their names on the wire.
macro_rules! fields {
    ($($field:ident = $name:literal),+ $(,)?) => {
        /// A field of a request; its number is its slot.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field { $($field),+ }

        impl Field {
            const ALL: &'static [Self] = &[$(Self::$field),+];

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$field => $name),+ }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$field),)+ _ => None }
            }

            const fn slot(self) -> usize {
                self as usize
            }
        }
    };
}

fields! {
    Op = "op",
    Id = "id",
    Symbol = "symbol",
    ClientOrderId = "client_order_id",
    Side = "side",
    Type = "type",
    Price = "price",
    Quantity = "quantity",
    TimeInForce = "time_in_force",
    OrderId = "order_id",
    QuoteAmount = "quote_amount",
    ExpireAtUs = "expire_at_us",
    PostOnly = "post_only",
    Hidden = "hidden",
    MinimumQuantity = "minimum_quantity",
    SelfTradePrevention = "self_trade_prevention",
    StpGroup = "stp_group",
    AtUs = "at_us",
    CancelOrderId = "cancel_order_id",
    CancelClientOrderId = "cancel_client_order_id",
    OnCancelFailure = "on_cancel_failure",
    PriceFrom = "price_from",
    PriceTo = "price_to",
    Session = "session",
    Protocol = "protocol",
    Client = "client",
    Key = "key",
    KeyId = "key_id",
    Signature = "signature",
    Channel = "channel",
    Symbols = "symbols",
    Levels = "levels",
    Protection = "protection",
    Peg = "peg",
    PegOffset = "peg_offset",
    DisplayQuantity = "display_quantity",
    StopPrice = "stop_price",
    TakePrice = "take_price",
    Trail = "trail",
    TrailBips = "trail_bips",
    TrailStep = "trail_step",
    ActivationPrice = "activation_price",
    TriggerSource = "trigger_source",
    TriggerPrice = "trigger_price",
    Quotes = "quotes",
    TimeoutMs = "timeout_ms",
    OcoOrderId = "oco_order_id",
    OcoClientOrderId = "oco_client_order_id",
    OcoMode = "oco_mode",
    ParentOrderId = "parent_order_id",
    ParentClientOrderId = "parent_client_order_id",
    ChildStart = "child_start",
    MmpGroup = "mmp_group",
    OnDisconnect = "on_disconnect",
    Delivery = "delivery",
    IntervalMs = "interval_ms",
    OnLag = "on_lag",
    Epoch = "epoch",
    From = "from",
    After = "after",
    Trace = "trace",
    Frames = "frames",
    SchemaVersion = "schema_version",
    Rank = "rank",
    Tick = "tick",
    IdleUntil = "idle_until",
    Mode = "mode",
    Instructions = "instructions",
    Interval = "interval",
    FromId = "from_id",
    FromUs = "from_us",
    ToUs = "to_us",
    Count = "count",
}

/// The raw values of one request. What is taken is gone, so what is left was not asked for.
pub(super) struct Fields<'a> {
    slots: [Option<&'a str>; Field::ALL.len()],
    /// The first key that is no field of any request.
    stranger: Option<String>,
    /// The first key that stood twice.
    repeated: Option<&'static str>,
}

impl<'a> Fields<'a> {
    /// Splits a frame into raw values. They borrow from it, numbers keep their text.
    ///
    /// # Errors
    /// The frame is no JSON object; what was read of it stays in the fields.
    pub(super) fn read(frame: &'a str) -> (Self, Result<(), CodecError>) {
        let mut fields = Self {
            slots: [None; Field::ALL.len()],
            stranger: None,
            repeated: None,
        };
        let mut json = serde_json::Deserializer::from_str(frame);
        let outcome = (&mut fields)
            .deserialize(&mut json)
            .and_then(|()| json.end())
            .map_err(|error| CodecError::new(ErrorCode::MalformedJson, error.to_string()));
        (fields, outcome)
    }

    /// The request's number, if it has a readable one; leaves it in place.
    pub(super) fn request(&self) -> Option<u64> {
        self.slots[Field::Id.slot()].and_then(whole_number)
    }

    /// Fails where a key stood twice.
    pub(super) fn refuse_repeated(&self) -> Result<(), CodecError> {
        match self.repeated {
            Some(name) => Err(CodecError::new(
                ErrorCode::DuplicateField,
                format!("field `{name}` stands twice"),
            )),
            None => Ok(()),
        }
    }

    /// Fails where something is left that the request does not have.
    pub(super) fn refuse_rest(&self, op: &str) -> Result<(), CodecError> {
        let left = Field::ALL
            .iter()
            .find(|field| self.slots[field.slot()].is_some())
            .map(|field| field.name());
        match self.stranger.as_deref().or(left) {
            Some(name) => Err(CodecError::new(
                ErrorCode::UnknownField,
                format!("`{op}` has no field `{name}`"),
            )),
            None => Ok(()),
        }
    }

    fn take(&mut self, field: Field) -> Option<&'a str> {
        self.slots[field.slot()].take()
    }

    /// A field that must be there, read by `read`.
    pub(super) fn required<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(Field, &'a str) -> Result<T, CodecError>,
    ) -> Result<T, CodecError> {
        match self.take(field) {
            Some(raw) => read(field, raw),
            None => Err(CodecError::missing(field.name())),
        }
    }

    /// A field that may be absent, read by `read`.
    pub(super) fn optional<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(Field, &'a str) -> Result<T, CodecError>,
    ) -> Result<Option<T>, CodecError> {
        self.take(field).map(|raw| read(field, raw)).transpose()
    }
}

/// Reads a JSON string; borrows it unless it has an escape.
pub(super) fn text(field: Field, raw: &str) -> Result<Cow<'_, str>, CodecError> {
    let inner = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .ok_or_else(|| CodecError::bad(field.name(), "it must be a string"))?;
    if !inner.contains('\\') {
        return Ok(Cow::Borrowed(inner));
    }
    serde_json::from_str(raw)
        .map(Cow::Owned)
        .map_err(|error| CodecError::bad(field.name(), error))
}

/// Reads a JSON string of at most so many characters.
pub(super) fn text_of_at_most(
    characters_max: usize,
) -> impl FnOnce(Field, &str) -> Result<String, CodecError> {
    move |field, raw| {
        let text = text(field, raw)?;
        if text.chars().count() > characters_max {
            return Err(CodecError::bad(
                field.name(),
                format_args!("it has more than {characters_max} characters"),
            ));
        }
        Ok(text.into_owned())
    }
}

/// Reads a JSON string by its own parser.
pub(super) fn parsed<T>(field: Field, raw: &str) -> Result<T, CodecError>
where
    T: std::str::FromStr<Err: fmt::Display>,
{
    text(field, raw)?
        .parse()
        .map_err(|error| CodecError::bad(field.name(), error))
}

/// Reads a whole number that is not negative.
pub(super) fn number(field: Field, raw: &str) -> Result<u64, CodecError> {
    whole_number(raw).ok_or_else(|| {
        CodecError::bad(field.name(), "it must be a whole number from 0 to 2^64 - 1")
    })
}

/// Reads a whole number that fits in 32 bits.
pub(super) fn short_number(field: Field, raw: &str) -> Result<u32, CodecError> {
    whole_number(raw)
        .and_then(|number| u32::try_from(number).ok())
        .ok_or_else(|| {
            CodecError::bad(field.name(), "it must be a whole number from 0 to 2^32 - 1")
        })
}

fn whole_number(raw: &str) -> Option<u64> {
    // `parse` alone would also take a plus sign, but JSON has none.
    raw.parse().ok()
}

/// Reads `true` or `false`.
pub(super) fn boolean(field: Field, raw: &str) -> Result<bool, CodecError> {
    match raw {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(CodecError::bad(field.name(), "it must be true or false")),
    }
}

/// Reads a decimal: a JSON string, or a JSON number, of which the text is taken as it stands.
pub(super) fn decimal(field: Field, raw: &str) -> Result<ExactDecimal, CodecError> {
    let is_number = raw.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let decimal = if is_number {
        ExactDecimal::parse(raw)
    } else if raw.starts_with('"') {
        ExactDecimal::parse(&text(field, raw)?)
    } else {
        return Err(CodecError::bad(
            field.name(),
            "it must be a decimal, as a string or as a number",
        ));
    };
    decimal.map_err(|error| CodecError::bad(field.name(), error))
}

impl<'a> DeserializeSeed<'a> for &mut Fields<'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for &mut Fields<'a> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(KeySeed)? {
            let raw: &'a RawValue = map.next_value()?;
            match key {
                Key::Known(field) => {
                    let before = self.slots[field.slot()].replace(raw.get());
                    if before.is_some() {
                        self.repeated.get_or_insert(field.name());
                    }
                }
                Key::Stranger(name) => {
                    self.stranger.get_or_insert(name);
                }
            }
        }
        Ok(())
    }
}

enum Key {
    Known(Field),
    Stranger(String),
}

struct KeySeed;

impl<'a> DeserializeSeed<'a> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key, E> {
        Ok(Field::from_name(name).map_or_else(
            || Key::Stranger(name.chars().take(64).collect()),
            Key::Known,
        ))
    }
}
