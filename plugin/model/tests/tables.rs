//! Weights of earlier versions, whose tables are shorter, and the styles that name rows of one.

use segue_model::{Checkpoint, Config, Precision};

#[test]
fn weights_that_were_told_less_play_the_same() {
    let mut whole = Checkpoint::random(&Config::tiny(), 5);
    // As if style and ignore_other_role had never been.
    let tables = ["steps", "onset.asked", "key.asked", "velocity.asked", "duration.asked"];
    for name in tables {
        let table = whole.numbers.get_mut(name).unwrap();
        let rows = if name == "steps" { segue_model::STYLES } else { 1 };
        let told = table.len() - rows * whole.config.dim;
        table[told..].fill(0.0);
    }
    let bytes = whole.to_bytes(Precision::Single).unwrap();
    assert_eq!(Checkpoint::from_bytes(&bytes).unwrap(), whole);

    let shorter = shorten(&bytes, &tables);
    assert!(shorter.len() < bytes.len());
    assert_eq!(
        Checkpoint::from_bytes(&shorter).unwrap(),
        whole,
        "what is missing at a table's end says nothing"
    );
}

/// The same file with the last rows of tables left out.
fn shorten(bytes: &[u8], tables: &[&str]) -> Vec<u8> {
    use safetensors::tensor::{SafeTensors, TensorView};
    let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let parts: Vec<_> = tensors
        .tensors()
        .into_iter()
        .map(|(name, tensor)| {
            let mut shape = tensor.shape().to_vec();
            if tables.contains(&name.as_str()) {
                shape[0] -= if name == "steps" { segue_model::STYLES } else { 1 };
            }
            let length = 4 * shape.iter().product::<usize>();
            (name, tensor.dtype(), shape, tensor.data()[..length].to_vec())
        })
        .collect();
    let views = parts
        .iter()
        .map(|(name, dtype, shape, data)| (name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
    safetensors::serialize(views, metadata.metadata().clone()).unwrap()
}

#[test]
fn styles_keep_their_names() {
    let styles = vec!["score-SATB".to_owned(), "leadsheet-melody".to_owned()];
    let checkpoint = Checkpoint { styles, ..Checkpoint::random(&Config::tiny(), 6) };
    let read = Checkpoint::from_bytes(&checkpoint.to_bytes(Precision::Single).unwrap()).unwrap();
    assert_eq!(read, checkpoint);
}
