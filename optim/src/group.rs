//! Parameter groups: other settings for the parameters whose path matches.

use crate::method::check_not_negative;
use etude_autograd::path_matches;
use etude_derive::config;
use etude_tensor::Result;

/// Settings for the parameters whose path matches a pattern. What it doesn't set is as for all others. Of several
/// groups that match, the first one counts.
///
/// A pattern is a path or the beginning of one, up to a dot (`encoder` is all under it); `*` stands for any
/// characters, dots included (`*.bias`). A pattern that matches no parameter is an error of the first step.
///
/// ```
/// use etude_optim::{AdamWConfig, Group};
///
/// // No decay for biases, a smaller rate for the encoder, and its embedding stays as it is.
/// let config = AdamWConfig::new(1e-3)
///     .group(Group::new("*.bias").weight_decay(0.0))
///     .group(Group::new("encoder.embedding").frozen(true))
///     .group(Group::new("encoder").rate_factor(0.1));
/// # let _ = config;
/// ```
#[config]
pub struct Group {
    /// Which parameters.
    #[required]
    pub pattern: String,
    /// Their rate is the optimizer's times this, so that a schedule moves all rates together.
    #[default = 1.0]
    pub rate_factor: f64,
    /// Their weight decay; the optimizer's if absent.
    pub weight_decay: Option<f64>,
    /// Whether this optimizer leaves them as they are. Their gradients are still computed:
    /// [`Module::freeze`](etude_autograd::Module::freeze) saves that.
    #[default = false]
    pub frozen: bool,
}

impl Group {
    /// Whether a parameter belongs to the group, if to none before it.
    pub(crate) fn matches(&self, path: &str) -> bool {
        path_matches(&self.pattern, path)
    }

    pub(crate) fn validate(&self, who: &str) -> Result<()> {
        let name = |field: &str| format!("group '{}': {field}", self.pattern);
        check_not_negative(who, &name("rate_factor"), self.rate_factor)?;
        check_not_negative(who, &name("weight_decay"), self.weight_decay.unwrap_or(0.0))
    }
}
