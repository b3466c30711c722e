//! The optimizers seen from outside: one program, whose parts share a model.

mod checkpoint;
mod clip;
mod net;
mod step;
mod trajectories;
