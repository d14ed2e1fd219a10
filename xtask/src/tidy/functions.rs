//! How long a function may be.
//!
//! Counts lines by indentation, which rustfmt guarantees: a function ends at the first `}` that
//! stands as far left as its own first line.

use super::files::Source;

/// Lines, with signature and braces, at which a function has become two.
const LINES_STOP: usize = 100;

/// The breaches.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for Source { path, text } in sources {
        for (line, name, length) in functions(text) {
            if length > LINES_STOP {
                breaches.push(format!(
                    "{path}:{line}: {name} has {length} lines; a function stops at {LINES_STOP}"
                ));
            }
        }
    }
    breaches
}

/// First line, name and length of each function with a body.
fn functions(text: &str) -> Vec<(usize, String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = indent_of(line);
        let end = lines[start..].iter().position(|line| {
            indent_of(line) == indent && (line.trim_start().starts_with('}') || line.ends_with(';'))
        });
        if let Some(length) = end {
            found.push((start + 1, name.to_owned(), length + 1));
        }
    }
    found
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The name, when a function starts on this line and does not end on it.
fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    if rest.starts_with("//") || rest.ends_with('}') || rest.ends_with(';') {
        return None;
    }
    if let Some(visible) = rest.strip_prefix("pub") {
        rest = match visible.strip_prefix('(') {
            Some(scope) => scope.split_once(')')?.1,
            None => visible,
        };
    }
    let mut words = rest.split_whitespace();
    loop {
        match words.next()? {
            "const" | "async" | "unsafe" | "extern" | "\"C\"" => {}
            "fn" => break,
            _ => return None,
        }
    }
    words.next()?.split(['(', '<']).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_counted_from_signature_to_brace() {
        let text = "\
//! Head.
pub(crate) async fn first(
    a: u8,
) -> u8 {
    {
    }
    a
}
impl X {
    const fn second() {
        1
    }
    fn no_body(&self);
    fn one_line() {}
}
";
        let found = functions(text);
        assert_eq!(
            found,
            [(2, "first".to_owned(), 7), (10, "second".to_owned(), 3)]
        );
    }
}
