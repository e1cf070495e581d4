//! The fused operations are candle's own, in value and in gradient.

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::Module;
use segue_model::elementary::EPSILON;
use segue_network::ops;

fn var(shape: (usize, usize), seed: usize) -> Var {
    let numbers: Vec<f32> = (0..shape.0 * shape.1)
        .map(|i| (((i * 7919 + seed * 104_729) % 1000) as f32 / 250.0 - 2.0).sin())
        .collect();
    Var::from_tensor(&Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()).unwrap()
}

/// Weighs every number differently, so that no gradient is hidden by a symmetry.
fn weighed_sum(x: &Tensor) -> Result<Tensor> {
    let weights = Tensor::arange(0, x.elem_count() as u32, &Device::Cpu)?.to_dtype(DType::F32)?.sin()?;
    (x.flatten_all()? * weights)?.sum_all()
}

fn check(name: &str, vars: &[&Var], fused: &Tensor, plain: &Tensor) {
    let close = |a: &Tensor, b: &Tensor, what: &str| {
        let (a, b): (Vec<f32>, Vec<f32>) =
            (a.flatten_all().unwrap().to_vec1().unwrap(), b.flatten_all().unwrap().to_vec1().unwrap());
        assert_eq!(a.len(), b.len(), "{name}: {what}");
        for (a, b) in a.iter().zip(&b) {
            assert!((a - b).abs() <= 1e-4 * (1.0 + b.abs()), "{name}: {what}: {a} for {b}");
        }
    };
    close(fused, plain, "value");
    let gradients = |x: &Tensor| weighed_sum(x).unwrap().backward().unwrap();
    let (ours, theirs) = (gradients(fused), gradients(plain));
    for (index, var) in vars.iter().enumerate() {
        close(ours.get(var).unwrap(), theirs.get(var).unwrap(), &format!("gradient {index}"));
    }
}

#[test]
fn rms_norm_is_candles() {
    let (x, gain) = (var((5, 64), 1), var((1, 64), 2));
    let gain_vector = gain.flatten_all().unwrap();
    let plain = candle_nn::ops::rms_norm_slow(&x, &gain_vector, EPSILON).unwrap();
    check("rms-norm", &[&x, &gain], &ops::rms_norm(&x, &gain_vector).unwrap(), &plain);
}

#[test]
fn swiglu_is_candles() {
    let x = var((7, 48), 3);
    check("swiglu", &[&x], &ops::swiglu(&x).unwrap(), &candle_nn::ops::swiglu(x.as_tensor()).unwrap());
}

#[test]
fn cross_entropy_is_candles() {
    let logits = var((6, 33), 4);
    let targets: Vec<u32> = vec![0, 5, 32, 7, 7, 1];
    let fused = ops::cross_entropy(&logits, targets.iter().map(|&target| Some(target)).collect()).unwrap();
    let log_softmax = candle_nn::ops::log_softmax(&logits, 1).unwrap();
    let index = Tensor::from_vec(targets, (6, 1), &Device::Cpu).unwrap();
    let plain = log_softmax.gather(&index, 1).unwrap().neg().unwrap().flatten_all().unwrap();
    check("cross-entropy", &[&logits], &fused, &plain);
}

#[test]
fn sparse_embedding_is_a_sum_of_rows() {
    let table = var((9, 16), 5);
    let mut rows = ops::Sparse::default();
    rows.push([(3, 1.0), (8, 1.0)]);
    rows.push([(3, 1.0), (0, 1.0)]);
    let embedding = candle_nn::Embedding::new(table.as_tensor().clone(), 16);
    let first = embedding.forward(&Tensor::new(&[3u32, 3], &Device::Cpu).unwrap()).unwrap();
    let second = embedding.forward(&Tensor::new(&[8u32, 0], &Device::Cpu).unwrap()).unwrap();
    let plain = (first + second).unwrap();
    check("embedding", &[&table], &ops::sparse_embedding(&table, Arc::new(rows)).unwrap(), &plain);
}

#[test]
fn copies_are_an_attention_over_what_was() {
    // Six predictions of four symbols; each sees all before it but the second, known only from the
    // fifth on.
    let (length, symbols, strength) = (6, 4, 32.0);
    let (queries, keys) = (var((length, 64), 6), var((length, 64), 7));
    let (values, known_from) = (vec![2, 0, 3, 2, 1, 0], vec![0, 4, 0, 0, 0, 0]);
    let copied = ops::Copied {
        length,
        window: 4,
        symbols,
        values: values.clone(),
        shifts: vec![0; length],
        known_from: known_from.clone(),
        strength,
    };
    let fused = ops::copy_attention(&queries, &keys, Arc::new(copied)).unwrap();

    let sees = |reader: usize, read: usize| read < reader && read + 4 >= reader && known_from[read] <= reader;
    let device = &Device::Cpu;
    let mask: Vec<f32> =
        (0..length * length).map(|i| if sees(i / length, i % length) { 0.0 } else { -1e9 }).collect();
    let any: Vec<f32> =
        (0..length).map(|reader| f32::from((0..length).any(|read| sees(reader, read)))).collect();
    let one_hot: Vec<f32> =
        (0..length * symbols).map(|i| f32::from(values[i / symbols] as usize == i % symbols)).collect();
    let scores = (queries.matmul(&keys.t().unwrap()).unwrap() * 0.125).unwrap();
    let scores = (scores + Tensor::from_vec(mask, (length, length), device).unwrap()).unwrap();
    let weights = candle_nn::ops::softmax(&scores, 1).unwrap();
    let weights = weights.broadcast_mul(&Tensor::from_vec(any, (length, 1), device).unwrap()).unwrap();
    let shares = weights.matmul(&Tensor::from_vec(one_hot, (length, symbols), device).unwrap()).unwrap();
    let plain = ((shares * f64::from(strength)).unwrap() + 1.0).unwrap().log().unwrap();
    check("copies", &[&queries, &keys], &fused, &plain);
}
