//! What a step does and leaves alone.

use crate::net::{Affine, Net};
use etude_autograd::{Buffer, Gradients, Module, Param, Tape, Update, Visitor, VisitorMut};
use etude_optim::{AdamConfig, AdamWConfig, Group, Optimizer, SgdConfig};
use etude_tensor::{ErrorKind, Result, Tensor};

fn net() -> Net<f32> {
    Net::of(4, 5, 3, |i| (i as f64 * 0.7).sin())
}

fn gradients(net: &Net<f32>) -> Result<Gradients<f32>> {
    let x = Tensor::full([2, 4], 0.5);
    net.loss(&Tape::new(), &x, &Tensor::full([2, 3], 1.0))?
        .backward()
}

/// The values by path.
fn values(net: &Net<f32>) -> Vec<(String, Vec<f32>)> {
    net.params()
        .into_iter()
        .map(|(path, param)| (path, param.value().unwrap().to_vec()))
        .collect()
}

/// The paths of the parameters that differ.
fn changed(before: &[(String, Vec<f32>)], net: &Net<f32>) -> Vec<String> {
    before
        .iter()
        .zip(values(net))
        .filter(|(a, b)| *a != b)
        .map(|(a, _)| a.0.clone())
        .collect()
}

#[test]
fn parameters_and_state_are_changed_where_they_lie() -> Result<()> {
    let mut net = net();
    let places = |net: &Net<f32>| -> Vec<*const f32> {
        net.params()
            .iter()
            .map(|(_, param)| param.value().unwrap().as_slice().unwrap().as_ptr())
            .collect()
    };
    let before = places(&net);
    let mut optimizer = AdamConfig::new(0.1).init()?;
    let mut state_places = Vec::new();
    for step in 0..3 {
        let gradients = gradients(&net)?;
        optimizer.step(&mut net, &gradients)?;
        assert_eq!(places(&net), before, "step {step}");
        let now: Vec<*const f32> = optimizer
            .state()
            .tensors
            .values()
            .map(|t| t.as_slice().unwrap().as_ptr())
            .collect();
        if step > 0 {
            assert_eq!(now, state_places, "step {step}");
        }
        state_places = now;
    }
    assert_eq!(state_places.len(), 8);
    Ok(())
}

#[test]
fn a_clone_of_the_model_keeps_its_values() -> Result<()> {
    let mut net = net();
    let kept = net.clone();
    let before = values(&net);
    let gradients = gradients(&net)?;
    SgdConfig::new(0.1).init()?.step(&mut net, &gradients)?;
    assert_eq!(values(&kept), before);
    assert_eq!(changed(&before, &net).len(), 4);
    Ok(())
}

#[test]
fn groups_have_their_own_rate_and_decay_and_the_first_that_matches_counts() -> Result<()> {
    let mut net = net();
    let before = net.clone();
    let gradients = gradients(&net)?;
    let mut optimizer = SgdConfig::new(0.1)
        .weight_decay(0.5)
        .group(Group::new("*.bias").weight_decay(0.0))
        .group(Group::new("hidden").rate_factor(0.25))
        .init()?;
    optimizer.step(&mut net, &gradients)?;
    let expect = |before: &Param<f32>, after: &Param<f32>, rate: f32, decay: f32| {
        let gradient = gradients.param(before).unwrap().to_vec();
        let (old, new) = (
            before.value().unwrap().to_vec(),
            after.value().unwrap().to_vec(),
        );
        for ((p, g), new) in old.iter().zip(gradient).zip(new) {
            assert_eq!(p - rate * (g + decay * p), new);
        }
    };
    expect(&before.hidden.weight, &net.hidden.weight, 0.025, 0.5);
    expect(&before.hidden.bias, &net.hidden.bias, 0.1, 0.0);
    expect(&before.head.weight, &net.head.weight, 0.1, 0.5);
    expect(&before.head.bias, &net.head.bias, 0.1, 0.0);
    Ok(())
}

#[test]
fn frozen_parameters_and_those_without_a_gradient_stay_with_their_state() -> Result<()> {
    let mut net = net();
    let before = values(&net);
    // Frozen by a group: the decay doesn't reach it either.
    let config = AdamWConfig::new(0.1)
        .weight_decay(0.5)
        .group(Group::new("hidden").frozen(true));
    let mut optimizer = config.init()?;
    let of_all = gradients(&net)?;
    optimizer.step(&mut net, &of_all)?;
    assert_eq!(changed(&before, &net), ["head.weight", "head.bias"]);

    // Frozen in the model, after the gradients were computed.
    let mut net = self::net();
    let mut optimizer = AdamWConfig::new(0.1).weight_decay(0.5).init()?;
    let of_all = gradients(&net)?;
    net.freeze("*.weight")?;
    optimizer.step(&mut net, &of_all)?;
    assert_eq!(changed(&before, &net), ["hidden.bias", "head.bias"]);

    // Without a gradient: the head alone takes part in the loss.
    net.unfreeze("*")?;
    let before = values(&net);
    let tape = Tape::new();
    let loss = tape.param(&net.head.weight)?.sum(..)?;
    optimizer.step(&mut net, &loss.backward()?)?;
    assert_eq!(changed(&before, &net), ["head.weight"]);
    let steps = optimizer.state().steps;
    let expected = [
        ("head.bias", 1),
        ("head.weight", 1),
        ("hidden.bias", 1),
        ("hidden.weight", 0),
    ];
    assert!(
        steps
            .iter()
            .map(|(path, &step)| (path.as_str(), step))
            .eq(expected),
        "{steps:?}"
    );
    Ok(())
}

#[test]
fn a_pattern_that_matches_nothing_is_an_error_that_names_the_paths() -> Result<()> {
    let mut net = net();
    let before = values(&net);
    let mut optimizer = SgdConfig::new(0.1).group(Group::new("encoder.*")).init()?;
    let gradients = gradients(&net)?;
    let err = optimizer.step(&mut net, &gradients).unwrap_err();
    assert_eq!(
        err.to_string(),
        "sgd: no parameter matches the group 'encoder.*'; there are hidden.weight, hidden.bias, head.weight, head.bias"
    );
    assert!(changed(&before, &net).is_empty() && optimizer.state().steps.is_empty());
    Ok(())
}

#[test]
fn a_gradient_of_another_shape_is_an_error_and_nothing_changes() -> Result<()> {
    let mut net = net();
    let before = values(&net);
    let mut gradients = gradients(&net)?;
    let (_, last) = gradients.params_mut().last().expect("four gradients");
    *last = Tensor::full([7], 1.0);
    let err = SgdConfig::new(0.1)
        .init()?
        .step(&mut net, &gradients)
        .unwrap_err();
    assert_eq!(
        err.to_string(),
        "sgd: 'head.bias' has shape [3], but its gradient has shape [7]; expected the same"
    );
    assert!(changed(&before, &net).is_empty());
    Ok(())
}

#[test]
fn gradients_of_another_model_are_an_error() -> Result<()> {
    let mut net = net();
    let gradients = gradients(&net.deep_clone())?;
    let err = SgdConfig::new(0.1)
        .init()?
        .step(&mut net, &gradients)
        .unwrap_err();
    assert_eq!(err.kind(), ErrorKind::State);
    // Those of a larger model serve a part of it.
    let gradients = self::gradients(&net)?;
    SgdConfig::new(0.1)
        .init()?
        .step(&mut net.head, &gradients)?;
    // And none at all are no mistake.
    let nothing = Tape::new().var(Tensor::full((), 1.0_f32)).backward()?;
    SgdConfig::new(0.1).init()?.step(&mut net, &nothing)
}

#[test]
fn an_unbuilt_parameter_is_named() -> Result<()> {
    let mut net = net();
    let gradients = gradients(&net)?;
    let mut optimizer = SgdConfig::new(0.1).init()?;
    net.head.bias = Param::lazy(|shape: &[usize], _| Ok(Tensor::full(shape, 0.0)), 1);
    let err = optimizer
        .step(&mut net, &gradients)
        .unwrap_err()
        .to_string();
    assert!(err.contains("'head.bias' hasn't been built"), "{err}");
    Ok(())
}

#[test]
fn a_shared_parameter_is_stepped_once() -> Result<()> {
    let tied = Param::new(Tensor::full([2], 1.0_f32));
    let mut model = vec![tied.clone(), Param::new(Tensor::full([2], 1.0)), tied];
    let tape = Tape::new();
    let sum = tape.param(&model[0])? + tape.param(&model[1])? + tape.param(&model[2])?;
    let gradients = sum.sum(..)?.backward()?;
    drop((sum, tape));
    SgdConfig::new(0.25).init()?.step(&mut model, &gradients)?;
    let now: Vec<Vec<f32>> = model
        .iter()
        .map(|param| param.value().unwrap().to_vec())
        .collect();
    assert_eq!(now, [[0.5; 2], [0.75; 2], [0.5; 2]]);
    assert!(model[0].value()?.shares_storage(model[2].value()?));
    Ok(())
}

/// A parameter, and a buffer that follows it.
struct Following {
    param: Param,
    mean: Buffer,
}

impl Module for Following {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, f32>) {
        visitor.field("param", &self.param);
        visitor.field("mean", &self.mean);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, f32>) {
        visitor.field("param", &mut self.param);
        visitor.field("mean", &mut self.mean);
    }
}

#[test]
fn a_step_makes_the_pending_updates_in_order() -> Result<()> {
    let mut model = Following {
        param: Param::new(Tensor::full([1], 4.0)),
        mean: Buffer::new(Tensor::full([1], 0.0)),
    };
    let tape = Tape::training(0);
    tape.update(&model.mean, Update::Set(Tensor::full([1], 8.0)))?;
    tape.update(
        &model.mean,
        Update::Blend {
            keep: 0.5,
            towards: Tensor::full([1], 4.0),
        },
    )?;
    let gradients = tape.param(&model.param)?.sum(..)?.backward()?;
    assert_eq!(model.mean.value()?.to_vec(), [0.0]);
    SgdConfig::new(1.0).init()?.step(&mut model, &gradients)?;
    assert_eq!(
        (model.mean.value()?.to_vec(), model.param.value()?.to_vec()),
        (vec![6.0], vec![3.0])
    );
    Ok(())
}

#[test]
fn the_rate_can_be_set_and_is_checked() -> Result<()> {
    let mut optimizer: Optimizer<_, f32> = SgdConfig::new(0.1)
        .group(Group::new("head").rate_factor(2.0))
        .init()?;
    optimizer.set_learning_rate(0.5)?;
    let mut net = net();
    let gradients = gradients(&net)?;
    let before = net.clone();
    optimizer.step(&mut net, &gradients)?;
    let moved = |before: &Affine<f32>, after: &Affine<f32>| {
        let g = gradients.param(&before.bias).unwrap().to_vec()[0];
        (before.bias.value().unwrap().to_vec()[0] - after.bias.value().unwrap().to_vec()[0]) / g
    };
    assert!((moved(&before.hidden, &net.hidden) - 0.5).abs() < 1e-3);
    assert!((moved(&before.head, &net.head) - 1.0).abs() < 1e-3);
    let err = optimizer.set_learning_rate(f64::NAN).unwrap_err();
    assert_eq!(
        err.to_string(),
        "sgd: learning_rate NaN; expected a finite number, at least 0"
    );
    assert_eq!(optimizer.learning_rate(), 0.5);
    Ok(())
}

#[test]
fn configurations_are_checked() {
    let refused = |result: Result<Optimizer<_, f32>>| result.unwrap_err().to_string();
    assert_eq!(
        refused(SgdConfig::new(0.1).nesterov(true).init()),
        "sgd: nesterov with momentum 0 and dampening 0; expected a momentum above 0 and no dampening"
    );
    assert_eq!(
        refused(SgdConfig::new(-0.1).init()),
        "sgd: learning_rate -0.1; expected a finite number, at least 0"
    );
    assert_eq!(
        refused(
            SgdConfig::new(0.1)
                .group(Group::new("a").rate_factor(f64::INFINITY))
                .init()
        ),
        "sgd: group 'a': rate_factor inf; expected a finite number, at least 0"
    );
    let refused = AdamConfig::new(0.1)
        .betas(-0.1, 0.9)
        .init::<f32>()
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "adam: beta1 -0.1; expected at least 0 and less than 1"
    );
}

#[test]
fn a_nan_in_a_gradient_reaches_its_element_only() -> Result<()> {
    let mut param = Param::new(Tensor::from([1.0_f32, 1.0]));
    let mut gradients = Tape::new().param(&param)?.sum(..)?.backward()?;
    *gradients.params_mut().next().expect("one").1 = Tensor::from([f32::NAN, 1.0]);
    for amsgrad in [false, true] {
        let mut param = param.clone();
        AdamConfig::new(0.5)
            .amsgrad(amsgrad)
            .init()?
            .step(&mut param, &gradients)?;
        let values = param.value()?.to_vec();
        assert!(values[0].is_nan() && values[1] == 0.5, "{values:?}");
    }
    SgdConfig::new(0.5).init()?.step(&mut param, &gradients)?;
    assert!(param.value()?.to_vec()[0].is_nan());
    Ok(())
}
