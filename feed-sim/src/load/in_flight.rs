//! Which orders have no answer yet, by number: one step to find, bounded.

/// How many can wait for an answer; a power of two.
const PLACES: usize = 1 << 20;

/// An order that has no answer yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flight {
    /// Its number; zero is none.
    number: u64,
    /// When it was meant to leave.
    pub intended_ns: u64,
}

/// Orders by number. Numbers ascend, so that a number's place is free again after [`PLACES`] others.
#[derive(Debug)]
pub struct InFlight {
    places: Box<[Flight]>,
    waiting: u64,
    /// No lower number waits.
    lowest: u64,
    /// The newest number that left.
    newest: u64,
}

impl InFlight {
    /// Nothing waits.
    pub fn new() -> Self {
        let none = Flight {
            number: 0,
            intended_ns: 0,
        };
        Self {
            places: vec![none; PLACES].into_boxed_slice(),
            waiting: 0,
            lowest: 1,
            newest: 0,
        }
    }

    /// An order leaves. False: a million orders after it one still has no answer; this one is not noted.
    pub fn leave(&mut self, number: u64, intended_ns: u64) -> bool {
        let place = &mut self.places[place_of(number)];
        if place.number != 0 {
            return false;
        }
        *place = Flight {
            number,
            intended_ns,
        };
        self.waiting += 1;
        self.newest = number;
        true
    }

    /// The order's answer has come: each order has one, and what has no number that waits is not one.
    pub fn land(&mut self, number: u64) -> Option<Flight> {
        let place = &mut self.places[place_of(number)];
        if place.number != number || number == 0 {
            return None;
        }
        let flight = *place;
        place.number = 0;
        self.waiting -= 1;
        Some(flight)
    }

    /// When the order was meant to leave that has waited longest for its answer.
    pub fn oldest_ns(&mut self) -> Option<u64> {
        while self.lowest <= self.newest {
            let flight = self.places[place_of(self.lowest)];
            if flight.number == self.lowest {
                return Some(flight.intended_ns);
            }
            self.lowest += 1;
        }
        None
    }

    /// How many have no answer.
    pub const fn waiting(&self) -> u64 {
        self.waiting
    }
}

fn place_of(number: u64) -> usize {
    let mask = PLACES as u64 - 1;
    usize::try_from(number & mask).expect("a place is below 2^20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_lands_once_and_strangers_never() {
        let mut flights = InFlight::new();
        assert!(flights.leave(5, 70));

        assert_eq!(flights.land(6), None);
        assert_eq!(flights.land(5).map(|flight| flight.intended_ns), Some(70));
        assert_eq!(flights.land(5), None);
        assert_eq!(flights.land(0), None);
        assert_eq!(flights.waiting(), 0);
    }

    #[test]
    fn the_oldest_is_the_one_that_waits_longest() {
        let mut flights = InFlight::new();
        assert_eq!(flights.oldest_ns(), None);
        for number in 1..=3 {
            assert!(flights.leave(number, number * 10));
        }

        let _ = flights.land(2);
        assert_eq!(flights.oldest_ns(), Some(10));
        let _ = flights.land(1);
        assert_eq!(flights.oldest_ns(), Some(30));
        let _ = flights.land(3);

        assert_eq!(flights.oldest_ns(), None);
    }

    #[test]
    fn a_place_that_still_waits_is_not_taken_twice() {
        let mut flights = InFlight::new();
        assert!(flights.leave(1, 10));

        assert!(!flights.leave(1 + PLACES as u64, 20));

        assert_eq!(flights.waiting(), 1);
        assert_eq!(flights.land(1 + PLACES as u64), None);
    }
}
