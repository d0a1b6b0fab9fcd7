//! Where a path leads: to the item that it names, through imports, facades and globs.

use crate::tree::{FileId, ItemId, ModuleId, Names, Target, Tree};
use crate::types::Types;

/// What a path names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    Module(ModuleId),
    Item(ItemId),
    /// A function or constant of a type's inherent `impl`, by its place in [`Types`].
    Associated(ItemId, usize),
    /// An item that a macro makes, or what may be one.
    Made(FileId, String),
    /// A name of a crate that is not ours.
    External(Vec<String>),
}

/// Resolves paths as seen from one module, with the names of the blocks around.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) types: &'a Types,
    pub(crate) module: ModuleId,
    pub(crate) blocks: &'a [Names],
}

/// The imports that are being followed, so that one that leads to itself ends.
type Followed = Vec<(ModuleId, Vec<String>)>;

impl<'a> Scope<'a> {
    pub(crate) fn of(tree: &'a Tree, types: &'a Types, module: ModuleId) -> Self {
        Self { tree, types, module, blocks: &[] }
    }

    pub(crate) fn resolve(self, path: &[String]) -> Vec<Found> {
        self.follow(path, &mut Followed::new())
    }

    /// The macro of this name: those of the modules around are known without an import.
    pub(crate) fn resolve_macro(self, name: &str) -> Vec<Found> {
        let mut module = Some(self.module);
        while let Some(id) = module {
            let found = self.name_in(id, name, &mut Followed::new());
            if !found.is_empty() {
                return found;
            }
            module = self.tree.modules[id].parent;
        }
        Vec::new()
    }

    fn follow(self, path: &[String], followed: &mut Followed) -> Vec<Found> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let mut found = self.first(first, rest.is_empty(), followed);
        for segment in rest {
            found = found.into_iter().flat_map(|one| self.next(one, segment, followed)).collect();
        }
        found
    }

    fn first(self, name: &str, is_last: bool, followed: &mut Followed) -> Vec<Found> {
        let module = &self.tree.modules[self.module];
        match name {
            "crate" => return vec![Found::Module(module.root)],
            "self" => return vec![Found::Module(self.module)],
            "super" => return module.parent.map(Found::Module).into_iter().collect(),
            _ => {}
        }
        for names in self.blocks.iter().rev() {
            let found = self.among(names, self.module, name, followed);
            if names.targets.contains_key(name) || !found.is_empty() {
                return found;
            }
        }
        let found = self.name_in(self.module, name, followed);
        if !found.is_empty() {
            return found;
        }
        match self.tree.crates.get(name) {
            Some(root) => vec![Found::Module(*root)],
            // A single word may be a variable or a word of the language.
            None if is_last => Vec::new(),
            None => vec![Found::External(vec![name.to_owned()])],
        }
    }

    fn next(self, found: Found, segment: &str, followed: &mut Followed) -> Vec<Found> {
        match found {
            Found::Module(module) if segment == "super" => {
                self.tree.modules[module].parent.map(Found::Module).into_iter().collect()
            }
            Found::Module(module) if segment == "self" => vec![Found::Module(module)],
            Found::Module(module) => self.name_in(module, segment, followed),
            Found::Item(item) => match self.types.associated(item, segment) {
                Some(at) => vec![Found::Associated(item, at)],
                None => vec![Found::Item(item)],
            },
            Found::External(mut path) => {
                path.push(segment.to_owned());
                vec![Found::External(path)]
            }
            Found::Associated(..) | Found::Made(..) => vec![found],
        }
    }

    fn name_in(self, module: ModuleId, name: &str, followed: &mut Followed) -> Vec<Found> {
        let names = &self.tree.modules[module].names;
        let found = self.among(names, module, name, followed);
        if found.is_empty() && names.made.contains(name) {
            return vec![Found::Made(self.tree.modules[module].file, name.to_owned())];
        }
        found
    }

    fn among(self, names: &Names, module: ModuleId, name: &str, followed: &mut Followed) -> Vec<Found> {
        let mut found = Vec::new();
        for target in names.targets.get(name).into_iter().flatten() {
            match target {
                Target::Item(item) => found.push(Found::Item(*item)),
                Target::Module(child) => found.push(Found::Module(*child)),
                Target::Import(path) => found.extend(self.import(module, path, name, followed)),
                Target::Local => {}
            }
        }
        if found.is_empty() && !names.targets.contains_key(name) {
            found.extend(names.globs.iter().flat_map(|path| self.glob(module, path, name, followed)));
        }
        found
    }

    fn import(self, module: ModuleId, path: &[String], name: &str, followed: &mut Followed) -> Vec<Found> {
        let key = (module, [path, &[name.to_owned()]].concat());
        if followed.contains(&key) {
            return Vec::new();
        }
        followed.push(key);
        let found = match path {
            // `use signing;` or `pub use {app, client}` name a crate.
            [only] if only == name => self.tree.crates.get(only).map(|root| Found::Module(*root)).into_iter().collect(),
            _ => Scope::of(self.tree, self.types, module).follow(path, followed),
        };
        followed.pop();
        found
    }

    fn glob(self, module: ModuleId, path: &[String], name: &str, followed: &mut Followed) -> Vec<Found> {
        let key = (module, [path, &["*".to_owned(), name.to_owned()]].concat());
        if followed.contains(&key) {
            return Vec::new();
        }
        followed.push(key);
        let places = Scope::of(self.tree, self.types, module).follow(path, followed);
        let found = places.into_iter().flat_map(|place| match place {
            Found::Module(inner) => self.name_in(inner, name, followed),
            Found::Item(item) if self.types.has_variant(item, name) => vec![Found::Item(item)],
            Found::Item(_) | Found::Associated(..) | Found::Made(..) | Found::External(_) => Vec::new(),
        });
        let found = found.collect();
        followed.pop();
        found
    }
}
