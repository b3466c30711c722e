//! Linear attention against its dense definition.

use super::*;
use crate::config::Initializer;
use etude_autograd::{Tape, gradcheck};

fn numbers(shape: &[usize], seed: u64) -> Tensor<f64> {
    Tensor::normal(shape, 0.0, 1.0, &mut Rng::seed(seed)).unwrap()
}

fn config(kernel: KernelFunction, approximation: KernelApproximation) -> LinearAttentionConfig {
    LinearAttentionConfig::new(6, 2)
        .kernel_function(kernel)
        .kernel_approximation(approximation)
        .sigma(1.3)
        .rank(5)
        .bias_initializer(Initializer::Normal)
}

fn layer(config: LinearAttentionConfig) -> LinearAttention<f64> {
    config.init(&mut Rng::seed(1)).unwrap()
}

/// The dense definition: a weight for each pair, from the tables of the documentation.
fn dense(layer: &LinearAttention<f64>, x: &Tensor<f64>) -> Result<Tensor<f64>> {
    let LinearAttentionConfig {
        kernel_function: kernel,
        kernel_approximation,
        ..
    } = layer.config;
    let tape = Tape::inference();
    let x = tape.input(x.clone());
    let width = match kernel {
        KernelFunction::Softmax => 1.3 * 3.0_f64.powf(0.25),
        _ => 1.3,
    };
    let u = layer.query.forward(&x)?.into_tensor() / width;
    let w = layer.key.forward(&x)?.into_tensor() / width;
    let v = layer.value.forward(&x)?.into_tensor();
    let square = |u: &Tensor<f64>| u.square().sum(Axes::from(-1).keepdims());
    let phi = |t: &Tensor<f64>| t.elu() + 1.0;
    let p = match &layer.projection {
        Directions::Trained(p) => Some(p.value()?.clone()),
        Directions::Random(p) => Some(p.value()?.clone()),
        Directions::None => None,
    };
    let exact = kernel_approximation == KernelApproximation::Exact;
    let feature = |u: &Tensor<f64>| -> Result<Tensor<f64>> {
        let along = match &p {
            Some(p) => u.matmul(p)?,
            None => u.clone(),
        };
        match kernel {
            KernelFunction::Elu => Ok(phi(&along)),
            KernelFunction::Gaussian => Ok(along.try_sub(&square(u)?)?.exp()),
            KernelFunction::Softmax => Ok(along.try_sub(&(square(u)? * 0.5))?.exp()),
        }
    };
    let weights = match kernel {
        KernelFunction::Gaussian if exact => {
            let apart = u.unsqueeze(3)?.try_sub(&w.unsqueeze(2)?)?;
            (apart.square().sum(-1)? * -0.5).exp()
        }
        KernelFunction::Softmax if exact => u.matmul(&w.transpose(-2, -1)?)?.exp(),
        _ => feature(&u)?.matmul(&feature(&w)?.transpose(-2, -1)?)?,
    };
    let z = weights
        .matmul(&v)?
        .try_div(&weights.sum(Axes::from(-1).keepdims())?)?;
    let merged = merge_heads(&tape.input(z))?;
    Ok(layer.out.forward(&merged)?.into_tensor())
}

#[test]
fn every_kernel_agrees_with_its_dense_definition() -> Result<()> {
    use KernelApproximation::{Exact, LowRank, RandomFeatures};
    use KernelFunction::{Elu, Gaussian, Softmax};
    for kernel in [Gaussian, Softmax, Elu] {
        for approximation in [LowRank, RandomFeatures, Exact] {
            let layer = layer(config(kernel, approximation));
            let x = numbers(&[2, 9, 6], 2);
            let got = layer.forward(&Tape::inference().input(x.clone()), None)?;
            let apart = got
                .tensor()
                .try_sub(&dense(&layer, &x)?)?
                .abs()
                .max(..)?
                .item()?;
            assert!(apart < 1e-12, "{kernel} {approximation}: {apart}");
            gradcheck(
                |x| layer.forward(&x[0], Some(&x[1])),
                &[numbers(&[1, 2, 6], 3), numbers(&[1, 3, 6], 4)],
            )?;
        }
    }
    Ok(())
}

#[test]
fn functions_given_in_code_take_the_place_of_names() -> Result<()> {
    use KernelApproximation::{Exact, LowRank};
    let x = Tape::inference().input(numbers(&[2, 9, 6], 2));
    let same = |a: &LinearAttention<f64>, b: &LinearAttention<f64>| -> Result<()> {
        let apart = a.forward(&x, None)?.try_sub(&b.forward(&x, None)?)?;
        assert!(apart.abs()?.max(..)?.item()? < 1e-12);
        assert!(
            Layer::config(b)
                .unwrap_err()
                .to_string()
                .contains("a function given in code")
        );
        Ok(())
    };
    for approximation in [Exact, LowRank] {
        let elu = layer(config(KernelFunction::Elu, approximation));
        let mapped = elu.clone().with_feature_map(elu_feature);
        same(&elu, &mapped)?;
        let kernel = elu
            .clone()
            .with_kernel(|u, w| elu_feature(u)?.matmul(&elu_feature(w)?.transpose(-2, -1)?));
        same(&elu, &kernel)?;
    }
    // Features of relu may all be 0: then there is nothing to attend to.
    let none = layer(config(KernelFunction::Elu, Exact)).with_feature_map(|u| u.mul_scalar(0.0));
    let y = none.forward(&x, None)?;
    let bias = none.out.bias.as_ref().unwrap().value()?.to_vec();
    assert_eq!(y.tensor().to_vec()[..6], bias);
    Ok(())
}

#[test]
fn far_queries_and_no_keys_stay_finite() -> Result<()> {
    use KernelApproximation::{Exact, LowRank};
    for approximation in [LowRank, Exact] {
        for kernel in [KernelFunction::Gaussian, KernelFunction::Softmax] {
            let layer = layer(config(kernel, approximation));
            let tape = Tape::new();
            let x = tape.var(numbers(&[1, 3, 6], 2) * 1e3);
            let y = layer.forward(&x, Some(&tape.input(numbers(&[1, 4, 6], 3))))?;
            assert!(y.tensor().to_vec().iter().all(|y| y.is_finite()));
            let gradient = y.sum(..)?.backward()?.get(&x)?;
            assert!(gradient.to_vec().iter().all(|g| g.is_finite()));
            let tape = Tape::inference();
            let x = tape.input(numbers(&[1, 3, 6], 2));
            let none = layer.forward(&x, Some(&tape.input(Tensor::zeros([1, 0, 6]))))?;
            let bias = layer.out.bias.as_ref().unwrap().value()?.to_vec();
            assert_eq!(none.tensor().to_vec()[..6], bias);
        }
    }
    Ok(())
}

#[test]
fn only_random_features_can_be_redrawn() -> Result<()> {
    let mut random = layer(config(
        KernelFunction::Gaussian,
        KernelApproximation::RandomFeatures,
    ));
    let before = random.buffers()[0].1.value()?.clone();
    random.redraw(&mut Rng::seed(5))?;
    assert_ne!(&before, random.buffers()[0].1.value()?);
    let mut trained = layer(config(
        KernelFunction::Gaussian,
        KernelApproximation::LowRank,
    ));
    let message = trained.redraw(&mut Rng::seed(5)).unwrap_err().to_string();
    assert!(
        message.starts_with("linear_attention: has no random features"),
        "{message}"
    );
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() {
    let message = |config: LinearAttentionConfig| {
        let layer = config.init::<f32>(&mut Rng::seed(1));
        layer.unwrap_err().to_string()
    };
    assert_eq!(
        message(LinearAttentionConfig::new(6, 4)),
        "linear_attention: num_heads 4 doesn't divide dim 6; expected a divisor"
    );
    assert_eq!(
        message(LinearAttentionConfig::new(6, 2).sigma(0.0)),
        "linear_attention: sigma is 0; expected a number above 0"
    );
    let json = serde_json::json!({"dim": 6, "num_heads": 2, "kernel_function": "cosine"});
    let unknown = crate::read_config::<LinearAttentionConfig>(WHO, &json).unwrap_err();
    assert!(
        unknown
            .to_string()
            .contains("one of gaussian, softmax, elu"),
        "{unknown}"
    );
    let x = Tape::inference().input(numbers(&[1, 3, 5], 1));
    let err = layer(LinearAttentionConfig::new(6, 2))
        .forward(&x, None)
        .unwrap_err();
    assert!(
        err.to_string()
            .contains("'query' expects an input [batch, positions, 6]"),
        "{err}"
    );
}
