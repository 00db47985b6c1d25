//! Counts steps in tests, so that a test can prove that checking takes linear time. Elsewhere it does nothing.

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Counts a number of nodes or bytes that were looked at.
#[inline]
pub(crate) fn step(count: usize) {
    #[cfg(test)]
    STEPS.with(|steps| steps.set(steps.get() + count));
    #[cfg(not(test))]
    let _ = count;
}

/// Returns the number of steps since the last call.
#[cfg(test)]
pub(crate) fn take_steps() -> usize {
    STEPS.with(|steps| steps.replace(0))
}
