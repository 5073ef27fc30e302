//! The edge of the exchange: sockets in, commands through the door into the rings, events out.
//!
//! ```text
//!             listener ─► http ─► native session ─► door (hold in the ledger) ─► ring of the matcher
//!  (limits, Host, Origin)  │           ▲   (busy, refused: answered at once)          │
//!                          │           │ bounded outbound queue, one flush per wake   ▼
//!                          ▼           │                                     flume: EventBatch
//!               read models ◄── egress: private reports ─ market_data: depth, top, trades ◄──┘
//! ```
//!
//! [`run`] serves a public and an admin listener until it is told to stop; [`Gateway`] does the same in two
//! steps, for those who want its [`GatewayView`]. No session can make another one, or a matcher, wait:
//! whoever does not read what is sent to it is cut off. Nothing here knows a market rule.

mod account_limits;
mod admin;
mod binance;
mod clock;
mod counters;
mod door;
mod edge;
mod egress;
mod faults;
mod hashing;
mod http;
mod inline_driver;
mod kept;
mod keys;
mod limits;
mod listener;
mod listing;
mod lock;
mod lockstep;
mod market_data;
mod measure;
mod native;
mod operated;
mod page;
mod past;
mod reference;
mod rule_set;
mod server;
mod session;
mod stop;
mod view;
mod websocket;
mod wire;

pub use account_limits::{AccountLimits, BadAccountLimit, RateLimit, RatioLimit};
pub use admin::{
    AdminKey, BadAdminKey, BadPublicKey, FlowSwitch, KeyChange, LogFilter, OpeningLimits,
    Operations, PageKey, ReloadDone, ReloadRequest, ResetDone, ResetRequest, read_public_key,
};
pub use binance::{DemoApiKeys, ListenKeys, Serving, SymbolBounds, VenueConfig, VenueLimits};
pub use counters::CounterReadings;
pub use faults::{BadFault, FaultPlan, FaultPlanPart};
pub use kept::read_model;
pub use keys::{BadSignature, DemoKeys, verify};
pub use limits::{BadLimit, Limits};
pub use listener::{AllowedHosts, BadIdentity, Tls};
pub use listing::{ListedAsset, ListedInstrument, Listing, ListingError};
pub use lockstep::{DroppedMember, LockstepConfig, LockstepReport, PacedKey, Pacing};
pub use page::PLOTLY_GZIP;
pub use past::Past;
pub use rule_set::{Amount, BadRule, RuleSet, Span};
pub use server::{Gateway, GatewayParts, RunError, StopCause, Stopped, run};
pub use view::{GatewayView, InstrumentGlance};
