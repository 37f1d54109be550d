//! Paths in code, as a stream of tokens: `crate::board::tile` in an expression, a type or the argument of a macro.

use proc_macro2::{TokenStream, TokenTree};

/// What code names.
#[derive(Default)]
pub struct Named {
    /// Every path of two and more parts.
    pub paths: Vec<Vec<String>>,
    /// Imports inside functions.
    pub imports: Vec<syn::ItemUse>,
}

/// Adds what this code names, arguments of macros among it; strings and comments name nothing.
pub fn read(code: TokenStream, named: &mut Named) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => read(group.stream(), named),
            TokenTree::Ident(word) if word == "use" => {
                let end = (at..tokens.len()).find(|n| is(&tokens[*n], ';')).unwrap_or(tokens.len() - 1);
                let statement: TokenStream = tokens[at..=end].iter().cloned().collect();
                // `use` is also a bound of a captured lifetime, `impl Trait + use<'a>`, which is no import.
                if let Ok(import) = syn::parse2::<syn::ItemUse>(statement) {
                    named.imports.push(import);
                    at = end;
                }
            }
            TokenTree::Ident(word) if begins_a_path(&tokens[..at]) => {
                let mut path = vec![word.to_string()];
                let mut next = at + 1;
                while let (true, true, Some(TokenTree::Ident(part))) = (
                    tokens.get(next).is_some_and(|t| is(t, ':')),
                    tokens.get(next + 1).is_some_and(|t| is(t, ':')),
                    tokens.get(next + 2),
                ) {
                    path.push(part.to_string());
                    next += 3;
                }
                if path.len() > 1 {
                    named.paths.push(path);
                }
                at = next - 1;
            }
            _ => {}
        }
        at += 1;
    }
}

fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Not a field or a method, and not what follows `<T as Trait>::`.
fn begins_a_path(before: &[TokenTree]) -> bool {
    match before {
        [.., a, b] if is(a, ':') && is(b, ':') => false,
        [.., a, b] if is(a, '.') && is(b, '.') => true,
        [.., a] => !is(a, '.'),
        [] => true,
    }
}
