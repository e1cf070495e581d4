//! The fused operations on an NVIDIA card: kernels of our own, compiled for it at the first use.

use std::sync::OnceLock;

use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::driver::{
    CudaFunction, CudaSlice, CudaView, LaunchConfig, PushKernelArg,
};
use candle_core::cuda_backend::cudarc::nvrtc::compile_ptx;
use candle_core::op::BackpropOp;
use candle_core::{CudaDevice, CudaStorage, Layout, Result, Shape, Storage, Tensor};

mod attention;
mod copy;

pub use attention::banded_attention;
pub use candle_core::CudaDevice as Device;
pub use copy::copy_attention;

/// f32 numbers on a card.
pub type Slice = CudaSlice<f32>;
/// Part of them.
pub type View<'a> = CudaView<'a, f32>;
/// Whole numbers on a card.
pub type Signed = CudaSlice<i32>;

const SOURCE: &str = include_str!("kernels.cu");

/// Threads of a block, where it has a row or a run of numbers to itself.
pub const BLOCK: usize = 256;

/// The kernels in the form that the driver compiles for its card.
fn compiled() -> Result<&'static str> {
    static COMPILED: OnceLock<std::result::Result<String, String>> = OnceLock::new();
    let compile = || compile_ptx(SOURCE).map(|ptx| ptx.to_src()).map_err(|error| error.to_string());
    match COMPILED.get_or_init(compile) {
        Ok(compiled) => Ok(compiled),
        Err(error) => candle_core::bail!("the kernels do not compile: {error}"),
    }
}

/// What a kernel is given after what it writes.
pub enum Given<'a> {
    /// f32 numbers.
    Floats(CudaView<'a, f32>),
    /// Signed numbers of 32 bits.
    Signed(&'a CudaSlice<i32>),
    /// Unsigned numbers of 32 bits.
    Unsigned(&'a CudaSlice<u32>),
    /// More f32 numbers.
    Slice(&'a CudaSlice<f32>),
    /// A size.
    Size(i32),
    /// A number.
    Number(f32),
}

/// How many threads run a kernel.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    /// Blocks.
    pub blocks: usize,
    /// Threads of each: a multiple of 32.
    pub each: usize,
    /// f32 numbers that a block shares.
    pub shared: usize,
}

impl Threads {
    /// A block for each of so many rows.
    pub fn rows(rows: usize) -> Self {
        Self { blocks: rows, each: BLOCK, shared: 0 }
    }

    /// A thread for each of so many numbers.
    pub fn numbers(numbers: usize) -> Self {
        Self { blocks: numbers.div_ceil(BLOCK), each: BLOCK, shared: 0 }
    }
}

/// Runs a kernel that writes so many f32 numbers each into new memory. It is zero before where
/// `zeroed`.
pub fn run<const N: usize>(
    device: &CudaDevice,
    kernel: &str,
    threads: Threads,
    sizes: [usize; N],
    zeroed: bool,
    given: &[Given],
) -> Result<[CudaSlice<f32>; N]> {
    let function = device.get_or_load_custom_func(kernel, "segue", compiled()?)?;
    let mut written = Vec::with_capacity(N);
    for size in sizes {
        written.push(match zeroed {
            true => device.alloc_zeros::<f32>(size)?,
            // SAFETY: the kernel writes every number before anything reads one.
            false => unsafe { device.alloc::<f32>(size)? },
        });
    }
    let stream = device.cuda_stream();
    let raw: &CudaFunction = &function;
    let mut arguments = stream.launch_builder(raw);
    for slice in &written {
        arguments.arg(slice);
    }
    for given in given {
        match given {
            Given::Floats(view) => arguments.arg(view),
            Given::Signed(slice) => arguments.arg(*slice),
            Given::Unsigned(slice) => arguments.arg(*slice),
            Given::Slice(slice) => arguments.arg(*slice),
            Given::Size(size) => arguments.arg(size),
            Given::Number(number) => arguments.arg(number),
        };
    }
    let config = LaunchConfig {
        grid_dim: (threads.blocks.max(1) as u32, 1, 1),
        block_dim: (threads.each as u32, 1, 1),
        shared_mem_bytes: (threads.shared * size_of::<f32>()) as u32,
    };
    // SAFETY: each operation hands its kernel the slices and sizes that the kernel declares, and
    // checks the shapes that they follow from.
    unsafe { arguments.launch(config) }.w()?;
    match written.try_into() {
        Ok(written) => Ok(written),
        Err(_) => candle_core::bail!("a kernel wrote more than was asked"),
    }
}

/// The numbers of a contiguous f32 tensor on a card, as a custom op is given them.
pub fn floats<'a>(storage: &'a CudaStorage, layout: &Layout) -> Result<CudaView<'a, f32>> {
    let Some((from, to)) = layout.contiguous_offsets() else {
        candle_core::bail!("a fused operation needs contiguous numbers")
    };
    Ok(storage.as_cuda_slice::<f32>()?.slice(from..to))
}

/// Lets `with` see the numbers of tensors on a card.
pub fn read<const N: usize, R>(
    tensors: [&Tensor; N],
    with: impl FnOnce(&CudaDevice, [CudaView<'_, f32>; N]) -> Result<R>,
) -> Result<R> {
    let tensors = tensors.map(|tensor| tensor.contiguous());
    let mut contiguous = Vec::with_capacity(N);
    for tensor in tensors {
        contiguous.push(tensor?);
    }
    let guards: Vec<_> = contiguous.iter().map(Tensor::storage_and_layout).collect();
    let mut device = None;
    let mut views = Vec::with_capacity(N);
    for (storage, layout) in &guards {
        let Storage::Cuda(storage) = &**storage else {
            candle_core::bail!("a fused operation runs where its tensors are")
        };
        device = Some(storage.device.clone());
        views.push(floats(storage, layout)?);
    }
    match (device, views.try_into()) {
        (Some(device), Ok(views)) => with(&device, views),
        _ => candle_core::bail!("a kernel needs numbers"),
    }
}

/// New numbers as a custom op returns them.
pub fn storage(device: &CudaDevice, numbers: CudaSlice<f32>) -> CudaStorage {
    CudaStorage::wrap_cuda_slice(numbers, device.clone())
}

/// New numbers as a tensor.
pub fn tensor(device: &CudaDevice, numbers: CudaSlice<f32>, shape: impl Into<Shape>) -> Tensor {
    Tensor::from_storage(Storage::Cuda(storage(device, numbers)), shape, BackpropOp::none(), false)
}

/// What was sent to a card, and stays there for the way back.
#[derive(Debug)]
pub struct Sent<T>(OnceLock<T>);

impl<T> Default for Sent<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Sent<T> {
    /// It, after it was sent at the first use.
    pub fn or_send(&self, send: impl FnOnce() -> Result<T>) -> Result<&T> {
        if let Some(sent) = self.0.get() {
            return Ok(sent);
        }
        let sent = send()?;
        Ok(self.0.get_or_init(|| sent))
    }
}

/// The rows of a sparse matrix on a card.
#[derive(Debug)]
pub struct Entries {
    /// Where each row's entries end.
    pub ends: CudaSlice<u32>,
    /// The column of each entry.
    pub columns: CudaSlice<u32>,
    /// Its number.
    pub values: CudaSlice<f32>,
}

/// Products on a card in its matrix units' own precision (TF32), and memory that stays with the
/// program between two steps.
///
/// # Errors
/// Where the driver refuses.
pub fn prepare(device: &candle_core::Device) -> Result<()> {
    use candle_core::cuda_backend::cudarc::driver::sys;
    candle_core::cuda::set_gemm_reduced_precision_f32(true);
    let candle_core::Device::Cuda(device) = device else { return Ok(()) };
    let ordinal = device.cuda_stream().context().ordinal() as i32;
    let mut card = 0;
    let mut pool = std::ptr::null_mut();
    let mut threshold = u64::MAX;
    // SAFETY: the driver writes a device and a memory pool to places of their types, and reads the
    // attribute from one of the type that it asks for.
    unsafe {
        sys::cuDeviceGet(&mut card, ordinal).result().w()?;
        sys::cuDeviceGetDefaultMemPool(&mut pool, card).result().w()?;
        let attribute = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        sys::cuMemPoolSetAttribute(pool, attribute, (&raw mut threshold).cast()).result().w()?;
    }
    Ok(())
}
