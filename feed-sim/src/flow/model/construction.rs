//! Puts a model together from its terms, its seed and its instrument's name.

use crate::flow::model::agenda::Agenda;
use crate::flow::model::arrivals::Arrivals;
use crate::flow::model::metaorders::Metaorders;
use crate::flow::model::own_orders::OwnOrders;
use crate::flow::model::taking::Taking;
use crate::flow::model::terms::ModelTerms;
use crate::flow::model::value::{Shares, Value};
use crate::flow::model::wander::Wander;
use crate::flow::model::{Chance, Model};
use crate::flow::stream::Stream;

/// Which streams a model draws from: those of its own, and those that it shares.
#[derive(Debug, Clone, Copy)]
pub struct ModelName<'name> {
    /// The seed of the whole flow.
    pub seed: u64,
    /// The instrument.
    pub symbol: &'name str,
    /// The sector that it moves with.
    pub sector: &'name str,
}

impl ModelName<'_> {
    fn own(&self, purpose: &str) -> Stream {
        Stream::named(self.seed, &format!("{purpose}/{}", self.symbol))
    }

    fn sector(&self, purpose: &str) -> Stream {
        Stream::named(self.seed, &format!("{purpose}/sector/{}", self.sector))
    }

    fn market(&self, purpose: &str) -> Stream {
        Stream::named(self.seed, &format!("{purpose}/market"))
    }
}

impl Model {
    /// The flow of one instrument from time zero on. Instruments of other names change nothing in it.
    pub fn new(terms: ModelTerms, name: ModelName<'_>) -> Self {
        let activity = Wander::half_shared(
            terms.activity,
            name.own("activity"),
            name.market("activity"),
        );
        let walk = Shares::new(name.market("value"), name.sector("value"));
        let volatility = Wander::half_shared(
            terms.value.volatility_wander,
            name.own("volatility"),
            name.market("volatility"),
        );
        Self {
            arrivals: Arrivals::new(terms.arrivals, activity, name.own("arrivals")),
            value: Value::new(terms.value, volatility, walk, name.own("jumps")),
            metaorders: Metaorders::new(terms.signs, name.own("metaorders")),
            spread: Wander::own(terms.placement.spread_wander, name.own("spread")),
            spread_steps: 0,
            chance: Chance {
                sides: name.own("sides"),
                places: name.own("places"),
                sizes: name.own("sizes"),
                lifetimes: name.own("lifetimes"),
                taking: name.own("taking"),
                looks: name.own("looks"),
            },
            agenda: Agenda::default(),
            orders: OwnOrders::default(),
            taking: Taking::default(),
            pressure: 0.0,
            has_opened: false,
            terms,
        }
    }
}
