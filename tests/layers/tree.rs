//! The tree of modules of each crate, read from source text, with the names that each module holds.
//!
//! Code under `#[cfg(test)]` is followed only so far that its files are known to be reached.

use std::collections::{BTreeSet, HashMap, HashSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Attribute, Item, Meta, Token, UseTree};

use crate::sources::{Sources, SyntaxError};

pub(crate) type FileId = usize;
pub(crate) type ModuleId = usize;
pub(crate) type ItemId = usize;

/// A source file whose code counts.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) crate_name: String,
    pub(crate) module: ModuleId,
    pub(crate) syntax: syn::File,
}

/// An item: a type, a trait, a function, a constant or a macro, and the file that defines it.
pub(crate) struct Definition {
    pub(crate) file: FileId,
    pub(crate) name: String,
}

/// What a name in a module stands for.
#[derive(Clone)]
pub(crate) enum Target {
    Item(ItemId),
    Module(ModuleId),
    Import(Vec<String>),
    /// An item inside a function.
    Local,
}

/// The names of a module or of a block.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) targets: HashMap<String, Vec<Target>>,
    pub(crate) globs: Vec<Vec<String>>,
    /// Words of the macros that stand where items stand: each may name an item that the macro makes.
    pub(crate) made: HashSet<String>,
}

impl Names {
    fn add(&mut self, name: String, target: Target) {
        self.targets.entry(name).or_default().push(target);
    }

    /// The items and imports at the level of a block.
    pub(crate) fn of_block(block: &syn::Block) -> Self {
        let mut names = Self::default();
        for statement in &block.stmts {
            match statement {
                syn::Stmt::Item(Item::Use(import)) => names.import(&import.tree),
                syn::Stmt::Item(item) => {
                    if let Some(name) = name_of(item) {
                        names.add(name, Target::Local);
                    }
                }
                syn::Stmt::Local(_) | syn::Stmt::Expr(..) | syn::Stmt::Macro(_) => {}
            }
        }
        names
    }

    fn import(&mut self, tree: &UseTree) {
        for import in imports(tree) {
            match import.name {
                Some(name) => self.add(name, Target::Import(import.path)),
                None => self.globs.push(import.path),
            }
        }
    }
}

pub(crate) struct Module {
    pub(crate) root: ModuleId,
    pub(crate) parent: Option<ModuleId>,
    pub(crate) file: FileId,
    pub(crate) names: Names,
}

/// All crates: their files, modules and items.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
    pub(crate) modules: Vec<Module>,
    pub(crate) items: Vec<Definition>,
    /// The root module of each library by the name that other crates use.
    pub(crate) crates: HashMap<String, ModuleId>,
    /// Files that some module declaration leads to.
    pub(crate) reached: BTreeSet<String>,
    macros: HashMap<String, TokenStream>,
    invocations: Vec<(ModuleId, syn::Macro)>,
}

impl Tree {
    pub(crate) fn read(sources: &Sources) -> Result<Self, SyntaxError> {
        let mut tree = Self::default();
        for root in sources.roots() {
            let at = Place { crate_name: &root.crate_name, root: None, parent: None };
            let module = tree.read_file(sources, &root.path, &root.directory, &at, root.counts)?;
            if let (Some(module), true) = (module, root.is_library) {
                tree.crates.insert(root.crate_name, module);
            }
        }
        tree.add_made_names();
        Ok(tree)
    }

    fn read_file(
        &mut self,
        sources: &Sources,
        path: &str,
        directory: &str,
        at: &Place<'_>,
        counts: bool,
    ) -> Result<Option<ModuleId>, SyntaxError> {
        let text = sources.text(path).unwrap_or_default();
        let syntax = syn::parse_file(text).map_err(|error| SyntaxError { path: path.to_owned(), error })?;
        self.reached.insert(path.to_owned());
        if !counts {
            self.reach(sources, &syntax.items, directory)?;
            return Ok(None);
        }
        let file = self.files.len();
        let module = self.add_module(at, file);
        let items = syntax.items.clone();
        self.files.push(File { path: path.to_owned(), crate_name: at.crate_name.to_owned(), module, syntax });
        self.read_items(sources, &items, module, directory, at.crate_name)?;
        Ok(Some(module))
    }

    fn add_module(&mut self, at: &Place<'_>, file: FileId) -> ModuleId {
        let id = self.modules.len();
        let root = at.root.unwrap_or(id);
        self.modules.push(Module { root, parent: at.parent, file, names: Names::default() });
        id
    }

    fn read_items(
        &mut self,
        sources: &Sources,
        items: &[Item],
        module: ModuleId,
        directory: &str,
        crate_name: &str,
    ) -> Result<(), SyntaxError> {
        for item in items {
            if is_test(attributes(item)) {
                self.reach(sources, std::slice::from_ref(item), directory)?;
                continue;
            }
            match item {
                Item::Use(import) => self.modules[module].names.import(&import.tree),
                Item::Mod(child) => self.read_module(sources, child, module, directory, crate_name)?,
                Item::Macro(invoked) if invoked.ident.is_none() => {
                    self.invocations.push((module, invoked.mac.clone()));
                }
                other => self.add_item(other, module),
            }
        }
        Ok(())
    }

    fn read_module(
        &mut self,
        sources: &Sources,
        item: &syn::ItemMod,
        parent: ModuleId,
        directory: &str,
        crate_name: &str,
    ) -> Result<(), SyntaxError> {
        let name = item.ident.to_string();
        let inner = format!("{directory}/{name}");
        let at = Place { crate_name, root: Some(self.modules[parent].root), parent: Some(parent) };
        let module = if let Some((_, items)) = &item.content {
            let module = self.add_module(&at, self.modules[parent].file);
            self.read_items(sources, items, module, &inner, crate_name)?;
            Some(module)
        } else if let Some(path) = sources.module_file(&inner) {
            self.read_file(sources, &path, &inner, &at, true)?
        } else {
            None
        };
        if let Some(module) = module {
            self.modules[parent].names.add(name, Target::Module(module));
        }
        Ok(())
    }

    fn add_item(&mut self, item: &Item, module: ModuleId) {
        let Some(name) = name_of(item) else { return };
        if let Item::Macro(defined) = item {
            self.macros.insert(name.clone(), defined.mac.tokens.clone());
        }
        let id = self.items.len();
        self.items.push(Definition { file: self.modules[module].file, name: name.clone() });
        self.modules[module].names.add(name, Target::Item(id));
    }

    /// Follows the module declarations of test code, for the sake of [`Tree::reached`].
    fn reach(&mut self, sources: &Sources, items: &[Item], directory: &str) -> Result<(), SyntaxError> {
        for item in items {
            let Item::Mod(child) = item else { continue };
            let inner = format!("{directory}/{}", child.ident);
            if let Some((_, items)) = &child.content {
                self.reach(sources, items, &inner)?;
            } else if let Some(path) = sources.module_file(&inner) {
                let at = Place { crate_name: "", root: None, parent: None };
                self.read_file(sources, &path, &inner, &at, false)?;
            }
        }
        Ok(())
    }

    /// All words in the bodies of our macros.
    pub(crate) fn macro_words(&self) -> HashSet<String> {
        let mut found = HashSet::new();
        self.macros.values().for_each(|body| words(body, &mut found));
        found
    }

    fn add_made_names(&mut self) {
        for (module, invoked) in std::mem::take(&mut self.invocations) {
            let names = &mut self.modules[module].names.made;
            words(&invoked.tokens, names);
            let name = invoked.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            if let Some(body) = self.macros.get(&name) {
                words(body, names);
            }
        }
    }
}

/// Where a module hangs in the tree.
struct Place<'a> {
    crate_name: &'a str,
    root: Option<ModuleId>,
    parent: Option<ModuleId>,
}

/// One name that a `use` brings: `None` for a glob.
pub(crate) struct Import {
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
}

/// The single imports of a `use` tree.
pub(crate) fn imports(tree: &UseTree) -> Vec<Import> {
    let mut found = Vec::new();
    flatten(tree, &mut Vec::new(), &mut found);
    found
}

fn flatten(tree: &UseTree, prefix: &mut Vec<String>, found: &mut Vec<Import>) {
    let with = |prefix: &[String], last: &syn::Ident| {
        let mut path = prefix.to_vec();
        if last != "self" || prefix.is_empty() {
            path.push(last.to_string());
        }
        path
    };
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, found);
            prefix.pop();
        }
        UseTree::Name(name) => {
            let path = with(prefix, &name.ident);
            found.push(Import { name: path.last().cloned(), path });
        }
        UseTree::Rename(rename) => {
            found.push(Import { name: Some(rename.rename.to_string()), path: with(prefix, &rename.ident) });
        }
        UseTree::Glob(_) => found.push(Import { name: None, path: prefix.clone() }),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, prefix, found)),
    }
}

fn name_of(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether code with these attributes is there in tests only: `cfg(test)` and `cfg(all(test, …))`.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        attribute.parse_args::<Meta>().is_ok_and(|condition| match condition {
            Meta::Path(path) => path.is_ident("test"),
            Meta::List(list) if list.path.is_ident("all") => list
                .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .is_ok_and(|all| all.iter().any(|one| one.path().is_ident("test"))),
            Meta::List(_) | Meta::NameValue(_) => false,
        })
    })
}

fn words(tokens: &TokenStream, found: &mut HashSet<String>) {
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(word) => {
                found.insert(word.to_string());
            }
            TokenTree::Group(group) => words(&group.stream(), found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
