//! Masks of attention as layers take them: boolean or float, with or without axes for batch and heads.

use crate::{Arg, Args};
use etude_autograd::AttentionMask;
use etude_tensor::{Error, Float, Result, Tensor};

/// The optional mask of this name.
pub(crate) fn mask_argument<T: Float>(
    args: &Args<T>,
    name: &str,
) -> Result<Option<AttentionMask<T>>> {
    match args.get(name) {
        None => Ok(None),
        Some(Arg::Bool(mask)) => Ok(Some(AttentionMask::Bool(mask.clone()))),
        Some(Arg::Float(mask)) => Ok(Some(AttentionMask::Float(mask.clone()))),
        Some(Arg::Ints(_)) => args.bools(name).map(|mask| Some(mask.clone().into())),
    }
}

/// A mask for scores `[batch, heads, queries, keys]`: `[queries, keys]`, `[batch, queries, keys]` or `[batch, heads, queries, keys]`, with 1
/// allowed for batch and heads. One of rank 2 may be larger, and its leading part is used.
pub(crate) fn head_mask<T: Float>(
    who: &str,
    mask: &AttentionMask<T>,
    [batch, heads, queries, keys]: [usize; 4],
) -> Result<AttentionMask<T>> {
    match *mask.shape() {
        [rows, columns] if rows >= queries && columns >= keys => match mask {
            AttentionMask::Bool(mask) => leading_part(mask, queries, keys).map(AttentionMask::Bool),
            AttentionMask::Float(mask) if (rows, columns) == (queries, keys) => {
                Ok(mask.clone().into())
            }
            AttentionMask::Float(mask) => {
                let part = mask.narrow(0, 0, queries)?.narrow(1, 0, keys)?;
                Ok(part.into())
            }
        },
        [b, rows, columns] if (b == batch || b == 1) && (rows, columns) == (queries, keys) => {
            match mask {
                AttentionMask::Bool(mask) => Ok(mask.unsqueeze(1)?.into()),
                AttentionMask::Float(mask) => Ok(mask.unsqueeze(1)?.into()),
            }
        }
        [b, h, rows, columns]
            if (b == batch || b == 1)
                && (h == heads || h == 1)
                && (rows, columns) == (queries, keys) =>
        {
            Ok(mask.clone())
        }
        _ => {
            let message = format!(
                "a mask of shape {:?} for {queries} queries and {keys} keys; expected [{queries}, {keys}] or larger, [{batch}, {queries}, {keys}] or \
                 [{batch}, {heads}, {queries}, {keys}], with 1 allowed for the batch and the heads",
                mask.shape()
            );
            Err(Error::shape(who, message))
        }
    }
}

fn leading_part(mask: &Tensor<bool>, queries: usize, keys: usize) -> Result<Tensor<bool>> {
    mask.narrow(0, 0, queries)?.narrow(1, 0, keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use etude_autograd::Tape;

    fn shape(given: &[usize]) -> Result<Vec<usize>> {
        let mask = AttentionMask::<f64>::Bool(Tensor::full(given, true));
        let float = AttentionMask::Float(Tape::<f64>::new().var(Tensor::zeros(given)));
        let fitted = head_mask("t", &mask, [2, 3, 4, 5])?;
        assert_eq!(
            fitted.shape(),
            head_mask("t", &float, [2, 3, 4, 5])?.shape()
        );
        Ok(fitted.shape().to_vec())
    }

    #[test]
    fn every_allowed_shape_fits_the_scores() -> Result<()> {
        assert_eq!(shape(&[4, 5])?, [4, 5]);
        assert_eq!(shape(&[7, 6])?, [4, 5]);
        assert_eq!(shape(&[2, 4, 5])?, [2, 1, 4, 5]);
        assert_eq!(shape(&[1, 4, 5])?, [1, 1, 4, 5]);
        assert_eq!(shape(&[2, 1, 4, 5])?, [2, 1, 4, 5]);
        assert_eq!(shape(&[1, 3, 4, 5])?, [1, 3, 4, 5]);
        Ok(())
    }

    #[test]
    fn others_are_told_what_fits() {
        for given in [
            &[3, 5][..],
            &[5],
            &[3, 4, 5],
            &[2, 2, 4, 5],
            &[2, 4, 6],
            &[1, 2, 3, 4, 5],
        ] {
            let message = shape(given).unwrap_err().to_string();
            assert!(
                message.starts_with(&format!(
                    "t: a mask of shape {given:?} for 4 queries and 5 keys; expected [4, 5]"
                )),
                "{message}"
            );
        }
    }
}
