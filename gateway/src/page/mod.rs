//! The dashboard: one page out of the binary, its modules, its style, and plotly.js as it is embedded.
//!
//! The public listener serves it without the panels of operators; the admin listener with them. What the page
//! shows it asks for like any other client: a session of the native protocol, and HTTP.

mod asset;
mod entry;

pub use asset::{PLOTLY_GZIP, asset};
pub use entry::{admin_page, public_page};
