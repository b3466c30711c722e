//! The strategies, and what they are for: gradients over drawn shapes, broadcasts and views.

use etude_autograd::testing::strategies::{
    broadcastable, clear_of, shapes, tensors, values, views,
};
use etude_autograd::{Program, dualcheck, program};
use etude_tensor::{Shape, Tensor};
use proptest::prelude::*;

fn holds(program: &impl Program, inputs: &[Tensor<f64>]) -> Result<(), TestCaseError> {
    match dualcheck(program, inputs) {
        Ok(_) => Ok(()),
        Err(err) => Err(TestCaseError::fail(err.to_string())),
    }
}

/// A pair of tensors that broadcast.
fn pairs() -> impl Strategy<Value = (Tensor<f64>, Tensor<f64>)> {
    broadcastable(3, 3)
        .prop_flat_map(|(a, b, _)| (tensors(Just(a), values(2.0)), tensors(Just(b), values(2.0))))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn drawn_pairs_broadcast((a, b, together) in broadcastable(4, 3)) {
        let got = Shape::broadcast("test", &a, &b).map_err(|err| TestCaseError::fail(err.to_string()))?;
        prop_assert_eq!(&got[..], &together[..]);
    }

    #[test]
    fn products_of_whatever_broadcasts((a, b) in pairs()) {
        holds(&program!(|a, b| a.try_mul(b)?.tanh()), &[a, b])?;
    }

    #[test]
    fn maps_of_whatever_view(x in views(tensors(shapes(3, 3), clear_of(&[0.0], 2.0)))) {
        holds(&program!(|x| x.relu()?.try_mul(&x.sigmoid()?)), &[x])?;
    }

    #[test]
    fn sums_of_whatever_view(x in views(tensors(shapes(3, 3), values(2.0)))) {
        holds(&program!(|x| x.square()?.sum(..)), &[x])?;
    }
}
