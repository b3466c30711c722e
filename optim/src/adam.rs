//! Adam: a rate for each element, from moving averages of the gradient and of its square.

use crate::method::{Method, Setting, check_average, check_not_negative, read_keys};
use crate::{Group, Optimizer};
use etude_tensor::kernels::step::StepRule;
use etude_tensor::{Float, Result, Tensor};

/// The configuration of a method of Adam's kind: the keys that stand in it, and those that each has.
macro_rules! adam_config {
    ($(#[$doc:meta])* pub struct $name:ident for $optimizer:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[etude_derive::config]
        pub struct $name {
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
            $($own)*
            /// Whether the largest mean square so far counts.
            #[default = false]
            pub amsgrad: bool,
            /// Which parameters are treated otherwise.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            #[default = Vec::new()]
            pub groups: Vec<Group>,
        }

        impl $name {
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
            pub fn init<T: Float>(&self) -> Result<$optimizer<T>> {
                Optimizer::new(self.clone())
            }

            fn moments(&self) -> $crate::adam::Moments {
                $crate::adam::Moments {
                    beta1: self.beta1,
                    beta2: self.beta2,
                    epsilon: self.epsilon,
                    amsgrad: self.amsgrad,
                }
            }
        }
    };
}
pub(crate) use adam_config;

/// Adam (Kingma and Ba, 2015): for each element p of a parameter, with gradient g and rate η, in its step t,
///
/// ```text
/// g ← g + λp                                                λ: weight_decay, as a penalty ½λp² in the loss
/// m ← β₁m + (1 − β₁)g                                       the mean of the gradient
/// v ← β₂v + (1 − β₂)g²                                      the mean of its square
/// p ← p − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)            both corrected for having started from 0
/// ```
///
/// With `amsgrad` (Reddi, Kale and Kumar, 2018) the largest v so far stands in the place of v. The penalty shrinks
/// where v is large; where that isn't wanted, take [`AdamW`](crate::AdamW). State: `m`, `v`, and `v_max` with
/// `amsgrad`.
pub type Adam<T = f32> = Optimizer<AdamConfig, T>;

adam_config! {
    /// The configuration of [`Adam`]. Defaults are PyTorch's.
    ///
    /// ```
    /// use etude_optim::{Adam, AdamConfig};
    ///
    /// let optimizer: Adam = AdamConfig::new(1e-3).betas(0.9, 0.99).init()?;
    /// assert_eq!(optimizer.config().epsilon, 1e-8);
    /// let wrong = AdamConfig::new(1e-3).betas(0.9, 1.0).init::<f32>().unwrap_err();
    /// assert_eq!(wrong.to_string(), "adam: beta2 1; expected at least 0 and less than 1");
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub struct AdamConfig for Adam {
        /// λ: added to the gradient is λ times the parameter.
        #[default = 0.0]
        pub weight_decay: f64,
    }
}

impl Method for AdamConfig {
    const NAME: &'static str = "adam";

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
        let penalty = setting.weight_decay;
        self.moments()
            .update(setting, penalty, 0.0, param, state, gradient)
    }
}

/// What Adam and AdamW have in common: all but where the weight decay goes.
#[derive(Clone, Copy)]
pub(crate) struct Moments {
    pub(crate) beta1: f64,
    pub(crate) beta2: f64,
    pub(crate) epsilon: f64,
    pub(crate) amsgrad: bool,
}

impl Moments {
    pub(crate) fn state_names(self) -> &'static [&'static str] {
        if self.amsgrad {
            &["m", "v", "v_max"]
        } else {
            &["m", "v"]
        }
    }

    pub(crate) fn validate(self, who: &str) -> Result<()> {
        check_average(who, "beta1", self.beta1)?;
        check_average(who, "beta2", self.beta2)?;
        check_not_negative(who, "epsilon", self.epsilon)
    }

    /// The step, with `penalty` times the parameter added to the gradient, and `shrinkage` times the parameter taken
    /// from it beforehand.
    pub(crate) fn update<T: Float>(
        self,
        setting: &Setting,
        penalty: f64,
        shrinkage: f64,
        param: &mut Tensor<T>,
        state: &mut [Tensor<T>],
        gradient: &Tensor<T>,
    ) -> Result<()> {
        let t = setting.step as f64;
        let equation = Equation {
            penalty: T::from_f64(penalty),
            shrinkage: T::from_f64(shrinkage),
            towards: T::from_f64(1.0 - self.beta1),
            beta2: T::from_f64(self.beta2),
            square_share: T::from_f64(1.0 - self.beta2),
            rate: T::from_f64(setting.learning_rate / (1.0 - self.beta1.powf(t))),
            correction: T::from_f64(1.0 / (1.0 - self.beta2.powf(t)).sqrt()),
            epsilon: T::from_f64(self.epsilon),
        };
        match state {
            [m, v] => Tensor::step(&equation, [param, m, v], gradient),
            [m, v, v_max] => Tensor::step(&equation, [param, m, v, v_max], gradient),
            _ => unreachable!("as many as state_names has"),
        }
    }
}

/// The equation, for one element.
#[derive(Clone, Copy)]
struct Equation<T> {
    /// λ, added to the gradient times p.
    penalty: T,
    /// How much of p goes beforehand.
    shrinkage: T,
    /// 1 − β₁.
    towards: T,
    beta2: T,
    /// 1 − β₂.
    square_share: T,
    /// η/(1 − β₁ᵗ).
    rate: T,
    /// 1/√(1 − β₂ᵗ).
    correction: T,
    epsilon: T,
}

impl<T: Float> Equation<T> {
    /// The next m and v.
    #[inline(always)]
    fn moments(&self, p: T, m: T, v: T, g: T) -> (T, T) {
        let g = g + self.penalty * p;
        let m = m + self.towards * (g - m);
        let v = self.beta2 * v + self.square_share * (g * g);
        (m, v)
    }

    /// The next p.
    #[inline(always)]
    fn descend(&self, p: T, m: T, v: T) -> T {
        (p - self.shrinkage * p) - self.rate * m / (v.sqrt() * self.correction + self.epsilon)
    }
}

impl<T: Float> StepRule<T, 3> for Equation<T> {
    #[inline(always)]
    fn update(&self, [p, m, v]: [T; 3], g: T) -> [T; 3] {
        let (m, v) = self.moments(p, m, v, g);
        [self.descend(p, m, v), m, v]
    }
}

impl<T: Float> StepRule<T, 4> for Equation<T> {
    #[inline(always)]
    fn update(&self, [p, m, v, v_max]: [T; 4], g: T) -> [T; 4] {
        let (m, v) = self.moments(p, m, v, g);
        let v_max = if v <= v_max { v_max } else { v }; // a NaN in v shows
        [self.descend(p, m, v_max), m, v, v_max]
    }
}
