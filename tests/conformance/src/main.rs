//! Runs conformance cases: `conformance DIR… [--filter TEXT] [--json]`; writes étude's own: `conformance --export DIR`.

#![forbid(unsafe_code)]

use etude_conformance::{Outcome, run};
use std::process::ExitCode;

const USAGE: &str = "\
usage: conformance DIR... [--filter TEXT] [--json]
       conformance --export DIR [--filter TEXT]

Runs the conformance cases (*.safetensors) at or below each DIR in f64 and in f32, prints a line for each that fails,
and closes with the counts. Exits with 0 if all passed, 1 if not, 2 if it could not run.

  --filter TEXT   only cases whose file name, layer or operation contains TEXT
  --json          a JSON object a line: one for each case, and the counts at the end
  --export DIR    writes étude's own cases, of its operations, into DIR
  --help          this text";

fn main() -> ExitCode {
    let mut folders = Vec::new();
    let mut filter = String::new();
    let mut json = false;
    let mut export_to = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => {
                println!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            "--json" => json = true,
            "--filter" => match arguments.next() {
                Some(text) => filter = text,
                None => return refuse("--filter needs a text"),
            },
            "--export" => {
                export_to = match arguments.next() {
                    Some(folder) => Some(folder),
                    None => return refuse("--export needs a DIR"),
                };
            }
            option if option.starts_with('-') => {
                return refuse(&format!("there is no option {option}"));
            }
            folder => folders.push(folder.to_string()),
        }
    }
    if let Some(folder) = export_to {
        return export(&folder, &filter);
    }
    if folders.is_empty() {
        return refuse("there is no DIR to look for cases in");
    }
    let report = run(&folders, &filter, |result| match (json, &result.outcome) {
        (true, _) => println!("{}", result.to_json()),
        (false, Outcome::Passed) => {}
        (false, _) => println!("{result}"),
    });
    match report {
        Ok(report) if report.results.is_empty() => refuse("no case was found"),
        Ok(report) => {
            if json {
                println!("{}", report.to_json());
            } else {
                println!("{report}");
            }
            ExitCode::from(u8::from(report.passed() < report.results.len()))
        }
        Err(err) => refuse(&err.to_string()),
    }
}

/// Says what is wrong with the call.
fn refuse(problem: &str) -> ExitCode {
    eprintln!("{problem}\n\n{USAGE}");
    ExitCode::from(2)
}

#[cfg(feature = "operations")]
fn export(folder: &str, filter: &str) -> ExitCode {
    match etude_conformance::export(folder, filter) {
        Ok(it) => {
            let (cases, operations, size) = (it.cases, it.operations, it.bytes >> 10);
            println!("{cases} cases of {operations} operations in {folder}, {size} KiB");
            ExitCode::SUCCESS
        }
        Err(err) => {
            eprintln!("{err}");
            ExitCode::FAILURE
        }
    }
}

/// This build has no catalogue, so as to be quick: says how to get one.
#[cfg(not(feature = "operations"))]
fn export(folder: &str, _: &str) -> ExitCode {
    eprintln!(
        "--export needs étude's catalogue of operations, which is compiled on request; run\n\n  \
         cargo run --release -p etude-conformance --features operations --bin conformance -- --export {folder}"
    );
    ExitCode::from(2)
}
