//! Who may have one more connection.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex};

use crate::lock::lock;

/// Counts connections, overall and by address.
#[derive(Debug)]
pub struct Permits {
    connections_max: usize,
    per_address_max: usize,
    admitted: Mutex<Admitted>,
}

#[derive(Debug, Default)]
struct Admitted {
    overall: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// The right to one connection; given back when it is dropped.
#[derive(Debug)]
pub struct Permit {
    permits: Arc<Permits>,
    address: IpAddr,
}

impl Permits {
    /// Admits up to `connections_max` at once, and up to `per_address_max` of one address.
    pub fn new(connections_max: usize, per_address_max: usize) -> Arc<Self> {
        Arc::new(Self {
            connections_max,
            per_address_max,
            admitted: Mutex::default(),
        })
    }

    /// One more connection of `address`, or `None` where it has no room.
    pub fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Permit> {
        let address = counted_as(address);
        let mut admitted = lock(&self.admitted);
        if admitted.overall >= self.connections_max {
            return None;
        }
        let of_address = admitted.by_address.entry(address).or_insert(0);
        if *of_address >= self.per_address_max {
            return None;
        }
        *of_address = of_address.saturating_add(1);
        admitted.overall = admitted.overall.saturating_add(1);
        Some(Permit {
            permits: Arc::clone(self),
            address,
        })
    }

    /// How many connections there are.
    pub fn admitted(&self) -> usize {
        lock(&self.admitted).overall
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut admitted = lock(&self.permits.admitted);
        admitted.overall = admitted.overall.saturating_sub(1);
        if let Some(of_address) = admitted.by_address.get_mut(&self.address) {
            *of_address = of_address.saturating_sub(1);
            if *of_address == 0 {
                admitted.by_address.remove(&self.address);
            }
        }
    }
}

/// An IPv6 participant owns a whole /64, so that is what is counted.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [first, second, third, fourth, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(first, second, third, fourth, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_has_its_own_bound() {
        let permits = Permits::new(10, 1);
        let _first = permits.admit(address("127.0.0.1")).unwrap();

        assert!(permits.admit(address("127.0.0.1")).is_none());
        assert!(permits.admit(address("127.0.0.2")).is_some());
    }

    #[test]
    fn a_dropped_permit_makes_room() {
        let permits = Permits::new(1, 1);
        let first = permits.admit(address("127.0.0.1"));
        drop(first);

        assert!(permits.admit(address("127.0.0.2")).is_some());
    }

    #[test]
    fn ipv6_neighbors_share_a_bound() {
        let permits = Permits::new(10, 1);
        let _first = permits.admit(address("2001:db8::1")).unwrap();

        assert!(permits.admit(address("2001:db8::2")).is_none());
        assert!(permits.admit(address("2001:db8:0:1::1")).is_some());
    }
}
