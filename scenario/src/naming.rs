//! A scenario's names as the engine knows them: accounts, orders, groups.

use std::collections::BTreeMap;

use engine::{AccountId, ClientOrderId, MmpGroup, OrderRef};

use crate::market::Market;
use crate::name::Name;
use crate::order_entry::{OrderEntry, OrderOptions};
use crate::translate::Tied;

impl Market {
    /// Whom the order is tied to: names that were never accepted become references to nobody.
    pub(crate) fn tied(&mut self, options: &OrderOptions) -> Tied {
        let partner = options.oco.as_ref().or(options.oco_reduce.as_ref());
        let parent = options.parent.as_ref().or(options.parent_partial.as_ref());
        let group = options.protection_group.as_ref();
        Tied {
            partner: partner.map(|name| self.reference(name).1),
            parent: parent.map(|name| self.reference(name).1),
            mmp_group: group.map(|group| self.mmp_group(group)),
        }
    }

    /// The account of a new order: as it says, else that of the orders it is tied to, else its own.
    pub(crate) fn account_of(&mut self, entry: &OrderEntry) -> AccountId {
        let options = &entry.options;
        let tied_to = [
            &options.oco,
            &options.oco_reduce,
            &options.parent,
            &options.parent_partial,
        ];
        let known = tied_to.into_iter().flatten().find_map(|name| {
            let of_batch = self.in_batch.get(name).map(|(account, _)| *account);
            of_batch.or_else(|| self.orders.get(name).map(|known| known.account))
        });
        match (&options.account, known) {
            (None, Some(account)) => account,
            (account, _) => self.account(account.as_ref(), &entry.name),
        }
    }

    pub(crate) fn named_account(&mut self, account: &Name) -> AccountId {
        AccountId(self.number("account", account))
    }

    pub(crate) fn mmp_group(&mut self, group: &Name) -> MmpGroup {
        MmpGroup(self.number(PROTECTED_GROUP, group))
    }

    /// An order line without `by=` has an account of its own, the same each time its id is used.
    pub(crate) fn account(&mut self, account: Option<&Name>, order: &Name) -> AccountId {
        match account {
            Some(account) => AccountId(self.number("account", account)),
            None => AccountId(self.number("order's account", order)),
        }
    }

    /// A known order by the engine's id, so that the engine says what became of it; else by a name it never saw. An
    /// order of the batch that is being read has no id yet: its owner's id of it names it.
    pub(crate) fn reference(&mut self, name: &Name) -> (AccountId, OrderRef) {
        if let Some((account, _)) = self.in_batch.get(name).copied() {
            return (account, OrderRef::Client(self.client_order_id(name)));
        }
        match self.orders.get(name) {
            Some(known) => (known.account, OrderRef::Id(known.order_id)),
            None => (
                self.account(None, name),
                OrderRef::Client(self.client_order_id(name)),
            ),
        }
    }

    /// Names can be longer than client order ids: they are numbered.
    pub(crate) fn client_order_id(&mut self, name: &Name) -> ClientOrderId {
        let number = self.number("order", name);
        ClientOrderId::new(&number.to_string()).expect("a number is a client order id")
    }

    pub(crate) fn number(&mut self, kind: &str, name: &Name) -> u32 {
        number_among(&mut self.numbers, kind, name)
    }
}

pub(crate) const PROTECTED_GROUP: &str = "protected group";

/// A name's number: the one it has, else the next one.
pub(crate) fn number_among(numbers: &mut BTreeMap<String, u32>, kind: &str, name: &Name) -> u32 {
    let next = u32::try_from(numbers.len() + 1).expect("a scenario has fewer names");
    *numbers.entry(format!("{kind} {name}")).or_insert(next)
}
