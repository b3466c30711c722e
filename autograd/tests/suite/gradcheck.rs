//! The checks themselves: right gradients pass, wrong ones are named, and what can't be checked is refused.

use etude_autograd::{
    GradCheck, Operation, Saved, Sink, Var, dualcheck, dualgradcheck, gradcheck, gradgradcheck,
    program,
};
use etude_tensor::{Float, Result, Rng, Tensor};
use std::cell::Cell;

fn x() -> Tensor<f64> {
    Tensor::from_slice([2, 2], &[0.5, -1.0, 2.0, 0.3]).unwrap()
}

/// `y = a·b`, whose rule multiplies the gradient for `b` by `factor`, and detaches what it saved if told so.
struct Product {
    factor: f64,
    detached: bool,
}

impl<T: Float> Operation<T> for Product {
    fn name(&self) -> &'static str {
        "product"
    }
    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<Tensor<T>> {
        inputs[0].try_mul(inputs[1])
    }
    fn grads(&self, saved: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        let (mut a, mut b) = (saved[0].clone(), saved[1].clone());
        if self.detached {
            (a, b) = (a.detach(), b.detach());
        }
        to.give(0, || gy.try_mul(&b))?;
        to.give(1, || gy.try_mul(&a)?.mul_scalar(self.factor))
    }
}

fn product<T: Float>(factor: f64, detached: bool, x: &[Var<T>]) -> Result<Var<T>> {
    let rule = Product { factor, detached };
    x[0].tape().apply(rule, &[&x[0], &x[1]])
}

#[test]
fn a_right_rule_passes_all_four() {
    let inputs = [x(), x()];
    let right = program!(|a, b| product(1.0, false, &[a.clone(), b.clone()]));
    let report = gradcheck(|x| product(1.0, false, x), &inputs).unwrap();
    assert_eq!(report.compared(), 32);
    assert!(report.largest_error() < 1e-10, "{report}");
    gradgradcheck(|x| product(1.0, false, x), &inputs).unwrap();
    assert!(dualcheck(&right, &inputs).unwrap().largest_error() < 1e-15);
    assert!(dualgradcheck(&right, &inputs).unwrap().largest_error() < 1e-14);
}

#[test]
fn a_wrong_factor_is_named_with_its_input_and_element() {
    let text = gradcheck(|x| product(2.0, false, x), &[x(), x()])
        .unwrap_err()
        .to_string();
    assert!(
        text.starts_with("gradcheck: 4 of 32 derivatives are wrong\n"),
        "{text}"
    );
    let worst = text.lines().nth(1).unwrap();
    assert!(
        worst.starts_with("  output at [1, 0] for input 1 at [1, 0]: analytic 4.0, reference 2.0"),
        "{text}"
    );
}

#[test]
fn a_factor_off_in_the_tenth_digit_is_seen_by_duals_only() {
    let close = program!(|a, b| product(1.0 + 1e-10, false, &[a.clone(), b.clone()]));
    assert!(gradcheck(|x| product(1.0 + 1e-10, false, x), &[x(), x()]).is_ok());
    assert!(dualcheck(&close, &[x(), x()]).is_err());
}

#[test]
fn a_detached_saved_tensor_is_seen_in_second_derivatives_only() {
    let detached = program!(|a, b| product(1.0, true, &[a.clone(), b.clone()]));
    assert!(gradcheck(|x| product(1.0, true, x), &[x(), x()]).is_ok());
    let text = gradgradcheck(|x| product(1.0, true, x), &[x(), x()])
        .unwrap_err()
        .to_string();
    assert!(text.contains("gradient of input 1 at"), "{text}");
    assert!(dualgradcheck(&detached, &[x(), x()]).is_err());
}

/// `y = a + b` for `a` `[n, m]` and `b` `[m]`, whose rule gives `b` the gradient of the first row alone.
struct AddRow;

impl<T: Float> Operation<T> for AddRow {
    fn name(&self) -> &'static str {
        "add_row"
    }
    fn forward(&self, inputs: &[&Tensor<T>]) -> Result<Tensor<T>> {
        inputs[0].try_add(inputs[1])
    }
    fn grads(&self, _: &Saved<T>, gy: Var<T>, to: &mut Sink<'_, T>) -> Result<()> {
        to.give(1, || gy.select(0, 0))?;
        to.give(0, || Ok(gy))
    }
}

#[test]
fn a_missing_sum_over_a_broadcast_axis_is_wrong_for_the_rows_it_leaves_out() {
    let b = Tensor::from([0.5, -1.0]);
    let add = |x: &[Var<f64>]| x[0].tape().apply(AddRow, &[&x[0], &x[1]]);
    let text = gradcheck(add, &[x(), b]).unwrap_err().to_string();
    assert!(
        text.starts_with("gradcheck: 2 of 24 derivatives are wrong"),
        "{text}"
    );
    assert!(
        text.contains("output at [1, 0] for input 1 at [0]: analytic 0.0, reference 1.0"),
        "{text}"
    );
}

#[test]
fn a_cut_graph_is_a_wrong_derivative() {
    let text = gradcheck(|x| x[0].detach().exp(), &[x()])
        .unwrap_err()
        .to_string();
    assert!(text.contains("analytic 0.0, reference 7.389"), "{text}");
    // … and a function that really depends on nothing is right.
    gradcheck(|x| Ok(x[0].tape().scalar(1.0)), &[x()]).unwrap();
}

#[test]
fn what_has_no_derivative_is_refused() {
    let runs = Cell::new(0.0);
    let random = |x: &[Var<f64>]| {
        runs.set(runs.get() + 1.0);
        x[0].add_scalar(runs.get())
    };
    let text = gradcheck(random, &[x()]).unwrap_err().to_string();
    assert!(
        text.contains("something else when it is run again"),
        "{text}"
    );
    let text = gradcheck(|x| x[0].div_scalar(0.0), &[x()])
        .unwrap_err()
        .to_string();
    assert!(text.contains("the function gives inf"), "{text}");
}

#[test]
fn a_kink_is_hinted_at() {
    let text = gradcheck(|x| x[0].relu(), &[Tensor::scalar(0.0)])
        .unwrap_err()
        .to_string();
    assert!(text.contains("1 of 1 derivatives is wrong"), "{text}");
    assert!(text.contains("reference 0.5"), "{text}");
    let text = gradcheck(|x| x[0].sqrt(), &[Tensor::scalar(0.0)])
        .unwrap_err()
        .to_string();
    assert!(text.contains("clear of kinks"), "{text}");
}

#[test]
fn random_numbers_repeat_in_training() {
    let noisy = |x: &[Var<f64>]| {
        let key = x[0].tape().draw_key(None)?;
        let noise = Tensor::rand(x[0].shape(), &mut Rng::seed(key.to_seed()));
        x[0].try_mul(&x[0].tape().input(noise))
    };
    GradCheck::new()
        .training(7)
        .differences(noisy, &[x()])
        .unwrap();
    assert!(
        gradcheck(noisy, &[x()]).is_err(),
        "an untrained tape has no seed"
    );
}

#[test]
fn outputs_and_inputs_of_any_shape() {
    let nothing = Tensor::<f64>::zeros([0, 3]);
    assert_eq!(gradcheck(|x| x[0].exp(), &[nothing]).unwrap().compared(), 0);
    let wide = Tensor::<f64>::randn([3, 4], &mut Rng::seed(1));
    let report = gradcheck(|x| x[0].matmul(&x[0].transpose(0, 1)?), &[wide]).unwrap();
    assert_eq!(report.compared(), 12 * 9);
    assert!(
        report.to_string().starts_with(
            "108 derivatives with respect to 1 inputs are right; the worst: output at ["
        )
    );
}

#[test]
fn options_that_make_no_sense_are_refused() {
    let message = |check: GradCheck| {
        let result = check.differences(|x| x[0].exp(), &[x()]);
        result.unwrap_err().to_string()
    };
    for step in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(
            message(GradCheck::new().largest_step(step)),
            format!("gradcheck: largest_step {step}; expected a finite number above 0")
        );
    }
    assert_eq!(
        message(GradCheck::new().relative(-1.0)),
        "gradcheck: relative -1; expected a finite number of at least 0"
    );
    assert_eq!(
        message(GradCheck::new().absolute(f64::NAN)),
        "gradcheck: absolute NaN; expected a finite number of at least 0"
    );
    let duals = GradCheck::new().relative(-1.0);
    let refused = duals.duals(&program!(|a| a.exp()), &[x()]);
    assert!(
        refused
            .unwrap_err()
            .to_string()
            .starts_with("dualcheck: relative -1")
    );
    assert!(
        GradCheck::new()
            .absolute(0.0)
            .differences(|x| x[0].square(), &[x()])
            .is_ok()
    );
}
