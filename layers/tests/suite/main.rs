//! The layers seen from outside: one program, so that all of them are compiled once for it.

mod catalogue;
mod edges;
mod keys;
mod matrix;
mod odd_input;
