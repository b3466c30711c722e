//! The operators `+ - * / %` and unary `-`, between tensors and with plain numbers on either side; `+= -= *= /= %=`; and
//! `& | ^ !` between masks.
//!
//! An operand passed by value, of which nobody else holds a view, lends its memory to the result.

use crate::kernels::maps::{Binary, Unary};
use crate::{Float, Tensor};
use std::ops::{
    Add, AddAssign, BitAnd, BitOr, BitXor, Div, DivAssign, Mul, MulAssign, Neg, Not, Rem,
    RemAssign, Sub, SubAssign,
};

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

operators!(Add add "+" "try_add", Sub sub "-" "try_sub", Mul mul "*" "try_mul", Div div "/" "try_div", Rem rem "%" "try_rem");

macro_rules! assign_operators {
    ($($trait:ident $method:ident $symbol:literal $binary:ident),*) => {$(
        #[doc = concat!("`a ", $symbol, " b`, element by element, in place where nobody else looks at the memory; `b` broadcasts to the shape of `a`.")]
        #[doc = "Panics with the message of [`binary_in_place`](Tensor::binary_in_place) where that returns an error."]
        impl<T: Float> $trait<&Tensor<T>> for Tensor<T> {
            fn $method(&mut self, other: &Tensor<T>) {
                self.binary_in_place(Binary::$binary, other).unwrap_or_else(|error| panic!("{error}"));
            }
        }

        impl<T: Float> $trait<Tensor<T>> for Tensor<T> {
            fn $method(&mut self, other: Tensor<T>) {
                $trait::$method(self, &other);
            }
        }

        impl<T: Float> $trait<f64> for Tensor<T> {
            fn $method(&mut self, number: f64) {
                $trait::$method(self, &Tensor::scalar(T::from_f64(number)));
            }
        }
    )*};
}

assign_operators!(AddAssign add_assign "+=" Add, SubAssign sub_assign "-=" Sub, MulAssign mul_assign "*=" Mul, DivAssign div_assign "/=" Div, RemAssign rem_assign "%=" Rem);

macro_rules! mask_operators {
    ($($trait:ident $method:ident $symbol:literal $named:ident),*) => {$(
        #[doc = concat!("`a ", $symbol, " b` of masks, element by element. Panics with the message of [`", stringify!($named), "`](Tensor::<bool>::", stringify!($named), ") where that returns an error.")]
        impl $trait<&Tensor<bool>> for &Tensor<bool> {
            type Output = Tensor<bool>;
            fn $method(self, other: &Tensor<bool>) -> Tensor<bool> {
                self.$named(other).unwrap_or_else(|error| panic!("{error}"))
            }
        }

        impl $trait<&Tensor<bool>> for Tensor<bool> {
            type Output = Tensor<bool>;
            fn $method(self, other: &Tensor<bool>) -> Tensor<bool> {
                $trait::$method(&self, other)
            }
        }

        impl $trait<Tensor<bool>> for Tensor<bool> {
            type Output = Tensor<bool>;
            fn $method(self, other: Tensor<bool>) -> Tensor<bool> {
                $trait::$method(&self, &other)
            }
        }

        impl $trait<Tensor<bool>> for &Tensor<bool> {
            type Output = Tensor<bool>;
            fn $method(self, other: Tensor<bool>) -> Tensor<bool> {
                $trait::$method(self, &other)
            }
        }
    )*};
}

mask_operators!(BitAnd bitand "&" and, BitOr bitor "|" or, BitXor bitxor "^" xor);

/// Where the mask is false.
impl Not for &Tensor<bool> {
    type Output = Tensor<bool>;
    fn not(self) -> Tensor<bool> {
        Tensor::<bool>::not(self)
    }
}

/// Where the mask is false.
impl Not for Tensor<bool> {
    type Output = Tensor<bool>;
    fn not(self) -> Tensor<bool> {
        Tensor::<bool>::not(&self)
    }
}

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
    fn remainders_have_the_sign_of_the_divisor() {
        let a = Tensor::from([5.5, -5.5]);
        assert_eq!((&a % 2.0).to_vec(), [1.5, 0.5]);
        assert_eq!((7.0 % &Tensor::from([4.0, -4.0])).to_vec(), [3.0, -1.0]);
        assert_eq!(&a % &a, Tensor::zeros([2]));
    }

    #[test]
    fn assigning_writes_in_place_unless_others_look() {
        let mut a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
        let at = a.as_slice().unwrap().as_ptr();
        a += &Tensor::from([1.0, 2.0]);
        a -= 1.0;
        a *= Tensor::scalar(2.0);
        a /= 4.0;
        assert_eq!(a.to_vec(), [0.5, 1.5, 1.5, 2.5]);
        a %= 1.0;
        assert_eq!(a.to_vec(), [0.5; 4]);
        assert_eq!(a.as_slice().unwrap().as_ptr(), at);
        let held = a.clone();
        a += 1.0;
        assert_eq!((a.to_vec()[0], held.to_vec()[0]), (1.5, 0.5));
    }

    #[test]
    #[should_panic(expected = "sub: can't broadcast shape [2] to [1]")]
    fn assigning_more_than_there_is_panics_with_the_message() {
        let mut a = Tensor::from([1.0]);
        a -= &Tensor::from([1.0, 2.0]);
    }

    #[test]
    fn masks() {
        let a = Tensor::from([true, true, false]);
        let b = Tensor::from([true, false, false]);
        assert_eq!((&a & &b).to_vec(), [true, false, false]);
        assert_eq!((a.clone() | &b).to_vec(), [true, true, false]);
        assert_eq!((&a ^ b.clone()).to_vec(), [false, true, false]);
        assert_eq!((!&a & !b).to_vec(), [false, false, true]);
    }

    #[test]
    #[should_panic(expected = "and: shapes [2] and [3] don't broadcast")]
    fn masks_that_do_not_fit_panic_with_the_message() {
        let _ = Tensor::full([2], true) & Tensor::full([3], true);
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
