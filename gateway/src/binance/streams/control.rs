//! What clients say on streams: follow, leave, list, properties.

use serde::Deserialize;
use serde_json::value::RawValue;

/// Something said on a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Control {
    /// Follow these.
    Subscribe(Vec<String>),
    /// Leave these.
    Unsubscribe(Vec<String>),
    /// Say what is followed.
    List,
    /// Wrap messages, or do not.
    SetCombined(bool),
    /// Say whether they are wrapped.
    GetCombined,
}

/// Why something cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadControl {
    /// The venue's number of it.
    pub code: u8,
    /// The venue's sentence.
    pub text: &'static str,
}

const UNKNOWN_PROPERTY: BadControl = BadControl {
    code: 0,
    text: "Unknown property",
};
const NO_BOOLEAN: BadControl = BadControl {
    code: 1,
    text: "Invalid value type: expected Boolean",
};
const INVALID_JSON: BadControl = BadControl {
    code: 3,
    text: "Invalid JSON: expected value",
};

const fn invalid(text: &'static str) -> BadControl {
    BadControl { code: 2, text }
}

#[derive(Debug, Deserialize)]
struct WireControl<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<&'a RawValue>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

/// Reads a frame: its id as it was written, where it has a good one, and what it says.
pub fn read(text: &str) -> (Option<String>, Result<Control, BadControl>) {
    // A list would be read as an object whose members it has in their order.
    if !text.trim_start().starts_with('{') {
        return (None, Err(INVALID_JSON));
    }
    let Ok(wire) = serde_json::from_str::<WireControl<'_>>(text) else {
        return (None, Err(INVALID_JSON));
    };
    let id = wire.id.map_or("null", RawValue::get);
    if !is_id(id) {
        return (
            None,
            Err(invalid(
                "Invalid request: request ID must be an unsigned integer, a string of up to 36 characters or null",
            )),
        );
    }
    (Some(id.to_owned()), control(&wire))
}

fn is_id(id: &str) -> bool {
    let is_short_text = serde_json::from_str::<String>(id).is_ok_and(|text| text.len() <= 36);
    id == "null" || is_short_text || id.parse::<i64>().is_ok()
}

fn control(wire: &WireControl<'_>) -> Result<Control, BadControl> {
    let method = wire
        .method
        .ok_or(invalid("Invalid request: missing field `method`"))?;
    let method: String = serde_json::from_str(method.get())
        .map_err(|_| invalid("Invalid request: invalid type: expected a string"))?;
    match method.as_str() {
        "SUBSCRIBE" => Ok(Control::Subscribe(names(wire)?)),
        "UNSUBSCRIBE" => Ok(Control::Unsubscribe(names(wire)?)),
        "LIST_SUBSCRIPTIONS" => Ok(Control::List),
        "SET_PROPERTY" => set_property(wire),
        "GET_PROPERTY" => match names(wire)?.as_slice() {
            [name] if name == "combined" => Ok(Control::GetCombined),
            [_] => Err(UNKNOWN_PROPERTY),
            [] => Err(invalid("Invalid request: missing field `params`")),
            [_, _, ..] => Err(invalid("Invalid request: too many parameters")),
        },
        _ => Err(invalid(
            "Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`",
        )),
    }
}

fn names(wire: &WireControl<'_>) -> Result<Vec<String>, BadControl> {
    let params = wire
        .params
        .ok_or(invalid("Invalid request: missing field `params`"))?;
    serde_json::from_str(params.get())
        .map_err(|_| invalid("Invalid request: invalid type: expected a list of strings"))
}

fn set_property(wire: &WireControl<'_>) -> Result<Control, BadControl> {
    let params = wire
        .params
        .ok_or(invalid("Invalid request: missing field `params`"))?;
    let params: Vec<&RawValue> = serde_json::from_str(params.get())
        .map_err(|_| invalid("Invalid request: invalid type: expected a list"))?;
    match params.as_slice() {
        [name, value] if name.get() == "\"combined\"" => value
            .get()
            .parse()
            .map(Control::SetCombined)
            .map_err(|_| NO_BOOLEAN),
        [_, _] => Err(UNKNOWN_PROPERTY),
        [] | [_] => Err(invalid("Invalid request: missing parameters")),
        [_, _, _, ..] => Err(invalid("Invalid request: too many parameters")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read_with_its_id() {
        let (id, said) = read(r#"{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":"a-1"}"#);
        assert_eq!(id.as_deref(), Some("\"a-1\""));
        assert_eq!(
            said,
            Ok(Control::Subscribe(vec!["btcusdt@trade".to_owned()]))
        );
        let (id, said) = read(r#"{"method":"SET_PROPERTY","params":["combined",true],"id":1}"#);
        assert_eq!(
            (id.as_deref(), said),
            (Some("1"), Ok(Control::SetCombined(true)))
        );
    }

    #[test]
    fn mistakes_have_the_venues_numbers() {
        for (text, code) in [
            ("{bad", 3),
            (r#"{"method":"FOO","params":[],"id":1}"#, 2),
            (r#"{"params":[],"id":1}"#, 2),
            (r#"{"method":"SUBSCRIBE","id":1}"#, 2),
            (r#"{"method":"SUBSCRIBE","params":[],"id":1.5}"#, 2),
            (
                r#"{"method":"SET_PROPERTY","params":["combined","yes"],"id":1}"#,
                1,
            ),
            (
                r#"{"method":"SET_PROPERTY","params":["other",true],"id":1}"#,
                0,
            ),
            (r#"{"method":"GET_PROPERTY","params":["other"],"id":1}"#, 0),
        ] {
            assert_eq!(read(text).1.unwrap_err().code, code, "{text}");
        }
    }
}
