//! How long commands took from stage to stage, counted by one publisher.

use sequencer::{Latencies, LatencyHistogram, Stage, Stamps};

/// A part of a command's life: its name, and the stamps at its ends.
type Part = (&'static str, Stage, Stage);

/// The parts in order, and the whole.
const PARTS: [Part; 8] = [
    ("decode", Stage::Read, Stage::Decoded),
    ("door", Stage::Decoded, Stage::Queued),
    ("queue", Stage::Queued, Stage::Popped),
    ("append", Stage::Popped, Stage::Appended),
    ("match", Stage::Appended, Stage::Matched),
    ("journal", Stage::Matched, Stage::Released),
    ("publish", Stage::Released, Stage::Published),
    ("total", Stage::Read, Stage::Published),
];

/// Times of one matcher's commands, by part of their life. Its publisher alone counts.
#[derive(Debug, Default)]
pub struct StageTimes([LatencyHistogram; PARTS.len()]);

impl StageTimes {
    /// Counts a command that was published at `now_ns`. What was not stamped is not counted: commands of
    /// the exchange itself were never read from a socket.
    pub fn note(&self, mut stamps: Stamps, now_ns: u64) {
        stamps.stamp(Stage::Published, now_ns);
        for (histogram, (_, from, to)) in self.0.iter().zip(PARTS) {
            let (from, to) = (stamps.at(from), stamps.at(to));
            if from != 0 && to != 0 {
                histogram.note(to.saturating_sub(from));
            }
        }
    }

    /// The names of the parts, and what all of these counted.
    pub fn readings(all: &[Self]) -> Vec<(&'static str, Latencies)> {
        PARTS
            .iter()
            .enumerate()
            .map(|(place, (name, ..))| {
                let sum = all.iter().fold(Latencies::default(), |sum, times| {
                    sum.merged(&times.0[place].read())
                });
                (*name, sum)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_counts_in_the_parts_that_were_stamped() {
        let times = vec![StageTimes::default(), StageTimes::default()];
        let mut stamps = Stamps::default();
        stamps.stamp(Stage::Queued, 10_000);
        stamps.stamp(Stage::Popped, 13_000);
        times[1].note(stamps, 20_000);

        let readings = StageTimes::readings(&times);

        let count = |name: &str| {
            let found = readings.iter().find(|(part, _)| *part == name);
            found.map(|(_, latencies)| (latencies.count(), latencies.sum_ns()))
        };
        assert_eq!(count("queue"), Some((1, 3_000)));
        assert_eq!(count("match"), Some((0, 0)));
        assert_eq!(count("total"), Some((0, 0)));
    }
}
