//! Tables, for a terminal and for a page.

/// A table: a row of heads and rows of cells, as many in each.
#[derive(Clone, Debug)]
pub struct Table {
    /// What the columns are.
    pub heads: Vec<&'static str>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// As Markdown.
    pub fn markdown(&self) -> String {
        let row = |cells: String| format!("| {cells} |\n");
        let mut text = row(self.heads.join(" | "));
        text.push_str(&format!("|{}\n", "---|".repeat(self.heads.len())));
        self.rows.iter().for_each(|cells| text.push_str(&row(cells.join(" | "))));
        text
    }

    /// As HTML. Its cells hold no marks of their own.
    pub fn html(&self) -> String {
        let row = |cells: String| format!("<tr>{cells}</tr>\n");
        let heads = self.heads.iter().map(|head| format!("<th>{head}</th>")).collect();
        let cells = |cells: &Vec<String>| row(cells.iter().map(|cell| format!("<td>{cell}</td>")).collect());
        format!("<table>{}{}</table>\n", row(heads), self.rows.iter().map(cells).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_the_same_in_both() {
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let table = Table { heads: vec!["part", "bits"], rows: vec![cells(&["bass", "5.10"])] };
        assert_eq!(table.markdown(), "| part | bits |\n|---|---|\n| bass | 5.10 |\n");
        assert_eq!(
            table.html(),
            "<table><tr><th>part</th><th>bits</th></tr>\n<tr><td>bass</td><td>5.10</td></tr>\n</table>\n"
        );
    }
}
