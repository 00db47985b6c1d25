//! The cost of untrusted input, counted in steps and never in time, so that limits are deterministic.
//!
//! Code that loops over untrusted input calls [`step`] where the work happens: once per tree node visited, once per
//! byte scanned. The count serves two purposes:
//!
//! - **Growth tests.** [`count`] returns the number of steps of a call. Code is linear if twice the input takes about
//!   twice the steps; `tests/growth` asserts this for a table of input shapes.
//! - **Budgets.** [`with_budget`] limits a call. Past the limit, [`step`] returns `false` and loops end early, so even
//!   an undiscovered quadratic loop cannot hold up a build. The caller then falls back to something cheaper.
//!
//! The counter is per thread and always compiled in: the code under test is the code that ships. A step costs about as
//! much as an addition. Do not split one counted call across threads.
//!
//! ```
//! use feedmill_types::work;
//!
//! let (sum, steps) = work::count(|| (1..=10).inspect(|_| _ = work::step(1)).sum::<i32>());
//! assert_eq!((sum, steps), (55, 10));
//!
//! let (taken, within) = work::with_budget(3, || (1..=10).take_while(|_| work::step(1)).count());
//! assert_eq!((taken, within), (3, false));
//! ```

use std::cell::Cell;

struct Meter {
    /// Steps taken by this thread so far.
    spent: Cell<u64>,
    /// Number of steps beyond which the innermost budget is exceeded.
    limit: Cell<u64>,
}

thread_local! {
    static METER: Meter = const { Meter { spent: Cell::new(0), limit: Cell::new(u64::MAX) } };
}

/// Adds steps to the count. Returns `false` if the current budget is exceeded: the caller should end its loop.
#[inline]
pub fn step(steps: usize) -> bool {
    METER.with(|meter| {
        let spent = meter.spent.get().wrapping_add(steps as u64);
        meter.spent.set(spent);
        spent <= meter.limit.get()
    })
}

/// True if the current budget is exceeded.
#[inline]
#[must_use]
pub fn is_over_budget() -> bool {
    METER.with(|meter| meter.spent.get() > meter.limit.get())
}

/// Runs `call` and returns its result and the number of steps it took.
pub fn count<T>(call: impl FnOnce() -> T) -> (T, u64) {
    let before = spent();
    let result = call();
    (result, spent().wrapping_sub(before))
}

/// Runs `call` with at most `steps` steps and returns its result, and `true` if it stayed within the budget.
///
/// Inside another budget, whichever ends first counts.
pub fn with_budget<T>(steps: u64, call: impl FnOnce() -> T) -> (T, bool) {
    let outer = METER.with(|meter| meter.limit.get());
    with_limit(outer.min(spent().saturating_add(steps)), call)
}

/// Runs `call` without a budget, even inside [`with_budget`]: for the fallback once a budget is exceeded.
pub fn without_budget<T>(call: impl FnOnce() -> T) -> T {
    with_limit(u64::MAX, call).0
}

fn spent() -> u64 {
    METER.with(|meter| meter.spent.get())
}

fn with_limit<T>(limit: u64, call: impl FnOnce() -> T) -> (T, bool) {
    /// Restores the outer limit, also on a panic.
    struct Restore(u64);
    impl Drop for Restore {
        fn drop(&mut self) {
            METER.with(|meter| meter.limit.set(self.0));
        }
    }
    let _restore = Restore(METER.with(|meter| meter.limit.replace(limit)));
    let result = call();
    (result, !is_over_budget())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tighter_of_two_nested_budgets_applies() {
        let inner = || with_budget(10, || step(6)).1;
        assert_eq!(with_budget(5, inner), (false, false));
        assert_eq!(with_budget(100, || (with_budget(5, || step(6)).1, step(1))), ((false, true), true));
        assert!(with_budget(1, || without_budget(|| step(2))).0);
        assert!(!is_over_budget());
    }
}
