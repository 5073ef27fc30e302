//! Goal R2: a power cut loses no acknowledged order, and no cut makes a folder that is refused.
//! Method: the real binary on a file system of its own, which is shut down under it without a flush (everything
//! that was not synced is gone), mounted again, and told by a bare engine. Only answers that came before the cut
//! count. Controls: syncs of files left out, answers before the sync, money that is spendable before it is durable;
//! each is to be seen within 50 cuts. Syncs of folders left out are seen on a simulated disk. Needs root and loop
//! devices: elsewhere it is skipped and says so, unless `RIALTO_POWER_CUTS` says how many cuts there are to be.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use exchange::Config;
use rustix::ioctl;

use crate::chance::{Chance, times};
use crate::oracle::{self, Faults};
use crate::server::SmallExchange;
use crate::skipped;
use crate::witness::{Witness, trade};

/// `EXT4_IOC_SHUTDOWN`.
const SHUTDOWN: ioctl::Opcode = 0x8004_587D;
/// Neither data nor the file system's own journal is flushed first.
const NO_LOG_FLUSH: u32 = 2;
/// A control is caught by then.
const CONTROL_CUTS_MAX: u64 = 50;
/// Within a second nobody uses a file system whose processes have ended.
const UNMOUNT_TRIES_MAX: u32 = 100;
/// Cuts of one file system, before the next one begins with an empty one.
const CUTS_OF_A_DISK: u64 = 20;

/// A file system in a file.
struct Disk {
    _folder: tempfile::TempDir,
    image: PathBuf,
    mounted: PathBuf,
}

fn run(command: &str, arguments: &[&str]) -> Result<Output, String> {
    let output = Command::new(command)
        .args(arguments)
        .output()
        .map_err(|error| format!("{command}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command} {arguments:?}: {complaint}"))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}

impl Disk {
    fn new() -> Result<Self, String> {
        let folder = tempfile::Builder::new()
            .prefix("rialto-disk-")
            .tempdir()
            .expect("a folder");
        let (image, mounted) = (folder.path().join("image"), folder.path().join("mounted"));
        let file = File::create(&image).expect("it can be made");
        file.set_len(48 << 20).expect("it has room");
        drop(file);
        run("mkfs.ext4", &["-q", "-F", text(&image)])?;
        std::fs::create_dir(&mounted).expect("it can be made");
        let disk = Self {
            _folder: folder,
            image,
            mounted,
        };
        disk.mount()?;
        Ok(disk)
    }

    fn mount(&self) -> Result<(), String> {
        // The loop device goes away with the mount.
        run(
            "mount",
            &["-o", "loop", text(&self.image), text(&self.mounted)],
        )?;
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.mounted.join("data")
    }

    /// The power goes: what was not synced is gone, and nothing more is written.
    fn cut(&self) {
        let folder = File::open(&self.mounted).expect("it is mounted");
        #[expect(unsafe_code, reason = "no safe call shuts a file system down")]
        // SAFETY: the call reads one u32 through the pointer that `Setter` makes, as its number says, and keeps
        // no pointer.
        unsafe {
            let shutdown = ioctl::Setter::<SHUTDOWN, u32>::new(NO_LOG_FLUSH);
            ioctl::ioctl(&folder, shutdown).expect("the file system can be shut down");
        }
    }

    /// The power is back.
    async fn restore(&self) {
        // A process that another test begins at this moment may have its files open until it is begun.
        let mut unmounted = run("umount", &[text(&self.mounted)]);
        for _ in 0..UNMOUNT_TRIES_MAX {
            if unmounted.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            unmounted = run("umount", &[text(&self.mounted)]);
        }
        unmounted.expect("nobody uses it");
        self.mount().expect("it can be mounted again");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // There may be nothing mounted any more.
        let _ = run("umount", &["-l", text(&self.mounted)]);
    }
}

/// What one cut came to.
enum Outcome {
    Whole,
    Lost(Faults),
    Refused(String),
    /// The start stands elsewhere than the journal says.
    OtherState(String),
    /// Money was spendable that is not there.
    Phantom(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => formatter.write_str("everything is there"),
            Self::Lost(faults) => write!(formatter, "lost: {faults:?}"),
            Self::Refused(reason) => write!(formatter, "refused: {reason}"),
            Self::OtherState(what) | Self::Phantom(what) => formatter.write_str(what),
        }
    }
}

/// Trades, cuts the power in the middle of it, and looks at what is left. The journal goes on from there.
async fn cut_once(
    disk: &Disk,
    small: &SmallExchange,
    config: &Config,
    (round, moment, faults): (u64, Duration, &str),
    witness: &Witness,
) -> Outcome {
    witness.go_on();
    let Ok(server) = small.start(&disk.data(), faults) else {
        return Outcome::Refused("it does not start".to_owned());
    };
    let before = witness.acknowledged();
    tokio::join!(trade(&server, round, witness), async {
        while witness.acknowledged() == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(moment).await;
        witness.cut();
        disk.cut();
        server.signal("KILL");
    });
    server.kill();
    disk.restore().await;
    let Some(generation) = oracle::newest_generation(&disk.data()) else {
        return Outcome::Refused("no generation counts".to_owned());
    };
    let copy = oracle::copy(&generation);
    let story = match oracle::tell(copy.path(), config) {
        Ok(story) => story,
        Err(refusal) => return Outcome::Refused(refusal),
    };
    let faults = story.faults(&witness.seen());
    if !faults.are_none() {
        return Outcome::Lost(faults);
    }
    let Ok(server) = small.start(&disk.data(), "") else {
        return Outcome::Refused("it does not start".to_owned());
    };
    let said = server.state_hash();
    let (_, books) = server.operate("GET", "/v1/admin/state", "");
    let money = phantom_money(&server, witness);
    server.kill();
    if said != story.state_hash {
        let copy = oracle::copy(&generation);
        let since = oracle::entries_after(copy.path(), story.last_position);
        return Outcome::OtherState(format!(
            "it stands at {said}, and the journal says {}; books {books}, by the journal {:?} up to {:?}; logged \
             since then: {since:?}",
            story.state_hash, story.books, story.last_position
        ));
    }
    money.map_or(Outcome::Whole, Outcome::Phantom)
}

/// Each account only ever receives one asset of each pair: what of it was once spendable is there for ever.
fn phantom_money(server: &crate::server::Server, witness: &Witness) -> Option<String> {
    for ((account, asset), most) in &witness.seen().available {
        let receives = match account.as_str() {
            "alice" => asset != "USDT",
            _ => asset == "USDT",
        };
        if !receives {
            continue;
        }
        let (_, answer) = server.operate("GET", &format!("/v1/admin/accounts/{account}"), "");
        let balances = answer["balances"].as_array().expect("a list");
        let balance = balances
            .iter()
            .find(|balance| balance["asset"] == asset.as_str());
        let available = balance.map_or("0", |balance| balance["available"].as_str().expect("text"));
        let units: i128 = available.replace('.', "").parse().expect("a decimal");
        if units < *most {
            return Some(format!(
                "{account} could spend {most} units of {asset}, and has {units}: {} units were never there",
                most - units
            ));
        }
    }
    None
}

/// How many cuts there are to be; `None` where there cannot be any.
fn cuts_wanted() -> Option<u64> {
    let wanted = std::env::var("RIALTO_POWER_CUTS").ok();
    match (Disk::new(), wanted) {
        (Ok(_), _) => Some(times("RIALTO_POWER_CUTS", 5)),
        (Err(reason), None) => {
            let missing = format!("power cuts need root, loop devices and mkfs.ext4: {reason}");
            skipped::say("R2", &missing);
            None
        }
        (Err(reason), Some(_)) => panic!("RIALTO_POWER_CUTS asks for power cuts: {reason}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_power_cut_loses_what_was_acknowledged() {
    let mut chance = Chance::new("power cuts");
    let Some(cuts) = cuts_wanted() else { return };
    let small = SmallExchange::new();
    let config = small.config();
    let mut acknowledged = 0;
    let mut done = 0;
    while done < cuts {
        let disk = Disk::new().expect("it was possible a moment ago");
        let witness = Witness::default();
        for round in 0..CUTS_OF_A_DISK.min(cuts - done) {
            let moment = Duration::from_micros(chance.between(1_000, 60_000));
            let outcome = cut_once(&disk, &small, &config, (round, moment, ""), &witness).await;
            assert!(matches!(outcome, Outcome::Whole), "cut {done}: {outcome}");
            done += 1;
        }
        acknowledged += witness.acknowledged();
    }
    println!("GOAL R2 cuts={cuts} acknowledged={acknowledged} lost=0 refused=0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promise_that_is_broken_on_purpose_is_seen_by_power_cuts() {
    let mut chance = Chance::new("power cut controls");
    if cuts_wanted().is_none() {
        return;
    }
    let small = SmallExchange::new();
    let config = small.config();
    // A folder sync that is left out cannot be seen here: ext4 makes the name of a new file durable with
    // the file's own sync. The simulated disk sees it (sequencer/tests/crash).
    let controls = [
        "skip_data_sync",
        "ack_before_sync,stall_sync_ms=5",
        "gives_before_durable,stall_sync_ms=5",
    ];
    let mut caught = 0;
    for control in controls {
        let mut found = None;
        for cut in 1..=CONTROL_CUTS_MAX {
            let disk = Disk::new().expect("it was possible a moment ago");
            let witness = Witness::default();
            let moment = Duration::from_micros(chance.between(1_000, 120_000));
            let outcome = cut_once(&disk, &small, &config, (0, moment, control), &witness).await;
            if !matches!(outcome, Outcome::Whole) {
                found = Some((cut, outcome));
                break;
            }
        }
        let (cut, outcome) = found.unwrap_or_else(|| panic!("{control} was not seen"));
        let mut outcome = outcome.to_string();
        outcome.truncate(160);
        println!("{control}: seen at cut {cut}: {outcome}");
        caught += 1;
    }
    println!("GOAL R2 controls_caught={caught}/{}", controls.len());
}
