//! AdamW: Adam with the weight decay beside the gradient, not in it.

use crate::adam::Moments;
use crate::method::{Method, Setting};
use crate::{Group, Optimizer};
use etude_derive::config;
use etude_tensor::{Float, Result, Tensor};

/// AdamW (Loshchilov and Hutter, 2019): [`Adam`](crate::Adam) but for the weight decay λ, which shrinks every element
/// alike:
///
/// ```text
/// p ← p − ηλp                      then the step of Adam, with λ = 0
/// ```
///
/// State: as Adam's.
pub type AdamW<T = f32> = Optimizer<AdamWConfig, T>;

/// The configuration of [`AdamW`]. Defaults are PyTorch's, a weight decay of 0.01 among them.
///
/// ```
/// use etude_optim::{AdamW, AdamWConfig, Group};
///
/// let config = AdamWConfig::new(1e-3).weight_decay(0.1).group(Group::new("*.bias").weight_decay(0.0));
/// let optimizer: AdamW = config.init()?;
/// # let _ = optimizer;
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[config]
pub struct AdamWConfig {
    /// The rate, η.
    #[required]
    pub learning_rate: f64,
    /// How much of the gradient's mean stays from step to step, β₁.
    #[default = 0.9]
    pub beta1: f64,
    /// How much of the mean of its square stays, β₂.
    #[default = 0.999]
    pub beta2: f64,
    /// What keeps the quotient finite, ε.
    #[default = 1e-8]
    pub epsilon: f64,
    /// λ: each step takes ηλ times the parameter from it.
    #[default = 0.01]
    pub weight_decay: f64,
    /// Whether the largest mean square so far counts.
    #[default = false]
    pub amsgrad: bool,
    /// Which parameters are treated otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[default = Vec::new()]
    pub groups: Vec<Group>,
}

impl AdamWConfig {
    /// With β₁ and β₂.
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        (self.beta1, self.beta2) = (beta1, beta2);
        self
    }

    /// With another group, behind those it has.
    #[must_use]
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// The optimizer.
    ///
    /// # Errors
    /// If a β is outside `[0, 1)`, or another value is negative or not finite.
    pub fn init<T: Float>(&self) -> Result<AdamW<T>> {
        Optimizer::new(self.clone())
    }

    fn moments(&self) -> Moments {
        Moments {
            beta1: self.beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
            amsgrad: self.amsgrad,
        }
    }
}

impl Method for AdamWConfig {
    const NAME: &'static str = "adamw";

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn weight_decay(&self) -> f64 {
        self.weight_decay
    }

    fn groups(&self) -> &[Group] {
        &self.groups
    }

    fn state_names(&self) -> &'static [&'static str] {
        self.moments().state_names()
    }

    fn validate(&self) -> Result<()> {
        self.moments().validate(Self::NAME)
    }

    fn update<T: Float>(
        &self,
        setting: &Setting,
        param: &mut Tensor<T>,
        state: &mut [Tensor<T>],
        gradient: &Tensor<T>,
    ) -> Result<()> {
        let shrinkage = setting.learning_rate * setting.weight_decay;
        self.moments()
            .update(setting, 0.0, shrinkage, param, state, gradient)
    }
}
