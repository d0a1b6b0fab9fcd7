//! Reads our types' fields, variants and inherent functions from their declarations.

use std::collections::HashSet;

use syn::{Fields, FnArg, ImplItem, Item, ReturnType, TraitItem, Type};

use crate::resolve::{Found, Scope};
use crate::tree::{ItemId, ModuleId, Target, Tree, attributes, is_test};
use crate::types::{Associated, Types};

/// Reads the types of all crates.
pub(crate) fn types_of(tree: &Tree) -> Types {
    let mut types = Types::default();
    each_item(tree, &mut |module, item| read_definition(&mut types, tree, module, item));
    // Return types are resolved with what is known so far: types only.
    let mut associated = Vec::new();
    let mut not_unique = HashSet::new();
    each_item(tree, &mut |module, item| {
        let scope = Scope::of(tree, &types, module);
        match item {
            Item::Impl(block) if block.trait_.is_none() => associated.extend(read_impl(scope, block)),
            Item::Impl(block) => {
                let functions = block.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                    _ => None,
                });
                not_unique.extend(functions);
            }
            Item::Trait(block) => {
                let functions = block.items.iter().filter_map(|item| match item {
                    TraitItem::Fn(function) => Some(function.sig.ident.to_string()),
                    _ => None,
                });
                not_unique.extend(functions);
            }
            _ => {}
        }
    });
    for (at, one) in associated.iter().enumerate() {
        types.by_name.entry(one.name.clone()).or_default().push(at);
    }
    // A macro may make a method of the name for any type.
    not_unique.extend(tree.macro_words());
    Types { associated, not_unique, ..types }
}

fn read_definition(types: &mut Types, tree: &Tree, module: ModuleId, item: &Item) {
    let scope_types = Types::default();
    let scope = Scope::of(tree, &scope_types, module);
    match item {
        Item::Struct(definition) => {
            let Some(owner) = own_item(tree, module, &definition.ident.to_string()) else { return };
            read_fields(types, scope, owner, &definition.fields);
        }
        Item::Enum(definition) => {
            let Some(owner) = own_item(tree, module, &definition.ident.to_string()) else { return };
            let variants = definition.variants.iter().map(|variant| variant.ident.to_string());
            types.variants.insert(owner, variants.collect());
        }
        _ => {}
    }
}

fn read_fields(types: &mut Types, scope: Scope<'_>, owner: ItemId, fields: &Fields) {
    for (at, field) in fields.iter().enumerate() {
        let name = field.ident.as_ref().map_or_else(|| at.to_string(), ToString::to_string);
        if let Some(item) = type_item(scope, &field.ty, Some(owner)) {
            types.fields.insert((owner, name), item);
        }
    }
}

fn read_impl(scope: Scope<'_>, block: &syn::ItemImpl) -> Vec<Associated> {
    let Some(owner) = type_item(scope, &block.self_ty, None) else { return Vec::new() };
    let file = scope.tree.modules[scope.module].file;
    let items = block.items.iter().filter_map(|item| match item {
        ImplItem::Fn(function) if !is_test(&function.attrs) => Some(Associated {
            owner,
            name: function.sig.ident.to_string(),
            file,
            is_method: matches!(function.sig.inputs.first(), Some(FnArg::Receiver(_))),
            returns: match &function.sig.output {
                ReturnType::Type(_, ty) => type_item(scope, ty, Some(owner)),
                ReturnType::Default => None,
            },
        }),
        ImplItem::Const(constant) if !is_test(&constant.attrs) => {
            Some(Associated { owner, name: constant.ident.to_string(), file, is_method: false, returns: None })
        }
        _ => None,
    });
    items.collect()
}

/// The type of ours that a type is, behind references and smart pointers.
pub(crate) fn type_item(scope: Scope<'_>, ty: &Type, own: Option<ItemId>) -> Option<ItemId> {
    match ty {
        Type::Reference(reference) => type_item(scope, &reference.elem, own),
        Type::Paren(inner) => type_item(scope, &inner.elem, own),
        Type::Group(inner) => type_item(scope, &inner.elem, own),
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            if path.path.is_ident("Self") {
                return own;
            }
            if ["Box", "Arc", "Rc"].iter().any(|pointer| last.ident == pointer) {
                let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
                let Some(syn::GenericArgument::Type(inner)) = arguments.args.first() else { return None };
                return type_item(scope, inner, own);
            }
            scope.resolve(&segments(&path.path)).into_iter().find_map(|found| match found {
                Found::Item(item) => Some(item),
                Found::Module(_) | Found::Associated(..) | Found::Made(..) | Found::External(_) => None,
            })
        }
        _ => None,
    }
}

/// The words of a path.
pub(crate) fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

fn own_item(tree: &Tree, module: ModuleId, name: &str) -> Option<ItemId> {
    tree.modules[module].names.targets.get(name)?.iter().find_map(|target| match target {
        Target::Item(item) => Some(*item),
        Target::Module(_) | Target::Import(_) | Target::Local => None,
    })
}

/// The module of this name inside a file.
pub(crate) fn child_module(tree: &Tree, module: ModuleId, name: &str) -> Option<ModuleId> {
    tree.modules[module].names.targets.get(name)?.iter().find_map(|target| match target {
        Target::Module(child) => Some(*child),
        Target::Item(_) | Target::Import(_) | Target::Local => None,
    })
}

fn each_item(tree: &Tree, read: &mut impl FnMut(ModuleId, &Item)) {
    for file in &tree.files {
        each_item_of(tree, file.module, &file.syntax.items, read);
    }
}

fn each_item_of(tree: &Tree, module: ModuleId, items: &[Item], read: &mut impl FnMut(ModuleId, &Item)) {
    for item in items.iter().filter(|item| !is_test(attributes(item))) {
        read(module, item);
        if let Item::Mod(syn::ItemMod { ident, content: Some((_, items)), .. }) = item
            && let Some(child) = child_module(tree, module, &ident.to_string())
        {
            each_item_of(tree, child, items, read);
        }
    }
}
