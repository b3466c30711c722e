//! The model of the tests: two affine maps with tanh between.

use etude_autograd::{Module, Param, Tape, Var, Visitor, VisitorMut};
use etude_tensor::{Float, Result, Tensor};

/// `tanh(x·w1 + b1)·w2 + b2`.
#[derive(Clone)]
pub struct Net<T: Float = f64> {
    pub hidden: Affine<T>,
    pub head: Affine<T>,
}

#[derive(Clone)]
pub struct Affine<T: Float = f64> {
    pub weight: Param<T>,
    pub bias: Param<T>,
}

impl<T: Float> Affine<T> {
    pub fn new(weight: Tensor<T>, bias: Tensor<T>) -> Self {
        Affine {
            weight: Param::new(weight),
            bias: Param::new(bias),
        }
    }

    fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        let (weight, bias) = (x.tape().param(&self.weight)?, x.tape().param(&self.bias)?);
        x.matmul(&weight)?.try_add(&bias)
    }
}

impl<T: Float> Net<T> {
    /// A net whose parameters are the numbers `value(0), value(1), …`.
    pub fn of(inputs: usize, hidden: usize, outputs: usize, value: impl Fn(usize) -> f64) -> Self {
        let mut count = 0;
        let mut tensor = |shape: &[usize]| {
            let values: Vec<T> = (count..)
                .map(|i| T::from_f64(value(i)))
                .take(shape.iter().product())
                .collect();
            count += values.len();
            Tensor::from_slice(shape, &values).unwrap()
        };
        Net {
            hidden: Affine::new(tensor(&[inputs, hidden]), tensor(&[hidden])),
            head: Affine::new(tensor(&[hidden, outputs]), tensor(&[outputs])),
        }
    }

    pub fn forward(&self, x: &Var<T>) -> Result<Var<T>> {
        self.head.forward(&self.hidden.forward(x)?.tanh()?)
    }

    /// The mean squared error.
    pub fn loss(&self, tape: &Tape<T>, x: &Tensor<T>, y: &Tensor<T>) -> Result<Var<T>> {
        let distance = self.forward(&tape.input(x.clone()))? - tape.input(y.clone());
        (&distance * &distance)
            .sum(..)?
            .mul_scalar(1.0 / y.elements() as f64)
    }

    /// All parameters, one after the other.
    pub fn numbers(&self) -> Vec<T> {
        self.params()
            .iter()
            .flat_map(|(_, param)| param.value().unwrap().to_vec())
            .collect()
    }
}

impl<T: Float> Module<T> for Affine<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        visitor.field("weight", &self.weight);
        visitor.field("bias", &self.bias);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        visitor.field("weight", &mut self.weight);
        visitor.field("bias", &mut self.bias);
    }
}

impl<T: Float> Module<T> for Net<T> {
    fn visit<'a>(&'a self, visitor: &mut Visitor<'_, 'a, T>) {
        visitor.field("hidden", &self.hidden);
        visitor.field("head", &self.head);
    }
    fn visit_mut(&mut self, visitor: &mut VisitorMut<'_, T>) {
        visitor.field("hidden", &mut self.hidden);
        visitor.field("head", &mut self.head);
    }
}
