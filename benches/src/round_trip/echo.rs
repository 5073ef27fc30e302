//! Servers that do nothing but answer: a raw TCP one that never sleeps, and a WebSocket one that does.

use std::hint::spin_loop;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use futures_util::{SinkExt, StreamExt};

use crate::round_trip::cores::Cores;

/// A server that echoes what one client sends.
#[derive(Debug)]
pub struct Echo {
    /// Where it listens.
    pub address: String,
    is_resting: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Echo {
    /// It gives its core to others until it is woken: who spins while another is measured disturbs that one.
    pub fn rest(&self) {
        self.is_resting.store(true, Ordering::SeqCst);
    }

    /// It spins again.
    pub fn wake(&self) {
        self.is_resting.store(false, Ordering::SeqCst);
        self.thread.thread().unpark();
    }
}

/// Raw TCP on one thread that never sleeps while it is awake.
///
/// # Errors
/// There is no port.
pub fn spinning_echo(cores: &Cores) -> io::Result<Echo> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let is_resting = Arc::new(AtomicBool::new(false));
    let (cores, rests) = (cores.clone(), Arc::clone(&is_resting));
    let thread = std::thread::spawn(move || {
        cores.take_server();
        // It ends with its client.
        let _ = spin(&listener, &rests);
    });
    Ok(Echo {
        address,
        is_resting,
        thread,
    })
}

fn spin(listener: &TcpListener, rests: &AtomicBool) -> io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    let mut bytes = [0; 4_096];
    loop {
        while rests.load(Ordering::Relaxed) {
            std::thread::park();
        }
        match stream.read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(read) => stream.write_all(&bytes[..read])?,
            Err(error) if error.kind() == ErrorKind::WouldBlock => spin_loop(),
            Err(error) => return Err(error),
        }
    }
}

/// A WebSocket on a runtime of one thread, which sleeps when nothing comes.
///
/// # Errors
/// There is no port.
pub fn websocket_echo(cores: &Cores) -> io::Result<Echo> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    let cores = cores.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let thread = std::thread::spawn(move || {
        cores.take_server();
        // It ends with its client.
        let _ = runtime.block_on(echo(listener));
    });
    Ok(Echo {
        address,
        is_resting: Arc::default(),
        thread,
    })
}

async fn echo(listener: TcpListener) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    while let Some(message) = socket.next().await {
        let message = message?;
        if !message.is_text() {
            return Ok(());
        }
        socket.send(message).await?;
    }
    Ok(())
}
