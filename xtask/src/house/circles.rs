//! Circles: modules of one crate that use each other, also over others.
//!
//! A folder counts as one module among its neighbours, and its files are looked at among themselves. What stands in `mod.rs` (or
//! `lib.rs`) itself is one more of them; what it only hands on with `pub use` is looked for where it is defined.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::module::{Crate, Module, ModulePath};

/// Modules that cannot be understood one after the other.
#[derive(Debug, PartialEq, Eq)]
pub struct Circle {
    /// The folder, or the crate where it is empty.
    pub within: ModulePath,
    /// Those that use each other, by name.
    pub modules: Vec<String>,
    /// Each arrow between two of them: from, to, and one path that was written.
    pub arrows: Vec<(String, String, String)>,
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.within.is_empty() {
            write!(f, "in {}: ", self.within.join("::"))?;
        }
        writeln!(f, "{}", self.modules.join(", "))?;
        for (from, to, path) in &self.arrows {
            writeln!(f, "    {from} -> {to}   ({path})")?;
        }
        Ok(())
    }
}

/// Every circle of a crate.
pub fn circles(of: &Crate) -> Vec<Circle> {
    let mut folders: BTreeMap<ModulePath, Arrows> = BTreeMap::new();
    for (at, module) in &of.modules {
        for path in &module.named {
            let Some(to) = of.target(at, path, 0) else { continue };
            // What stands in one file is understood at once.
            let (at, to) = (of.file_of(at), of.file_of(&to));
            if at == to {
                continue;
            }
            let shared = at.iter().zip(to).take_while(|(a, b)| a == b).count();
            let own = |path: &[String]| path.get(shared).cloned().unwrap_or_else(|| itself(&at[..shared]));
            let arrow = (own(at), own(to));
            folders.entry(at[..shared].to_vec()).or_default().entry(arrow).or_insert_with(|| path.join("::"));
        }
    }
    folders.into_iter().flat_map(|(within, arrows)| strongly_connected(&within, &arrows)).collect()
}

type Arrows = BTreeMap<(String, String), String>;

fn itself(folder: &[String]) -> String {
    if folder.is_empty() { "lib.rs".into() } else { "mod.rs".into() }
}

/// Groups of more than one that reach each other. A house has some dozens of modules: each is asked whom it reaches.
fn strongly_connected(within: &ModulePath, arrows: &Arrows) -> Vec<Circle> {
    let reached = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for (_, to) in arrows.keys().filter(|(a, _)| a == at) {
                if seen.insert(to) {
                    open.push(to);
                }
            }
        }
        seen
    };
    let reach: BTreeMap<&String, BTreeSet<&String>> =
        arrows.keys().map(|(from, _)| (from, reached(from))).collect();
    let mut out: Vec<Circle> = Vec::new();
    for (from, others) in reach.iter().filter(|(from, others)| others.contains(*from)) {
        if out.iter().any(|circle| circle.modules.contains(*from)) {
            continue;
        }
        let modules: Vec<String> = others
            .iter()
            .filter(|to| reach.get(**to).is_some_and(|back| back.contains(*from)))
            .map(|to| (*to).clone())
            .collect();
        let inside = |name: &String| modules.contains(name);
        let arrows = arrows
            .iter()
            .filter(|((a, b), _)| inside(a) && inside(b))
            .map(|((a, b), path)| (a.clone(), b.clone(), path.clone()))
            .collect();
        out.push(Circle { within: within.clone(), modules, arrows });
    }
    out
}

/// Names hand on names; longer chains than this are a mistake of the reader.
const FAR: usize = 16;

impl Crate {
    /// The module in which what a path names is defined; none where it is another crate's.
    fn target(&self, at: &ModulePath, path: &[String], far: usize) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.within(&Vec::new(), rest, far),
            "self" => self.within(at, rest, far),
            "super" => self.target_above(at, rest, far),
            name => {
                let module = self.modules.get(at)?;
                let known = self.child(at, name).is_some()
                    || module.imported.contains_key(name)
                    || self.glob_with(at, module, name, far).is_some();
                if known { self.known(at, path, far) } else { None }
            }
        }
    }

    fn target_above(&self, at: &ModulePath, rest: &[String], far: usize) -> Option<ModulePath> {
        let above = at.split_last()?.1.to_vec();
        match rest.split_first() {
            Some((next, rest)) if next == "super" => self.target_above(&above, rest, far),
            _ => self.within(&above, rest, far),
        }
    }

    fn child(&self, at: &ModulePath, name: &str) -> Option<ModulePath> {
        let child: ModulePath = at.iter().cloned().chain([name.to_owned()]).collect();
        self.modules.contains_key(&child).then_some(child)
    }

    /// As seen from outside a module: what is not found in it is taken as its own.
    fn within(&self, at: &ModulePath, path: &[String], far: usize) -> Option<ModulePath> {
        if path.is_empty() || far > FAR {
            return self.modules.contains_key(at).then(|| at.clone());
        }
        if at.is_empty()
            && let Some(place) = self.macros.get(&path[0])
        {
            return Some(place.clone());
        }
        self.known(at, path, far).or_else(|| self.modules.contains_key(at).then(|| at.clone()))
    }

    fn known(&self, at: &ModulePath, path: &[String], far: usize) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        if far > FAR {
            return None;
        }
        if let Some(child) = self.child(at, first) {
            return self.within(&child, rest, far + 1);
        }
        let module = self.modules.get(at)?;
        if module.defined.contains(first) {
            return Some(at.clone());
        }
        if let Some(import) = module.imported.get(first).filter(|import| import[0] != *first) {
            let whole: Vec<String> = import.iter().chain(rest).cloned().collect();
            return self.target(at, &whole, far + 1);
        }
        self.glob_with(at, module, first, far).and_then(|from| self.within(&from, path, far + 1))
    }

    fn glob_with(&self, at: &ModulePath, module: &Module, name: &str, far: usize) -> Option<ModulePath> {
        module.globs.iter().filter(|_| far < FAR).find_map(|glob| {
            let from = self.target(at, glob, far + 1).filter(|from| from != at)?;
            let held = self.modules.get(&from)?;
            let has = held.defined.contains(name)
                || held.imported.contains_key(name)
                || self.child(&from, name).is_some()
                || self.glob_with(&from, held, name, far + 1).is_some();
            has.then_some(from)
        })
    }
}
