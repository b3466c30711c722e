//! The differentiable operations, one file each: the equation, the forward, and the rule under it.

mod add;
mod broadcast_to;
mod div;
mod exp;
mod matmul;
mod mul;
mod neg;
mod relu;
mod reshape;
mod sub;
mod sum;
mod tanh;
mod transpose;
