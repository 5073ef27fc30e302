//! The states of a day, at times of engine time. Market-rules 17: all schedules in UTC.

use super::SessionState;
use crate::chance::Chance;
use crate::sequence::Timestamp;

/// The states of a day. It repeats every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// Length of a day, in units of engine time; time 0 begins one.
    pub day: u64,
    /// What begins when: earliest first, the places behind the last one empty.
    pub steps: [Option<ScheduleStep>; Schedule::STEPS_MAX],
}

/// One state of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScheduleStep {
    /// When it begins, from the start of the day, in units of engine time.
    pub at: u64,
    /// It begins up to this much later, drawn from the instrument's stream of chance.
    pub random_max: u64,
    /// What begins.
    pub state: SessionState,
}

/// A step that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NextStep {
    /// When it would be without chance.
    pub(crate) planned: Timestamp,
    /// When it is.
    pub(crate) at: Timestamp,
    pub(crate) state: SessionState,
}

impl Schedule {
    /// Most states of a day.
    pub const STEPS_MAX: usize = 12;

    /// A day of these states, earliest first.
    ///
    /// # Panics
    /// There are more of them than [`Self::STEPS_MAX`].
    pub fn of_day(day: u64, steps: &[ScheduleStep]) -> Self {
        assert!(
            steps.len() <= Self::STEPS_MAX,
            "a day has a bounded number of states"
        );
        let mut all = [None; Self::STEPS_MAX];
        for (place, step) in all.iter_mut().zip(steps) {
            *place = Some(*step);
        }
        Self { day, steps: all }
    }

    /// Whether its steps follow each other, whatever chance adds to them.
    pub fn is_sound(&self) -> bool {
        let count = self.steps().count();
        let has_no_gap = self.steps.iter().take(count).all(Option::is_some);
        let mut free_from = 0;
        let follow = self.steps().all(|step| {
            let is_after = step.at >= free_from && step.state.is_scheduled();
            free_from = step.at.saturating_add(step.random_max).saturating_add(1);
            is_after
        });
        count > 0 && has_no_gap && follow && free_from <= self.day
    }

    /// The state that a day that went by its schedule is in.
    pub(crate) fn state_at(&self, now: Timestamp) -> SessionState {
        let time_of_day = now.0 % self.day;
        let begun = self.steps().filter(|step| step.at <= time_of_day).last();
        let step = begun.or_else(|| self.steps().last());
        step.expect("a schedule has a step").state
    }

    /// The first step that is planned for later than a time.
    pub(crate) fn next_after(&self, time: Timestamp, chance: &mut Chance) -> NextStep {
        let time_of_day = time.0 % self.day;
        let midnight = time.0 - time_of_day;
        let today = self.steps().find(|step| step.at > time_of_day);
        let (step, midnight) = if let Some(step) = today {
            (step, midnight)
        } else {
            let tomorrow = self.steps().next().expect("a schedule has a step");
            (tomorrow, midnight.saturating_add(self.day))
        };
        let planned = midnight.saturating_add(step.at);
        let delay = match step.random_max {
            0 => 0,
            highest => chance.below(highest.saturating_add(1)),
        };
        NextStep {
            planned: Timestamp(planned),
            at: Timestamp(planned.saturating_add(delay)),
            state: step.state,
        }
    }

    fn steps(&self) -> impl Iterator<Item = &ScheduleStep> {
        self.steps.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::{Chance, Schedule, ScheduleStep, SessionState, Timestamp};

    fn step(at: u64, random_max: u64, state: SessionState) -> ScheduleStep {
        ScheduleStep {
            at,
            random_max,
            state,
        }
    }

    fn day() -> Schedule {
        let steps = [
            step(10, 0, SessionState::OpeningAuction),
            step(20, 5, SessionState::Continuous),
            step(80, 0, SessionState::Closed),
        ];
        Schedule::of_day(100, &steps)
    }

    #[test]
    fn before_the_first_step_of_a_day_the_last_one_of_the_day_before_holds() {
        let states = [5, 10, 79, 80, 199].map(|at| day().state_at(Timestamp(at)));

        assert_eq!(
            states,
            [
                SessionState::Closed,
                SessionState::OpeningAuction,
                SessionState::Continuous,
                SessionState::Closed,
                SessionState::Closed,
            ]
        );
    }

    #[test]
    fn the_next_step_is_the_first_later_one_today_or_the_first_one_tomorrow() {
        let mut chance = Chance::new(1);
        let next = |at, chance: &mut Chance| {
            let next = day().next_after(Timestamp(at), chance);
            (next.planned.0, next.state)
        };

        assert_eq!(next(0, &mut chance), (10, SessionState::OpeningAuction));
        assert_eq!(next(10, &mut chance), (20, SessionState::Continuous));
        assert_eq!(next(180, &mut chance), (210, SessionState::OpeningAuction));
    }

    #[test]
    fn chance_delays_a_step_by_at_most_as_much_as_it_may() {
        let mut chance = Chance::new(1);
        let delays: Vec<u64> = (0..100)
            .map(|_| day().next_after(Timestamp(15), &mut chance).at.0 - 20)
            .collect();

        assert_eq!(delays.iter().min(), Some(&0));
        assert_eq!(delays.iter().max(), Some(&5));
    }

    #[test]
    fn steps_that_could_overtake_each_other_make_no_schedule() {
        let early = step(10, 10, SessionState::Auction);
        let late = step(20, 0, SessionState::Continuous);

        assert!(day().is_sound());
        assert!(!Schedule::of_day(100, &[early, late]).is_sound());
        assert!(!Schedule::of_day(20, &[late]).is_sound());
        assert!(!Schedule::of_day(100, &[]).is_sound());
        assert!(!Schedule::of_day(100, &[step(1, 0, SessionState::Paused)]).is_sound());
    }
}
