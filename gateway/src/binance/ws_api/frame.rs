//! Frames of the WebSocket API: a request read, an answer written.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::binance::limits::WireLimit;
use crate::binance::params::{Params, invalid_json};
use crate::binance::refusal::Refusal;
use crate::binance::wire::json;

/// A request as it stands in its frame.
#[derive(Debug, Deserialize)]
struct WireRequest<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    method: Option<&'a RawValue>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

/// A request, read.
#[derive(Debug)]
pub struct Request {
    /// Its id, as it was written.
    pub id: String,
    /// What it asks for.
    pub method: String,
    /// With which parameters.
    pub params: Params,
}

/// A frame that is no request, and its id as far as it could be read.
#[derive(Debug)]
pub struct BadRequest {
    /// Its id, as it was written.
    pub id: String,
    /// What is wrong.
    pub refusal: Refusal,
}

/// Reads a frame.
///
/// # Errors
/// It is no request.
pub fn read(text: &str) -> Result<Request, BadRequest> {
    let no_json = || BadRequest {
        id: "null".to_owned(),
        refusal: invalid_json(),
    };
    // A list would be read as an object whose members it has in their order.
    if !text.trim_start().starts_with('{') {
        return Err(no_json());
    }
    let wire: WireRequest<'_> = serde_json::from_str(text).map_err(|_| no_json())?;
    let id = wire.id.map_or("null", RawValue::get).to_owned();
    let bad = |refusal: Refusal| BadRequest {
        id: id.clone(),
        refusal,
    };
    let method: String = wire
        .method
        .and_then(|method| serde_json::from_str(method.get()).ok())
        .ok_or_else(|| bad(Refusal::mandatory("method")))?;
    let params = match wire.params.map(RawValue::get) {
        None | Some("null") => Params::default(),
        Some(params) => Params::of_json(params).map_err(bad)?,
    };
    Ok(Request { id, method, params })
}

/// Writes an answer; `limits` is `None` where they are not to be shown.
pub fn answer(id: &str, outcome: &Result<String, Refusal>, limits: Option<&[WireLimit]>) -> String {
    let mut text = format!(r#"{{"id":{id},"status":"#);
    match outcome {
        Ok(result) => {
            text.push_str(r#"200,"result":"#);
            text.push_str(result);
        }
        Err(refusal) => {
            text.push_str(&refusal.status.to_string());
            text.push_str(r#","error":"#);
            text.push_str(&refusal.json());
        }
    }
    if let Some(limits) = limits {
        text.push_str(r#","rateLimits":"#);
        text.push_str(&json(&limits));
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_repeated_as_it_was_written() {
        for id in ["1", "\"abc-1\"", "null", "1.50", "[1]"] {
            let request = read(&format!(r#"{{"id":{id},"method":"time"}}"#)).unwrap();
            assert_eq!(
                answer(&request.id, &Ok("{}".to_owned()), None),
                format!(r#"{{"id":{id},"status":200,"result":{{}}}}"#)
            );
        }
    }

    #[test]
    fn a_frame_that_is_no_request_is_refused_with_the_id_that_it_has() {
        for (text, id, code) in [
            ("{bad", "null", -1135),
            ("[]", "null", -1135),
            (r#"{"id":7}"#, "7", -1102),
            (r#"{"id":7,"method":1}"#, "7", -1102),
            (r#"{"id":7,"method":"time","params":[]}"#, "7", -1135),
        ] {
            let bad = read(text).unwrap_err();
            assert_eq!((bad.id.as_str(), bad.refusal.code), (id, code), "{text}");
        }
    }
}
