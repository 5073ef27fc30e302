//! Batches of a scenario, put into the engine's words.

use engine::{AccountId, Batch, BatchMode, Instruction, Replace};

use crate::command::{BatchWord, Command};
use crate::market::Market;
use crate::market_line::MarketLine;
use crate::name::Name;
use crate::narrator::{BatchStep, StepKind};
use crate::translate::Obstacle;

impl Market {
    /// All instructions are of one account; what was never accepted is nobody's, and so is asked for by it.
    pub(crate) fn batch(
        &mut self,
        mode: BatchWord,
        instructions: &[Command],
    ) -> Result<Vec<MarketLine>, Obstacle> {
        self.in_batch.clear();
        let account = self.account_of_batch(instructions);
        let mut steps = Vec::new();
        let mut asked = Vec::new();
        for command in instructions {
            let (step, instruction) = self.instruction(account, command)?;
            if let Instruction::Submit(order) = &instruction {
                let entered = (order.account, order.side);
                self.in_batch.insert(step.name.clone(), entered);
            }
            steps.push(step);
            asked.push(instruction);
        }
        self.in_batch.clear();
        let engine_mode = match mode {
            BatchWord::Sequential => BatchMode::Sequential,
            BatchWord::AllOrNone => BatchMode::AllOrNone,
        };
        let unable = |_| Obstacle::Unable("a batch has 1 to 64 instructions of one account".into());
        let batch = Batch::new(account, engine_mode, asked).map_err(unable)?;
        self.narrator.begin_batch(mode, steps);
        Ok(self.engine_command(&engine::Command::Batch(batch)))
    }

    /// The account of the first new order, or of the first order that is known.
    fn account_of_batch(&mut self, instructions: &[Command]) -> AccountId {
        for command in instructions {
            if let Command::Submit(entry) = command {
                return self.account_of(entry);
            }
        }
        let known = |command: &Command| {
            let name = match command {
                Command::Cancel(name) => name,
                Command::Replace(replacement) => &replacement.name,
                Command::Submit(_)
                | Command::Quote(_)
                | Command::MassCancel(_)
                | Command::ProtectionReset { .. }
                | Command::Disconnect(_)
                | Command::Time(_)
                | Command::Kill(_)
                | Command::CancelAfter { .. }
                | Command::State(_)
                | Command::Uncross { .. }
                | Command::Last(_)
                | Command::Bust(_)
                | Command::Quiet(_)
                | Command::Show
                | Command::Batch { .. } => return None,
            };
            self.orders.get(name).map(|known| known.account)
        };
        instructions.iter().find_map(known).unwrap_or(AccountId(0))
    }

    fn instruction(
        &mut self,
        account: AccountId,
        command: &Command,
    ) -> Result<(BatchStep, Instruction), Obstacle> {
        let step = |name: &Name| BatchStep {
            name: name.clone(),
            kind: StepKind::EnterOrEnd,
        };
        match command {
            Command::Submit(entry) => {
                let of_order = self.account_of(entry);
                if self.is_held_elsewhere(entry, of_order) {
                    let what = "an id in a batch is open in no other account";
                    return Err(Obstacle::Unable(what.into()));
                }
                let order = self.new_order(entry, of_order)?;
                Ok((step(&entry.name), Instruction::Submit(order)))
            }
            Command::Cancel(name) => {
                let (_, order) = self.reference(name);
                Ok((step(name), Instruction::Cancel(order)))
            }
            Command::Replace(replacement) => {
                let change = Replace {
                    account,
                    ..self.change(replacement)
                };
                let step = BatchStep {
                    kind: StepKind::Change(change.price),
                    ..step(&replacement.name)
                };
                Ok((step, Instruction::Replace(change)))
            }
            Command::Quote(_)
            | Command::MassCancel(_)
            | Command::ProtectionReset { .. }
            | Command::Disconnect(_)
            | Command::Time(_)
            | Command::Kill(_)
            | Command::CancelAfter { .. }
            | Command::State(_)
            | Command::Uncross { .. }
            | Command::Last(_)
            | Command::Bust(_)
            | Command::Quiet(_)
            | Command::Show
            | Command::Batch { .. } => {
                Err(Obstacle::Unable("it is no instruction of a batch".into()))
            }
        }
    }
}
