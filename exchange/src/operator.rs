//! `rialto keys` and `rialto accounts`: thin clients of the admin port of an exchange that runs.

mod admin;
mod ask;
mod table;

use std::collections::BTreeMap;
use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::{AccountsCommand, AdminCommand, FundArgs, KeysCommand, OperatorArgs};
use crate::exit;
use crate::output::Output;

pub use ask::{AskError, Desk};

/// `rialto keys`.
pub fn keys(command: &KeysCommand, output: Output) -> ExitCode {
    let asked = match command {
        KeysCommand::New(new) => {
            let mut body = json!({ "account": account(&new.account) });
            if let Some(id) = &new.id {
                body["id"] = json!(id);
            }
            if !new.permissions.is_empty() {
                body["permissions"] = json!(new.permissions);
            }
            match new
                .public_key
                .as_deref()
                .map(std::fs::read_to_string)
                .transpose()
            {
                Ok(None) => {}
                Ok(Some(pem)) => body["public_key"] = json!(pem),
                Err(error) => return exit::refuse(&format!("--public-key: {error}")),
            }
            ask(&new.operator, "POST", "/v1/admin/keys", &body)
        }
        KeysCommand::List(list) => ask(list, "GET", "/v1/admin/keys", &Value::Null),
        KeysCommand::Revoke(revoke) => {
            let body = json!({ "id": revoke.id });
            ask(&revoke.operator, "POST", "/v1/admin/keys/revoke", &body)
        }
    };
    answer(asked, output)
}

/// `rialto accounts`.
pub fn accounts(command: &AccountsCommand, output: Output) -> ExitCode {
    let asked = match command {
        AccountsCommand::List(list) => ask(list, "GET", "/v1/admin/accounts", &Value::Null),
        AccountsCommand::Show(show) => {
            let path = format!("/v1/admin/accounts/{}", show.account);
            ask(&show.operator, "GET", &path, &Value::Null)
        }
        AccountsCommand::Open(open) => {
            let deposits = open.deposit.iter().cloned();
            let mut body = json!({ "deposits": deposits.collect::<BTreeMap<_, _>>() });
            if let Some(number) = open.account {
                body["account"] = json!(number);
            }
            ask(&open.operator, "POST", "/v1/admin/accounts", &body)
        }
        AccountsCommand::Fund(fund) => {
            ask(&fund.operator, "POST", "/v1/admin/fund", &payment(fund))
        }
        AccountsCommand::Withdraw(fund) => {
            ask(&fund.operator, "POST", "/v1/admin/withdraw", &payment(fund))
        }
        AccountsCommand::Reset(reset) => ask(reset, "POST", "/v1/admin/reset", &json!({})),
    };
    answer(asked, output)
}

/// `rialto admin`.
pub fn admin(command: &AdminCommand, output: Output) -> ExitCode {
    match admin::request(command) {
        Ok((request, operator)) => {
            let asked = ask(operator, &request.method, &request.path, &request.body);
            answer(asked, output)
        }
        Err(reason) => exit::refuse(&reason),
    }
}

fn ask(operator: &OperatorArgs, method: &str, path: &str, body: &Value) -> Result<Value, AskError> {
    Desk::find(operator)?.ask(method, path, body)
}

fn payment(of: &FundArgs) -> Value {
    json!({ "account": account(&of.account), "asset": of.asset, "amount": of.amount })
}

/// A number is a number, everything else a name.
fn account(text: &str) -> Value {
    text.parse::<u32>()
        .map_or_else(|_| json!(text), |number| json!(number))
}

fn answer(asked: Result<Value, AskError>, output: Output) -> ExitCode {
    match asked {
        Ok(answer) => {
            output.say(&table::lines(&answer).join("\n"));
            output.object(&answer);
            ExitCode::SUCCESS
        }
        Err(error @ AskError::Refused { .. }) => exit::fail(&error.to_string()),
        Err(error) => exit::refuse(&error.to_string()),
    }
}
