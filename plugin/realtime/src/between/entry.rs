//! When Segue comes in, where it plays along.

use crate::between::choice::choice;

choice! {
    /// When it comes in.
    pub enum Entry {
        /// On the next bar line.
        #[default]
        NextBar: "bar", "Next bar";
        /// On the bar line after a whole bar was heard.
        AfterOne: "1bar", "After a bar";
        /// On the bar line after two.
        AfterTwo: "2bars", "After two bars";
        /// With the first note, as soon as it can.
        FirstNote: "first", "First note";
        /// A bar later than the next bar line: until then sticks count, if there is a drummer.
        CountIn: "count", "Count-in";
    }
}
