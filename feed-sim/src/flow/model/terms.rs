//! The numbers of a model, and the presets.

/// Which market a model resembles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// A share whose spread is many ticks.
    SmallTick,
    /// An instrument whose spread is one tick most of the time.
    LargeTick,
    /// The control: arrivals of a Poisson process, signs of a coin, a price of a plain random walk.
    Poisson,
}

/// Every number that a model is made of. Times in seconds of the model's own time, prices in ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelTerms {
    /// Arrivals of marketable orders (0) and limit orders (1).
    pub arrivals: ArrivalTerms,
    /// How busy it is, on a scale of minutes.
    pub activity: WanderTerms,
    /// Whose orders take.
    pub signs: SignTerms,
    /// What it is worth.
    pub value: ValueTerms,
    /// Where limit orders go.
    pub placement: PlacementTerms,
    /// How long they stay.
    pub lifetimes: LifetimeTerms,
    /// How marketable orders are sized.
    pub taking: TakingTerms,
    /// What the market maker does after a trade.
    pub reactions: ReactionTerms,
}

/// Two kinds of events that excite themselves and each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArrivalTerms {
    /// Mean rates, per second.
    pub rates_per_s: [f64; 2],
    /// How many events of the row's kind an event of the column's kind causes.
    pub branching: [[f64; 2]; 2],
}

/// A logarithm that wanders around zero (Ornstein-Uhlenbeck).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WanderTerms {
    /// Its standard deviation.
    pub deviation: f64,
    /// How long it remembers, in seconds.
    pub memory_s: f64,
}

/// Metaorders: large orders that are traded in pieces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignTerms {
    /// How many are worked on at once.
    pub live: usize,
    /// Tail exponent of their lengths; infinite: all have one piece.
    pub length_exponent: f64,
    /// Chance that the next piece is of the same metaorder as the last one.
    pub stay: f64,
    /// Share of marketable orders that trade towards the value instead.
    pub informed: f64,
}

/// What the instrument is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueTerms {
    /// Where it starts, in ticks.
    pub start_ticks: i64,
    /// Volatility of its walk, in ticks per square root of a second; what trades do to it comes on top.
    pub volatility: f64,
    /// How that volatility wanders.
    pub volatility_wander: WanderTerms,
    /// Mean time between jumps; infinite: none.
    pub jump_gap_s: f64,
    /// A jump's standard deviation, in volatilities of one second.
    pub jump_size: f64,
    /// How far the first piece of a metaorder moves it, in ticks.
    pub impact_ticks: f64,
    /// Impact of a metaorder grows with its length to this power.
    pub impact_exponent: f64,
}

/// Where limit orders go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlacementTerms {
    /// The spread that is aimed at, in ticks.
    pub spread_ticks: f64,
    /// How that spread wanders.
    pub spread_wander: WanderTerms,
    /// Share aimed at the value's side of the book.
    pub inside: f64,
    /// Share that joins the best price.
    pub at_best: f64,
    /// Scale of the distance behind the best, in ticks.
    pub depth_scale_ticks: f64,
    /// Tail exponent of that distance.
    pub depth_exponent: f64,
    /// How strongly the side that was taken is refilled.
    pub refill: f64,
    /// How strongly those who join the best price prefer the side that the value is farther from.
    pub lean: f64,
    /// Share of the orders aimed inside that nobody sees.
    pub hidden: f64,
    /// Chance that a limit order comes with further ones, level by level, in the same instant.
    pub layered: f64,
}

/// How long limit orders stay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LifetimeTerms {
    /// Mean of the decimal logarithm of seconds.
    pub log_mean: f64,
    /// Its standard deviation.
    pub log_deviation: f64,
    /// Lifetimes grow with (1 + distance / this), in ticks.
    pub distance_ticks: f64,
    /// To this power.
    pub distance_power: f64,
    /// Orders that improve on the best price stay so much shorter.
    pub inside: f64,
    /// Chance that an order whose time is over is replaced in the same instant.
    pub replaced: f64,
    /// Chance that part of an order is taken back before its time.
    pub reduced: f64,
}

/// How marketable orders are sized.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TakingTerms {
    /// Share that takes no more than the best queue.
    pub best_queue_only: f64,
    /// No order takes more levels.
    pub levels_max: usize,
    /// It is waited while the spread is wider than so many times the spread aimed at.
    pub patience_spreads: f64,
}

/// What the market maker does after a trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReactionTerms {
    /// How many looks it takes.
    pub looks: u32,
    /// Median time until it looks, in seconds.
    pub latency_s: f64,
    /// Standard deviation of the natural logarithm of that time.
    pub latency_deviation: f64,
    /// It quotes anew where the spread is wider than this share of the spread aimed at.
    pub requote_spreads: f64,
}

impl Preset {
    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SmallTick => "small_tick",
            Self::LargeTick => "large_tick",
            Self::Poisson => "poisson",
        }
    }

    /// New orders per second of the model's own time, on average.
    pub const fn orders_per_s(self) -> f64 {
        match self {
            Self::SmallTick | Self::Poisson => 14.0,
            Self::LargeTick => 79.0,
        }
    }

    /// Its numbers.
    pub fn terms(self) -> ModelTerms {
        match self {
            Self::SmallTick => small_tick(),
            Self::LargeTick => large_tick(),
            Self::Poisson => poisson(),
        }
    }
}

impl ModelTerms {
    /// The same market on a grid so many times as fine.
    #[must_use]
    pub fn in_ticks(mut self, finer: f64) -> Self {
        self.value.volatility *= finer;
        self.value.impact_ticks *= finer;
        self.placement.spread_ticks *= finer;
        self.placement.depth_scale_ticks *= finer;
        self.lifetimes.distance_ticks *= finer;
        self
    }
}

impl std::str::FromStr for Preset {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        [Self::SmallTick, Self::LargeTick, Self::Poisson]
            .into_iter()
            .find(|preset| preset.name() == name)
            .ok_or_else(|| format!("{name} is not one of small_tick, large_tick and poisson"))
    }
}

fn small_tick() -> ModelTerms {
    ModelTerms {
        arrivals: ArrivalTerms {
            rates_per_s: [1.1, 10.0],
            branching: [[0.55, 0.02], [1.6, 0.76]],
        },
        activity: WanderTerms {
            deviation: 0.8,
            memory_s: 100.0,
        },
        signs: SignTerms {
            live: 5,
            length_exponent: 1.45,
            stay: 0.45,
            informed: 0.03,
        },
        value: ValueTerms {
            start_ticks: 58_500,
            volatility: 2.8,
            volatility_wander: WanderTerms {
                deviation: 0.6,
                memory_s: 300.0,
            },
            jump_gap_s: 600.0,
            jump_size: 4.0,
            impact_ticks: 7.0,
            impact_exponent: 0.40,
        },
        placement: PlacementTerms {
            spread_ticks: 22.0,
            spread_wander: WanderTerms {
                deviation: 0.1,
                memory_s: 60.0,
            },
            inside: 0.33,
            at_best: 0.08,
            depth_scale_ticks: 8.0,
            depth_exponent: 1.1,
            refill: 0.12,
            lean: 0.3,
            hidden: 0.2,
            layered: 0.03,
        },
        lifetimes: LifetimeTerms {
            log_mean: -0.75,
            log_deviation: 1.25,
            distance_ticks: 5.0,
            distance_power: 1.8,
            inside: 0.15,
            replaced: 0.15,
            reduced: 0.02,
        },
        taking: TakingTerms {
            best_queue_only: 0.75,
            levels_max: 4,
            patience_spreads: 2.5,
        },
        reactions: ReactionTerms {
            looks: 6,
            latency_s: 0.000_7,
            latency_deviation: 0.7,
            requote_spreads: 0.8,
        },
    }
}

fn large_tick() -> ModelTerms {
    let small = small_tick();
    ModelTerms {
        arrivals: ArrivalTerms {
            rates_per_s: [3.0, 50.0],
            branching: [[0.55, 0.012], [2.0, 0.78]],
        },
        activity: WanderTerms {
            deviation: 0.73,
            memory_s: 90.0,
        },
        signs: SignTerms {
            live: 7,
            length_exponent: 1.5,
            ..small.signs
        },
        value: ValueTerms {
            volatility: 0.2,
            impact_ticks: 0.33,
            volatility_wander: WanderTerms {
                deviation: 0.8,
                memory_s: 300.0,
            },
            impact_exponent: 0.40,
            ..small.value
        },
        placement: PlacementTerms {
            spread_ticks: 0.6,
            spread_wander: WanderTerms {
                deviation: 0.0,
                memory_s: 60.0,
            },
            inside: 0.18,
            lean: 0.4,
            at_best: 0.45,
            depth_scale_ticks: 4.0,
            depth_exponent: 1.0,
            ..small.placement
        },
        lifetimes: LifetimeTerms {
            log_mean: -0.4,
            log_deviation: 1.2,
            distance_ticks: 3.0,
            distance_power: 1.3,
            inside: 1.0,
            ..small.lifetimes
        },
        taking: TakingTerms {
            patience_spreads: 4.0,
            ..small.taking
        },
        ..small
    }
}

/// The sizes, lifetimes and reactions of `small_tick`, and none of its memory.
fn poisson() -> ModelTerms {
    let small = small_tick();
    let none = WanderTerms {
        deviation: 0.0,
        memory_s: 60.0,
    };
    ModelTerms {
        arrivals: ArrivalTerms {
            branching: [[0.0; 2]; 2],
            ..small.arrivals
        },
        activity: none,
        signs: SignTerms {
            live: 1,
            length_exponent: f64::INFINITY,
            stay: 0.0,
            informed: 0.0,
        },
        value: ValueTerms {
            volatility_wander: none,
            jump_gap_s: f64::INFINITY,
            impact_ticks: 0.0,
            ..small.value
        },
        placement: PlacementTerms {
            spread_wander: none,
            layered: 0.0,
            ..small.placement
        },
        lifetimes: LifetimeTerms {
            replaced: 0.0,
            ..small.lifetimes
        },
        ..small
    }
}
