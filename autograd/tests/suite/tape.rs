//! The tape itself: what is recorded, accumulated, freed and refused.

use etude_autograd::{
    Delivery, Gradients, Param, Rule, Save, Saved, Sink, SinkHook, Tape, Var, grad, vjp,
};
use etude_tensor::{Dual, ErrorKind, Float, Result, Tensor};
use std::rc::Rc;

fn values(list: &[f64]) -> Tensor<f64> {
    Tensor::from_slice([list.len()], list).unwrap()
}

#[test]
fn an_operand_may_meet_itself() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[2.0, -3.0]));
    let gradients = (&x * &x).sum(..)?.backward()?;
    assert_eq!(gradients.get(&x)?.to_vec(), [4.0, -6.0]);

    let x = tape.var(values(&[2.0, -3.0]));
    let gradients = (&x - &x).sum(..)?.backward()?;
    assert_eq!(gradients.get(&x)?.to_vec(), [0.0, 0.0]);

    let x = tape.var(values(&[2.0, -3.0]));
    let gradients = (&x / &x).sum(..)?.backward()?;
    assert_eq!(gradients.get(&x)?.to_vec(), [0.0, 0.0]);
    Ok(())
}

#[test]
fn a_matrix_times_itself() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(Tensor::from([[1.0_f64, 2.0], [3.0, 4.0]]));
    let gradients = x.matmul(&x)?.sum(..)?.backward()?;
    // Σ X·X: the gradient at (i, j) is row sum j plus column sum i.
    assert_eq!(
        gradients.get(&x)?.to_vec(),
        [3.0 + 4.0, 7.0 + 4.0, 3.0 + 6.0, 7.0 + 6.0]
    );
    Ok(())
}

#[test]
fn a_diamond_waits_for_both_sides() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[0.5]));
    let top = x.exp()?;
    let (left, right) = (&top * 2.0, top.tanh()?);
    let loss = (&left * &right + &top).sum(..)?;
    let e = 0.5_f64.exp();
    let expected = e * (2.0 * e.tanh() + 2.0 * e * (1.0 - e.tanh().powi(2)) + 1.0);
    let got = loss.backward()?.get(&x)?.item()?;
    assert!((got - expected).abs() < 1e-14, "{got} against {expected}");
    Ok(())
}

#[test]
fn one_leaf_in_two_losses() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[2.0]));
    let first = (&x * &x).sum(..)?;
    let second = (&x * 5.0).sum(..)?;
    // grad keeps the recording, so each loss can be asked, and asked again.
    for _ in 0..2 {
        assert_eq!(grad(&first, &[&x])?[0].item()?, 4.0);
        assert_eq!(grad(&second, &[&x])?[0].item()?, 5.0);
    }
    let both = first + second;
    assert_eq!(both.backward()?.get(&x)?.item()?, 9.0);
    Ok(())
}

#[test]
fn broadcasting_is_undone_by_summing() -> Result<()> {
    let tape = Tape::new();
    let a = tape.var(Tensor::<f64>::ones([2, 1, 3]));
    let b = tape.var(Tensor::<f64>::full([4, 1], 2.0));
    let c = tape.var(Tensor::<f64>::scalar(3.0));
    let y = &a * &b + &c;
    assert_eq!(y.shape(), [2, 4, 3]);
    let gradients = y.sum(..)?.backward()?;
    assert_eq!(gradients.get(&a)?.to_vec(), [8.0; 6]);
    assert_eq!(gradients.get(&b)?.to_vec(), [6.0; 4]);
    assert_eq!(gradients.get(&c)?.item()?, 24.0);
    Ok(())
}

#[test]
fn gradients_of_gradients_to_any_order() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[0.3]));
    let mut y = x.tanh()?;
    let t = 0.3_f64.tanh();
    let expected = [
        t,
        1.0 - t * t,
        -2.0 * t * (1.0 - t * t),
        (1.0 - t * t) * (6.0 * t * t - 2.0),
    ];
    for derivative in expected {
        assert!(
            (y.item()? - derivative).abs() < 1e-14,
            "{y:?} against {derivative}"
        );
        y = grad(&y, &[&x])?.remove(0);
    }
    // The last of them can be spent like any loss.
    let fifth = y.backward()?.get(&x)?.item()?;
    let s = 1.0 - t * t;
    let expected = 16.0 * s * s * s - 88.0 * s * s * t * t + 16.0 * s * t.powi(4);
    assert!(
        (fifth - expected).abs() < 1e-12,
        "{fifth} against {expected}"
    );
    Ok(())
}

#[test]
fn the_gradient_is_differentiable_in_the_cotangent() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[2.0, 3.0]));
    let v = tape.var(values(&[1.0, 1.0]));
    let y = &x * &x;
    let g = vjp(&y, &[&x], &v)?.remove(0); // 2xv
    let back = grad(&g.sum(..)?, &[&v, &x])?;
    assert_eq!(back[0].tensor().to_vec(), [4.0, 6.0]);
    assert_eq!(back[1].tensor().to_vec(), [2.0, 2.0]);
    Ok(())
}

#[test]
fn reverse_mode_runs_on_dual_numbers() -> Result<()> {
    // Forward over reverse: the tangent of the gradient of Σ x³ in direction v is 6xv.
    let tape = Tape::new();
    let x = tape.var(Tensor::from_slice(
        [2],
        &[Dual::new(2.0, 1.0), Dual::new(3.0, -1.0)],
    )?);
    let gradient = (&x * &x * &x).sum(..)?.backward()?.get(&x)?.to_vec();
    assert_eq!(
        gradient.iter().map(|g| g.value).collect::<Vec<f64>>(),
        [12.0, 27.0]
    );
    assert_eq!(
        gradient.iter().map(|g| g.tangent).collect::<Vec<f64>>(),
        [12.0, -18.0]
    );
    Ok(())
}

#[test]
fn only_the_asked_for_is_computed_and_the_unreached_is_zero() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[2.0]));
    let unused = tape.var(values(&[1.0, 1.0]));
    let middle = &x * 3.0;
    let y = (&middle * &middle).sum(..)?;
    let asked = grad(&y, &[&middle, &unused, &x, &middle])?;
    assert_eq!(asked[0].item()?, 12.0);
    assert_eq!(asked[1].tensor().to_vec(), [0.0, 0.0]);
    assert_eq!(asked[2].item()?, 36.0);
    assert_eq!(asked[3].item()?, 12.0);
    middle.retain_grad()?;
    let gradients = y.backward()?;
    assert_eq!(gradients.get(&middle)?.item()?, 12.0);
    assert_eq!(gradients.get(&unused)?.to_vec(), [0.0, 0.0]);
    Ok(())
}

#[test]
fn without_recording_grad_leaves_the_tape_as_long_as_it_was() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[2.0]));
    let y = (&x * &x).sum(..)?;
    let length = tape.len();
    let g = tape.without_recording(|| grad(&y, &[&x]))?.remove(0);
    assert!(!g.is_tracked());
    assert_eq!((g.item()?, tape.len()), (4.0, length));
    assert!(grad(&y, &[&x])?[0].is_tracked());
    assert!(tape.len() > length);
    Ok(())
}

#[test]
fn a_spent_recording_is_recognised() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[2.0]));
    let y = (&x * &x).sum(..)?;
    y.backward()?;
    assert!(tape.is_empty());
    for err in [
        y.backward().unwrap_err(),
        grad(&y, &[&x]).unwrap_err(),
        x.exp().unwrap_err(),
    ] {
        assert_eq!(err.kind(), ErrorKind::Graph);
        assert!(err.to_string().contains("spent"), "{err}");
    }
    let err = y.backward().unwrap_err().to_string();
    assert!(
        err.starts_with("backward: ") && err.contains("call backward once"),
        "{err}"
    );
    // Its value is as good as ever, and the tape goes on.
    let x = tape.var(x.detach().into_tensor());
    assert_eq!((&x * 3.0).sum(..)?.backward()?.get(&x)?.item()?, 3.0);
    Ok(())
}

#[test]
fn two_tapes_dont_mix() {
    let (one, two) = (Tape::new(), Tape::new());
    let (a, b) = (one.var(values(&[1.0])), two.var(values(&[1.0])));
    for err in [
        a.try_add(&b).unwrap_err(),
        a.try_mul(&two.input(values(&[1.0]))).unwrap_err(),
    ] {
        assert!(err.to_string().contains("different tapes"), "{err}");
    }
    let gradients = a.backward().unwrap();
    assert!(
        gradients
            .get(&b)
            .unwrap_err()
            .to_string()
            .contains("another tape")
    );
}

#[test]
#[should_panic(expected = "add: ")]
fn operators_panic_with_the_message_of_the_method() {
    let tape = Tape::new();
    let _ = tape.var(values(&[1.0, 2.0])) + tape.var(values(&[1.0, 2.0, 3.0]));
}

#[test]
fn operators_take_numbers_on_both_sides() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[4.0]));
    for (y, value, slope) in [
        (1.0 + &x, 5.0, 1.0),
        (&x + 1.0, 5.0, 1.0),
        (1.0 - &x, -3.0, -1.0),
        (&x - 1.0, 3.0, 1.0),
        (3.0 * &x, 12.0, 3.0),
        (&x * 3.0, 12.0, 3.0),
        (8.0 / &x, 2.0, -0.5),
        (&x / 8.0, 0.5, 0.125),
        (-&x, -4.0, -1.0),
        (
            -x.clone() + x.clone() * x.clone() - &x / x.clone(),
            11.0,
            7.0,
        ),
    ] {
        assert_eq!((y.item()?, grad(&y, &[&x])?[0].item()?), (value, slope));
    }
    Ok(())
}

#[test]
fn nothing_to_differentiate_is_an_error() -> Result<()> {
    let tape = Tape::new();
    let c = tape.input(values(&[1.0]));
    assert!(
        c.backward()
            .unwrap_err()
            .to_string()
            .contains("no variable")
    );
    let quiet = Tape::inference();
    let x = quiet.var(values(&[1.0]));
    assert!(
        x.exp()?
            .backward()
            .unwrap_err()
            .to_string()
            .contains("doesn't record")
    );
    assert!(quiet.is_empty());
    let two = tape.var(values(&[1.0, 2.0]));
    let err = two.backward().unwrap_err().to_string();
    assert!(
        err.contains("[2]") && err.contains("backward_with"),
        "{err}"
    );
    assert!(!tape.is_empty(), "what is refused spends nothing");
    let gradients = two.backward_with(&values(&[3.0, 4.0]))?;
    assert_eq!(gradients.get(&two)?.to_vec(), [3.0, 4.0]);
    Ok(())
}

#[test]
fn a_constant_factor_is_all_that_is_saved() -> Result<()> {
    let tape = Tape::new();
    let (x, c) = (
        tape.var(values(&[1.0, 2.0])),
        tape.input(values(&[3.0, 4.0])),
    );
    let y = x.try_mul(&c)?;
    assert!(
        x.tensor().is_unique(),
        "x isn't needed for its own gradient"
    );
    assert!(!c.tensor().is_unique());
    y.backward_with(&values(&[1.0, 1.0]))?;
    assert!(c.tensor().is_unique(), "spending lets go of what was saved");
    Ok(())
}

#[test]
fn after_backward_a_parameter_is_alone_with_its_memory() -> Result<()> {
    let mut w = Param::new(Tensor::<f64>::full([3, 2], 0.5));
    let tape = Tape::training(0);
    let x = tape.input(Tensor::full([4, 3], 1.0));
    let mut before = None;
    for _ in 0..3 {
        let leaf = tape.param(&w)?;
        let loss = x.matmul(&leaf)?.tanh()?.sum(..)? + (&leaf * &leaf).sum(..)?;
        drop(leaf);
        assert!(!w.value()?.is_unique());
        let gradients = loss.backward()?;
        assert!(w.value()?.is_unique());
        let gradient = gradients.param(&w).unwrap();
        assert!(gradient.is_unique() && gradient.is_contiguous());
        w.value_mut()?.scaled_add(-0.1, gradient)?; // a step of gradient descent, in place
        let address = w.value()?.as_slice().unwrap().as_ptr();
        assert_eq!(
            *before.get_or_insert(address),
            address,
            "the step copied the parameter"
        );
    }
    Ok(())
}

#[test]
fn a_parameter_is_one_leaf_however_often_it_is_used() -> Result<()> {
    let w = Param::new(values(&[2.0]));
    let tape = Tape::training(0);
    let y = tape.param(&w)? * tape.param(&w)?;
    assert_eq!(tape.len(), 2, "one leaf and one product");
    assert_eq!(y.backward()?.param(&w).unwrap().item()?, 4.0);
    Ok(())
}

#[test]
fn two_values_under_one_id_are_refused() -> Result<()> {
    let w = Param::new(values(&[2.0]));
    let mut changed = w.clone();
    let tape = Tape::training(0);
    tape.param(&w)?;
    tape.param(&changed)?;
    changed.value_mut()?.scaled_add(1.0, &values(&[1.0]))?;
    let err = tape.param(&changed).unwrap_err().to_string();
    assert!(err.contains("deep_clone"), "{err}");
    Ok(())
}

#[test]
fn a_frozen_parameter_gets_no_gradient() -> Result<()> {
    let mut w = Param::new(values(&[2.0]));
    let v = Param::new(values(&[3.0]));
    w.set_trainable(false);
    let tape = Tape::training(0);
    let y = tape.param(&w)? * tape.param(&v)?;
    let gradients = y.backward()?;
    assert!(gradients.param(&w).is_none());
    assert_eq!(gradients.param(&v).unwrap().item()?, 2.0);
    Ok(())
}

#[test]
fn one_model_on_two_threads() -> Result<()> {
    let w = Param::new(Tensor::<f64>::from([[0.1, -0.2], [0.3, 0.4]]));
    let run = |batch: f64| -> Result<Gradients<f64>> {
        let tape = Tape::training(0);
        let x = tape.input(Tensor::full([5, 2], batch));
        x.matmul(&tape.param(&w)?)?.tanh()?.sum(..)?.backward()
    };
    let alone = [run(1.0)?, run(2.0)?];
    let (first, second) = std::thread::scope(|scope| {
        let (first, second) = (scope.spawn(|| run(1.0)), scope.spawn(|| run(2.0)));
        (first.join().unwrap(), second.join().unwrap())
    });
    let (mut first, second) = (first?, second?);
    for (one, other) in [(&first, &alone[0]), (&second, &alone[1])] {
        assert_eq!(
            one.param(&w).unwrap().to_vec(),
            other.param(&w).unwrap().to_vec()
        );
    }
    first.merge(second)?;
    let [mut sum, other] = alone;
    sum.merge(other)?;
    assert_eq!(
        first.param(&w).unwrap().to_vec(),
        sum.param(&w).unwrap().to_vec()
    );
    Ok(())
}

#[test]
fn steps_draw_different_numbers_and_repeat_exactly() -> Result<()> {
    let keys = || -> Result<Vec<u64>> {
        let tape = Tape::training(7);
        let mut keys = Vec::new();
        for _ in 0..2 {
            let x = tape.var(values(&[1.0]));
            keys.push(tape.draw_key(None)?.to_seed());
            keys.push(tape.draw_key(None)?.to_seed());
            x.backward()?;
        }
        let later = Tape::<f64>::training(7).at_step(1);
        assert_eq!(later.draw_key(None)?.to_seed(), keys[2]);
        Ok(keys)
    };
    let mut first = keys()?;
    assert_eq!(first, keys()?);
    first.dedup();
    assert_eq!(first.len(), 4);
    // A recomputation starts from the stored numbers.
    let tape = Tape::<f64>::training(7);
    tape.draw_key(None)?;
    let stored = tape.draws();
    let once = tape.draw_key(None)?;
    assert_eq!(tape.replaying(stored).draw_key(None)?, once);
    Ok(())
}

/// `y = x`, with a rule that makes the mistake of forgetting the shape.
struct WrongShape;

impl<T: Float> Rule<T> for WrongShape {
    fn name(&self) -> &'static str {
        "wrong_shape"
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(0, || gy.sum(..))
    }
}

#[test]
fn a_gradient_of_the_wrong_shape_is_refused_by_name() -> Result<()> {
    let tape = Tape::new();
    let x = tape.var(values(&[1.0, 2.0]));
    let y = tape.record(WrongShape, &[&x], x.tensor().clone(), [Save::Nothing])?;
    let err = y.sum(..)?.backward().unwrap_err().to_string();
    assert!(
        err.starts_with("wrong_shape: ") && err.contains("[2]") && err.contains("[]"),
        "{err}"
    );
    Ok(())
}

#[test]
fn a_hook_sees_and_changes_what_rules_deliver() -> Result<()> {
    struct BreakTanh;
    impl SinkHook<f64> for BreakTanh {
        fn deliver(&self, rule: &'static str, _: usize, gradient: Var<f64>) -> Delivery<f64> {
            match rule {
                "tanh" => Delivery::Add(&gradient * 2.0),
                "mul" => Delivery::Overwrite(gradient),
                "exp" => Delivery::Drop,
                _ => Delivery::Add(gradient),
            }
        }
    }
    let tape = Tape::new();
    tape.set_sink_hook(Some(Rc::new(BreakTanh)));
    let x = tape.var(values(&[0.0]));
    assert_eq!(x.tanh()?.backward()?.get(&x)?.item()?, 2.0);
    let x = tape.var(values(&[3.0]));
    assert_eq!((&x * &x).backward()?.get(&x)?.item()?, 3.0);
    let x = tape.var(values(&[3.0]));
    assert_eq!(x.exp()?.backward()?.get(&x)?.item()?, 0.0);
    tape.set_sink_hook(None);
    let x = tape.var(values(&[3.0]));
    assert_eq!((&x * &x).backward()?.get(&x)?.item()?, 6.0);
    Ok(())
}

#[test]
fn both_bodies_of_a_fused_rule_agree() -> Result<()> {
    let gradient = |composed: bool| -> Result<Vec<f64>> {
        let tape = Tape::new();
        tape.prefer_composed(composed);
        let x = tape.var(values(&[-1.0, 0.0, 2.0]));
        (x.tanh()? + x.relu()? * 3.0)
            .sum(..)?
            .backward()?
            .get(&x)
            .map(|g| g.to_vec())
    };
    for (fast, composed) in gradient(false)?.into_iter().zip(gradient(true)?) {
        assert!((fast - composed).abs() < 1e-15);
    }
    Ok(())
}

#[test]
fn products_of_vectors_and_batches() -> Result<()> {
    let tape = Tape::new();
    let ones = |shape: &[usize]| tape.var(Tensor::<f64>::ones(shape));
    for (a, b, y) in [
        (&[3][..], &[3][..], &[][..]),
        (&[3], &[3, 4], &[4]),
        (&[2, 3], &[3], &[2]),
        (&[2, 3], &[3, 4], &[2, 4]),
        (&[5, 2, 3], &[3, 4], &[5, 2, 4]),
        (&[5, 2, 3], &[3], &[5, 2]),
        (&[5, 2, 3], &[5, 3, 4], &[5, 2, 4]),
        (&[2, 3], &[5, 3, 4], &[5, 2, 4]),
        (&[5, 1, 2, 3], &[6, 3, 4], &[5, 6, 2, 4]),
        (&[0, 3], &[3, 4], &[0, 4]),
    ] {
        let (a, b) = (ones(a), ones(b));
        let product = a.matmul(&b)?;
        assert_eq!(product.shape(), y);
        assert!(product.tensor().to_vec().iter().all(|&value| value == 3.0));
        let back = grad(&product.sum(..)?, &[&a, &b])?;
        let per = |x: &Var<f64>| {
            product.tensor().elements() as f64 * 3.0 / x.tensor().elements().max(1) as f64
        };
        assert!(
            back[0]
                .tensor()
                .to_vec()
                .iter()
                .all(|&value| value == per(&a))
        );
        assert!(
            back[1]
                .tensor()
                .to_vec()
                .iter()
                .all(|&value| value == per(&b))
        );
    }
    let err = ones(&[2, 3])
        .matmul(&ones(&[4, 5]))
        .unwrap_err()
        .to_string();
    assert!(
        err.starts_with("matmul: ") && err.contains("[2, 3]·[4, 5]"),
        "{err}"
    );
    Ok(())
}
