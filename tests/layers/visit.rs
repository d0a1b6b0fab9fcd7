//! Walks the code of a file and notes every item that it names.

use std::collections::{BTreeMap, HashMap};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ImplItem, Item, Meta, Pat, Token, TraitItem, Visibility};

use crate::declarations::{child_module, segments, type_item};
use crate::resolve::{Found, Scope};
use crate::tree::{FileId, ItemId, ModuleId, Names, Tree, attributes, imports, is_test};
use crate::types::Types;

/// What one file names: items of other files, and names of crates that are not ours; with the first line.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) items: BTreeMap<(FileId, String), usize>,
    pub(crate) external: BTreeMap<String, usize>,
}

/// Reads what a file names.
pub(crate) fn names_of(tree: &Tree, types: &Types, file: FileId) -> Named {
    let module = tree.files[file].module;
    let mut reader = Reader {
        tree,
        types,
        file,
        module,
        blocks: Vec::new(),
        own_type: None,
        variables: HashMap::new(),
        named: Named::default(),
    };
    reader.visit_file(&tree.files[file].syntax);
    reader.named
}

struct Reader<'a> {
    tree: &'a Tree,
    types: &'a Types,
    file: FileId,
    module: ModuleId,
    blocks: Vec<Names>,
    /// What `Self` and `self` are.
    own_type: Option<ItemId>,
    /// The variables of the function whose type is one of ours.
    variables: HashMap<String, Option<ItemId>>,
    named: Named,
}

impl Reader<'_> {
    fn scope(&self) -> Scope<'_> {
        Scope { tree: self.tree, types: self.types, module: self.module, blocks: &self.blocks }
    }

    fn resolve(&self, path: &[String]) -> Vec<Found> {
        match (path, self.own_type) {
            ([first, second, ..], Some(own)) if first == "Self" => {
                self.types.associated(own, second).map(|at| Found::Associated(own, at)).into_iter().collect()
            }
            _ => self.scope().resolve(path),
        }
    }

    fn note(&mut self, found: Found, line: usize) {
        match found {
            Found::Module(_) => {}
            Found::Item(item) => self.point(self.tree.items[item].file, self.tree.items[item].name.clone(), line),
            Found::Associated(owner, at) => {
                self.note(Found::Item(owner), line);
                self.note_method(at, line);
            }
            Found::Made(file, name) => self.point(file, name, line),
            Found::External(path) => {
                self.named.external.entry(path.join("::")).or_insert(line);
            }
        }
    }

    fn note_method(&mut self, at: usize, line: usize) {
        let method = &self.types.associated[at];
        self.point(method.file, format!("{}::{}", self.tree.items[method.owner].name, method.name), line);
    }

    fn point(&mut self, file: FileId, name: String, line: usize) {
        if file != self.file {
            self.named.items.entry((file, name)).or_insert(line);
        }
    }

    fn note_path(&mut self, path: &[String], line: usize) {
        for found in self.resolve(path) {
            self.note(found, line);
        }
    }

    fn note_call(&mut self, receiver: Option<ItemId>, name: &str, line: usize) {
        let method = match receiver {
            Some(owner) => self.types.associated(owner, name),
            // What another crate calls needs no rule: no circle goes through two crates.
            // No circle goes through two crates: what another crate may call needs no guess.
            None => self.types.only_method(name).filter(|&at| self.is_of_this_crate(at)),
        };
        if let Some(at) = method {
            self.note_method(at, line);
        }
    }

    fn is_of_this_crate(&self, method: usize) -> bool {
        let files = &self.tree.files;
        files[self.types.associated[method].file].crate_name == files[self.file].crate_name
    }

    /// The type of ours that an expression has, where that is plain without a compiler.
    fn type_of(&self, expression: &Expr) -> Option<ItemId> {
        match expression {
            Expr::Path(path) if path.path.is_ident("self") => self.own_type,
            Expr::Path(path) => self.variables.get(&path.path.get_ident()?.to_string()).copied().flatten(),
            Expr::Field(field) => {
                let name = match &field.member {
                    syn::Member::Named(name) => name.to_string(),
                    syn::Member::Unnamed(index) => index.index.to_string(),
                };
                self.types.field(self.type_of(&field.base)?, &name)
            }
            Expr::MethodCall(call) if call.method == "clone" => self.type_of(&call.receiver),
            Expr::MethodCall(call) => {
                let at = self.types.associated(self.type_of(&call.receiver)?, &call.method.to_string())?;
                self.types.associated[at].returns
            }
            Expr::Call(call) => {
                let Expr::Path(function) = &*call.func else { return None };
                self.resolve(&segments(&function.path)).into_iter().find_map(|found| match found {
                    Found::Associated(_, at) => self.types.associated[at].returns,
                    Found::Module(_) | Found::Item(_) | Found::Made(..) | Found::External(_) => None,
                })
            }
            Expr::Struct(literal) if literal.path.is_ident("Self") => self.own_type,
            Expr::Struct(literal) => self.resolve(&segments(&literal.path)).into_iter().find_map(|found| match found {
                Found::Item(item) => Some(item),
                Found::Module(_) | Found::Associated(..) | Found::Made(..) | Found::External(_) => None,
            }),
            Expr::Reference(inner) => self.type_of(&inner.expr),
            Expr::Paren(inner) => self.type_of(&inner.expr),
            Expr::Unary(inner) if matches!(inner.op, syn::UnOp::Deref(_)) => self.type_of(&inner.expr),
            _ => None,
        }
    }

    fn declare(&mut self, pattern: &Pat, known: Option<ItemId>) {
        match pattern {
            Pat::Ident(variable) => {
                self.variables.insert(variable.ident.to_string(), known);
            }
            Pat::Type(typed) => {
                let known = type_item(self.scope(), &typed.ty, self.own_type);
                self.declare(&typed.pat, known);
            }
            _ => {}
        }
    }

    /// Visits a function with variables of its own.
    fn in_function(&mut self, signature: &syn::Signature, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.variables);
        for argument in &signature.inputs {
            if let syn::FnArg::Typed(typed) = argument {
                let known = type_item(self.scope(), &typed.ty, self.own_type);
                self.declare(&typed.pat, known);
            }
        }
        visit(self);
        self.variables = outer;
    }

    /// Notes the paths and calls among the tokens of a macro.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == sign);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(word) => {
                    let line = word.span().start().line;
                    let is_member = at > 0 && is(at - 1, '.') && !(at > 1 && is(at - 2, '.'));
                    let mut path = vec![word.to_string()];
                    while is(at + 1, ':') && is(at + 2, ':') {
                        let Some(TokenTree::Ident(next)) = tokens.get(at + 3) else { break };
                        path.push(next.to_string());
                        at += 3;
                    }
                    if !is_member {
                        self.note_path(&path, line);
                    } else if is_call(tokens.get(at + 1)) {
                        self.note_call(None, &path.concat(), line);
                    }
                }
                TokenTree::Group(group) => self.scan(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }

    /// Serde's attributes hold paths in texts.
    fn scan_serde(&mut self, attribute: &Attribute) {
        const PATHS: &[&str] = &[
            "default",
            "deserialize_with",
            "from",
            "into",
            "serialize_with",
            "skip_serializing_if",
            "try_from",
            "with",
        ];
        let Ok(metas) = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { return };
        for meta in metas {
            let Meta::NameValue(pair) = &meta else { continue };
            let Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &pair.value else { continue };
            if !PATHS.iter().any(|name| pair.path.is_ident(name)) {
                continue;
            }
            let Ok(path) = text.parse::<syn::Path>() else { continue };
            let line = text.span().start().line;
            for found in self.resolve(&segments(&path)) {
                // `with` names a module for the functions in it.
                let named = match found {
                    Found::Module(module) => Found::Made(self.tree.modules[module].file, text.value()),
                    other => other,
                };
                self.note(named, line);
            }
        }
    }
}

fn is_call(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Fn(function) => &function.attrs,
            ImplItem::Const(constant) => &constant.attrs,
            ImplItem::Type(alias) => &alias.attrs,
            _ => return visit::visit_impl_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.in_function(&function.sig, |reader| visit::visit_impl_item_fn(reader, function));
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if !is_test(&function.attrs) {
            self.in_function(&function.sig, |reader| visit::visit_item_fn(reader, function));
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        match item {
            TraitItem::Fn(function) => {
                self.in_function(&function.sig, |reader| visit::visit_trait_item(reader, item));
            }
            _ => visit::visit_trait_item(self, item),
        }
    }

    fn visit_item_impl(&mut self, block: &'ast syn::ItemImpl) {
        let own = type_item(self.scope(), &block.self_ty, None);
        let outer = std::mem::replace(&mut self.own_type, own);
        visit::visit_item_impl(self, block);
        self.own_type = outer;
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if let Some(child) = child_module(self.tree, self.module, &item.ident.to_string())
            && item.content.is_some()
        {
            let outer = std::mem::replace(&mut self.module, child);
            visit::visit_item_mod(self, item);
            self.module = outer;
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let line = item.span().start().line;
        for import in imports(&item.tree) {
            let found = self.resolve(&import.path);
            // A facade hands names on; only who uses them depends on them.
            let is_facade = !matches!(item.vis, Visibility::Inherited);
            let is_module = found.iter().any(|one| matches!(one, Found::Module(_)));
            for one in found {
                if matches!(one, Found::External(_)) || !(is_facade || is_module || import.name.is_none()) {
                    self.note(one, line);
                }
            }
        }
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.blocks.push(Names::of_block(block));
        visit::visit_block(self, block);
        self.blocks.pop();
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if is_test(&local.attrs) {
            return;
        }
        let known = local.init.as_ref().and_then(|init| self.type_of(&init.expr));
        visit::visit_local(self, local);
        self.declare(&local.pat, known);
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        // A single word in a pattern may be a constant or a variant.
        self.note_path(&[pattern.ident.to_string()], pattern.ident.span().start().line);
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let line = path.segments.first().map_or(0, |segment| segment.ident.span().start().line);
        self.note_path(&segments(path), line);
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let line = call.method.span().start().line;
        self.note_call(self.type_of(&call.receiver), &call.method.to_string(), line);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, invoked: &'ast syn::Macro) {
        let path = segments(&invoked.path);
        let line = invoked.path.span().start().line;
        if let [name] = path.as_slice() {
            for found in self.scope().resolve_macro(name) {
                self.note(found, line);
            }
        } else {
            self.note_path(&path, line);
        }
        match invoked.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            Ok(arguments) => arguments.iter().for_each(|argument| visit_expression(self, argument)),
            Err(_) => self.scan(invoked.tokens.clone()),
        }
    }

    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_some() {
            self.scan(item.mac.tokens.clone());
        } else {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        match &attribute.meta {
            Meta::List(list) if list.path.is_ident("serde") => self.scan_serde(attribute),
            Meta::List(list) if !list.path.is_ident("cfg") => self.scan(list.tokens.clone()),
            Meta::List(_) | Meta::Path(_) | Meta::NameValue(_) => {}
        }
    }
}

/// An expression that lives shorter than the file's syntax.
fn visit_expression(reader: &mut Reader<'_>, expression: &Expr) {
    reader.visit_expr(expression);
}
