//! The tape seen from outside: one program, so that what its parts share is compiled once.

mod anomaly;
mod catalogue;
mod conventions;
mod documentation;
mod drawn;
mod errors;
mod extremes;
mod file;
mod gradcheck;
mod matrix;
mod module;
mod names;
mod programs;
mod sabotage;
mod strategies;
mod tape;
mod untracked;
