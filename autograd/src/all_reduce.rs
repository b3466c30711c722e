//! Sums over the members of a group that work on one batch together, each on a tape of its own.
//!
//! What needs the whole batch while each member sees a part, such as the statistics of a synchronised batch normalisation, is a
//! sum over the members. [`AllReduce`] is all that étude asks of whatever carries it: here threads, one day processes on several machines.

use etude_tensor::{Error, Float, Result, Tensor};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A member's end of what connects a group. All members call the same sums in the same order.
pub trait AllReduce<T: Float> {
    /// The sum of what the members give, added up in the order of their ranks, so that everybody gets the same bits, whoever
    /// comes first. Waits for all.
    ///
    /// # Errors
    /// If a member has left or gives another shape; every member that waits gets the error.
    fn sum(&self, own: &Tensor<T>) -> Result<Tensor<T>>;

    /// The number of this member, from 0.
    fn rank(&self) -> usize;

    /// How many members there are.
    fn members(&self) -> usize;
}

/// A member of a group of threads. A member that is dropped has left: whoever waits for it, now or later, gets an error, so that
/// one that fails releases the others.
///
/// ```
/// use etude_autograd::{AllReduce, ThreadGroup};
/// use etude_tensor::Tensor;
///
/// let sums = std::thread::scope(|scope| {
///     let add = |member: ThreadGroup| member.sum(&Tensor::scalar(10.0_f32.powi(member.rank() as i32)));
///     let members = ThreadGroup::new(3).into_iter();
///     let threads: Vec<_> = members.map(|member| scope.spawn(move || add(member))).collect();
///     threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Result<Vec<_>, _>>()
/// })?;
/// assert_eq!(sums, vec![Tensor::scalar(111.0); 3]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
pub struct ThreadGroup<T: Float = f32> {
    rank: usize,
    shared: Arc<Shared<T>>,
}

struct Shared<T: Float> {
    members: usize,
    round: Mutex<Round<T>>,
    changed: Condvar,
}

/// The sum that is being made, or was made last.
struct Round<T: Float> {
    number: u64,
    given: Vec<Option<Tensor<T>>>,
    sum: Option<Result<Tensor<T>>>,
    /// The first member that left.
    left: Option<usize>,
}

impl<T: Float> fmt::Debug for ThreadGroup<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ThreadGroup(rank {} of {})",
            self.rank, self.shared.members
        )
    }
}

impl<T: Float> ThreadGroup<T> {
    /// A group of so many members, in the order of their ranks.
    pub fn new(members: usize) -> Vec<Self> {
        let shared = Arc::new(Shared {
            members,
            round: Mutex::new(Round {
                number: 0,
                given: vec![None; members],
                sum: None,
                left: None,
            }),
            changed: Condvar::new(),
        });
        let member = |rank| ThreadGroup {
            rank,
            shared: Arc::clone(&shared),
        };
        (0..members).map(member).collect()
    }

    /// The state; a panic elsewhere can't have left it half changed, since nothing in a locked section panics.
    fn lock(&self) -> MutexGuard<'_, Round<T>> {
        let round = self.shared.round.lock();
        round.unwrap_or_else(PoisonError::into_inner)
    }

    fn released(&self, who: usize) -> Error {
        let message = format!(
            "member {who} has left while member {} waits for a sum: it failed, or didn't ask for as many sums as the others",
            self.rank
        );
        Error::state("all_reduce", message)
    }
}

impl<T: Float> AllReduce<T> for ThreadGroup<T> {
    fn sum(&self, own: &Tensor<T>) -> Result<Tensor<T>> {
        let mut round = self.lock();
        let number = round.number;
        round.given[self.rank] = Some(own.clone());
        if round.given.iter().all(Option::is_some) {
            let given = std::mem::replace(&mut round.given, vec![None; self.members()]);
            round.sum = Some(add_up(given.into_iter().flatten()));
            round.number += 1;
            self.shared.changed.notify_all();
        }
        loop {
            // Nobody begins the round after the next before all have asked for the next one, hence have this sum.
            if round.number != number {
                return round.sum.clone().expect("a round ends with a sum");
            }
            if let Some(who) = round.left {
                return Err(self.released(who));
            }
            let waited = self.shared.changed.wait(round);
            round = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn rank(&self) -> usize {
        self.rank
    }

    fn members(&self) -> usize {
        self.shared.members
    }
}

/// The sum in order.
fn add_up<T: Float>(mut given: impl Iterator<Item = Tensor<T>>) -> Result<Tensor<T>> {
    let mut sum = given.next().expect("a group has a member");
    for (rank, next) in given.enumerate() {
        if next.shape() != sum.shape() {
            let message = format!(
                "member 0 gives shape {:?} and member {} {:?}; expected one shape: the members run the same layers",
                sum.shape(),
                rank + 1,
                next.shape()
            );
            return Err(Error::shape("all_reduce", message));
        }
        sum.scaled_add(1.0, &next)?;
    }
    Ok(sum)
}

impl<T: Float> Drop for ThreadGroup<T> {
    fn drop(&mut self) {
        let mut round = self.lock();
        round.left.get_or_insert(self.rank);
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// What each member's `work` returns, by rank.
    fn run<R: Send>(
        members: usize,
        work: impl Fn(ThreadGroup<f64>) -> R + Sync,
    ) -> Vec<std::thread::Result<R>> {
        std::thread::scope(|scope| {
            let work = &work;
            let members = ThreadGroup::new(members).into_iter();
            let threads: Vec<_> = members
                .map(|member| scope.spawn(move || work(member)))
                .collect();
            threads.into_iter().map(|thread| thread.join()).collect()
        })
    }

    #[test]
    fn sums_have_the_order_of_the_ranks_whoever_comes_first() {
        // Added up in another order, these are 0 or 2.
        let values = [1.0, 1e20, -1e20, 1.0];
        for late in 0..4 {
            let sums = run(4, |member| {
                if member.rank() == late {
                    std::thread::sleep(Duration::from_millis(5));
                }
                let own = Tensor::scalar(values[member.rank()]);
                let first = member.sum(&own).unwrap().item().unwrap();
                let second = member.sum(&Tensor::full([2], 1.0)).unwrap();
                (first, second.to_vec(), member.members())
            });
            for sum in sums {
                assert_eq!(sum.unwrap(), (1.0, vec![4.0; 2], 4));
            }
        }
    }

    #[test]
    fn a_member_that_leaves_releases_the_others() {
        let results = run(3, |member| match member.rank() {
            1 => Err(Error::value("test", "no")),
            _ => member.sum(&Tensor::scalar(1.0)).map(|_| ()),
        });
        let messages: Vec<String> = results
            .into_iter()
            .map(|result| result.unwrap().unwrap_err().to_string())
            .collect();
        assert_eq!(messages[1], "test: no");
        assert!(messages[0].starts_with("all_reduce: member 1 has left while member 0 waits"));
        assert!(messages[2].starts_with("all_reduce: member 1 has left while member 2 waits"));
    }

    #[test]
    fn a_member_that_panics_releases_the_others() {
        let results = run(2, |member| match member.rank() {
            0 => panic!("on purpose"),
            _ => member.sum(&Tensor::scalar(1.0)),
        });
        assert!(results[0].is_err());
        assert!(results[1].as_ref().unwrap().is_err());
    }

    #[test]
    fn shapes_that_differ_are_an_error_for_all() {
        let results = run(2, |member| member.sum(&Tensor::zeros([member.rank() + 1])));
        for result in results {
            let message = result.unwrap().unwrap_err().to_string();
            assert!(
                message.contains("member 0 gives shape [1] and member 1 [2]"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_group_of_one_waits_for_nobody() {
        let sums = run(1, |member| member.sum(&Tensor::scalar(3.0)).unwrap());
        assert_eq!(sums[0].as_ref().unwrap(), &Tensor::scalar(3.0));
    }
}
