//! The admin port: what the exchange is doing, and the verbs of its operators. Nothing here is reachable
//! from the public port.

mod account_rules;
mod body;
mod bust;
mod chance;
mod faults;
mod flow;
mod instruments;
mod journaled;
mod key;
mod keys;
mod log_level;
mod money;
mod operations;
mod plays;
mod positions;
mod public_key;
mod refusal;
mod reload;
mod reset;
mod risk;
mod state;
mod status;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

pub use flow::FlowSwitch;
pub use key::{AdminKey, BadAdminKey};
pub use log_level::LogFilter;
pub use operations::{
    KeyChange, OpeningLimits, Operations, PageKey, ReloadDone, ReloadRequest, ResetDone,
    ResetRequest,
};
pub use plays::Playbill;
pub use public_key::{BadPublicKey, read_public_key};

use crate::edge::Edge;
use crate::http::{ErrorAnswer, market_routes};
use crate::listener::{AllowedHosts, Permits, refuse_foreign};
use crate::measure;
use crate::page;

/// Most bytes that an admin request may have.
const BODY_BYTES_MAX: usize = 65_536;

/// What the admin port shows, and what it can ask for.
#[derive(Debug, Clone)]
pub struct AdminView {
    /// The gateway.
    pub edge: Arc<Edge>,
    /// Connections of the public port.
    pub permits: Arc<Permits>,
    /// Who may, and the way to a reset.
    pub operations: Arc<Operations>,
    /// The plays that were performed.
    pub plays: Playbill,
}

impl FromRef<AdminView> for Arc<Edge> {
    fn from_ref(view: &AdminView) -> Self {
        Self::clone(&view.edge)
    }
}

/// The routes of the admin port. Those that change something, or tell about an account, want the admin key.
pub fn admin_routes(view: AdminView, allowed: Arc<AllowedHosts>) -> Router {
    let verbs = Router::new()
        .route("/accounts", get(money::accounts).post(money::open_account))
        .route("/accounts/{account}", get(money::account))
        .route("/admit", post(risk::admit))
        .route("/bust", post(bust::bust))
        .route("/conservation", get(money::conservation))
        .route("/delist", post(instruments::delist))
        .route("/faults", get(faults::report).post(faults::bind))
        .route("/faults/clear", post(faults::clear))
        .route("/fee_tier", post(risk::fee_tier))
        .route("/flow", get(flow::flow).post(flow::set_flow))
        .route("/fund", post(money::fund))
        .route("/grid", post(instruments::set_grid))
        .route("/instruments/{symbol}", get(instruments::instrument))
        .route("/keys", get(keys::keys).post(keys::add))
        .route("/keys/revoke", post(keys::revoke))
        .route("/kill", post(risk::kill))
        .route("/limits", post(risk::limits))
        .route("/limits/{account}", get(account_rules::everywhere))
        .route("/limits/{account}/{symbol}", get(account_rules::on_one))
        .route("/log_level", post(log_level::log_level))
        .route("/mass_cancel", post(instruments::mass_cancel))
        .route("/plays", get(plays::plays).post(plays::begin))
        .route("/plays/verdict", post(plays::judge))
        .route("/positions/{account}", get(positions::positions))
        .route("/reload", post(reload::reload))
        .route("/reset", post(reset::reset))
        .route("/state", get(state::state))
        .route("/rules", post(instruments::set_rules))
        .route("/session", post(instruments::set_session))
        .route("/uncross", post(instruments::uncross))
        .route("/withdraw", post(money::withdraw))
        .route_layer(from_fn_with_state(view.clone(), journaled::journal_who))
        .fallback(async || ErrorAnswer::unknown_path())
        .method_not_allowed_fallback(async || ErrorAnswer::wrong_method())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(view.clone(), key::require_key));
    // The page asks for what everybody may see from where it came.
    let market = market_routes().with_state(Arc::clone(&view.edge));
    Router::new()
        .route("/", get(page::admin_page))
        .route("/page/{name}", get(page::asset))
        .route("/conservation", get(money::conservation))
        .route("/healthz", get(measure::health))
        .route("/health/live", get(measure::live))
        .route("/health/ready", get(measure::ready))
        .route("/metrics", get(measure::metrics))
        .route("/v1/performance", get(measure::performance))
        .route("/v1/status", get(status::status))
        .nest("/v1/admin", verbs)
        .fallback(async || ErrorAnswer::unknown_path())
        .method_not_allowed_fallback(async || ErrorAnswer::wrong_method())
        .with_state(view)
        .merge(market)
        .layer(from_fn_with_state(allowed, refuse_foreign))
}
