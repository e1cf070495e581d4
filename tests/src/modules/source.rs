//! What one Rust file says of modules: those it declares, and every path that it names.
//!
//! A small reader of tokens, not a parser: it knows comments, literals, `use` trees and test code,
//! and takes everything else as it comes. Paths that a macro writes are not seen.

/// What was read.
#[derive(Debug, Default, PartialEq)]
pub struct Source {
    /// The modules that it declares as files of their own.
    pub children: Vec<String>,
    /// The paths that it names, segment by segment; a glob is the path before the star.
    pub paths: Vec<Vec<String>>,
    /// What it hands on under a name of its own, `pub use`: the name, and the path it stands for.
    /// No path of its own: whoever asks for the name is led on.
    pub exports: Vec<(String, Vec<String>)>,
}

impl Source {
    /// Reads a file, without comments, literals and what is for its tests alone.
    pub fn read(text: &str) -> Self {
        let tokens = without_tests(&tokens(text));
        let mut source = Self::default();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let next = tokens.get(at + 1).map_or("", String::as_str);
            let before = at.checked_sub(1).map_or("", |before| tokens[before].as_str());
            match token.as_str() {
                // `impl Trait + use<'a>` captures lifetimes, and imports nothing.
                "use" if next != "<" => {
                    let exports = before == "pub" || before == ")";
                    at = source.add_tree(&tokens, at + 1, &[], exports);
                }
                "mod" if tokens.get(at + 2).is_some_and(|end| end == ";") => {
                    source.children.push(next.to_owned());
                    at += 3;
                }
                word if is_word(word) && next == "::" && before != "::" => at = source.add_path(&tokens, at),
                _ => at += 1,
            }
        }
        source
    }

    /// A path in code. Returns the place behind it.
    fn add_path(&mut self, tokens: &[String], mut at: usize) -> usize {
        let mut path = vec![tokens[at].clone()];
        while tokens.get(at + 1).is_some_and(|token| token == "::")
            && let Some(segment) = tokens.get(at + 2).filter(|token| is_word(token))
        {
            path.push(segment.clone());
            at += 2;
        }
        // One word alone is a function with its types, `collect::<Vec<_>>`.
        self.paths.extend((path.len() > 1).then_some(path));
        at + 1
    }

    /// A tree of a `use`, whose beginning is known. Returns the place behind it.
    fn add_tree(&mut self, tokens: &[String], mut at: usize, prefix: &[String], exports: bool) -> usize {
        let (mut path, mut name, mut glob) = (prefix.to_vec(), None, false);
        while let Some(token) = tokens.get(at) {
            match token.as_str() {
                "{" => {
                    at += 1;
                    while tokens.get(at).is_some_and(|token| token != "}") {
                        at = self.add_tree(tokens, at, &path, exports);
                        at += usize::from(tokens.get(at).is_some_and(|token| token == ","));
                    }
                    return at + 1;
                }
                "::" => at += 1,
                "as" => {
                    name = tokens.get(at + 1).cloned();
                    at += 2;
                }
                "," | "}" | ";" => break,
                "self" if !path.is_empty() => at += 1,
                "*" => {
                    glob = true;
                    at += 1;
                }
                word => {
                    path.push(word.to_owned());
                    at += 1;
                }
            }
        }
        match name.or_else(|| path.last().cloned()) {
            Some(name) if exports && !glob => self.exports.push((name, path)),
            _ => self.paths.push(path),
        }
        at
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// The tokens of a file: words, `::` and single signs. Comments and literals are left out.
fn tokens(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().collect();
    let sign = |at: usize| signs.get(at).copied().unwrap_or('\0');
    let (mut tokens, mut at) = (Vec::new(), 0);
    while at < signs.len() {
        match (sign(at), sign(at + 1)) {
            ('/', '/') => at = end_of(&signs, at, "\n"),
            ('/', '*') => at = end_of(&signs, at + 2, "*/"),
            ('r', '"') | ('r', '#') if let Some(end) = raw_string(&signs, at) => at = end,
            ('"', _) => at = string(&signs, at + 1),
            // A character, unless it is a lifetime.
            ('\'', '\\') => at = end_of(&signs, at + 3, "'"),
            ('\'', _) if sign(at + 2) == '\'' => at += 3,
            (':', ':') => {
                tokens.push("::".to_owned());
                at += 2;
            }
            (first, _) if first.is_alphanumeric() || first == '_' => {
                let is_part = |sign: &&char| sign.is_alphanumeric() || **sign == '_';
                let word: String = signs[at..].iter().take_while(is_part).collect();
                at += word.chars().count();
                tokens.push(word);
            }
            (first, _) => {
                if !first.is_whitespace() {
                    tokens.push(first.to_string());
                }
                at += 1;
            }
        }
    }
    tokens
}

/// Behind the next place where that ending stands.
fn end_of(signs: &[char], from: usize, ending: &str) -> usize {
    let ending: Vec<char> = ending.chars().collect();
    let rest = signs.get(from..).unwrap_or_default();
    let found = rest.windows(ending.len()).position(|window| window == ending);
    found.map_or(signs.len(), |found| from + found + ending.len())
}

/// Behind a string whose opening quote is past.
fn string(signs: &[char], mut at: usize) -> usize {
    while at < signs.len() && signs[at] != '"' {
        at += if signs[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Behind a raw string, if one begins here.
fn raw_string(signs: &[char], at: usize) -> Option<usize> {
    let hashes = signs[at + 1..].iter().take_while(|&&sign| sign == '#').count();
    let open = at + 1 + hashes;
    (signs.get(open) == Some(&'"')).then(|| end_of(signs, open + 1, &format!("\"{}", "#".repeat(hashes))))
}

/// The tokens without each item that stands behind `#[cfg(test)]`.
fn without_tests(tokens: &[String]) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let marked =
            tokens[at..].iter().zip(MARK).filter(|(token, mark)| token == mark).count() == MARK.len();
        if marked {
            at = behind_item(tokens, at + MARK.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Behind an item: its semicolon, or the brace that closes its body.
fn behind_item(tokens: &[String], mut at: usize) -> usize {
    let (mut depth, is_use) = (0, tokens.get(at).is_some_and(|token| token == "use"));
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" => {
                depth -= 1;
                if depth == 0 && !is_use {
                    return at;
                }
            }
            ";" if depth == 0 => return at,
            _ => {}
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        Source::read(text).paths.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn every_path_is_read_and_nothing_else() {
        // (source, paths)
        let cases: [(&str, &[&str]); 15] = [
            ("use a::b;", &["a::b"]),
            ("use a::{b, c::{self, d as e}, f::*};", &["a::b", "a::c", "a::c::d", "a::f"]),
            ("pub use a::{b, c::*};", &["a::c"]),
            ("use super::*;", &["super"]),
            ("fn f() -> a::B { crate::c::d::<e::F>(g) }", &["a::B", "crate::c::d", "e::F"]),
            ("fn f() -> impl Iterator + use<'_> {}", &[]),
            ("// a::b\n/* c::d */ /// e::f\nlet x = 1;", &[]),
            (r##"let x = "a::b \" c::d"; let y = r#"e::f"#; let z = ':';"##, &[]),
            ("let x = '\\''; a::b()", &["a::b"]),
            ("fn f<'a>(x: &'a b::C) {}", &["b::C"]),
            ("#[cfg(test)]\nmod tests { use a::b; fn f() { c::d() } }\ne::f()", &["e::f"]),
            ("#[cfg(test)]\nuse a::{b, c};\nuse d::e;", &["d::e"]),
            ("#[cfg(test)]\nfn f(x: [u8; 3]) { a::b() }\nfn g() { c::d() }", &["c::d"]),
            ("#[derive(a::B)] struct C(x::Y);", &["a::B", "x::Y"]),
            ("value.call::<a::B>()", &["a::B"]),
        ];
        for (text, expected) in cases {
            assert_eq!(paths(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_handed_on_has_its_name() {
        let exports = Source::read("pub use a::{B, c::D as E}; pub(crate) use f::g; use h::I;").exports;
        let exports: Vec<_> = exports.iter().map(|(name, path)| (name.as_str(), path.join("::"))).collect();
        let expected = [("B", "a::B"), ("E", "a::c::D"), ("g", "f::g")];
        assert_eq!(exports, expected.map(|(name, path)| (name, path.to_owned())));
    }

    #[test]
    fn modules_in_files_are_children_and_tests_are_not() {
        let text = "pub mod a; mod b; #[cfg(test)] mod tests; mod inline { use c::d; }";
        let source = Source::read(text);
        assert_eq!(source.children, ["a", "b"]);
        assert_eq!(source.paths, [["c", "d"]]);
    }
}
