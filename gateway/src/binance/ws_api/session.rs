//! One connection of the WebSocket API: who it is logged on as, and what it asks.

use std::sync::Arc;

use ledger::{KeyId, Permissions};
use tokio_tungstenite::tungstenite::Message;

use crate::binance::calls::{self, Call, Surface};
use crate::binance::keys::{
    Caller, bad_key, check_socket_signature, check_time, find_key, is_enabled, judged_by,
};
use crate::binance::limits::WireLimit;
use crate::binance::methods::{self, Asked, Security};
use crate::binance::pace::pace;
use crate::binance::params::Params;
use crate::binance::refusal::Refusal;
use crate::binance::socket::{Conversation, Later};
use crate::binance::ws_api::line::{Line, Place};
use crate::binance::ws_api::subscriptions::Subscriptions;
use crate::binance::ws_api::{Handshake, ShowLimits, frame};
use crate::edge::Edge;
use crate::session::{SessionEnd, SessionEntry};

/// Weight of the methods of a session.
const SESSION_WEIGHT: u32 = 2;

/// One connection.
#[derive(Debug)]
pub struct Session {
    pub(super) edge: Arc<Edge>,
    pub(super) entry: Arc<SessionEntry>,
    pub(super) asked: Handshake,
    pub(super) subscriptions: Subscriptions,
    line: Line,
    connected_us: u64,
    logon: Option<Logon>,
}

/// Who is logged on.
#[derive(Debug, Clone)]
struct Logon {
    caller: Caller,
    since_us: u64,
}

impl Session {
    /// A connection that nobody is logged on to.
    pub fn new(edge: Arc<Edge>, entry: Arc<SessionEntry>, asked: Handshake) -> Self {
        Self {
            line: Line::default(),
            connected_us: edge.at_us(),
            subscriptions: Subscriptions::new(Arc::clone(&edge), Arc::clone(&entry)),
            edge,
            entry,
            asked,
            logon: None,
        }
    }

    fn take_request(&mut self, request: frame::Request) -> Option<Later> {
        let frame::Request {
            id,
            method,
            mut params,
        } = request;
        let shown = match params.flag_of("returnRateLimits") {
            Ok(flag) => flag.map_or(self.asked.limits, ShowLimits::of),
            Err(refusal) => {
                self.say(&id, &Err(refusal), self.asked.limits);
                return None;
            }
        };
        if let Some(outcome) = self.take_session_method(&method, &mut params) {
            self.say(&id, &outcome, shown);
            self.subscriptions.tell_ended();
            return None;
        }
        let Some(asked) = methods::of_name(&method) else {
            let outcome = self.charge(1).and_then(|()| Err(Refusal::not_supported()));
            self.say(&id, &outcome, shown);
            return None;
        };
        match self.begin(asked, params) {
            Ok((call, weight)) => Some(self.later(id, (asked, call, weight), shown)),
            Err(refusal) => {
                self.say(&id, &Err(refusal), shown);
                None
            }
        }
    }

    /// Charges a request and finds out who asks.
    fn begin(&mut self, asked: Asked, mut params: Params) -> Result<(Call, u32), Refusal> {
        let symbols = u32::try_from(self.edge.instruments.len()).unwrap_or(u32::MAX);
        let weight = methods::weight(asked, &params, symbols);
        self.charge(weight)?;
        let caller = match asked.security {
            Security::None => None,
            Security::Key => Some(self.key_alone(&mut params)?),
            Security::Read => Some(self.signed(&mut params, Permissions::READ)?),
            Security::Trade => Some(self.signed(&mut params, Permissions::TRADE)?),
        };
        let call = Call {
            method: asked.method,
            params,
            caller,
            unit: self.asked.unit,
            surface: Surface::Socket,
        };
        Ok((call, weight))
    }

    fn later(
        &self,
        id: String,
        (asked, call, weight): (Asked, Call, u32),
        shown: ShowLimits,
    ) -> Later {
        let edge = Arc::clone(&self.edge);
        let address = self.entry.address.ip();
        let account = call.caller.as_ref().map(|caller| caller.account);
        let joined = self.line.clone().join(Place::of(asked, &call.params));
        Box::pin(async move {
            let share = joined.await;
            let key = call.caller.as_ref().map(|caller| caller.key.clone());
            let key = key.as_ref().map(KeyId::as_str);
            let (paced, outcome) = match pace(&edge, asked.security, key).await {
                Ok(paced) => (Some(paced), calls::answer(Arc::clone(&edge), call).await),
                Err(refusal) => (None, Err(refusal)),
            };
            drop(share);
            let limits = &edge.binance.limits;
            let now_us = edge.at_us();
            let is_free = outcome.is_ok() && methods::is_free_of_charge(asked.method);
            let used = limits.give_back(address, if is_free { weight } else { 0 }, now_us);
            let mut listed = vec![limits.of_weight(used)];
            if asked.security == Security::Trade
                && let Some(account) = account
            {
                let orders = limits.of_orders(limits.orders_of(account, now_us));
                listed.splice(0..0, orders);
            }
            let outcome = outcome.map_err(|refusal| with_times(refusal, now_us));
            let text = frame::answer(&id, &outcome, shown.is_on().then_some(&listed[..]));
            drop(paced);
            Message::text(text)
        })
    }

    fn charge(&self, weight: u32) -> Result<(), Refusal> {
        let address = self.entry.address.ip();
        let now_us = self.edge.at_us();
        self.edge
            .binance
            .limits
            .charge(address, weight, now_us)
            .map(drop)
            .map_err(|refusal| with_times(refusal, now_us))
    }

    /// Methods that change or tell of the connection itself; `None` for others.
    fn take_session_method(
        &mut self,
        method: &str,
        params: &mut Params,
    ) -> Option<Result<String, Refusal>> {
        let method = method.strip_prefix("v3/").unwrap_or(method);
        let act: fn(&mut Self, &mut Params) -> Result<String, Refusal> = match method {
            "session.logon" => Self::log_on,
            "session.status" => |session, _| Ok(session.status()),
            "session.logout" => |session, _| Ok(session.log_out()),
            "session.subscriptions" => |session, _| Ok(session.subscriptions.listed()),
            "userDataStream.subscribe" => Self::subscribe,
            "userDataStream.subscribe.signature" => Self::subscribe_signed,
            "userDataStream.unsubscribe" => Self::unsubscribe,
            _ => return None,
        };
        Some(self.charge(SESSION_WEIGHT).and_then(|()| act(self, params)))
    }

    fn log_on(&mut self, params: &mut Params) -> Result<String, Refusal> {
        let caller = self.explicit(params, Permissions::READ)?;
        self.logon = Some(Logon {
            caller,
            since_us: self.edge.at_us(),
        });
        Ok(self.status())
    }

    fn log_out(&mut self) -> String {
        if let Some(logon) = self.logon.take() {
            let unit = self.asked.unit;
            self.subscriptions
                .end_of_session(logon.caller.account, unit);
        }
        self.status()
    }

    fn status(&self) -> String {
        let unit = self.asked.unit;
        let or_null = |value: Option<String>| value.unwrap_or_else(|| "null".to_owned());
        let key = self
            .logon
            .as_ref()
            .map(|logon| format!("\"{}\"", logon.caller.key));
        let since = self
            .logon
            .as_ref()
            .map(|logon| unit.of_us(logon.since_us).to_string());
        format!(
            r#"{{"apiKey":{},"authorizedSince":{},"connectedSince":{},"returnRateLimits":{},"serverTime":{},"userDataStream":{}}}"#,
            or_null(key),
            or_null(since),
            unit.of_us(self.connected_us),
            self.asked.limits.is_on(),
            unit.of_us(self.edge.at_us()),
            !self.subscriptions.is_empty(),
        )
    }

    fn subscribe(&mut self, _params: &mut Params) -> Result<String, Refusal> {
        let account = self.logged_on()?.account;
        self.subscriptions.of_session(account, self.asked.unit)
    }

    fn subscribe_signed(&mut self, params: &mut Params) -> Result<String, Refusal> {
        let caller = self.explicit(params, Permissions::READ)?;
        self.subscriptions
            .by_signature(caller.account, self.asked.unit)
    }

    fn unsubscribe(&mut self, params: &mut Params) -> Result<String, Refusal> {
        let id = params.whole("subscriptionId")?;
        self.subscriptions.end(id, self.asked.unit)?;
        Ok("{}".to_owned())
    }

    /// Who asks: the key and signature of the request, or else who is logged on.
    fn signed(&mut self, params: &mut Params, needed: Permissions) -> Result<Caller, Refusal> {
        if params.has("apiKey") {
            return self.explicit(params, needed);
        }
        if self.logon.is_none() {
            return Err(Refusal::mandatory("apiKey"));
        }
        check_time(params, judged_by(&self.edge))?;
        let caller = self.logged_on()?;
        find_key(&self.edge, caller.key.as_str(), needed, self.entry.address)?;
        Ok(caller)
    }

    /// The key and signature of the request.
    fn explicit(&self, params: &mut Params, needed: Permissions) -> Result<Caller, Refusal> {
        let signed = params.clone();
        let id = params.needed_text("apiKey")?;
        let signature = params.needed_text("signature")?;
        check_time(params, judged_by(&self.edge))?;
        let key = find_key(&self.edge, &id, needed, self.entry.address)?;
        check_socket_signature(key, &signed, &signature)?;
        Ok(Caller {
            account: key.account,
            key: key.id.clone(),
        })
    }

    /// The key of the request, without a signature.
    fn key_alone(&self, params: &mut Params) -> Result<Caller, Refusal> {
        let id = params.needed_text("apiKey")?;
        let key = find_key(&self.edge, &id, Permissions::READ, self.entry.address)?;
        Ok(Caller {
            account: key.account,
            key: key.id.clone(),
        })
    }

    /// Who is logged on. A key that was revoked meanwhile logs out.
    fn logged_on(&mut self) -> Result<Caller, Refusal> {
        let Some(logon) = &self.logon else {
            return Err(
                Refusal::new(-1002, "You are not authorized to execute this request.")
                    .with_status(401),
            );
        };
        let caller = logon.caller.clone();
        if is_enabled(&self.edge, &caller.key) {
            return Ok(caller);
        }
        self.log_out();
        self.say("null", &Err(bad_key()), ShowLimits::No);
        self.subscriptions.tell_ended();
        Err(bad_key())
    }

    /// Answers at once.
    fn say(&self, id: &str, outcome: &Result<String, Refusal>, shown: ShowLimits) {
        if let Err(refusal) = outcome {
            self.edge.binance.refusals.count(refusal);
        }
        let limits = self.listed_limits();
        let text = frame::answer(id, outcome, shown.is_on().then_some(&limits[..]));
        self.entry.outbound.push_own(Message::text(text));
    }

    fn listed_limits(&self) -> Vec<WireLimit> {
        let limits = &self.edge.binance.limits;
        let used = limits.used(self.entry.address.ip(), self.edge.at_us());
        vec![limits.of_weight(used)]
    }
}

/// What a limited client is told of times.
fn with_times(refusal: Refusal, now_us: u64) -> Refusal {
    let Some(seconds) = refusal.retry_after_s else {
        return refusal;
    };
    let retry_us = now_us.saturating_add(seconds.saturating_mul(1_000_000));
    let more = format!(
        r#"{{"serverTime":{},"retryAfter":{}}}"#,
        now_us / 1_000,
        retry_us / 1_000
    );
    Refusal {
        more: Some(more),
        ..refusal
    }
}

impl Conversation for Session {
    fn take_text(&mut self, text: &str) -> Result<Option<Later>, SessionEnd> {
        Ok(match frame::read(text) {
            Ok(request) => self.take_request(request),
            Err(bad) => {
                let outcome = self.charge(1).and(Err(bad.refusal));
                self.say(&bad.id, &outcome, self.asked.limits);
                None
            }
        })
    }

    fn take_control(&mut self) -> Result<(), SessionEnd> {
        Ok(())
    }
}
