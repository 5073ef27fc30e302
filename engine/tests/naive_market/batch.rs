//! Several instructions at once: one after the other, or all of them or none.

use std::collections::BTreeSet;
use std::rc::Rc;

use scenario::{
    BatchWord, Command, MarketLine, Name, OrderEntry, RejectWord, Replacement, SideWord,
};

use super::NaiveMarket;
use super::order::{Account, Id, Life, Order, Place};

/// What of an all-or-none batch was looked at.
#[derive(Default)]
struct Looked {
    /// Orders that the batch enters.
    new: Vec<Id>,
    /// Orders that it ends or changes.
    named: BTreeSet<Id>,
    /// One of them hangs on others.
    names_tied: bool,
    /// Prices that changes bring.
    changed: Vec<(SideWord, i64)>,
}

impl NaiveMarket {
    pub(super) fn batch(&mut self, mode: BatchWord, instructions: &[Command]) {
        self.batch_names.clear();
        self.batch_account = self.account_of_batch(instructions);
        self.batch_picture = self.picture_in_call();
        let most = self.terms.batch_max.unwrap_or(64);
        if instructions.len() > usize::try_from(most).expect("a small number") {
            self.refuse_too_long(instructions);
        } else {
            self.carry_out_batch(mode, instructions);
        }
        self.batch_names.clear();
        self.batch_account = None;
    }

    fn refuse_too_long(&mut self, instructions: &[Command]) {
        for (index, instruction) in instructions.iter().enumerate() {
            self.say_step(index);
            let name = name_of(instruction).clone();
            self.say_reject(&name, RejectWord::BatchTooLong);
        }
    }

    fn carry_out_batch(&mut self, mode: BatchWord, instructions: &[Command]) {
        match mode {
            BatchWord::Sequential => self.one_by_one(instructions),
            BatchWord::AllOrNone => self.all_or_none(instructions),
        }
    }

    /// Whose the first new order is, or the first one that is named.
    fn account_of_batch(&mut self, instructions: &[Command]) -> Option<Account> {
        let entered = instructions.iter().find_map(|instruction| {
            if let Command::Submit(entry) = instruction {
                Some(entry)
            } else {
                None
            }
        });
        if let Some(entry) = entered {
            return Some(self.draft(entry).account);
        }
        let mut named = instructions.iter().map(name_of);
        named.find_map(|name| Some(self.order(self.live(name).ok()?).account))
    }

    /// What one instruction brings to a call, another one may take away: the call has changed all the same.
    fn note_change(&mut self) {
        let picture = self.picture_in_call();
        self.batch_changes |= picture != self.batch_picture;
        self.batch_picture = picture;
    }

    fn say_step(&mut self, index: usize) {
        let number = u32::try_from(index + 1).expect("a batch is short");
        self.say(MarketLine::Step(number));
    }

    fn one_by_one(&mut self, instructions: &[Command]) {
        for (index, instruction) in instructions.iter().enumerate() {
            if index > 0 {
                self.follow_command();
            }
            self.say_step(index);
            self.obey(instruction);
            self.note_change();
            if let Command::Submit(entry) = instruction {
                self.batch_names.insert(entry.name.clone());
            }
        }
    }

    fn all_or_none(&mut self, instructions: &[Command]) {
        let before = self.clone();
        let mut looked = Looked::default();
        for (index, instruction) in instructions.iter().enumerate() {
            if let Some(reason) = self.reason_against_instruction(instruction, &mut looked) {
                *self = before;
                return self.refuse_all(instructions, index, reason);
            }
        }
        for (index, instruction) in instructions.iter().enumerate() {
            self.say_step(index);
            if let Command::Cancel(name) = instruction {
                self.cancel_named(name);
            } else if let Command::Replace(replacement) = instruction {
                self.replace(replacement);
            }
            self.note_change();
        }
        for id in looked.new {
            if self
                .find(id)
                .is_some_and(|order| order.place == Place::Entering)
            {
                self.enter_in_turn(id);
                self.note_change();
            }
        }
    }

    fn refuse_all(&mut self, instructions: &[Command], failed: usize, reason: RejectWord) {
        for (index, instruction) in instructions.iter().enumerate() {
            self.say_step(index);
            let name = name_of(instruction).clone();
            let is_it = index == failed;
            self.say_reject(
                &name,
                if is_it {
                    reason
                } else {
                    RejectWord::BatchRefused
                },
            );
        }
    }

    fn reason_against_instruction(
        &mut self,
        instruction: &Command,
        looked: &mut Looked,
    ) -> Option<RejectWord> {
        if let Command::Submit(entry) = instruction {
            self.take_in(entry, looked)
        } else if let Command::Replace(asked) = instruction {
            self.reason_against_change(asked, looked)
        } else {
            match self.live(name_of(instruction)) {
                Ok(id) => self.name_once(id, looked),
                Err(reason) => Some(reason),
            }
        }
    }

    /// A new order is live from now on, and enters when all have been looked at.
    fn take_in(&mut self, entry: &OrderEntry, looked: &mut Looked) -> Option<RejectWord> {
        if let Some(reason) = self.reason_against(entry) {
            return Some(reason);
        }
        let order = self.read_order(entry);
        let waits = order.trigger.is_some() || order.parent.is_some();
        let has_price = order.limit.is_some() || order.peg.is_some();
        let is_new = |id: Id| looked.new.contains(&id);
        let hangs_on_elders = order.partner.is_some_and(|partner| !is_new(partner.id))
            || order.parent.is_some_and(|parent| !is_new(parent.id));
        if !has_price && !waits || hangs_on_elders {
            return Some(RejectWord::NotInBatch);
        }
        let id = order.id;
        Rc::make_mut(&mut self.names).accept(order.name);
        // Where it slides to is looked at when its turn comes.
        let limit = order.asked;
        self.orders.push(Order { limit, ..order });
        self.tie_partner(id);
        self.batch_names.insert(entry.name.clone());
        looked.new.push(id);
        if order.parent.is_some() {
            self.order_mut(id).place = Place::Unstarted;
        } else if self.comes_early(&order) || order.trigger.is_some() {
            self.arrive(id);
        }
        None
    }

    fn name_once(&self, id: Id, looked: &mut Looked) -> Option<RejectWord> {
        let order = self.order(id);
        let mut children = self.orders.iter().filter_map(|child| child.parent);
        let is_tied = order.partner.is_some()
            || order
                .parent
                .is_some_and(|parent| self.find(parent.id).is_some())
            || children.any(|parent| parent.id == id);
        let is_not_alone = !looked.named.is_empty() && (is_tied || looked.names_tied);
        looked.names_tied |= is_tied;
        let is_again = !looked.named.insert(id);
        (is_not_alone || is_again || looked.new.contains(&id)).then_some(RejectWord::NotInBatch)
    }

    fn reason_against_change(
        &mut self,
        asked: &Replacement,
        looked: &mut Looked,
    ) -> Option<RejectWord> {
        let id = match self.live(&asked.name) {
            Ok(id) => id,
            Err(reason) => return Some(reason),
        };
        if self.order(id).place != Place::Book || self.order(id).limit.is_none() {
            return Some(RejectWord::NotInBatch);
        }
        let new = match self.change(id, asked) {
            Ok((_, new)) => new,
            Err(reason) => return Some(reason),
        };
        if let Some(reason) = self.name_once(id, looked) {
            return Some(reason);
        }
        let Some(price) = self.within_bands(&new) else {
            return Some(RejectWord::NotInBatch);
        };
        let meets_another = looked.changed.iter().any(|(side, other)| match side {
            SideWord::Buy => new.side == SideWord::Sell && *other >= price,
            SideWord::Sell => new.side == SideWord::Buy && *other <= price,
        });
        looked.changed.push((new.side, price));
        let new = Order {
            limit: Some(price),
            ..new
        };
        let would_trade = self.would_take(&new) || meets_another;
        (would_trade && self.state.is_trading()).then_some(RejectWord::NotInBatch)
    }

    /// The turn of a new order. What has to trade at once comes too late when a call has begun.
    fn enter_in_turn(&mut self, id: Id) {
        let order: Order = *self.order(id);
        if order.peg.is_some() {
            return self.place_peg(id);
        }
        let must_trade =
            matches!(order.life, Life::Immediate | Life::WholeOrNothing) || order.minimum > 0;
        if must_trade && !self.state.is_trading() {
            let reason = if order.life == Life::Immediate {
                scenario::CancelWord::ImmediateOrCancel
            } else {
                scenario::CancelWord::FillOrKill
            };
            return self.cancel(id, reason);
        }
        self.enter(id);
    }
}

fn name_of(instruction: &Command) -> &Name {
    if let Command::Submit(entry) = instruction {
        &entry.name
    } else if let Command::Replace(asked) = instruction {
        &asked.name
    } else if let Command::Cancel(name) = instruction {
        name
    } else {
        unreachable!("no instruction of a batch")
    }
}
