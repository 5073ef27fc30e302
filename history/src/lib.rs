//! Read model built from events: recent trades and executions.
