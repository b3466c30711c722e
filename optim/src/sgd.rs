//! Stochastic gradient descent, with momentum.

use crate::method::{Method, Setting, check_not_negative, read_keys};
use crate::{Group, Optimizer};
use etude_derive::config;
use etude_tensor::kernels::step::StepRule;
use etude_tensor::{Error, Float, Result, Tensor};

/// Stochastic gradient descent, as PyTorch has it: for each element p of a parameter, with gradient g and rate η,
///
/// ```text
/// g ← g + λp                      λ: weight_decay
/// u ← μu + (1 − τ)g               μ: momentum, τ: dampening; u ← g in the first step
/// p ← p − ηu                      or, with Nesterov's momentum, p ← p − η(g + μu)
/// ```
///
/// Without momentum u is g, and nothing is remembered. State: `velocity`, u.
pub type Sgd<T = f32> = Optimizer<SgdConfig, T>;

/// The configuration of [`Sgd`]. Defaults are PyTorch's.
///
/// ```
/// use etude_optim::{Sgd, SgdConfig};
///
/// let optimizer: Sgd = SgdConfig::new(0.1).momentum(0.9).nesterov(true).init()?;
/// assert_eq!(optimizer.learning_rate(), 0.1);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[config]
pub struct SgdConfig {
    /// The rate, η.
    #[required]
    pub learning_rate: f64,
    /// How much of the velocity stays from step to step, μ; 0: no velocity.
    #[default = 0.0]
    pub momentum: f64,
    /// What the gradient's part in the velocity lacks to 1, τ.
    #[default = 0.0]
    pub dampening: f64,
    /// Whether the step looks ahead by the next step's velocity.
    #[default = false]
    pub nesterov: bool,
    /// λ: added to the gradient is λ times the parameter.
    #[default = 0.0]
    pub weight_decay: f64,
    /// Which parameters are treated otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[default = Vec::new()]
    pub groups: Vec<Group>,
}

impl SgdConfig {
    /// With another group, behind those it has.
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// The optimizer.
    ///
    /// # Errors
    /// If a value is negative or not finite, or Nesterov's momentum has no momentum or a dampening.
    pub fn init<T: Float>(&self) -> Result<Sgd<T>> {
        Optimizer::new(self.clone())
    }
}

impl Method for SgdConfig {
    const NAME: &'static str = "sgd";

    read_keys!();

    fn state_names(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 {
            &[]
        } else {
            &["velocity"]
        }
    }

    fn validate(&self) -> Result<()> {
        check_not_negative(Self::NAME, "momentum", self.momentum)?;
        if !self.dampening.is_finite() {
            let message = format!("dampening {}; expected a finite number", self.dampening);
            return Err(Error::config(Self::NAME, message));
        }
        if self.nesterov && (self.momentum == 0.0 || self.dampening != 0.0) {
            let message = format!(
                "nesterov with momentum {} and dampening {}; expected a momentum above 0 and no dampening",
                self.momentum, self.dampening
            );
            return Err(Error::config(Self::NAME, message));
        }
        Ok(())
    }

    fn update<T: Float>(
        &self,
        setting: &Setting,
        param: &mut Tensor<T>,
        state: &mut [Tensor<T>],
        gradient: &Tensor<T>,
    ) -> Result<()> {
        let first = setting.step == 1;
        let descent = Descent {
            rate: T::from_f64(setting.learning_rate),
            decay: T::from_f64(setting.weight_decay),
            momentum: T::from_f64(self.momentum),
            share: T::from_f64(if first { 1.0 } else { 1.0 - self.dampening }),
            nesterov: self.nesterov,
        };
        match state {
            [velocity] => Tensor::step(&descent, [param, velocity], gradient),
            _ => Tensor::step(&descent, [param], gradient),
        }
    }
}

/// The equation, for one element.
#[derive(Clone, Copy)]
struct Descent<T> {
    rate: T,
    decay: T,
    momentum: T,
    /// The gradient's part in the velocity, 1 − τ.
    share: T,
    nesterov: bool,
}

impl<T: Float> StepRule<T, 1> for Descent<T> {
    #[inline(always)]
    fn update(&self, [p]: [T; 1], g: T) -> [T; 1] {
        let g = g + self.decay * p;
        [p - self.rate * g]
    }
}

impl<T: Float> StepRule<T, 2> for Descent<T> {
    #[inline(always)]
    fn update(&self, [p, u]: [T; 2], g: T) -> [T; 2] {
        let g = g + self.decay * p;
        let u = self.momentum * u + self.share * g; // u is 0 before the first step
        let along = if self.nesterov {
            g + self.momentum * u
        } else {
            u
        };
        [p - self.rate * along, u]
    }
}
