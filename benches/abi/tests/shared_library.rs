//! Goal: a harness that loads the shared library finds every symbol, and its calls do what they say, in batches
//! too and over a queue of the harness's own. Method: the library that cargo built beside this test, loaded by
//! the system's loader.
#![cfg(target_os = "linux")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::PathBuf;

use engine_abi::{
    BatchBody, BatchMessage, CancelMessage, ModifyMessage, NewOrderMessage, Report, Transport,
};

const RESOLVE_NOW: c_int = 2;

#[expect(unsafe_code, reason = "the system's loader is C")]
unsafe extern "C" {
    fn dlopen(path: *const c_char, mode: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

/// Beside this test's own program: target/debug/deps.
fn library_path() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows where it is");
    program.with_file_name("libengine_abi.so")
}

fn load() -> *mut c_void {
    let path = library_path();
    let name = CString::new(path.to_str().expect("a path of ours is text")).expect("without a nul");
    #[expect(unsafe_code, reason = "the system's loader is C")]
    // SAFETY: the name ends with a nul, and so does what the loader says.
    unsafe {
        let library = dlopen(name.as_ptr(), RESOLVE_NOW);
        assert!(!library.is_null(), "{:?}", CStr::from_ptr(dlerror()));
        library
    }
}

/// A symbol as a function of type `F`.
#[expect(unsafe_code, reason = "the system's loader is C")]
unsafe fn symbol<F: Copy>(library: *mut c_void, name: &CStr) -> F {
    assert_eq!(size_of::<F>(), size_of::<*mut c_void>());
    // SAFETY: the caller says that the symbol is of this type.
    unsafe {
        let address = dlsym(library, name.as_ptr());
        assert!(!address.is_null(), "{name:?} is exported");
        std::mem::transmute_copy(&address)
    }
}

/// A queue of the harness's own: a vector.
#[expect(unsafe_code, reason = "a C ABI is pointers")]
unsafe extern "C" fn push(sink: *mut c_void, report: *const Report) -> c_int {
    // SAFETY: the library passes what it was given, and a report.
    unsafe { (*sink.cast::<Vec<Report>>()).push(*report) };
    1
}

extern "C" fn create(_capacity: u32) -> *mut c_void {
    std::ptr::null_mut()
}

extern "C" fn drain(_sink: *mut c_void, _reports: *mut Report, _count_max: u32) -> u32 {
    0
}

extern "C" fn nothing(_sink: *mut c_void) {}

static TRANSPORT: Transport = Transport {
    create,
    push,
    drain,
    flush: nothing,
    destroy: nothing,
};

fn order(order_id: u64, side: u8, quantity: u32, price_ticks: i64) -> BatchMessage {
    let new_order = NewOrderMessage {
        order_id,
        sequence_number: order_id,
        price_ticks,
        quantity,
        side,
        ioc: 0,
        padding: [0; 2],
    };
    BatchMessage {
        kind: 0,
        padding: [0; 7],
        body: BatchBody { new_order },
    }
}

#[test]
fn a_harness_that_loads_the_library_gets_the_reports_of_a_batch() {
    let library = load();
    let mut reports: Vec<Report> = Vec::new();
    let cancel = CancelMessage {
        order_id: 1,
        sequence_number: 4,
    };
    let modify = ModifyMessage {
        order_id: 2,
        sequence_number: 3,
        new_price_ticks: 100,
        new_quantity: 4,
        side: 1,
        padding: [0; 3],
    };
    let batch = [
        order(1, 0, 10, 100),
        order(2, 1, 5, 101),
        BatchMessage {
            kind: 2,
            padding: [0; 7],
            body: BatchBody { modify },
        },
        BatchMessage {
            kind: 1,
            padding: [0; 7],
            body: BatchBody { cancel },
        },
    ];

    #[expect(
        unsafe_code,
        reason = "the ABI's own types, one thread, and queues that outlive the book"
    )]
    // SAFETY: the reason above.
    let (bid, ask, depth) = unsafe {
        let init: extern "C" fn(u64, *const Transport, *mut c_void) =
            symbol(library, c"engine_init");
        let on_batch: extern "C" fn(*const BatchMessage, u32) = symbol(library, c"engine_on_batch");
        let flush: extern "C" fn() = symbol(library, c"engine_flush");
        let bid: extern "C" fn() -> i64 = symbol(library, c"engine_query_best_bid");
        let ask: extern "C" fn() -> i64 = symbol(library, c"engine_query_best_ask");
        let depth: extern "C" fn(i64, u8) -> u64 = symbol(library, c"engine_query_depth_at");
        let shutdown: extern "C" fn() = symbol(library, c"engine_shutdown");
        init(7, &raw const TRANSPORT, (&raw mut reports).cast());
        on_batch(batch.as_ptr(), 2);
        let answers = (bid(), ask(), depth(100, 0));
        on_batch(batch[2..].as_ptr(), 2);
        flush();
        shutdown();
        answers
    };

    assert_eq!((bid, ask, depth), (100, 101, 10));
    let kinds: Vec<(u8, u64, u32)> = reports
        .iter()
        .map(|report| (report.kind, report.sequence_number, report.quantity))
        .collect();
    let expected = [(0, 1, 10), (0, 2, 5), (1, 3, 4), (3, 3, 4), (2, 4, 6)];
    assert_eq!(kinds, expected);
}

#[test]
fn every_symbol_of_the_abi_is_exported() {
    let library = load();

    for name in [
        c"engine_init",
        c"engine_shutdown",
        c"engine_on_new_order",
        c"engine_on_cancel",
        c"engine_on_modify",
        c"engine_flush",
        c"engine_query_best_bid",
        c"engine_query_best_ask",
        c"engine_query_depth_at",
        c"engine_get_transport",
        c"engine_on_batch",
    ] {
        #[expect(unsafe_code, reason = "only whether it is there")]
        // SAFETY: nothing is called.
        let _: *const c_void = unsafe { symbol(library, name) };
    }
}

#[test]
fn our_own_queue_keeps_order_and_says_when_it_is_full() {
    let library = load();
    let report = |number: u64| Report {
        sequence_number: number,
        ..Report::default()
    };
    let mut drained = vec![Report::default(); 300];

    #[expect(
        unsafe_code,
        reason = "the queue's own functions, one thread, room for all that is drained"
    )]
    // SAFETY: the reason above.
    let (pushed, count) = unsafe {
        let get: extern "C" fn() -> *const Transport = symbol(library, c"engine_get_transport");
        let transport = *get();
        let queue = (transport.create)(200);
        let mut pushed = 0;
        while (transport.push)(queue, &report(pushed)) == 1 {
            pushed += 1;
        }
        let first = (transport.drain)(queue, drained.as_mut_ptr(), 10);
        assert_eq!(first, 10);
        let rest = (transport.drain)(queue, drained[10..].as_mut_ptr(), 290);
        assert_eq!((transport.push)(queue, &report(999)), 1);
        (transport.flush)(queue);
        let last = (transport.drain)(queue, drained[290..].as_mut_ptr(), 10);
        assert_eq!((last, drained[290].sequence_number), (1, 999));
        (transport.destroy)(queue);
        (pushed, u64::from(first + rest))
    };

    assert!(pushed >= 200, "a queue for 200 took {pushed}");
    assert_eq!(count, pushed);
    for (report, number) in drained[..290].iter().zip(0..pushed) {
        assert_eq!(report.sequence_number, number);
    }
}
