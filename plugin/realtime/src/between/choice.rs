//! Enums that parameters offer as a choice, each written once with its identifiers and names.

/// An enum that a parameter can offer.
pub trait Choice: Copy + PartialEq + 'static {
    /// All variants, in the order in which hosts automate them. New ones go to the end.
    const ALL: &'static [Self];
    /// The identifiers that projects save. They never change.
    const IDS: &'static [&'static str];
    /// The names that players see.
    const NAMES: &'static [&'static str];

    /// The position in [`Self::ALL`].
    fn index(self) -> usize;

    /// The variant at a position, or the first if the position is out of range.
    fn at(index: usize) -> Self {
        Self::ALL.get(index).copied().unwrap_or(Self::ALL[0])
    }
}

/// Writes a [`Choice`] as one table. A variant without an identifier or a name does not compile.
macro_rules! choice {
    (
        $(#[$about:meta])*
        pub enum $name:ident { $($(#[$variant_about:meta])* $variant:ident: $id:literal, $label:literal;)+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_about])* $variant,)+ }

        impl $name {
            /// All variants, in the order of the parameter.
            pub const ALL: [Self; [$($id),+].len()] = [$(Self::$variant),+];

            /// Its name, as players see it.
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
