//! The native persona: `/v1/ws`, JSON text frames.

pub mod account_state;
mod batch;
mod door_refusal;
mod executions;
mod flows;
mod hello;
mod leaving;
mod lockstep;
mod logon;
mod maker;
mod market_subscriptions;
mod mass_cancel;
mod orders;
pub mod past;
mod queries;
mod rate;
pub mod records;
mod refusal;
pub mod request_number;
mod session;
mod socket;
mod subscription_refusals;
pub mod translate;
pub mod translate_order;

pub use hello::instrument_terms;
pub use socket::serve;
