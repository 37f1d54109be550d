//! MSH-1 and MSH-2: what separates, and what escapes.

/// The separators of one message. MSH-2 is everything between the first two field separators: since v2.7 it may have five characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delimiters {
    pub field: char,
    pub component: char,
    pub repetition: char,
    pub escape: char,
    pub subcomponent: char,
    /// Stands at the end of what was cut (v2.7).
    pub truncation: Option<char>,
}

impl Delimiters {
    /// As they stand at the begin of a message; nothing where there is no `MSH`, or its separators are no five or six different signs.
    pub(crate) fn of(message: &[u8]) -> Option<Delimiters> {
        let rest = message.strip_prefix(b"MSH")?;
        let field = char::from(*rest.first()?);
        let encoding: Vec<char> = rest[1..]
            .iter()
            .take(6)
            .map(|byte| char::from(*byte))
            .take_while(|c| *c != field && *c != '\r')
            .collect();
        let (&[component, repetition, escape, subcomponent], more) = encoding.split_first_chunk::<4>()?;
        let truncation = match more {
            [] => None,
            [one] => Some(*one),
            _ => return None,
        };
        let mut all = vec![field, component, repetition, escape, subcomponent];
        all.extend(truncation);
        let is_sign = |c: &char| c.is_ascii_punctuation();
        let is_twice = |n: usize| all[..n].contains(&all[n]);
        (all.iter().all(is_sign) && !(0..all.len()).any(is_twice)).then_some(Delimiters {
            field,
            component,
            repetition,
            escape,
            subcomponent,
            truncation,
        })
    }

    /// As they stand in MSH-2.
    pub(crate) fn encoding(&self) -> String {
        let four = [self.component, self.repetition, self.escape, self.subcomponent];
        four.into_iter().chain(self.truncation).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_those_of_the_message_and_five_shift_no_field() {
        let usual = Delimiters::of(br"MSH|^~\&|A").unwrap();
        assert_eq!((usual.field, usual.encoding().as_str()), ('|', r"^~\&"));
        let since_27 = Delimiters::of(br"MSH|^~\&#|A").unwrap();
        assert_eq!((since_27.truncation, since_27.encoding().as_str()), (Some('#'), r"^~\&#"));
        let odd = Delimiters::of(b"MSH*:+/!*A").unwrap();
        assert_eq!((odd.field, odd.component, odd.escape), ('*', ':', '/'));
    }

    #[test]
    fn what_separates_nothing_is_refused() {
        for text in [
            "",
            "MS",
            "MSH",
            "MSH|",
            "MSH|^~",
            r"MSH|^~\^|",
            r"MSH|^~\|",
            r"MSH|^~\&#+|",
            "MSHA^~\\&A",
            "EVN|^~\\&|",
            "MSH|^~\\\r|",
        ] {
            assert_eq!(Delimiters::of(text.as_bytes()), None, "{text:?}");
        }
    }
}
