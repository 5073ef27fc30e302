//! One-cancels-the-other, and one-triggers-the-other.

use scenario::CancelWord;

use super::NaiveMarket;
use super::order::{Id, Order, Partner, Place};

impl NaiveMarket {
    /// The partner of a new leg gets to know it.
    pub(super) fn tie_partner(&mut self, id: Id) {
        if let Some(partner) = self.order(id).partner {
            self.order_mut(partner.id).partner = Some(Partner {
                id,
                reduces: partner.reduces,
            });
        }
    }

    fn untie(&mut self, id: Id) {
        if self.find(id).is_some() {
            self.order_mut(id).partner = None;
        }
    }

    /// A leg traded: the other one is to go, or becomes smaller by as much. Legs that trade with each other are
    /// both executed: the tie is used up.
    pub(super) fn other_leg_to_go(
        &mut self,
        order: &Order,
        quantity: u64,
        both: [Id; 2],
    ) -> Option<Id> {
        // The tie may be gone since the trade.
        let partner = order.partner?;
        let back = self.find(partner.id)?.partner;
        if back.is_none_or(|back| back.id != order.id) {
            return None;
        }
        let open = self.order(partner.id).open;
        let reduces = partner.reduces && !both.contains(&partner.id);
        if reduces && open > quantity && !order.is_over() {
            let other = self.order_mut(partner.id);
            other.lose(quantity, 1);
            if let (Place::Unstarted, Some(parent)) = (other.place, &mut other.parent) {
                parent.wanted = other.open;
            }
            return None;
        }
        self.untie(order.id);
        self.untie(partner.id);
        Some(partner.id)
    }

    /// A leg traded and is the parent of others: they start, or grow.
    pub(super) fn wake_children(&mut self, order: &Order) {
        let is_full = order.is_over();
        for id in self.ids(|child| child.parent.is_some_and(|parent| parent.id == order.id)) {
            let child = self.order_mut(id).parent.as_mut().expect("a child");
            child.allowed = order.filled;
            let wakes = (child.is_partial || is_full) && !child.has_turn;
            if wakes {
                child.has_turn = true;
            }
            // One that was hit has its place already: it grows there, then fires.
            if wakes && self.order(id).place != Place::Hit {
                self.queue.push(id);
            }
        }
    }

    /// An order ended unfilled: its partner goes, and its children, unless they live off what it traded.
    pub(super) fn end_what_hangs_on(&mut self, order: &Order) {
        if let Some(partner) = order.partner {
            self.untie(partner.id);
            self.cancel(partner.id, CancelWord::Oco);
        }
        for id in self.ids(|child| child.parent.is_some_and(|parent| parent.id == order.id)) {
            // A child can have gone with its partner, a moment ago.
            let Some(child) = self.find(id) else { continue };
            let parent = child.parent.expect("a child");
            if !parent.is_partial || order.filled == 0 {
                self.cancel(id, CancelWord::Parent);
            }
        }
    }
}
