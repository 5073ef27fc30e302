//! `rialto verify`: what a data folder proves, part by part.

use engine::AccountId;
use ledger::ConservationLine;
use protocol::ExactDecimal;
use sequencer::{Replica, Snapshot};
use serde::Serialize;

use crate::cli::VerifyArgs;
use crate::config::Config;
use crate::output::Output;
use crate::tools::entries::Look;
use crate::tools::folder::JournalFolder;
use crate::tools::shown::Hashes;
use crate::tools::{ToolError, Verdict, entries};

/// What was proven, and what was not.
#[derive(Debug, Serialize)]
struct Verified {
    folder: String,
    proven: bool,
    epoch: u64,
    first_position: u64,
    last_position: u64,
    commands: u64,
    state_hash: String,
    snapshots: Vec<SnapshotVerdict>,
    conserved: bool,
    assets: Vec<AssetVerdict>,
    /// Accounts of which something is below zero.
    negative_accounts: Vec<u32>,
    /// Positions that a repair took out.
    taken_out: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    torn_tail: Option<String>,
    /// Notes of what is durable that are not whole; what they vouch for is.
    torn_watermarks: Vec<String>,
    live: bool,
    /// What is wrong, in sentences.
    broken: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SnapshotVerdict {
    position: u64,
    equal: bool,
}

#[derive(Debug, Serialize)]
struct AssetVerdict {
    asset: String,
    conserved: bool,
    deposited: String,
    withdrawn: String,
    balances: String,
    fees: String,
    holds: String,
}

/// Reads and replays everything.
pub fn run(arguments: &VerifyArgs, config: &Config, output: Output) -> Result<Verdict, ToolError> {
    let journal = JournalFolder::open(arguments.data.as_deref())?;
    let config = &journal.written_with(config)?;
    let (snapshots, mut broken) = entries::snapshots_of(&journal)?;
    let mut replica = entries::beginning(&journal, config, &snapshots)?;
    let mut compared = Vec::new();
    compare(&replica, &snapshots, &mut compared);
    let last = journal.view.last_position();
    entries::apply(&mut replica, &journal, last, output, |replica| {
        compare(replica, &snapshots, &mut compared);
        Ok(Look::More)
    })?;

    for snapshot in compared.iter().filter(|snapshot| !snapshot.equal) {
        let position = snapshot.position;
        broken.push(format!(
            "the snapshot at position {position} is not what the journal makes of its commands"
        ));
    }
    let lines = replica.ledger().conservation().unwrap_or_default();
    let conserved = lines.iter().all(ConservationLine::is_conserved);
    if !conserved {
        broken.push("money was made or lost".to_owned());
    }
    let negative_accounts = negative_accounts(&replica);
    if !negative_accounts.is_empty() {
        broken.push("an account has spent what it never had".to_owned());
    }
    let verified = Verified {
        folder: journal.folder.display().to_string(),
        proven: broken.is_empty(),
        epoch: journal.view.epoch().0,
        first_position: journal.view.first_position().0,
        last_position: last.0,
        commands: replica.commands(),
        state_hash: Hashes::of(&replica, config).state_hash,
        snapshots: compared,
        conserved,
        assets: lines
            .iter()
            .filter_map(|line| asset_verdict(line, config))
            .collect(),
        negative_accounts,
        taken_out: journal
            .view
            .taken_out()
            .iter()
            .map(|one| one.position.0)
            .collect(),
        torn_tail: journal
            .view
            .torn_tail()
            .map(|torn| format!("{} from byte {}", torn.file.display(), torn.offset)),
        torn_watermarks: torn_watermarks(&journal),
        live: journal.is_live,
        broken,
    };
    output.say(&text(&verified));
    output.object(&verified);
    Ok(if verified.proven {
        Verdict::Good
    } else {
        Verdict::Bad
    })
}

fn torn_watermarks(journal: &JournalFolder) -> Vec<String> {
    let torn = journal.view.torn_watermarks().iter();
    torn.map(|torn| format!("{} at byte {}", torn.file.display(), torn.offset))
        .collect()
}

/// Where there is a snapshot of this position: whether it has what the replay has.
fn compare(replica: &Replica, snapshots: &[Snapshot], compared: &mut Vec<SnapshotVerdict>) {
    let position = replica.position();
    let Some(snapshot) = snapshots.iter().find(|one| one.position == position) else {
        return;
    };
    let own = replica.snapshot(snapshot.epoch, snapshot.chain, snapshot.read_model.clone());
    compared.push(SnapshotVerdict {
        position: position.0,
        equal: own.is_ok_and(|own| own == *snapshot),
    });
}

fn negative_accounts(replica: &Replica) -> Vec<u32> {
    let ledger = replica.ledger();
    let accounts = (0..ledger.accounts_max()).map(AccountId);
    let is_negative = |account: &AccountId| {
        let balances = ledger.balances(*account);
        balances
            .iter()
            .any(|balance| balance.available.units() < 0 || balance.hold.units() < 0)
    };
    accounts
        .filter(is_negative)
        .map(|account| account.0)
        .collect()
}

fn asset_verdict(line: &ConservationLine, config: &Config) -> Option<AssetVerdict> {
    let mut assets = config.listing.assets.iter();
    let asset = assets.find(|asset| asset.id == line.asset)?;
    let decimal =
        |money: ledger::Money| ExactDecimal::new(money.units(), asset.decimals).to_string();
    Some(AssetVerdict {
        asset: asset.name.clone(),
        conserved: line.is_conserved(),
        deposited: decimal(line.deposited),
        withdrawn: decimal(line.withdrawn),
        balances: decimal(line.balances),
        fees: decimal(line.fees),
        holds: decimal(line.holds),
    })
}

fn text(verified: &Verified) -> String {
    let mut lines = vec![
        verified.folder.clone(),
        format!(
            "journal    positions {} to {}, {} commands, epoch {}: every checksum and the chain over them hold",
            verified.first_position, verified.last_position, verified.commands, verified.epoch
        ),
    ];
    if let Some(torn) = &verified.torn_tail {
        lines.push(format!(
            "tail       not whole in {torn}: a start cuts it off"
        ));
    }
    for torn in &verified.torn_watermarks {
        lines.push(format!(
            "watermark  not whole in {torn}: what it vouches for is"
        ));
    }
    if !verified.taken_out.is_empty() {
        lines.push(format!(
            "repaired   positions {:?} are taken out",
            verified.taken_out
        ));
    }
    for snapshot in &verified.snapshots {
        lines.push(format!(
            "snapshot   position {}: {}",
            snapshot.position,
            if snapshot.equal {
                "equal to the replay"
            } else {
                "NOT equal to the replay"
            }
        ));
    }
    if verified.snapshots.is_empty() {
        lines.push("snapshots  none to compare with".to_owned());
    }
    for asset in &verified.assets {
        lines.push(format!(
            "money      {}: {} in, {} out, {} in accounts, {} fees: {}",
            asset.asset,
            asset.deposited,
            asset.withdrawn,
            asset.balances,
            asset.fees,
            if asset.conserved {
                "adds up"
            } else {
                "DOES NOT ADD UP"
            }
        ));
    }
    lines.push(format!("state      {}", verified.state_hash));
    if verified.live {
        lines.push("an exchange writes into it; what comes now was not seen".to_owned());
    }
    lines.push(if verified.proven {
        "proven: the journal is whole, its replay is the state, no money was made or lost"
            .to_owned()
    } else {
        format!("BROKEN: {}", verified.broken.join("; "))
    });
    lines.join("\n")
}
