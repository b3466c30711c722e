//! Models in files: there and back, shared parameters, and what is refused.

use etude_autograd::{Buffer, Module, Param, Visitor, VisitorMut, load, save};
use etude_tensor::file::TensorFile;
use etude_tensor::{Dual, ErrorKind, Float, Result, Tensor};
use std::path::PathBuf;
use tempfile::TempDir;

/// An encoder and a decoder with the same weight, and a buffer.
#[derive(Clone)]
struct Tied<T: Float = f32> {
    encoder: Param<T>,
    bias: Param<T>,
    mean: Buffer<T>,
    decoder: Param<T>,
}

impl<T: Float> Tied<T> {
    fn new(value: f64) -> Self {
        let encoder = Param::new(Tensor::full([2, 3], T::from_f64(value)));
        Tied {
            bias: Param::new(Tensor::full([3], T::from_f64(value + 1.0))),
            mean: Buffer::new(Tensor::full([3], T::from_f64(value + 2.0))),
            decoder: encoder.clone(),
            encoder,
        }
    }

    fn untied(value: f64) -> Self {
        let mut model = Tied::new(value);
        model.decoder = model.decoder.deep_clone();
        model
    }

    fn first_numbers(&self) -> [T; 4] {
        let of = |value: Result<&Tensor<T>>| value.unwrap().to_vec()[0];
        [
            of(self.encoder.value()),
            of(self.bias.value()),
            of(self.mean.value()),
            of(self.decoder.value()),
        ]
    }
}

impl<T: Float> Module<T> for Tied<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        visitor.field("encoder", &self.encoder);
        visitor.field("bias", &self.bias);
        visitor.field("mean", &self.mean);
        visitor.field("decoder", &self.decoder);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        visitor.field("encoder", &mut self.encoder);
        visitor.field("bias", &mut self.bias);
        visitor.field("mean", &mut self.mean);
        visitor.field("decoder", &mut self.decoder);
    }
}

fn saved() -> Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    save(&path, &Tied::<f32>::new(1.0))?;
    Ok((folder, path))
}

#[test]
fn there_and_back_with_the_shared_parameter_stored_once() -> Result<()> {
    let (_folder, path) = saved()?;
    let file = TensorFile::read(&path)?;
    assert!(file.tensors.keys().eq(["bias", "encoder", "mean"]));
    assert_eq!(file.metadata["etude.alias.decoder"], "encoder");

    let mut model = Tied::<f32>::new(7.0);
    load(&path, &mut model)?;
    assert_eq!(model.first_numbers(), [1.0, 2.0, 3.0, 1.0]);
    assert!(
        model
            .encoder
            .value()?
            .shares_storage(model.decoder.value()?)
    );

    // Where nothing is shared, the alias is a value like another.
    let mut model = Tied::<f32>::untied(7.0);
    load(&path, &mut model)?;
    assert_eq!(model.first_numbers(), [1.0, 2.0, 3.0, 1.0]);
    Ok(())
}

#[test]
fn a_file_with_both_values_of_a_shared_parameter_must_agree_with_itself() -> Result<()> {
    let (_folder, path) = saved()?;
    let mut separate = Tied::<f32>::untied(1.0);
    save(&path, &separate)?;
    let mut model = Tied::<f32>::new(7.0);
    load(&path, &mut model)?;
    assert_eq!(model.first_numbers()[3], 1.0);

    separate.decoder.set(Tensor::full([2, 3], 5.0))?;
    save(&path, &separate)?;
    let err = load(&path, &mut model).unwrap_err().to_string();
    assert!(
        err.contains("'decoder' differs from 'encoder', which it is in the model"),
        "{err}"
    );
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused_by_name_and_changes_nothing() -> Result<()> {
    let check = |damage: &dyn Fn(&mut TensorFile), expected: &str| -> Result<()> {
        let (_folder, path) = saved()?;
        let mut file = TensorFile::read(&path)?;
        damage(&mut file);
        file.write(&path)?;
        let mut model = Tied::<f32>::new(7.0);
        let err = load(&path, &mut model).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::File);
        let message = err.to_string();
        assert!(
            message.contains("model.safetensors'") && message.contains(expected),
            "{message}"
        );
        assert_eq!(model.first_numbers(), [7.0, 8.0, 9.0, 7.0]);
        Ok(())
    };
    check(
        &|file| drop(file.tensors.remove("bias")),
        "'bias' is missing",
    )?;
    check(
        &|file| drop(file.tensors.remove("mean")),
        "'mean' is missing",
    )?;
    check(
        &|file| {
            drop(
                file.tensors
                    .insert("extra".into(), Tensor::full([1], 0.0_f32).into()),
            )
        },
        "'extra' belongs to nothing in the model",
    )?;
    check(
        &|file| {
            drop(
                file.tensors
                    .insert("bias".into(), Tensor::full([4], 0.0_f32).into()),
            )
        },
        "'bias' has shape [4], the model needs [3]",
    )?;
    check(
        &|file| {
            drop(
                file.tensors
                    .insert("bias".into(), Tensor::full([3], 0_i64).into()),
            )
        },
        "'bias' holds i64; expected f32, as the model does",
    )?;
    check(
        &|file| {
            drop(
                file.metadata
                    .insert("etude.alias.decoder".into(), "nothing".into()),
            )
        },
        "the alias 'decoder' stands for 'nothing', which the file doesn't hold",
    )
}

#[test]
fn element_types_are_those_of_the_model() -> Result<()> {
    let (_folder, path) = saved()?;
    let double = Tied::<f64>::new(0.1);
    save(&path, &double)?;
    let mut model = Tied::<f64>::new(7.0);
    load(&path, &mut model)?;
    assert_eq!(model.first_numbers(), double.first_numbers());
    let err = load(&path, &mut Tied::<f32>::new(7.0))
        .unwrap_err()
        .to_string();
    assert!(err.contains("'bias' holds f64; expected f32"), "{err}");
    let err = save(&path, &Tied::<Dual<f64>>::new(1.0))
        .unwrap_err()
        .to_string();
    assert!(err.contains("dual elements"), "{err}");
    Ok(())
}

#[test]
fn loading_builds_what_has_not_been_built() -> Result<()> {
    let (_folder, path) = saved()?;
    let mut model = Tied::<f32>::new(7.0);
    model.bias = Param::lazy(|shape: &[usize], _| Ok(Tensor::full(shape, 0.0)), 1);
    assert!(
        save(path.with_extension("other"), &model)
            .unwrap_err()
            .to_string()
            .contains("'bias'")
    );
    load(&path, &mut model)?;
    assert_eq!(model.first_numbers(), [1.0, 2.0, 3.0, 1.0]);
    Ok(())
}

#[test]
fn what_is_known_of_a_shape_refuses_a_file_and_the_model_stays_open() -> Result<()> {
    let (_folder, path) = saved()?;
    let lazy = || Param::lazy(|shape: &[usize], _| Ok(Tensor::full(shape, 0.0)), 1);
    let mut model = Tied::<f32>::new(7.0);
    let stored = model.bias.value()?.elements();
    model.bias = lazy().of_shape(&["out".into(), 2.into()]);
    let err = load(&path, &mut model).unwrap_err().to_string();
    let expected = format!("'bias' has shape [{stored}], the model needs [out, 2]");
    assert!(err.contains(&expected), "{err}");
    assert!(!model.bias.is_built());
    assert_eq!(
        model.bias.build(&[3]).unwrap_err().to_string(),
        "param: has shape [out, 2], but shape [3] is needed here"
    );
    model.bias = lazy().of_shape(&["out".into()]);
    load(&path, &mut model)?;
    assert_eq!(model.first_numbers(), [1.0, 2.0, 3.0, 1.0]);
    Ok(())
}
