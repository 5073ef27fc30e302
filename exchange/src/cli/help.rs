//! The texts of `--help`: what each command does, and lines to paste.

/// One line.
pub const ABOUT: &str = "Rialto, an exchange on one machine with one command";

/// `rialto --help`.
pub const LONG_ABOUT: &str = "\
Rialto, an exchange on one machine with one command.

Order books, price-time matching, accounts and market data behind a WebSocket, as at a real venue.
Without a command it is `rialto demo`: an exchange on 127.0.0.1:9080 with participants that trade.";

/// `rialto --help`, below.
pub const EXAMPLES: &str = "\
Examples:
  rialto                                   an exchange that trades, until Ctrl-C
  rialto demo --for 10s --json             the same for ten seconds; its figures as one JSON object
  rialto serve --listen 127.0.0.1:0        an exchange for your own bots, on any free port
  rialto feed --rate 500                   participants for an exchange that runs already
  rialto scenario my.scenario              does the market do what the story says?
  rialto play config/plays                 does it stand a flash crash, a halt, a flood of quotes?
  rialto bench --rate 50000                how late are answers, and how many come a second?
  rialto verify                            is everything that serve keeps whole, and no money lost?

Configuration: flags win over RIALTO_* variables, those over --config files (the last one first), those
over the defaults inside the binary (config/exchange.toml and config/instruments.toml of the repository).
Exit codes: 0 all is well, 1 something that must not happen did, 2 wrong usage or configuration,
74 the log failed.";

/// `rialto demo --help`.
pub const DEMO: &str = "\
Start an exchange and simulated participants that trade on it, over real WebSockets.

Prints the URLs, keys of funded demo accounts and a snippet to paste, then a live status. Each participant
rebuilds the books from the feed and checks them. At the end the ledger is added up.
Exit code 0 only if no invariant broke, no gap was seen and every order got a definite answer.

State is journaled and synced as at `rialto serve`, in a fresh folder that is removed at the end; --data FOLDER
keeps it.";

/// Below `rialto demo --help`.
pub const DEMO_EXAMPLES: &str = "\
Examples:
  rialto demo                                   until Ctrl-C, 2,000 orders/s on 8 instruments
  rialto demo --seed 7 --rate 20000 --for 60s   another flow, ten times as dense, for a minute
  rialto demo --rate watch                      slow enough to follow by eye: 100 orders/s; also desk, busy, stress
  rialto demo --for 10s --json | jq .round_trip_us
  rialto demo --listen 127.0.0.1:0              when 9080 is taken";

/// `rialto serve --help`.
pub const SERVE: &str = "\
Start an exchange and nothing else: no participant trades on it until you do.

The demo accounts of the configuration exist and are funded; their keys are accepted on loopback only.

State is kept in --data FOLDER, or in the user's own: $XDG_DATA_HOME/rialto, else ~/.local/share/rialto; on
macOS ~/Library/Application Support/rialto. Every command is in the journal there, and synced, before its report
leaves; the next start applies the journal and stands where the last one stopped, also after kill -9. The folder
also has rialto.run.json (where the exchange is) and admin.key (for the verbs of the admin port: accounts,
money, keys, reset). One exchange uses a folder at a time.";

/// Below `rialto serve --help`.
pub const SERVE_EXAMPLES: &str = "\
Examples:
  rialto serve
  rialto serve --config my-instruments.toml --config my-limits.toml
  RIALTO_SEQUENCER_THREADS=inline rialto serve
  rialto serve --data desk --durability async   reports leave when written; a power cut loses the last ones
  rialto serve --clock replay                   engine time is the at_us of each request";

/// `rialto feed --help`.
pub const FEED: &str = "\
Send orders to a running exchange, as a client like any other: simulated participants, or recorded flow.

With --replay each row of a Bitstamp order record becomes a submit, replace or cancel; after each row the
order's open quantity is compared with the recorded one, and every difference is counted by its cause.

With --offline a model of one market trades against an engine of its own, with no exchange at all; --record keeps
its tape. --report judges a tape, a recorded one or one of LOBSTER's, by the twelve gates of docs/flow.md.";

/// Below `rialto feed --help`.
pub const FEED_EXAMPLES: &str = "\
Examples:
  rialto feed --rate 500 --for 1m
  rialto feed --url ws://127.0.0.1:9080/v1/ws --seed 7 --sessions 32
  rialto serve --clock replay &
  rialto feed --replay orders.csv.xz --symbol BTCUSD --speed max
  rialto feed --offline --preset small_tick --seed 11 --for 3600s --record tape.csv
  rialto feed --report tape.csv --html report.html";

/// `rialto bench --help`.
pub const BENCH: &str = "\
Measure an exchange under load over real sockets, in an open loop.

Each order has an intended send time, by rate and seed, and its latency counts from there to its answer: an order
that leaves late is late, not left out, so a server that stands still is seen by all who would have asked
meanwhile. A percentile is told only with ten samples beyond it. The exchange is started as a process of its own,
on cores of its own where there are two, unless --url names one that runs.

--target go and python are the same small exchange in those languages, carried inside; with several targets, and
at each step of --sweep, they take turns. Exit code 1 if a threshold is missed, an order got no answer or a bad
one, or a figure is worse than in --baseline.";

/// Below `rialto bench --help`.
pub const BENCH_EXAMPLES: &str = "\
Examples:
  rialto bench                                          20,000 orders/s on 16 connections for 10 s
  rialto bench --rate 100000 --arrivals bursty --p99-max 5ms --report page.html
  rialto bench --sweep --target rialto,bare,go,python   the highest rate of each with p99 below 10 ms
  rialto bench --json >old.json; rialto bench --baseline old.json --report page.html
  rialto bench --url ws://127.0.0.1:9080/v1/ws --rate 5000 --connections 100";

/// `rialto play --help`.
pub const PLAY: &str = "\
Perform plays: a timeline of what participants and operators do, and what must hold then.

A play is a TOML file. It starts an exchange of its own on free ports, with nothing kept afterwards, or goes on one
that runs (--url, --admin-url and RIALTO_ADMIN_KEY). Simulated participants trade as [flow] says; at its time each
[[step]] enters orders over the native protocol, breaks a connection, stops reading, or asks the admin port for
something; at the end each [[expect]] is judged by what the public feed, the reports and the ledger said. Times are
engine time from the beginning of the play. Ten plays are in config/plays of the repository; docs/testing-bots.md has
every step and expectation.

Exit code 0: everything held. 1: an expectation failed, or a step could not be done. 2: the file is wrong, and nothing
was started; the message names file, line, key, value and remedy. --json: one object with a verdict and a measured
figure for each expectation.";

/// Below `rialto play --help`.
pub const PLAY_EXAMPLES: &str = "\
Examples:
  rialto play config/plays/halt_resume.toml            one play on an exchange of its own
  rialto play config/plays                             all ten
  rialto play my.toml --seed 8 --json | jq .results[0] another seed; the verdicts for machines
  rialto play my.toml --url ws://127.0.0.1:9080/v1/ws --admin-url http://127.0.0.1:9081

A play:
  about = \"a halt holds\"
  for = \"3s\"
  symbol = \"BTCUSDT\"
  [flow]
  kind = \"participants\"
  [[step]]
  at = \"1s\"
  do = \"halt\"
  [[expect]]
  that = \"no_trades_while\"
  state = \"halted\"";

/// `rialto replay --help`.
pub const REPLAY: &str = "\
Show the state of a data folder at any position of its journal.

The journal is read and applied by a state of its own; the folder is not changed and not locked. Beside an
exchange that runs it shows what is in the folder now. The configuration must be the one that the journal was
written with.";

/// Below `rialto replay --help`.
pub const REPLAY_EXAMPLES: &str = "\
Examples:
  rialto replay                                     the hash over everything that decides, at the end
  rialto replay --data desk --until 4711 --show book
  rialto replay --data desk/generation-0001 --show accounts --json";

/// `rialto export --help`.
pub const EXPORT: &str = "\
Write what a data folder holds to a file: every trade, candles, or the book order by order.

The journal is applied by a state of its own, as by `rialto replay`; the folder is not changed and not locked, and an
exchange may run on it meanwhile. A file gets its name when it is whole. Where old segments of the journal were dropped,
the export begins with what is left, and says so.

--trades    a row for each trade: at_us, symbol, seq, trade_id, price, quantity, aggressor_side, phase, and both orders' ids
--candles   a row for each candle of --interval, without gaps from the first trade on; auction prints are counted apart
--l3        a row for each change of a displayed order: added, reduced, executed, refilled, removed, and what it shows then
--l3 --format lobster
            the rows of LOBSTER's message files: seconds.nanos,type,order id,size,price,direction, with sizes in lots and
            prices in hundredths of a tick; type 1 added, 2 reduced, 3 deleted, 4 traded, 5 traded hidden

CSV has a line of names; Parquet keeps decimals exact and instants as instants.";

/// Below `rialto export --help`.
pub const EXPORT_EXAMPLES: &str = "\
Examples:
  rialto export --trades                                    CSV on stdout, of the folder of `rialto serve`
  rialto export --candles --interval 1h --symbol BTCUSDT --out hours.csv
  rialto export --l3 --format lobster --symbol BTCUSDT --data desk --out btcusdt.csv
  rialto export --trades --format parquet --from 2026-11-23 --until 2026-11-24 --out day.parquet";

/// `rialto verify --help`.
pub const VERIFY: &str = "\
Prove that a data folder is whole.

Every checksum of the journal and the chain over its batches; every snapshot against a replay of the journal;
that balances and fees are deposits less withdrawals, to the last unit of every asset; that nothing is below
zero. Prints what is proven. Exit code 1 if anything is not.";

/// Below `rialto verify --help`.
pub const VERIFY_EXAMPLES: &str = "\
Examples:
  rialto verify
  rialto verify --data desk --json | jq .proven";

/// `rialto diff --help`.
pub const DIFF: &str = "\
Find the first position at which two data folders differ, and show what both have there.

Compared is what decides: commands, control entries and times. Exit code 0 if they are equal, 1 if not.";

/// Below `rialto diff --help`.
pub const DIFF_EXAMPLES: &str = "\
Examples:
  rialto diff desk copy-of-desk
  rialto diff desk/generation-0001 desk/generation-0002 --json";

/// `rialto repair --help`.
pub const REPAIR: &str = "\
Take a command out of a journal that the program cannot apply.

A start that is refused because a command made a matcher panic names its position. From the repair on the
command is passed over and answered as rejected. The repair is itself logged, under a new epoch; snapshots that
had the command's effects are removed. No exchange may use the folder meanwhile.";

/// Below `rialto repair --help`.
pub const REPAIR_EXAMPLES: &str = "\
Example:
  rialto repair --data desk --reject 4711";

/// `rialto keys --help`.
pub const KEYS: &str = "\
API keys of an exchange that runs, over its admin port.

The data folder says where that is and has the admin key; --admin and RIALTO_ADMIN_KEY are for when it is not at
hand. The secret of a new HMAC key is shown once.";

/// Below `rialto keys --help`.
pub const KEYS_EXAMPLES: &str = "\
Examples:
  rialto keys new alice
  rialto keys new alice --id desk --public-key desk.pem --permissions read
  rialto keys list --json
  rialto keys revoke desk";

/// `rialto accounts --help`.
pub const ACCOUNTS: &str = "\
Accounts of an exchange that runs, over its admin port.

The data folder says where that is and has the admin key; --admin and RIALTO_ADMIN_KEY are for when it is not at
hand.";

/// Below `rialto accounts --help`.
pub const ACCOUNTS_EXAMPLES: &str = "\
Examples:
  rialto accounts list
  rialto accounts open --deposit USDT=1000 --deposit BTC=1
  rialto accounts fund alice BTC 2.5
  rialto accounts withdraw alice BTC 1
  rialto accounts reset                             begin again, while it serves; the old state is kept";

/// `rialto scenario --help`.
pub const SCENARIO: &str = "\
Run scenario files: what arrives at one market, then what the market must say.

Every mismatch prints file, line, expected and actual; the last line says how many passed. A line that
cannot be read is a failure too. Exit code 1 if any failed.";

/// Below `rialto scenario --help`.
pub const SCENARIO_EXAMPLES: &str = "\
Example file:
  == FIFO-2 the sweep stops at its own limit
  A1 sell 5 @ 101
  A2 sell 3 @ 101
  X buy 10 @ 101
  --
  trade X A1 5 @ 101
  trade X A2 3 @ 101
  rest X 2 @ 101
  book X 2@101 |

Examples:
  rialto scenario my.scenario
  rialto scenario engine/tests/scenarios --json";

/// `rialto top --help`.
pub const TOP: &str = "\
Watch an exchange that runs, in the terminal: the ladder with size bars, trades, the price of the last two minutes,
and how long each stage of a command's life takes. It asks over plain HTTP, twice a second.

Keys: q quits, Tab shows the next instrument, p pauses. In a pipe, or with --once, it prints the same as text.";

/// Below `rialto top --help`.
pub const TOP_EXAMPLES: &str = "\
Examples:
  rialto top                                    the exchange on 127.0.0.1:9080
  rialto top --symbol ETHUSDT --once            its book, trades and stages as text, for scripts
  rialto top --once --json | jq .orders_per_s   the same for machines";

/// `rialto config --help`.
pub const CONFIG: &str = "\
Look at a configuration without starting anything.

`check` reads all layers, checks them whole, and names the first mistake: file and line, key, value, and what to do.
`show` prints every effective value and where it was written; secrets are not shown.
Exit code 0 if it is right, 2 if it is not.";

/// Below `rialto config --help`.
pub const CONFIG_EXAMPLES: &str = "\
Examples:
  rialto config check mine.toml                 would `rialto serve --config mine.toml` start?
  rialto config show | grep gateway.limits      all limits, and where each is from
  RIALTO_LOG_DURABILITY=async rialto config show --json | jq '.values[] | select(.key == \"log.durability\")'";

/// `rialto doctor --help`.
pub const DOCTOR: &str = "\
Say whether this machine and this folder are fit for an exchange: the clock is set and cheap, enough files may be
open, both ports are free, the data folder can be used, its disk has room, and how long a sync takes on it.
It starts nothing and changes nothing.

Exit code 0 if an exchange would run, 1 if something must be done first, 2 for a wrong configuration.";

/// Below `rialto doctor --help`.
pub const DOCTOR_EXAMPLES: &str = "\
Examples:
  rialto doctor                                 for `rialto serve` as it is
  rialto doctor --data /var/lib/rialto          for that folder and its disk
  rialto doctor --json | jq '.findings[] | select(.verdict != \"ok\")'";

/// `rialto admin --help`.
pub const ADMIN: &str = "\
Ask an exchange that runs for a verb of its operators: docs/admin.md says what each does.

The data folder says where its admin port is and has the key; from elsewhere --admin URL and RIALTO_ADMIN_KEY do.
Exit code 0 when it is done, 1 when the exchange refuses, 2 when nobody answers.";

/// Below `rialto admin --help`.
pub const ADMIN_EXAMPLES: &str = "\
Examples:
  rialto admin halt BTCUSDT                     nothing but cancels there, until: rialto admin resume BTCUSDT
  rialto admin kill --account alice             her orders end, new ones are refused
  rialto admin limits alice BTCUSDT --quantity-max 5 --order-rate 100/1000
  rialto admin positions alice                  what she bought and sold, and what it brought
  rialto admin fund alice USDT 1000             she has 1000 USDT more
  rialto admin log-level warn,gateway=debug     more of the gateway, from now on
  rialto admin ask POST grid '{\"symbol\":\"BTCUSDT\",\"tick_size\":\"0.05\"}'";
