//! How far a training is: a bar on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::fmt::Display;

/// Shows the progress of a training: a bar that fills once an epoch, and a line of figures for each finished one. Where
/// the error stream is not a terminal, only the lines; these go to standard output.
///
/// ```
/// use etude::report::Progress;
///
/// let progress = Progress::new(2, 10);
/// for epoch in 0..2 {
///     for batch in 0..10 {
///         progress.batch(epoch, 0.5);
///     }
///     progress.epoch(epoch, "loss 0.4321   accuracy 91.2 %");
/// }
/// // epoch 1/2   loss 0.4321   accuracy 91.2 %
/// // epoch 2/2   loss 0.4321   accuracy 91.2 %
/// ```
#[derive(Debug)]
pub struct Progress {
    epochs: u64,
    bar: ProgressBar,
}

impl Progress {
    /// The progress of `epochs` epochs with `batches` batches each.
    pub fn new(epochs: u64, batches: usize) -> Self {
        let bar = ProgressBar::new(batches as u64);
        let style =
            ProgressStyle::with_template("{prefix} {bar:32.cyan/dim} {pos:>4}/{len}   {msg}");
        bar.set_style(style.expect("a template of our own").progress_chars("━━─"));
        Progress { epochs, bar }
    }

    /// Tells that a batch of epoch `epoch`, counted from 0, is done, and its loss.
    pub fn batch(&self, epoch: u64, loss: f64) {
        self.bar.set_prefix(self.heading(epoch));
        self.bar.set_message(format!("loss {loss:.4}"));
        self.bar.inc(1);
    }

    /// Tells that epoch `epoch`, counted from 0, is done, and its figures.
    pub fn epoch(&self, epoch: u64, figures: impl Display) {
        let line = self.line(epoch, figures);
        // A bar that is hidden, for want of a terminal, steps aside for nothing: the line is printed all the same.
        self.bar.suspend(|| println!("{line}"));
        self.bar.reset();
        if epoch + 1 == self.epochs {
            self.bar.finish_and_clear();
        }
    }

    fn heading(&self, epoch: u64) -> String {
        let width = self.epochs.to_string().len();
        format!("epoch {:>width$}/{}", epoch + 1, self.epochs)
    }

    fn line(&self, epoch: u64, figures: impl Display) -> String {
        format!("{}   {figures}", self.heading(epoch))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_a_line() {
        let progress = Progress::new(20, 45);
        assert_eq!(progress.line(2, "loss 0.1234"), "epoch  3/20   loss 0.1234");
    }
}
