//! Goal: a mistake in the configuration is said with its place, key, value and remedy.
//! Method: lay one wrong file, variable or flag over the built-in configuration and compare the whole text.

use std::io::Write;

use exchange::{Config, Layers};

/// The error that a file with this text causes; the file is called FILE in it.
fn refused(text: &str) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(text.as_bytes()).expect("it can be written");
    let layers = Layers {
        files: vec![file.path().to_owned()],
        ..Layers::default()
    };

    let error = Config::load(&layers).expect_err("the configuration is wrong");

    error
        .to_string()
        .replace(&file.path().display().to_string(), "FILE")
}

fn with_variable(name: &str, value: &str) -> Result<Config, String> {
    let layers = Layers {
        environment: vec![(name.to_owned(), value.to_owned())],
        ..Layers::default()
    };
    Config::load(&layers).map_err(|error| error.to_string())
}

#[test]
fn built_in_configuration_is_right() {
    let config = Config::load(&Layers::default()).unwrap();

    assert_eq!(config.addresses.public.to_string(), "127.0.0.1:9080");
    assert_eq!(config.addresses.admin.to_string(), "127.0.0.1:9081");
    assert_eq!(config.listing.instruments.len(), 9);
}

#[test]
fn unknown_key_names_the_line_and_the_nearest_key() {
    assert_eq!(
        refused("[gateway]\n\nlisten = \"127.0.0.1:1\"\nlissten = \"127.0.0.1:2\"\n"),
        "FILE:4: gateway.lissten = \"127.0.0.1:2\": unknown key; did you mean `listen`?"
    );
}

#[test]
fn unknown_table_names_the_nearest_table() {
    assert_eq!(
        refused("[sequenser]\nthreads = 1\n"),
        "FILE:1: sequenser: unknown key; did you mean `sequencer`?"
    );
}

#[test]
fn unknown_key_far_from_any_lists_the_known_ones() {
    assert_eq!(
        refused("[ledger]\nzzzzzzzzzzzzzzzzzzzzzzzz = 1\n"),
        "FILE:2: ledger.zzzzzzzzzzzzzzzzzzzzzzzz = 1: unknown key; known here: accounts_max"
    );
}

#[test]
fn text_where_a_number_belongs() {
    assert_eq!(
        refused("[ledger]\naccounts_max = \"many\"\n"),
        "FILE:2: ledger.accounts_max = \"many\": this is a text; write a whole number from 0 to 4294967295"
    );
}

#[test]
fn negative_number_where_a_count_belongs() {
    assert_eq!(
        refused("[demo]\ninstruments = -1\n"),
        "FILE:2: demo.instruments = -1: this number is out of range; write a whole number from 0 to 4294967295"
    );
}

#[test]
fn number_where_a_text_belongs() {
    assert_eq!(
        refused("[gateway]\nlisten = 9080\n"),
        "FILE:2: gateway.listen = 9080: this is a number; write a text in quotes"
    );
}

#[test]
fn number_without_quotes_where_a_decimal_belongs() {
    assert_eq!(
        refused("[[instrument]]\nsymbol = \"BTCUSDT\"\ntick_size = 0.01\n"),
        "FILE:3: instrument.BTCUSDT.tick_size = 0.01: this is the number 0.01; write a decimal in quotes, such as \"0.01\""
    );
}

#[test]
fn length_of_time_without_a_unit() {
    assert_eq!(
        refused("[gateway.limits]\nidle_timeout = \"60\"\n"),
        "FILE:2: gateway.limits.idle_timeout = \"60\": this is no length of time; write a whole number and a unit: 250ms, 10s, 2m or 1h"
    );
}

#[test]
fn unknown_choice_names_all_and_the_nearest() {
    assert_eq!(
        refused("[sequencer]\nidle = \"prak\"\n"),
        "FILE:2: sequencer.idle = \"prak\": there is no such choice (did you mean \"park\"?); write one of \"park\", \"yield\", \"spin\""
    );
}

#[test]
fn durability_is_one_of_three() {
    assert_eq!(
        refused("[log]\ndurability = \"always\"\n"),
        "FILE:2: log.durability = \"always\": there is no such choice; write one of \"sync\", \"async\", \"none\""
    );
}

#[test]
fn journal_segment_is_a_whole_number_of_blocks() {
    assert_eq!(
        refused("[log]\nsegment_bytes = 65537\n"),
        "FILE:2: log.segment_bytes = 65537: it is too small or no multiple of 512; write a multiple of 512 of at least 65536"
    );
}

#[test]
fn ring_capacity_is_a_power_of_two() {
    assert_eq!(
        refused("[sequencer]\nring_capacity_commands = 5000\n"),
        "FILE:2: sequencer.ring_capacity_commands = 5000: a ring is a power of two from 64 to 1048576; write 8192"
    );
}

#[test]
fn cancel_reserve_leaves_room_for_new_orders() {
    assert_eq!(
        refused("[sequencer]\ncancel_reserve_commands = 4096\n"),
        "FILE:2: sequencer.cancel_reserve_commands = 4096: it leaves no place in a ring of 4096 for new orders; write at most 4095"
    );
}

#[test]
fn number_out_of_range() {
    assert_eq!(
        refused("[sequencer]\nthreads = 0\n"),
        "FILE:2: sequencer.threads = 0: this number is out of range; write \"per-instrument\", \"inline\" or a number of threads from 1 on"
    );
}

#[test]
fn address_without_a_port() {
    assert_eq!(
        refused("[gateway]\nlisten = \"localhost\"\n"),
        "FILE:2: gateway.listen = \"localhost\": this is no address with a port; write one such as \"127.0.0.1:9080\", or \"127.0.0.1:0\" for any free port"
    );
}

#[test]
fn public_and_admin_address_differ() {
    assert_eq!(
        refused("[gateway]\nadmin_listen = \"127.0.0.1:9080\"\n"),
        "FILE:2: gateway.admin_listen = \"127.0.0.1:9080\": it is the public address too; write another port, or \"next\""
    );
}

#[test]
fn price_bound_off_the_tick_grid() {
    assert_eq!(
        refused(
            "[[instrument]]\nsymbol = \"BTCUSDT\"\ntick_size = \"0.05\"\nprice_min = \"0.07\"\n"
        ),
        "FILE:4: instrument.BTCUSDT.price_min = \"0.07\": it is no multiple of tick_size; write one, or another tick_size"
    );
}

#[test]
fn tick_size_finer_than_a_price_unit() {
    assert_eq!(
        refused("[[instrument]]\nsymbol = \"ETHUSDT\"\ntick_size = \"0.001\"\n"),
        "FILE:3: instrument.ETHUSDT.tick_size = \"0.001\": it has more than 2 decimals; write a price with at most 2 decimals"
    );
}

#[test]
fn units_that_make_fractions_of_the_quote_asset() {
    assert_eq!(
        refused("[[instrument]]\nsymbol = \"BTCUSDT\"\nquantity_decimals = 8\n"),
        "FILE:3: instrument.BTCUSDT.quantity_decimals = 8: price unit x quantity unit has 10 decimals, USDT only 8: it would be a fraction of its smallest unit; write fewer, or give the quote asset more"
    );
}

#[test]
fn rebate_needs_fees_in_quote() {
    assert_eq!(
        refused("[[instrument]]\nsymbol = \"BTCUSDT\"\nmaker_fee_ppm = -50\n"),
        "FILE:3: instrument.BTCUSDT.maker_fee_ppm = -50: a rebate is paid out of the taker's fee in the same asset; write fee_asset = \"quote\", or no rebate"
    );
}

#[test]
fn rebate_above_the_takers_fee() {
    assert_eq!(
        refused(
            "[[instrument]]\nsymbol = \"BTCUSDT\"\nmaker_fee_ppm = -300\nfee_asset = \"quote\"\n"
        ),
        "FILE:3: instrument.BTCUSDT.maker_fee_ppm = -300: the rebate is more than the taker's fee of 200; write a rebate of at most the taker's fee"
    );
}

#[test]
fn rebate_above_the_lowest_takers_fee_of_any_tier() {
    assert_eq!(
        refused(
            "[[instrument]]\nsymbol = \"BTCUSDT\"\nfee_asset = \"quote\"\nfee_tiers = [{ maker_fee_ppm = -60, taker_fee_ppm = 100 }, { maker_fee_ppm = 0, taker_fee_ppm = 50 }]\n"
        ),
        "FILE:4: instrument.BTCUSDT.fee_tiers: the rebate is more than the lowest taker's fee of any tier, of 50; write a rebate of at most the taker's fee"
    );
}

#[test]
fn account_limits_that_make_no_sense() {
    for (limits, said) in [
        (
            "{ quantity_max = \"0.0000001\" }",
            "FILE:3: instrument.BTCUSDT.account_limits.quantity_max = \"0.0000001\": it has more than 6 decimals; write such as \"12.5\"",
        ),
        (
            "{ quantity_max = \"0.000001\" }",
            "FILE:3: instrument.BTCUSDT.account_limits.quantity_max = \"0.000001\": it is below quantity_min: no order could be entered; write at least quantity_min, or leave it out",
        ),
        (
            "{ open_orders_max = 0 }",
            "FILE:3: instrument.BTCUSDT.account_limits.open_orders_max = 0: with zero no order could be entered; write at least 1, or leave it out",
        ),
        (
            "{ order_rate = { orders_max = 5, window_ms = 0 } }",
            "FILE:3: instrument.BTCUSDT.account_limits.order_rate: a window of 0 ms counts nothing; write `window_ms` above zero, such as 1000",
        ),
        (
            "{ order_rate = { orders_max = 5 } }",
            "FILE:3: instrument.BTCUSDT.account_limits.order_rate.window_ms: the key is missing; add it; config/ of the repository shows every key",
        ),
        (
            "{ quantity_maxx = \"1\" }",
            "FILE:3: instrument.BTCUSDT.account_limits.quantity_maxx = \"1\": unknown key; did you mean `quantity_max`?",
        ),
    ] {
        assert_eq!(
            refused(&format!(
                "[[instrument]]\nsymbol = \"BTCUSDT\"\naccount_limits = {limits}\n"
            )),
            said
        );
    }
}

#[test]
fn nine_fee_tiers() {
    let tier = "{ maker_fee_ppm = 1, taker_fee_ppm = 1 },".repeat(8);
    assert_eq!(
        refused(&format!(
            "[[instrument]]\nsymbol = \"BTCUSDT\"\nfee_tiers = [{tier}]\n"
        )),
        "FILE:3: instrument.BTCUSDT.fee_tiers: there are at most 8 tiers, the first one included; list fewer"
    );
}

#[test]
fn unknown_asset_of_an_instrument() {
    assert!(
        refused("[[instrument]]\nsymbol = \"BTCUSDT\"\nquote = \"EUR\"\n").starts_with(
            "FILE:3: instrument.BTCUSDT.quote = \"EUR\": there is no such asset; list it as [[asset]] or write one of USDT, USD, BTC"
        )
    );
}

#[test]
fn new_instrument_says_which_key_is_missing() {
    assert_eq!(
        refused("\n[[instrument]]\nsymbol = \"BTCEUR\"\n"),
        "FILE:2: instrument.BTCEUR.base: the key is missing; add it; config/ of the repository shows every key"
    );
}

#[test]
fn outbound_queue_holds_two_mass_cancels() {
    assert_eq!(
        refused("[gateway.limits]\noutbound_messages_max = 100\n"),
        "FILE:2: gateway.limits.outbound_messages_max = 100: must hold twice the reports of a full mass cancel (open_orders_per_account_max); config/exchange.toml has a value that fits a laptop"
    );
}

#[test]
fn two_accounts_with_one_key() {
    assert_eq!(
        refused("[[demo.account]]\nname = \"bob\"\nkey = \"demo-alice\"\n"),
        "FILE:3: demo.account.bob.key = \"demo-alice\": another account has this key; write a key of its own"
    );
}

#[test]
fn text_that_is_no_toml() {
    assert!(refused("[gateway\nlisten = 1\n").starts_with("FILE:1: syntax: "));
}

#[test]
fn file_that_is_not_there() {
    let layers = Layers {
        files: vec!["no/such/file.toml".into()],
        ..Layers::default()
    };

    let error = Config::load(&layers)
        .expect_err("there is no such file")
        .to_string();

    assert!(error.starts_with("--config no/such/file.toml: "), "{error}");
}

#[test]
fn variable_of_no_key_names_the_nearest() {
    assert_eq!(
        with_variable("RIALTO_GATEWAY_LISTE", "127.0.0.1:1").unwrap_err(),
        "environment variable RIALTO_GATEWAY_LISTE: RIALTO_GATEWAY_LISTE = \"127.0.0.1:1\": no key has this variable; did you mean RIALTO_GATEWAY_LISTEN?"
    );
}

#[test]
fn wrong_value_of_a_variable_names_the_variable() {
    assert_eq!(
        with_variable("RIALTO_SEQUENCER_IDLE", "sleep").unwrap_err(),
        "environment variable RIALTO_SEQUENCER_IDLE: sequencer.idle = \"sleep\": there is no such choice; write one of \"park\", \"yield\", \"spin\""
    );
}

#[test]
fn variables_win_over_files_and_the_last_file_wins() {
    let mut first = tempfile::NamedTempFile::new().unwrap();
    first
        .write_all(b"[gateway]\nlisten = \"127.0.0.1:1001\"\n[feed_sim]\nseed = 5\nsessions = 3\n")
        .unwrap();
    let mut last = tempfile::NamedTempFile::new().unwrap();
    last.write_all(b"[feed_sim]\nseed = 6\n").unwrap();

    let config = Config::load(&Layers {
        inner: Vec::new(),
        files: vec![first.path().to_owned(), last.path().to_owned()],
        environment: vec![(
            "RIALTO_GATEWAY_LISTEN".to_owned(),
            "127.0.0.1:1002".to_owned(),
        )],
        flags: Vec::new(),
    })
    .unwrap();

    assert_eq!(config.addresses.public.port(), 1002);
    assert_eq!(config.feed.seed, 6);
    assert_eq!(config.feed.sessions, 3);
}

#[test]
fn file_changes_one_key_of_a_listed_instrument() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"[[instrument]]\nsymbol = \"ETHUSDT\"\ntaker_fee_ppm = 7\n")
        .unwrap();

    let config = Config::load(&Layers {
        files: vec![file.path().to_owned()],
        ..Layers::default()
    })
    .unwrap();

    let listed = &config.listing.instruments[1];
    assert_eq!(listed.symbol.as_str(), "ETHUSDT");
    assert_eq!(listed.terms.fees.tiers()[0].taker_ppm, 7);
    assert_eq!(listed.terms.fees.tiers()[0].maker_ppm, 100);
    assert_eq!(config.listing.instruments.len(), 9);
}

#[test]
fn rule_set_that_is_not_there_names_the_nearest() {
    assert_eq!(
        refused("[[instrument]]\nsymbol = \"BTCUSDT\"\nrules = \"spt\"\n"),
        "FILE:3: instrument.BTCUSDT.rules = \"spt\": there is no such rule set; did you mean \"spot\"?"
    );
}

#[test]
fn unknown_key_of_a_rule_set_names_the_nearest() {
    assert_eq!(
        refused("[rules.spot.luld]\npercent = \"5\"\npaus = \"5m\"\n"),
        "FILE:3: rules.spot.luld.paus = \"5m\": unknown key; did you mean `pause`?"
    );
}

#[test]
fn rules_that_contradict_each_other_name_the_key_and_the_instrument() {
    assert_eq!(
        refused("[rules.spot.entry_band]\nlow = \"20\"\nhigh = \"10\"\n"),
        "FILE:2: rules.spot.entry_band.low = \"20\": it is above the high price (for BTCUSDT); write the lower one here"
    );
}

#[test]
fn a_rule_in_finer_units_than_the_instrument_has() {
    assert_eq!(
        refused(
            "[rules.fine]\nreference = \"0.001\"\n[[instrument]]\nsymbol = \"ETHUSDT\"\nrules = \"fine\"\n"
        ),
        "FILE:2: rules.fine.reference = \"0.001\": it has more than 2 decimals (for ETHUSDT); write a price with at most 2 decimals"
    );
}

#[test]
fn percentage_with_three_decimals() {
    assert_eq!(
        refused("[rules.spot.corridors]\ndynamic_percent = \"2.125\"\n"),
        "FILE:2: rules.spot.corridors.dynamic_percent = \"2.125\": it has more than 2 decimals; write a percentage with at most two decimals, such as \"2.5\""
    );
}

#[test]
fn every_rule_set_of_the_built_in_files_fits_an_instrument() {
    let layers = |name: &str| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let text = format!("[[instrument]]\nsymbol = \"LTCUSDT\"\nrules = \"{name}\"\n");
        Write::write_all(&mut file, text.as_bytes()).unwrap();
        let layers = Layers {
            files: vec![file.path().to_owned()],
            ..Layers::default()
        };
        Config::load(&layers).map(|config| config.listing.instruments[7].instrument.rules)
    };

    let spot = layers("spot").unwrap();
    let guarded = layers("guarded").unwrap();

    assert_eq!(spot, engine::Rules::PLAIN);
    assert_eq!(guarded.velocity.unwrap().ticks, 200);
    assert!(guarded.schedule.is_some() && guarded.luld.is_some());
}

#[test]
fn a_journal_that_is_kept_says_how_many_client_order_ids_count() {
    let cap = "[sequencer]\nidempotency_orders_max = 0\n";

    assert_eq!(
        refused(cap),
        "FILE:2: sequencer.idempotency_orders_max = 0: BTCUSDT remembers 8192 client order ids, and a journal that is \
         kept says so; write the figure in [[instrument]], or log.journal = \"memory\""
    );
}
