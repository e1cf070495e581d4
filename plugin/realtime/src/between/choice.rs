//! One of a few, with all that a parameter needs to offer it.

/// A choice between a few.
pub trait Choice: Copy + PartialEq + 'static {
    /// All of them, in the order in which hosts automate them: a new one goes to the end.
    const ALL: &'static [Self];
    /// What projects save for each. Never changes.
    const IDS: &'static [&'static str];
    /// What each is called.
    const NAMES: &'static [&'static str];

    /// Its place among all of them.
    fn index(self) -> usize;

    /// The one in a place; the first where there is none.
    fn at(index: usize) -> Self {
        Self::ALL.get(index).copied().unwrap_or(Self::ALL[0])
    }
}

/// Writes an enum once: each variant with its identifier and its name, without which it does not compile.
macro_rules! choice {
    (
        $(#[$about:meta])*
        pub enum $name:ident { $($(#[$variant_about:meta])* $variant:ident: $id:literal, $label:literal;)+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_about])* $variant,)+ }

        impl $name {
            /// All of them, in the order of the parameter.
            pub const ALL: [Self; [$($id),+].len()] = [$(Self::$variant),+];

            /// What it is called.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        impl $crate::between::choice::Choice for $name {
            const ALL: &'static [Self] = &Self::ALL;
            const IDS: &'static [&'static str] = &[$($id),+];
            const NAMES: &'static [&'static str] = &[$($label),+];

            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

pub(crate) use choice;
