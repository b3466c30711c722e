//! AdamW: Adam with the weight decay beside the gradient, not in it.

use crate::adam::adam_config;
use crate::method::{Method, Setting, read_keys};
use crate::{Group, Optimizer};
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

adam_config! {
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
    pub struct AdamWConfig for AdamW {
        /// λ: each step takes ηλ times the parameter from it.
        #[default = 0.01]
        pub weight_decay: f64,
    }
}

impl Method for AdamWConfig {
    const NAME: &'static str = "adamw";

    read_keys!();

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
