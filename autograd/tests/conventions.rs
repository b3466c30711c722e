//! Kinks, ties and ends of intervals: which derivative is taken where there are several. PyTorch's choices, as its version 2.15 gives them.

use etude_autograd::{Tape, Var};
use etude_tensor::kernels::pool::PoolGeometry;
use etude_tensor::{Result, Tensor};

type Map = fn(&Var<f64>) -> Result<Var<f64>>;

/// The derivative of a map at a point.
fn slope(map: Map, at: f64) -> Result<f64> {
    let tape = Tape::new();
    let x = tape.var(Tensor::scalar(at));
    map(&x)?.sum(..)?.backward()?.get(&x)?.item()
}

const SELU_SLOPE: f64 = 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2;

/// Map, point, derivative.
const TABLE: &[(&str, Map, f64, f64)] = &[
    ("relu", |x| x.relu(), 0.0, 0.0),
    ("relu6 at 0", |x| x.relu6(), 0.0, 0.0),
    ("relu6 at 6", |x| x.relu6(), 6.0, 0.0),
    ("leaky_relu", |x| x.leaky_relu(), 0.0, 0.2),
    ("elu", |x| x.elu(), 0.0, 1.0),
    ("selu", |x| x.selu(), 0.0, SELU_SLOPE),
    ("abs", |x| x.abs(), 0.0, 0.0),
    ("hard_sigmoid at -2.5", |x| x.hard_sigmoid(), -2.5, 0.0),
    ("hard_sigmoid at 2.5", |x| x.hard_sigmoid(), 2.5, 0.0),
    ("hard_swish at -3", |x| x.hard_swish(), -3.0, 0.0),
    ("hard_swish at 3", |x| x.hard_swish(), 3.0, 1.0),
    (
        "clamp at its lower bound",
        |x| x.clamp(-1.0, 2.0),
        -1.0,
        0.0,
    ),
    ("clamp at its upper bound", |x| x.clamp(-1.0, 2.0), 2.0, 0.0),
];

#[test]
fn kinks_of_maps() -> Result<()> {
    for (name, map, at, expected) in TABLE {
        let got = slope(*map, *at)?;
        assert!(
            (got - expected).abs() < 1e-15,
            "{name}: {got}, expected {expected}"
        );
    }
    Ok(())
}

/// The gradients of the sum of a function of two equal numbers.
fn at_a_tie(f: fn(&Var<f64>, &Var<f64>) -> Result<Var<f64>>) -> Result<[f64; 2]> {
    let tape = Tape::new();
    let (a, b) = (tape.scalar(3.0), tape.scalar(3.0));
    let (a, b) = (tape.var(a.into_tensor()), tape.var(b.into_tensor()));
    let gradients = f(&a, &b)?.backward()?;
    Ok([gradients.get(&a)?.item()?, gradients.get(&b)?.item()?])
}

#[test]
fn a_tie_of_two_arguments_is_shared() -> Result<()> {
    assert_eq!(at_a_tie(|a, b| a.maximum(b))?, [0.5, 0.5]);
    assert_eq!(at_a_tie(|a, b| a.minimum(b))?, [0.5, 0.5]);
    Ok(())
}

/// The gradient of the sum of `f` of this matrix.
fn gradient_of(x: &Tensor<f64>, f: impl Fn(&Var<f64>) -> Result<Var<f64>>) -> Result<Vec<f64>> {
    let tape = Tape::new();
    let x = tape.var(x.clone());
    Ok(f(&x)?.sum(..)?.backward()?.get(&x)?.to_vec())
}

#[test]
fn a_tie_in_a_reduction_is_shared() -> Result<()> {
    let x = Tensor::from([[7.0, 1.0, 7.0], [7.0, 2.0, 0.0]]);
    let third = 1.0 / 3.0;
    assert_eq!(
        gradient_of(&x, |x| x.max(..))?,
        [third, 0.0, third, third, 0.0, 0.0]
    );
    assert_eq!(
        gradient_of(&x, |x| x.max(1))?,
        [0.5, 0.0, 0.5, 1.0, 0.0, 0.0]
    );
    let low = Tensor::from([[0.0, 1.0, 0.0], [7.0, 3.0, 3.0]]);
    assert_eq!(
        gradient_of(&low, |x| x.min(1))?,
        [0.5, 0.0, 0.5, 0.0, 0.5, 0.5]
    );
    Ok(())
}

/// A maximum with its index: the first one, which then takes all.
#[test]
fn a_tie_of_a_maximum_with_its_index_goes_to_the_first() -> Result<()> {
    let x = Tensor::from([[7.0, 1.0, 7.0], [0.0, 2.0, 2.0]]);
    let index = x.argmax(1)?.unsqueeze(1)?;
    let first = gradient_of(&x, |x| x.gather(1, &index))?;
    assert_eq!(first, [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    Ok(())
}

#[test]
fn a_tie_in_a_pooling_window_goes_to_the_first_in_row_major_order() -> Result<()> {
    let image = Tensor::from([[5.0, 9.0], [9.0, 9.0]]).reshape([1, 2, 2, 1])?;
    let pooled = gradient_of(&image, |x| x.max_pool(&PoolGeometry::new(&[2, 2])))?;
    assert_eq!(pooled, [0.0, 1.0, 0.0, 0.0]);
    Ok(())
}
