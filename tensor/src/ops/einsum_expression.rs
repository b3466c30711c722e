//! What an expression of `einsum` says: a label for each axis of each operand, and those of the result.

use crate::{Error, Result};

/// Labels of the axes behind `...` begin here, counted from the last axis: no letter lies there.
const HIDDEN: u32 = 0xE000;

/// The labels of each operand and of the result.
///
/// # Errors
/// If the expression isn't one, or doesn't fit the shapes.
pub(super) fn parse(expression: &str, shapes: &[&[usize]]) -> Result<(Vec<Vec<char>>, Vec<char>)> {
    let refuse = |why: String| Err(Error::shape("einsum", format!("'{expression}': {why}")));
    let text: String = expression.chars().filter(|c| !c.is_whitespace()).collect();
    let (inputs, output) = match text.split_once("->") {
        Some((inputs, output)) => (inputs, Some(output)),
        None => (&text[..], None),
    };
    let inputs: Vec<&str> = inputs.split(',').collect();
    for part in inputs.iter().copied().chain(output) {
        let letters = part.replacen("...", "", 1);
        if let Some(wrong) = letters.chars().find(|c| !c.is_alphabetic()) {
            return refuse(format!(
                "'{wrong}' in '{part}'; expected letters, at most one '...', ',' between operands and one '->'"
            ));
        }
    }
    if inputs.len() != shapes.len() {
        return refuse(format!(
            "names {} operands, got {}",
            inputs.len(),
            shapes.len()
        ));
    }
    let mut hidden = 0;
    let mut labels: Vec<Vec<char>> = Vec::new();
    for (operand, (part, shape)) in inputs.iter().zip(shapes).enumerate() {
        let letters = part.chars().filter(|&c| c != '.').count();
        let rank = shape.len();
        let open = part.contains("...");
        if letters > rank || letters < rank && !open {
            return refuse(format!(
                "operand {operand}, '{part}', has {letters} letters for shape {shape:?}; expected {rank}{}",
                if open {
                    " at most"
                } else {
                    ", or an ellipsis '...'"
                }
            ));
        }
        hidden = hidden.max(rank - letters);
        labels.push(spell(part, rank - letters));
    }
    // Sizes under one label are equal, or 1.
    let mut sizes: Vec<(char, usize, usize)> = Vec::new();
    for (operand, (labels, shape)) in labels.iter().zip(shapes).enumerate() {
        for (at, (&label, &size)) in labels.iter().zip(*shape).enumerate() {
            let name = if label as u32 >= HIDDEN {
                "an axis of '...'".to_string()
            } else {
                format!("'{label}'")
            };
            if let Some(first) = labels[..at].iter().position(|&of| of == label)
                && shape[first] != size
            {
                return refuse(format!(
                    "{name} has sizes {} and {size} in operand {operand}; expected equal ones",
                    shape[first]
                ));
            }
            match sizes.iter_mut().find(|(of, ..)| *of == label) {
                None => sizes.push((label, size, operand)),
                Some((_, known, by)) if *known == 1 => (*known, *by) = (size, operand),
                Some((_, known, by)) if *known != size && size != 1 => {
                    return refuse(format!(
                        "{name} has size {known} in operand {by} and {size} in operand {operand}; expected equal sizes or 1"
                    ));
                }
                Some(_) => {}
            }
        }
    }
    let result = match output {
        Some(output) => spell(output, hidden),
        None => {
            let mut once: Vec<char> = labels.concat();
            once.retain(|&label| {
                (label as u32) < HIDDEN
                    && labels.concat().iter().filter(|&&of| of == label).count() == 1
            });
            once.sort_unstable();
            [spell("...", hidden), once].concat()
        }
    };
    for (at, label) in result.iter().enumerate() {
        if result[..at].contains(label) {
            return refuse(format!("'{label}' comes twice in the result"));
        }
        if !labels.concat().contains(label) {
            return refuse(format!("'{label}' of the result is in no operand"));
        }
    }
    Ok((labels, result))
}

/// The labels that a part names, `...` being `hidden` axes.
fn spell(part: &str, hidden: usize) -> Vec<char> {
    let (before, behind) = part.split_once("...").unwrap_or((part, ""));
    let between = (0..if part.contains("...") { hidden } else { 0 }).rev();
    let between = between.filter_map(|k| char::from_u32(HIDDEN + k as u32));
    before
        .chars()
        .chain(between)
        .chain(behind.chars())
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::{Rng, Tensor};

    #[test]
    fn ellipses_and_results_left_out() {
        let rng = &mut Rng::seed(7);
        let (a, b) = (
            Tensor::<f64>::randn([6, 1, 2, 3], rng),
            Tensor::randn([5, 3, 4], rng),
        );
        let y = Tensor::einsum("...ij,...jk", &[&a, &b]).unwrap();
        assert_eq!(y.shape(), [6, 5, 2, 4]);
        let expected = a.matmul(&b).unwrap();
        assert!(
            y.try_sub(&expected)
                .unwrap()
                .abs()
                .max(..)
                .unwrap()
                .item()
                .unwrap()
                < 1e-12
        );
        let y = Tensor::einsum("i...->...i", &[&b]).unwrap();
        assert_eq!(y, b.permute([1, 2, 0]).unwrap());
        assert_eq!(
            Tensor::einsum("ba", &[&b.select(0, 0).unwrap()])
                .unwrap()
                .shape(),
            [4, 3]
        );
        assert_eq!(Tensor::einsum(" i ... -> i ", &[&b]).unwrap().shape(), [5]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let x = Tensor::<f32>::zeros([2, 3]);
        let message = |expression: &str, operands: &[&Tensor<f32>]| {
            Tensor::einsum(expression, operands)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message("ij,jk->ik", &[&x, &x]),
            "einsum: 'ij,jk->ik': 'j' has size 3 in operand 0 and 2 in operand 1; expected equal sizes or 1"
        );
        assert_eq!(
            message("ij,jk->ik", &[&x]),
            "einsum: 'ij,jk->ik': names 2 operands, got 1"
        );
        assert_eq!(
            message("i->i", &[&x]),
            "einsum: 'i->i': operand 0, 'i', has 1 letters for shape [2, 3]; expected 2, or an ellipsis '...'"
        );
        assert_eq!(
            message("ij->k", &[&x]),
            "einsum: 'ij->k': 'k' of the result is in no operand"
        );
        assert_eq!(
            message("ij->ii", &[&x]),
            "einsum: 'ij->ii': 'i' comes twice in the result"
        );
        assert_eq!(
            message("ii->i", &[&x]),
            "einsum: 'ii->i': 'i' has sizes 2 and 3 in operand 0; expected equal ones"
        );
        assert!(message("i1->i", &[&x]).contains("'1' in 'i1'; expected letters"));
        assert!(message("i.j->i", &[&x]).contains("'.' in 'i.j'"));
        assert!(message("ij->i->j", &[&x]).contains("'-' in 'i->j'"));
    }
}
