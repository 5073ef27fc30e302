//! Client order ids of a feed: whose order it is can be read from its name.

use protocol::ClientOrderId;

use crate::flow::intent::OrderNumber;

/// Names a session's orders `<run>.<session>.<seat>.<number>`.
///
/// The run is part of it because an exchange remembers names: a second feed against the same exchange
/// must not repeat the first one's.
#[derive(Debug, Clone)]
pub struct OrderNames {
    prefix: String,
}

impl OrderNames {
    /// Names for this session of this run.
    pub fn new(run_tag: &str, session: usize) -> Self {
        Self {
            prefix: format!("{run_tag}.{session}."),
        }
    }

    /// The name of a seat's order.
    pub fn name(&self, seat: usize, number: OrderNumber) -> ClientOrderId {
        let name = format!("{}{seat}.{}", self.prefix, number.0);
        ClientOrderId::new(&name)
            .expect("a run, a session, a seat and a number fit in 36 characters")
    }

    /// Whose order has this name; `None` for another session's.
    pub fn read(&self, name: &ClientOrderId) -> Option<(usize, OrderNumber)> {
        let (seat, number) = name.as_str().strip_prefix(&self.prefix)?.split_once('.')?;
        Some((seat.parse().ok()?, OrderNumber(number.parse().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    //! A name leads back to its order, in its own session only.

    use super::*;

    #[test]
    fn a_name_leads_back_to_its_order() {
        let names = OrderNames::new("19b7", 3);
        let name = names.name(12, OrderNumber(345));

        assert_eq!(name.as_str(), "19b7.3.12.345");
        assert_eq!(names.read(&name), Some((12, OrderNumber(345))));
        assert_eq!(OrderNames::new("19b7", 4).read(&name), None);
    }
}
