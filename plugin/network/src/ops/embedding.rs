//! A product with a matrix of few non-zero numbers a row: the embeddings of everything a step
//! tells.

use std::sync::Arc;

#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};

#[cfg(feature = "cuda")]
use super::cuda::{self, Given, Threads};
use super::{floats, plain, read};

/// Rows of few numbers, by column.
#[derive(Clone, Debug, Default)]
pub struct Sparse {
    /// Where each row ends in the other two lists.
    ends: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl Sparse {
    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = (usize, f32)>) {
        for (column, value) in row {
            self.columns.push(column as u32);
            self.values.push(value);
        }
        self.ends.push(self.columns.len());
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.ends.len()
    }

    /// The columns and values of a row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f32)> + '_ {
        let from = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        let range = from..self.ends[row];
        self.columns[range.clone()]
            .iter()
            .zip(&self.values[range])
            .map(|(&column, &value)| (column as usize, value))
    }
}

/// `rows · table`: for each row, the sum of the table's rows it names, weighted. `table` is
/// (columns, dim), the result (rows, dim).
pub fn sparse_embedding(table: &Tensor, rows: Arc<Sparse>) -> Result<Tensor> {
    if plain::serves(table) {
        return plain::sparse_embedding(table, &rows);
    }
    table.apply_op1(SparseEmbedding {
        rows,
        #[cfg(feature = "cuda")]
        sent: Default::default(),
    })
}

struct SparseEmbedding {
    rows: Arc<Sparse>,
    #[cfg(feature = "cuda")]
    sent: cuda::Sent<cuda::Entries>,
}

#[cfg(feature = "cuda")]
impl SparseEmbedding {
    /// Runs a kernel over the entries of every row, a block a row.
    fn on_card(
        &self,
        device: &cuda::Device,
        kernel: &str,
        from: cuda::View<'_>,
        dim: usize,
        (size, zeroed): (usize, bool),
    ) -> Result<cuda::Slice> {
        let rows = &*self.rows;
        let entries = self.sent.or_send(|| {
            Ok(cuda::Entries {
                ends: device.clone_htod(&rows.ends.iter().map(|&end| end as u32).collect::<Vec<_>>())?,
                // A card copies nothing from an empty list.
                columns: device.clone_htod(&[rows.columns.as_slice(), &[0]].concat())?,
                values: device.clone_htod(&[rows.values.as_slice(), &[0.0]].concat())?,
            })
        })?;
        let given = [
            Given::Floats(from),
            Given::Unsigned(&entries.ends),
            Given::Unsigned(&entries.columns),
            Given::Slice(&entries.values),
            Given::Size(dim as i32),
        ];
        let [out] = cuda::run(device, kernel, Threads::rows(rows.rows()), [size], zeroed, &given)?;
        Ok(out)
    }
}

impl CustomOp1 for SparseEmbedding {
    fn name(&self) -> &'static str {
        "sparse-embedding"
    }

    fn cpu_fwd(&self, table: &CpuStorage, at: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, dim) = at.shape().dims2()?;
        let table = floats(table, at)?;
        let mut out = vec![0.0; self.rows.rows() * dim];
        for (row, out) in out.chunks_exact_mut(dim).enumerate() {
            for (column, value) in self.rows.row(row) {
                let entry = &table[column * dim..(column + 1) * dim];
                out.iter_mut().zip(entry).for_each(|(out, entry)| *out += value * entry);
            }
        }
        Ok((CpuStorage::F32(out), (self.rows.rows(), dim).into()))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, table: &CudaStorage, at: &Layout) -> Result<(CudaStorage, Shape)> {
        let (_, dim) = at.shape().dims2()?;
        let (rows, device) = (self.rows.rows(), &table.device);
        let table = cuda::floats(table, at)?;
        let out = self.on_card(device, "embedding", table, dim, (rows * dim, false))?;
        Ok((cuda::storage(device, out), (rows, dim).into()))
    }

    fn bwd(&self, table: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let (columns, dim) = table.dims2()?;
        #[cfg(feature = "cuda")]
        if table.device().is_cuda() {
            return cuda::read([grad], |device, [grad]| {
                let out = self.on_card(device, "embedding_back", grad, dim, (columns * dim, true))?;
                Ok(Some(cuda::tensor(device, out, (columns, dim))))
            });
        }
        let out = read(grad, |grad| {
            let mut out = vec![0.0; columns * dim];
            for (row, grad) in grad.chunks_exact(dim).enumerate() {
                for (column, value) in self.rows.row(row) {
                    let entry = &mut out[column * dim..(column + 1) * dim];
                    entry.iter_mut().zip(grad).for_each(|(entry, grad)| *entry += value * grad);
                }
            }
            Ok(out)
        })?;
        Ok(Some(Tensor::from_vec(out, (columns, dim), table.device())?))
    }
}
