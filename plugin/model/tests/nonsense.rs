//! Model files that are whole but make no model: each is refused with one line that says why.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use segue_model::{Checkpoint, Config, Precision, STYLES};

/// A tensor as it is in a file.
type Tensor = (String, Vec<usize>, Vec<u8>);

/// A file whose header or tensors somebody changed.
fn changed(change: impl Fn(&mut HashMap<String, String>, &mut Vec<Tensor>)) -> Vec<u8> {
    let mut checkpoint = Checkpoint::random(&Config::tiny(), 3);
    checkpoint.styles = vec!["waltz".to_owned()];
    let bytes = checkpoint.to_bytes(Precision::Single).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let mut texts = header.metadata().clone().unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<Tensor> = tensors
        .tensors()
        .into_iter()
        .map(|(name, view)| (name, view.shape().to_vec(), view.data().to_vec()))
        .collect();
    change(&mut texts, &mut tensors);
    let views = tensors
        .iter()
        .map(|(name, shape, data)| (name.clone(), TensorView::new(Dtype::F32, shape.clone(), data).unwrap()));
    safetensors::serialize(views, Some(texts)).unwrap()
}

fn shape<'a>(tensors: &'a mut [Tensor], name: &str) -> &'a mut Vec<usize> {
    &mut tensors.iter_mut().find(|tensor| tensor.0 == name).unwrap().1
}

#[test]
fn a_file_of_nonsense_is_refused_with_one_line() {
    type Change = Box<dyn Fn(&mut HashMap<String, String>, &mut Vec<Tensor>)>;
    let transposed =
        |name: &'static str| -> Change { Box::new(move |_, tensors| shape(tensors, name).reverse()) };
    let text = |key: &'static str, value: String| -> Change {
        Box::new(move |texts, _| drop(texts.insert(key.to_owned(), value.clone())))
    };
    let styles = |count: usize| format!("{:?}", vec!["waltz"; count]);
    let config = |layers: usize| serde_json::to_string(&Config { layers, ..Config::tiny() }).unwrap();
    // (what, how, what the line says; `None` if the file is read)
    let cases: Vec<(&str, Change, Option<&str>)> = vec![
        ("as written", Box::new(|_, _| ()), None),
        ("no styles", Box::new(|texts, _| drop(texts.remove("styles"))), None),
        ("all styles", text("styles", styles(STYLES)), None),
        ("fewer layers", text("config", config(1)), Some("block.1.")),
        ("more layers", text("config", config(3)), Some("block.2.")),
        (
            "another tensor",
            Box::new(|_, tensors| tensors.push(("a\nb".to_owned(), vec![1], vec![0; 4]))),
            Some("parameter a b "),
        ),
        ("a matrix transposed", transposed("block.0.attention.in"), Some("block.0.attention.in")),
        ("a table transposed", transposed("steps"), Some("steps")),
        ("an alphabet transposed", transposed("key.out"), Some("key.out")),
        (
            "a vector as a matrix",
            Box::new(|_, tensors| shape(tensors, "norm").push(1)),
            Some("the parameter norm"),
        ),
        (
            "a table as a vector",
            Box::new(|_, tensors| {
                let shape = shape(tensors, "steps");
                *shape = vec![shape.iter().product()];
            }),
            Some("steps"),
        ),
        ("styles that are no JSON", text("styles", "waltz, blues".to_owned()), Some("list of names")),
        ("styles that are no names", text("styles", "[1, 2]".to_owned()), Some("list of names")),
        ("too many styles", text("styles", styles(STYLES + 1)), Some("more styles")),
        ("another vocabulary", text("vocabulary", "a\nb".repeat(90)), Some("another vocabulary")),
    ];
    for (what, change, expected) in cases {
        match (Checkpoint::from_bytes(&changed(change)), expected) {
            (Ok(_), None) => {}
            (Err(error), Some(expected)) => {
                let line = error.to_string();
                assert!(line.contains(expected), "{what}: {line}");
                assert!(!line.contains('\n') && line.len() < 400, "{what}: {line}");
            }
            (read, _) => panic!("{what}: {:?}", read.map(|checkpoint| checkpoint.name)),
        }
    }
}
