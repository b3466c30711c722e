//! What a loss does with its elements.

use super::names::names;

names! {
    /// How a loss makes one number of many.
    pub enum Reduction("reduction") {
        /// The mean over the elements that count.
        Mean = "mean",
        /// The sum.
        Sum = "sum",
        /// Nothing: the elements as they are.
        None = "none",
    }
}
