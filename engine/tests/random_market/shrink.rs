//! Makes a failing run as small as it gets: fewer commands, fewer rules, plainer orders.

use scenario::{Command, InstrumentOptions, OrderEntry, OrderOptions};

use super::run::{Checked, UNABLE, replay};

/// A run: the market's rules and what arrived.
#[derive(Debug, Clone)]
pub struct Played {
    pub terms: InstrumentOptions,
    pub commands: Vec<Command>,
}

impl Played {
    fn fails<M: Checked>(&self) -> bool {
        let played = replay::<M>(&self.terms, &self.commands);
        played.is_err_and(|difference| !difference.what.starts_with(UNABLE))
    }
}

/// The smallest failing run that leaving out one thing after the other leads to.
pub fn shrink<M: Checked>(played: &Played) -> Played {
    let mut small = played.clone();
    assert!(small.fails::<M>(), "only a failing run is made small");
    loop {
        let before = small.to_text();
        leave_out_commands::<M>(&mut small);
        leave_out_instructions::<M>(&mut small);
        leave_out_rules::<M>(&mut small);
        leave_out_options::<M>(&mut small);
        if small.to_text() == before {
            return small;
        }
    }
}

impl Played {
    fn to_text(&self) -> String {
        let commands: Vec<String> = self.commands.iter().map(ToString::to_string).collect();
        format!("{}\n{}", self.terms, commands.join("\n"))
    }
}

fn leave_out_commands<M: Checked>(small: &mut Played) {
    let mut length = small.commands.len().div_ceil(2);
    loop {
        let mut start = 0;
        while start < small.commands.len() {
            let mut fewer = small.clone();
            let end = (start + length).min(fewer.commands.len());
            fewer.commands.drain(start..end);
            if fewer.fails::<M>() {
                *small = fewer;
            } else {
                start += length;
            }
        }
        if length <= 1 {
            return;
        }
        length = length.div_ceil(2);
    }
}

fn leave_out_instructions<M: Checked>(small: &mut Played) {
    for at in 0..small.commands.len() {
        let mut place = 0;
        loop {
            let mut fewer = small.clone();
            let Command::Batch { instructions, .. } = &mut fewer.commands[at] else {
                break;
            };
            if instructions.len() < 2 || place >= instructions.len() {
                break;
            }
            instructions.remove(place);
            if fewer.fails::<M>() {
                *small = fewer;
            } else {
                place += 1;
            }
        }
    }
}

fn leave_out_rules<M: Checked>(small: &mut Played) {
    let plainer: [fn(&mut InstrumentOptions); 18] = [
        |terms| terms.matching = None,
        |terms| terms.minimum_allocation = None,
        |terms| terms.top = None,
        |terms| terms.split = None,
        |terms| terms.band = None,
        |terms| terms.collar = None,
        |terms| terms.corridor = None,
        |terms| terms.static_corridor = None,
        |terms| terms.call = None,
        |terms| (terms.luld, terms.luld_limit, terms.luld_pause) = (None, None, None),
        |terms| terms.luld_mean = None,
        |terms| terms.velocity = None,
        |terms| terms.auction_self_trade = None,
        |terms| terms.market_residual = None,
        |terms| terms.stop_on_entry = None,
        |terms| terms.protections.clear(),
        |terms| terms.grow = None,
        |terms| terms.indicative = None,
    ];
    for leave_out in plainer {
        let mut fewer = small.clone();
        leave_out(&mut fewer.terms);
        if fewer.fails::<M>() {
            *small = fewer;
        }
    }
}

fn leave_out_options<M: Checked>(small: &mut Played) {
    let plainer: [fn(&mut OrderOptions); 16] = [
        |options| options.lifetimes.clear(),
        |options| options.post_only = None,
        |options| options.peak = None,
        |options| options.hidden = false,
        |options| options.minimum = None,
        |options| options.trigger_on = None,
        |options| options.step = None,
        |options| options.activate = None,
        |options| options.offset = None,
        |options| options.cap = None,
        |options| options.self_trade = None,
        |options| options.group = None,
        |options| options.protection_group = None,
        |options| (options.oco, options.oco_reduce) = (None, None),
        |options| options.cancel_on_disconnect = false,
        |options| options.account = None,
    ];
    for at in 0..small.commands.len() {
        for leave_out in plainer {
            let mut fewer = small.clone();
            let Command::Submit(entry) = &mut fewer.commands[at] else {
                break;
            };
            let before = OrderEntry::clone(entry);
            leave_out(&mut entry.options);
            if **entry != before && fewer.fails::<M>() {
                *small = fewer;
            }
        }
    }
}
