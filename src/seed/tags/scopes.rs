//! Values by name in scopes: those of a loop or an include end with it, and those around it are seen in it.

use std::collections::HashMap;

/// Values by name, in scopes of which the innermost is the last.
pub(super) struct Scopes<T>(Vec<HashMap<String, T>>);

impl<T> Default for Scopes<T> {
    fn default() -> Self {
        Self(vec![HashMap::new()])
    }
}

impl<T> Scopes<T> {
    /// Returns the value of a name in the innermost scope that has it.
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().rev().find_map(|scope| scope.get(name))
    }

    /// Sets a value in the innermost scope.
    pub(super) fn insert(&mut self, name: String, value: T) {
        if let Some(scope) = self.0.last_mut() {
            scope.insert(name, value);
        }
    }

    /// Forgets a name in all scopes.
    pub(super) fn remove(&mut self, name: &str) {
        self.0.iter_mut().for_each(|scope| _ = scope.remove(name));
    }

    /// Begins a scope.
    pub(super) fn begin(&mut self) {
        self.0.push(HashMap::new());
    }

    /// Ends the innermost scope and forgets its values.
    pub(super) fn end(&mut self) {
        self.0.pop();
    }
}
