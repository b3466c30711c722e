//! The benchmarks run what they are asked for, and say so where they can't.

#[path = "../benches/shared/arguments.rs"]
mod arguments;

use arguments::Arguments;

fn read(line: &str) -> Result<Arguments, String> {
    Arguments::read(line.split(' ').map(str::to_string), &["--list"])
}

#[test]
fn both_ways_of_giving_a_value_are_read() {
    let spaced = read("--bench --only matmul-64,add-1m --threads 3 --list").unwrap();
    assert_eq!(spaced.threads.get(), 3);
    assert!(spaced.has("--list"));
    assert_eq!(
        spaced.chosen(&["add-1m", "gelu-1m", "matmul-64"]),
        Ok(vec!["matmul-64", "add-1m"])
    );
    assert_eq!(
        read("--only=matmul-64,add-1m --threads=3 --list"),
        Ok(spaced)
    );
    assert_eq!(read("--child=add-1m").unwrap().child.unwrap(), "add-1m");
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (line, why) in [
        ("--threads two", "expected a whole number from 1 on"),
        ("--threads -2", "expected a whole number from 1 on"),
        ("--threads 0", "expected a whole number from 1 on"),
        ("--only", "the value is missing"),
        ("--only --list", "the value is missing"),
        ("--only=", "the value is missing"),
        ("--ony add-1m", "there are --only"),
    ] {
        let message = read(line).unwrap_err();
        assert!(message.contains(why), "{line}: {message}");
    }
    let unknown = read("--only add").unwrap().chosen(&["add-1m"]);
    assert_eq!(
        unknown.unwrap_err(),
        "--only add: no such name; --list shows them"
    );
}
