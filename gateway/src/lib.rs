//! Sockets: the native persona, market data and admin over WebSocket and HTTP.
