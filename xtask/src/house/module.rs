//! The modules of one crate: which file each stands in, what it defines, brings into scope and names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Item, UseTree};

use super::paths::{self, Named};

/// A path from the crate's root: `["board", "tile"]`.
pub type ModulePath = Vec<String>;

/// One module, without those in it.
#[derive(Default)]
pub struct Module {
    /// Names that it defines itself.
    pub defined: BTreeSet<String>,
    /// Names that it brings into its scope, each with the path that was written.
    pub imported: BTreeMap<String, Vec<String>>,
    /// `use path::*`.
    pub globs: Vec<Vec<String>>,
    /// Paths of its code, imports that it hands on left out.
    pub named: BTreeSet<Vec<String>>,
}

/// A crate as its sources say it is, tests left out.
#[derive(Default)]
pub struct Crate {
    /// Every module by its path; the root's is empty.
    pub modules: BTreeMap<ModulePath, Module>,
    /// Those that stand in braces, in the file of another.
    pub inline: BTreeSet<ModulePath>,
    /// Macros that stand at the root wherever they are written, and where that is.
    pub macros: BTreeMap<String, ModulePath>,
    /// Every file, with its lines.
    pub files: BTreeMap<PathBuf, usize>,
}

/// Reads a crate from its root file on.
///
/// # Errors
/// A file that is not there or does not parse, by name.
pub fn read_crate(root: &Path) -> Result<Crate, String> {
    let mut out = Crate::default();
    let folder = root.parent().unwrap_or(Path::new("")).to_owned();
    out.read_file(root, Vec::new(), &folder)?;
    Ok(out)
}

impl Crate {
    /// `folder` is where files of modules in this one stand.
    fn read_file(&mut self, file: &Path, at: ModulePath, folder: &Path) -> Result<(), String> {
        let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
        let syntax = syn::parse_file(&text).map_err(|e| format!("{}: {e}", file.display()))?;
        if only_for_tests(&syntax.attrs) {
            return Ok(());
        }
        self.files.insert(file.to_owned(), text.lines().count());
        self.read_items(syntax.items, at, file, folder)
    }

    fn read_items(
        &mut self,
        items: Vec<Item>,
        at: ModulePath,
        file: &Path,
        folder: &Path,
    ) -> Result<(), String> {
        let mut module = Module::default();
        for item in items {
            if only_for_tests(attributes(&item)) {
                continue;
            }
            match item {
                Item::Mod(inner) => self.read_module(inner, &at, file, folder)?,
                Item::Use(import) => {
                    let handed_on = !matches!(import.vis, syn::Visibility::Inherited);
                    module.import(&import.tree, Vec::new(), handed_on);
                }
                Item::Macro(rules) => {
                    if let Some(name) = &rules.ident {
                        module.defined.insert(name.to_string());
                        if rules.attrs.iter().any(|a| a.path().is_ident("macro_export")) {
                            self.macros.insert(name.to_string(), at.clone());
                        }
                    }
                    module.read_code(rules.into_token_stream());
                }
                item => {
                    module.defined.extend(name_of(&item));
                    module.read_code(item.into_token_stream());
                }
            }
        }
        self.modules.insert(at, module);
        Ok(())
    }

    fn read_module(
        &mut self,
        inner: syn::ItemMod,
        at: &ModulePath,
        file: &Path,
        folder: &Path,
    ) -> Result<(), String> {
        let name = inner.ident.to_string();
        let path: ModulePath = at.iter().chain([&name]).cloned().collect();
        if let Some((_, items)) = inner.content {
            self.inline.insert(path.clone());
            return self.read_items(items, path, file, &folder.join(name));
        }
        if let Some(elsewhere) = path_attribute(&inner.attrs) {
            let file = file.parent().unwrap_or(Path::new("")).join(elsewhere);
            let folder = file.parent().unwrap_or(Path::new("")).to_owned();
            return self.read_file(&file, path, &folder);
        }
        let beside = folder.join(format!("{name}.rs"));
        let within = folder.join(&name);
        if beside.is_file() {
            self.read_file(&beside, path, &within)
        } else {
            self.read_file(&within.join("mod.rs"), path, &within)
        }
    }
}

impl Crate {
    /// The module that is the file in which this one stands.
    pub fn file_of<'a>(&self, mut module: &'a [String]) -> &'a [String] {
        while self.inline.contains(module)
            && let Some((_, above)) = module.split_last()
        {
            module = above;
        }
        module
    }
}

impl Module {
    fn import(&mut self, tree: &UseTree, mut before: Vec<String>, handed_on: bool) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before, handed_on);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before.clone(), handed_on);
                }
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                let known_as = if name == "self" { before.last().cloned() } else { Some(name.clone()) };
                if name != "self" {
                    before.push(name);
                }
                self.bring(known_as, before, handed_on);
            }
            UseTree::Rename(rename) => {
                if rename.ident != "self" {
                    before.push(rename.ident.to_string());
                }
                self.bring(Some(rename.rename.to_string()), before, handed_on);
            }
            UseTree::Glob(_) => {
                if !handed_on {
                    self.named.insert(before.clone());
                }
                self.globs.push(before);
            }
        }
    }

    fn bring(&mut self, known_as: Option<String>, path: Vec<String>, handed_on: bool) {
        if !handed_on {
            self.named.insert(path.clone());
        }
        if let Some(name) = known_as {
            self.imported.insert(name, path);
        }
    }

    /// Names that an import inside a function brings are taken as the module's.
    fn read_code(&mut self, code: TokenStream) {
        let mut found = Named::default();
        paths::read(code, &mut found);
        self.named.extend(found.paths);
        for import in found.imports {
            self.import(&import.tree, Vec::new(), false);
        }
    }
}

/// `#[cfg(test)]`, and `#[test]` itself. What is built only for tests may use what it likes.
fn only_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let written = attribute.meta.to_token_stream().to_string().replace(' ', "");
        written == "test" || written == "cfg(test)" || written.starts_with("cfg(all(test,")
    })
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::ExternCrate(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::ForeignMod(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Macro(i) => &i.attrs,
        Item::Mod(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Trait(i) => &i.attrs,
        Item::TraitAlias(i) => &i.attrs,
        Item::Type(i) => &i.attrs,
        Item::Union(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        _ => &[],
    }
}

fn name_of(item: &Item) -> Option<String> {
    Some(
        match item {
            Item::Const(i) => &i.ident,
            Item::Enum(i) => &i.ident,
            Item::Fn(i) => &i.sig.ident,
            Item::Static(i) => &i.ident,
            Item::Struct(i) => &i.ident,
            Item::Trait(i) => &i.ident,
            Item::TraitAlias(i) => &i.ident,
            Item::Type(i) => &i.ident,
            Item::Union(i) => &i.ident,
            _ => return None,
        }
        .to_string(),
    )
}
