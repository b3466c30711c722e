//! The operators `+ - * /` and unary `-`, between tensors and with plain numbers on either side.
//!
//! An operand passed by value, of which nobody else holds a view, lends its memory to the result.

use crate::kernels::maps::{Binary, Unary};
use crate::{Float, Tensor};
use std::ops::{Add, Div, Mul, Neg, Sub};

macro_rules! operators {
    ($($trait:ident $method:ident $symbol:literal $named:literal),*) => {$(
        #[doc = concat!("`a ", $symbol, " b`, element by element. Panics with the message of [`", $named, "`](Tensor::", $named, ") where that returns an error.")]
        impl<T: Float> $trait<&Tensor<T>> for &Tensor<T> {
            type Output = Tensor<T>;
            fn $method(self, other: &Tensor<T>) -> Tensor<T> {
                self.binary(Binary::$trait, other).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        impl<T: Float> $trait<&Tensor<T>> for Tensor<T> {
            type Output = Tensor<T>;
            fn $method(self, other: &Tensor<T>) -> Tensor<T> {
                self.into_binary(Binary::$trait, other).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        impl<T: Float> $trait<Tensor<T>> for Tensor<T> {
            type Output = Tensor<T>;
            fn $method(self, other: Tensor<T>) -> Tensor<T> {
                $trait::$method(self, &other)
            }
        }

        impl<T: Float> $trait<Tensor<T>> for &Tensor<T> {
            type Output = Tensor<T>;
            fn $method(self, other: Tensor<T>) -> Tensor<T> {
                $trait::$method(self, &other)
            }
        }

        impl<T: Float> $trait<f64> for &Tensor<T> {
            type Output = Tensor<T>;
            fn $method(self, number: f64) -> Tensor<T> {
                $trait::$method(self, &Tensor::scalar(T::from_f64(number)))
            }
        }

        impl<T: Float> $trait<f64> for Tensor<T> {
            type Output = Tensor<T>;
            fn $method(self, number: f64) -> Tensor<T> {
                $trait::$method(self, &Tensor::scalar(T::from_f64(number)))
            }
        }

        impl<T: Float> $trait<&Tensor<T>> for f64 {
            type Output = Tensor<T>;
            fn $method(self, other: &Tensor<T>) -> Tensor<T> {
                $trait::$method(&Tensor::scalar(T::from_f64(self)), other)
            }
        }

        impl<T: Float> $trait<Tensor<T>> for f64 {
            type Output = Tensor<T>;
            fn $method(self, other: Tensor<T>) -> Tensor<T> {
                $trait::$method(self, &other)
            }
        }
    )*};
}

operators!(Add add "+" "try_add", Sub sub "-" "try_sub", Mul mul "*" "try_mul", Div div "/" "try_div");

/// `−x`.
impl<T: Float> Neg for &Tensor<T> {
    type Output = Tensor<T>;
    fn neg(self) -> Tensor<T> {
        self.unary(Unary::Neg)
    }
}

/// `−x`.
impl<T: Float> Neg for Tensor<T> {
    type Output = Tensor<T>;
    fn neg(self) -> Tensor<T> {
        self.into_unary(Unary::Neg)
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn every_mix_of_owned_borrowed_and_plain() {
        let a = Tensor::from_slice([2], &[6.0, 8.0]).unwrap();
        let b = Tensor::from_slice([2], &[2.0, 4.0]).unwrap();
        assert_eq!((&a + &b).to_vec(), [8.0, 12.0]);
        assert_eq!((a.clone() - &b).to_vec(), [4.0, 4.0]);
        assert_eq!((&a * b.clone()).to_vec(), [12.0, 32.0]);
        assert_eq!((a.clone() / b.clone()).to_vec(), [3.0, 2.0]);
        assert_eq!((1.0 - &b).to_vec(), [-1.0, -3.0]);
        assert_eq!((&b * 0.5).to_vec(), [1.0, 2.0]);
        assert_eq!((-b).to_vec(), [-2.0, -4.0]);
    }

    #[test]
    fn an_operand_that_nobody_else_holds_lends_its_memory() {
        let a = Tensor::from_slice([2], &[6.0, 8.0]).unwrap();
        let at = a.as_slice().unwrap().as_ptr();
        let y = -(a + 1.0);
        assert_eq!(y.as_slice().unwrap().as_ptr(), at);
        let held = y.clone();
        assert_eq!((y * 2.0).to_vec(), [-14.0, -18.0]);
        assert_eq!(held.to_vec(), [-7.0, -9.0]);
    }

    #[test]
    #[should_panic(expected = "add: shapes [2] and [3] don't broadcast")]
    fn shapes_that_do_not_fit_panic_with_the_message() {
        let _ = Tensor::full([2], 1.0) + Tensor::full([3], 1.0);
    }
}
