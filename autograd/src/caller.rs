//! Who called: the first function in a printed call stack that is neither étude's nor the standard library's.

use std::path::{Path, PathBuf};

/// The crates whose functions aren't the caller's: étude's, the standard library's, and what runs closures on threads.
const OWN: [&str; 11] = [
    "etude",
    "etude_tensor",
    "etude_autograd",
    "etude_layers",
    "etude_optim",
    "std",
    "core",
    "alloc",
    "rayon",
    "rayon_core",
    "test",
];

/// The crate of a function, as a call stack writes it: that of the type whose method it is, `shop` for `<shop::Net as
/// etude_layers::Layer<f32>>::call`; of the trait where the type is a parameter or a pointer to a function, as in `<T as core::convert::Into<U>>::into`.
fn home(function: &str) -> &str {
    let is_nobodys = |of: &str| !of.contains("::") || of.starts_with("fn(");
    let plain = |name: &'_ str| -> usize {
        let words = ["<", "&", "mut ", "dyn ", "*const ", "*mut ", "(", "["];
        let mut rest = name;
        while let Some(inner) = words.iter().find_map(|word| rest.strip_prefix(word)) {
            rest = inner;
        }
        name.len() - rest.len()
    };
    let name = &function[plain(function)..];
    let owner = match name.split_once(" as ") {
        Some((of, by)) if function.starts_with('<') && is_nobodys(of) => by,
        _ => name,
    };
    let end = owner.find("::").unwrap_or(owner.len());
    &owner[..end]
}

/// Whether the name of a function says whose it is. Where a program has line tables and no more, most names come without the path, as `ln<f64>` and
/// `call_once<shop::train, ()>`.
fn has_home(function: &str) -> bool {
    let path = function.split('<').next().unwrap_or_default();
    function.starts_with('<') || path.contains("::") || path == "main"
}

/// The file of a place `file:line:column`, from the root on: what lies below the working folder is printed from there on.
fn file(place: &str) -> PathBuf {
    let file = place.rsplitn(3, ':').last().unwrap_or(place);
    let working = std::env::current_dir().unwrap_or_default();
    working.join(file).components().collect() // without the "."
}

/// Whether a file is the source of one of those crates. `package` is the folder of this one; étude's others are beside it, in the
/// repository by their short names and in the registry by their long ones.
fn is_own_file(file: &Path, package: Option<&Path>) -> bool {
    const ELSEWHERE: [&str; 5] = [
        "/library/std/",
        "/library/core/",
        "/library/alloc/",
        "/library/test/",
        "/rayon-",
    ];
    let text = file.to_string_lossy();
    if ELSEWHERE.iter().any(|folder| text.contains(folder)) {
        return true;
    }
    let beside = package
        .and_then(Path::parent)
        .and_then(|folder| file.strip_prefix(folder).ok());
    let mut parts = beside.into_iter().flat_map(Path::iter);
    let crate_of = |part: &str| {
        part.starts_with("etude") || ["autograd", "layers", "optim", "tensor"].contains(&part)
    };
    let is_ours = parts
        .next()
        .is_some_and(|part| crate_of(&part.to_string_lossy()));
    is_ours && parts.next().is_some_and(|part| part == "src")
}

/// The first function in a printed call stack that is neither étude's nor the standard library's, with its place in the
/// source where the program has line numbers. Of a function whose name doesn't tell, the file does.
pub(crate) fn caller(stack: &str) -> Option<String> {
    // Every stack begins in the function that takes it.
    let mut places = stack
        .lines()
        .filter_map(|line| line.trim().strip_prefix("at "));
    let start = places
        .find(|place| place.contains("/src/anomaly.rs:"))
        .map(file);
    let package = start.as_deref().and_then(|file| file.ancestors().nth(2));
    let mut lines = stack.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let Some((number, function)) = line.split_once(": ") else {
            continue;
        };
        let place = lines.next_if(|next| next.starts_with("at "));
        let place = place.map(|place| place.trim_start_matches("at "));
        let is_own = match has_home(function) {
            true => OWN.contains(&home(function)),
            false => place.is_none_or(|place| is_own_file(&file(place), package)),
        };
        if number.parse::<usize>().is_ok() && !is_own {
            let place = place.map(|place| format!(" ({place})"));
            return Some(function.to_string() + &place.unwrap_or_default());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_the_first_function_outside() {
        let stack = "   0: std::backtrace::Backtrace::create\n   1: etude_autograd::anomaly::Site::here\n             at ./src/anomaly.rs:1:2\n   \
                     2: <etude_autograd::Var<T> as core::ops::Mul>::mul\n   3: shop::train\n             at ./src/shop.rs:12:5\n   4: main\n";
        assert_eq!(caller(stack).unwrap(), "shop::train (./src/shop.rs:12:5)");
        assert_eq!(
            caller("   0: shop::train\n   1: main\n").unwrap(),
            "shop::train"
        );
        assert_eq!(caller("disabled backtrace"), None);
    }

    /// As a stack is printed where line tables are all there is: paths below the working folder are short, the others whole.
    #[test]
    fn of_a_bare_name_the_file_tells() {
        let working = std::env::current_dir().unwrap();
        let beside = working.parent().unwrap().display().to_string();
        let stack = |own: &str| {
            format!(
                "   0: here<f64>\n             at {own}/src/anomaly.rs:1:2\n   1: ln<f64>\n             at {own}/src/ops/ln.rs:3:4\n   \
                 2: map<f64>\n             at {beside}/tensor/src/ops/map.rs:3:4\n   3: call_once<shop::train::{{closure_env#0}}, ()>\n             \
                 at /rustc/5980/library/core/src/ops/function.rs:250:5\n   4: nowhere\n   5: train\n             at ./tests/shop.rs:12:5\n"
            )
        };
        assert_eq!(caller(&stack(".")).unwrap(), "train (./tests/shop.rs:12:5)");
        let elsewhere = stack("/registry/etude-autograd-0.1.0")
            .replace(&beside, "/registry")
            .replace("/tensor", "/etude-tensor-0.1.0");
        assert_eq!(caller(&elsewhere).unwrap(), "train (./tests/shop.rs:12:5)");
        // Whose a bare name is without a file, nobody knows.
        assert_eq!(
            caller("   0: here<f64>\n   1: ln<f64>\n   2: shop::train\n").unwrap(),
            "shop::train"
        );
    }

    #[test]
    fn functions_of_users_that_bear_names_of_ours() {
        for own in [
            "etude_layers::sequential::Sequential<T>::forward",
            "<etude_autograd::Var<f32> as core::ops::arith::Mul>::mul",
            "<&etude_autograd::Var<f32> as core::ops::arith::Mul<&shop::Price>>::mul",
            "<alloc::boxed::Box<F> as core::ops::function::FnOnce<A>>::call_once",
            "<T as core::convert::Into<U>>::into",
            "<fn() -> core::result::Result<(), shop::Error> as core::ops::function::FnOnce<()>>::call_once",
            "<dyn etude_layers::layer::Layer<f32>>::call",
            "core::ops::function::FnOnce::call_once",
            "rayon_core::join::join_context",
        ] {
            assert_eq!(caller(&format!("   0: {own}\n")), None, "{own}");
        }
        for foreign in [
            "<shop::Net as etude_layers::layer::Layer<f32>>::call",
            "<shop::Net<etude_autograd::Var<f32>> as core::ops::Deref>::deref",
            "etude_demo::train",
            "shop::run::<etude_tensor::Tensor<f32>>",
            "main",
        ] {
            assert_eq!(caller(&format!("   0: {foreign}\n")).unwrap(), foreign);
        }
    }
}
