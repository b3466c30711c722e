//! The activations, by name.

use super::names::names;

names! {
    /// An activation function: what a layer applies to its result, element by element but for the softmaxes.
    ///
    /// ```
    /// use etude_layers::Activation;
    ///
    /// let activation: Activation = "leaky_relu".parse()?;
    /// assert_eq!(activation, Activation::LeakyRelu);
    /// let unknown = "rleu".parse::<Activation>().unwrap_err();
    /// assert!(unknown.to_string().starts_with("activation: there is no 'rleu'; expected one of relu, relu6,"));
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub enum Activation("activation") {
        /// `max(x, 0)`; derivative 0 at 0.
        Relu = "relu",
        /// `min(max(x, 0), 6)`; derivative 0 at 0 and 6.
        Relu6 = "relu6",
        /// `x` for `x ≥ 0`, `0.2·x` below; derivative 0.2 at 0.
        LeakyRelu = "leaky_relu",
        /// `x` for `x > 0`, `eˣ − 1` below (Clevert, Unterthiner and Hochreiter, 2015).
        Elu = "elu",
        /// `λ·x` for `x > 0`, `λα(eˣ − 1)` below (Klambauer et al., 2017); derivative `λα` at 0.
        Selu = "selu",
        /// `1 / (1 + e⁻ˣ)`.
        Sigmoid = "sigmoid",
        /// `min(max(0.2·x + 0.5, 0), 1)`; derivative 0 at both ends.
        HardSigmoid = "hard_sigmoid",
        /// `tanh x`.
        Tanh = "tanh",
        /// `ln(1 + eˣ)`, computed so that neither large nor small `x` overflows or loses digits.
        Softplus = "softplus",
        /// `x / (1 + |x|)`.
        Softsign = "softsign",
        /// `x · sigmoid(x)` (Ramachandran, Zoph and Le, 2017).
        Swish = "swish",
        /// `x · relu6(x + 3) / 6`; derivative 0 at −3 and 1 at 3 (Howard et al., 2019).
        HardSwish = "hard_swish",
        /// `½x(1 + erf(x/√2))` (Hendrycks and Gimpel, 2016).
        Gelu = "gelu",
        /// `½x(1 + tanh(√(2/π)(x + 0.044715x³)))`, an approximation of `gelu`.
        GeluTanh = "gelu_tanh",
        /// `eˣ`.
        Exponential = "exponential",
        /// `e^(x − max x)` over its sum, along the last axis.
        Softmax = "softmax",
        /// The logarithm of the softmax along the last axis.
        LogSoftmax = "log_softmax",
        /// `x`: no activation.
        Linear = "linear",
    }
}
