//! Modules: paths, sharing, freezing, state, pending updates.

use etude_autograd::{Buffer, Item, Module, Param, StateDict, Tape, Update, Visitor, VisitorMut};
use etude_tensor::{Float, Result, Tensor};

#[derive(Clone)]
struct Affine<T: Float = f32> {
    weight: Param<T>,
    bias: Option<Param<T>>,
    mean: Buffer<T>,
    size: usize,
}

impl<T: Float> Module<T> for Affine<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        visitor.field("weight", &self.weight);
        visitor.field("bias", &self.bias);
        visitor.field("mean", &self.mean);
        visitor.field("size", &self.size);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        visitor.field("weight", &mut self.weight);
        visitor.field("bias", &mut self.bias);
        visitor.field("mean", &mut self.mean);
        visitor.field("size", &mut self.size);
    }
}

fn filled(_: &[usize], seed: u64) -> Result<Tensor<f64>> {
    Ok(Tensor::full([2, 3], seed as f64))
}

impl Affine {
    fn new(value: f32, bias: bool) -> Self {
        Affine {
            weight: Param::new(Tensor::full([2, 3], value)),
            bias: bias.then(|| Param::new(Tensor::full([3], value))),
            mean: Buffer::new(Tensor::zeros([3])),
            size: 3,
        }
    }
}

/// Two layers that share a weight, behind a box, and one that stands by itself.
#[derive(Clone)]
struct Tied {
    layers: Vec<Affine>,
    head: Box<(Affine, Param)>,
}

impl Module for Tied {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, f32>) {
        visitor.field("layers", &self.layers);
        visitor.field("head", &self.head);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, f32>) {
        visitor.field("layers", &mut self.layers);
        visitor.field("head", &mut self.head);
    }
}

fn tied() -> Tied {
    let layers = vec![Affine::new(1.0, true), Affine::new(2.0, false)];
    let shared = layers[0].weight.clone();
    Tied {
        layers,
        head: Box::new((Affine::new(3.0, false), shared)),
    }
}

fn names(model: &dyn Module) -> Vec<String> {
    model.params().into_iter().map(|(path, _)| path).collect()
}

#[test]
fn paths_follow_the_fields_and_shared_parameters_come_once() -> Result<()> {
    let model = tied();
    assert_eq!(
        names(&model),
        [
            "layers.0.weight",
            "layers.0.bias",
            "layers.1.weight",
            "head.0.weight"
        ]
    );
    let buffers: Vec<String> = model.buffers().into_iter().map(|(path, _)| path).collect();
    assert_eq!(buffers, ["layers.0.mean", "layers.1.mean", "head.0.mean"]);
    assert_eq!(
        model.aliases(),
        [("head.1".to_string(), "layers.0.weight".to_string())]
    );
    assert_eq!(model.param_count()?, 6 + 3 + 6 + 6);
    Ok(())
}

#[test]
fn a_shared_parameter_is_changed_once_in_place_and_everywhere() -> Result<()> {
    let mut model = tied();
    let mut address = None;
    for _ in 0..2 {
        model.update_params(&mut |path, param| {
            if path == "layers.0.weight" {
                assert!(param.value()?.is_unique(), "writing would copy");
                let now = param.value()?.as_slice().map(<[f32]>::as_ptr);
                assert_eq!(*address.get_or_insert(now), now);
            }
            param.value_mut()?.scaled_add(1.0, &Tensor::scalar(1.0))
        })?;
    }
    assert_eq!(model.layers[0].weight.value()?.at(&[0, 0])?, 3.0);
    assert_eq!(model.head.1.value()?.at(&[0, 0])?, 3.0);
    let tape = Tape::training(0);
    tape.param(&model.layers[0].weight)?;
    tape.param(&model.head.1)?;
    assert_eq!(tape.len(), 1);

    let err = model
        .update_params(&mut |_, param| param.value_mut()?.scaled_add(1.0, &Tensor::zeros([7])))
        .unwrap_err();
    assert!(err.to_string().contains("'layers.0.weight'"), "{err}");
    assert!(model.head.1.is_built(), "an error loses nothing");
    Ok(())
}

#[test]
fn freezing_goes_by_pattern() -> Result<()> {
    let mut model = tied();
    assert_eq!(model.freeze("layers")?, 3);
    assert!(
        !model.head.1.is_trainable(),
        "it is the weight of a frozen layer"
    );
    assert!(model.head.0.weight.is_trainable());
    assert_eq!(model.unfreeze("*.bias")?, 1);
    let frozen: Vec<String> = model
        .params()
        .into_iter()
        .filter(|(_, param)| !param.is_trainable())
        .map(|(path, _)| path)
        .collect();
    assert_eq!(frozen, ["layers.0.weight", "layers.1.weight"]);
    let err = model.freeze("encoder").unwrap_err().to_string();
    assert!(
        err.contains("'encoder'") && err.contains("head.0.weight"),
        "{err}"
    );
    Ok(())
}

#[test]
fn clone_is_the_same_model_and_deep_clone_another() -> Result<()> {
    let model = tied();
    let same = model.clone();
    assert_eq!(model.params()[0].1.id(), same.params()[0].1.id());
    let other = model.deep_clone();
    assert!(
        model
            .params()
            .iter()
            .zip(other.params())
            .all(|((_, a), (_, b))| a.id() != b.id())
    );
    assert_eq!(
        other.aliases(),
        model.aliases(),
        "what was shared is shared"
    );
    assert!(
        other.layers[0]
            .weight
            .value()?
            .shares_storage(model.layers[0].weight.value()?)
    );
    Ok(())
}

#[test]
fn state_goes_out_and_in_by_name() -> Result<()> {
    let mut model = tied();
    let mut state = model.state_dict()?;
    assert_eq!(state.len(), 7);
    state.insert("layers.0.weight".into(), Tensor::full([2, 3], 9.0));
    model.load_state_dict(&state)?;
    assert_eq!(model.layers[0].weight.value()?.at(&[1, 2])?, 9.0);
    assert_eq!(model.head.1.value()?.at(&[1, 2])?, 9.0);
    Ok(())
}

#[test]
fn state_that_doesnt_fit_is_refused_and_changes_nothing() -> Result<()> {
    let mut model = tied();
    let mut state: StateDict = model.state_dict()?;
    state.insert("layers.0.bias".into(), Tensor::full([3], 9.0));
    state.remove("layers.1.weight");
    state.insert("head.0.weight".into(), Tensor::zeros([3, 2]));
    state.insert("tail".into(), Tensor::zeros([1]));
    let err = model.load_state_dict(&state).unwrap_err().to_string();
    for part in [
        "'layers.1.weight' is missing",
        "'head.0.weight' has shape [3, 2]",
        "[2, 3]",
        "'tail'",
    ] {
        assert!(err.contains(part), "{part} isn't in: {err}");
    }
    assert_eq!(
        model.layers[0].bias.as_ref().unwrap().value()?.at(&[0])?,
        1.0
    );
    Ok(())
}

#[test]
fn an_unbuilt_parameter_is_named_and_built_by_loading() -> Result<()> {
    let mut model = tied();
    let state = model.state_dict()?;
    model.layers[1].weight = Param::lazy(filled, 4);
    let err = model.state_dict().unwrap_err().to_string();
    assert!(
        err.contains("'layers.1.weight'") && err.contains("hasn't been built"),
        "{err}"
    );
    assert!(model.param_count().is_err());
    model.load_state_dict(&state)?;
    assert_eq!(model.layers[1].weight.value()?.at(&[0, 0])?, 2.0);
    Ok(())
}

#[test]
fn updates_wait_for_the_commit_and_keep_their_order() -> Result<()> {
    let mut model = tied();
    let shared = model.clone();
    let tape = Tape::training(0);
    let mean = &model.layers[0].mean;
    tape.update(mean, Update::Set(Tensor::full([3], 4.0)))?;
    tape.update(
        mean,
        Update::Blend {
            keep: 0.75,
            towards: Tensor::full([3], 8.0),
        },
    )?;
    assert_eq!(mean.value()?.at(&[0])?, 0.0);
    assert_eq!(
        tape.buffer(mean)?.at(&[0])?,
        5.0,
        "a forward sees what it has recorded"
    );
    assert!(tape.update(mean, Update::Set(Tensor::zeros([4]))).is_err());

    let loss = tape.param(&model.layers[0].weight)?.sum(..)?;
    let gradients = loss.backward()?;
    assert_eq!(gradients.updates().len(), 2);
    gradients.commit(&mut model)?;
    assert_eq!(model.layers[0].mean.value()?.at(&[0])?, 5.0);
    assert_eq!(shared.layers[0].mean.value()?.at(&[0])?, 0.0);

    let mut other = Affine::new(0.0, false);
    assert!(
        gradients
            .commit(&mut other)
            .unwrap_err()
            .to_string()
            .contains("doesn't have")
    );

    // Without a walk back the updates are still to be had.
    tape.update(&model.layers[0].mean, Update::Set(Tensor::full([3], 1.0)))?;
    tape.finish().commit(&mut model)?;
    assert_eq!(model.layers[0].mean.value()?.at(&[0])?, 1.0);
    Ok(())
}

#[test]
fn models_and_gradients_may_cross_threads() {
    fn needs_send_and_sync<T: Send + Sync>() {}
    needs_send_and_sync::<Tied>();
    needs_send_and_sync::<etude_autograd::Gradients<f32>>();
    needs_send_and_sync::<etude_tensor::Error>();
}

#[test]
fn every_occurrence_is_visited() {
    let mut count = 0;
    tied().visit_items(&mut |_, item| {
        if let Item::Param(_) = item {
            count += 1;
        }
    });
    assert_eq!(count, 5);
}
