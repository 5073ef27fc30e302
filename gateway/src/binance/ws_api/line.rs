//! Requests of one connection that depend on those before them.
//!
//! Clients send several at once. An order that is on its way has no entry yet in what queries read, so
//! whoever asks for orders, or names one by its client id, waits for the entries that came before.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, RwLock};

use crate::binance::methods::{Asked, Method, Security};
use crate::binance::params::Params;

/// Entries of one connection that are on their way: each holds a share until its outcome is there.
#[derive(Debug, Clone, Default)]
pub struct Line(Arc<RwLock<()>>);

/// A share in the line: those behind wait for it.
pub type Share = Option<OwnedRwLockReadGuard<()>>;

/// What a request has to do with those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Beside,
    /// Others wait for it, it waits for nobody.
    Entry,
    /// It waits for those before it, and others wait for it.
    Change,
    /// It waits for those before it.
    Query,
}

impl Place {
    /// The place of a request.
    pub fn of(asked: Asked, params: &Params) -> Self {
        match asked.security {
            Security::None | Security::Key => Self::Beside,
            Security::Read => Self::Query,
            Security::Trade => {
                let names_by_id = params.has("orderId") || params.has("cancelOrderId");
                if enters(asked.method) || names_by_id {
                    Self::Entry
                } else {
                    Self::Change
                }
            }
        }
    }
}

/// Whether the method names no order that is there.
const fn enters(method: Method) -> bool {
    matches!(
        method,
        Method::PlaceOrder
            | Method::TestOrder
            | Method::PlaceLegacyOco
            | Method::PlaceOco
            | Method::PlaceOto
            | Method::PlaceOtoco
            | Method::PlaceOpo
            | Method::PlaceOpoco
            | Method::PlaceSor
            | Method::TestSor
    )
}

impl Line {
    /// Waits for those before that matter; what it returns is held until the outcome is there.
    pub async fn join(self, place: Place) -> Share {
        match place {
            Place::Beside => None,
            Place::Entry => Some(self.0.read_owned().await),
            Place::Change => Some(self.0.write_owned().await.downgrade()),
            Place::Query => {
                drop(self.0.write_owned().await);
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_query_waits_for_entries_before_it_and_entries_for_nobody() {
        let line = Line::default();
        let Poll::Ready(first) = poll(pin!(line.clone().join(Place::Entry))) else {
            panic!("nobody is before it");
        };
        let Poll::Ready(second) = poll(pin!(line.clone().join(Place::Entry))) else {
            panic!("an entry waits for no entry");
        };
        let mut query = pin!(line.clone().join(Place::Query));

        assert!(poll(query.as_mut()).is_pending());
        drop(first);
        assert!(poll(query.as_mut()).is_pending());
        drop(second);
        assert!(poll(query.as_mut()).is_ready());
    }

    #[test]
    fn an_order_that_is_named_by_its_number_is_there_and_one_by_its_client_id_may_be_on_its_way() {
        let cancel = crate::binance::methods::of_name("order.cancel").unwrap();
        let place_of = |query: &str| Place::of(cancel, &Params::of_http(query, "").unwrap());

        assert_eq!(place_of("orderId=1"), Place::Entry);
        assert_eq!(place_of("origClientOrderId=a"), Place::Change);
    }
}
