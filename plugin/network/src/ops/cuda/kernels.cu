// The fused operations on an NVIDIA card, compiled at the first use. They compute what the files in
// `ops` compute on a CPU.

// The sum of a block's numbers, to every thread of it. `room` holds a number for each warp.
__device__ float block_sum(float x, float* room) {
    for (int apart = 16; apart > 0; apart /= 2) x += __shfl_xor_sync(0xffffffff, x, apart);
    __syncthreads();
    if (threadIdx.x % 32 == 0) room[threadIdx.x / 32] = x;
    __syncthreads();
    float sum = 0.0f;
    for (int warp = 0; warp < blockDim.x / 32; warp++) sum += room[warp];
    return sum;
}

__device__ float block_max(float x, float* room) {
    for (int apart = 16; apart > 0; apart /= 2) x = fmaxf(x, __shfl_xor_sync(0xffffffff, x, apart));
    __syncthreads();
    if (threadIdx.x % 32 == 0) room[threadIdx.x / 32] = x;
    __syncthreads();
    float top = room[0];
    for (int warp = 1; warp < blockDim.x / 32; warp++) top = fmaxf(top, room[warp]);
    return top;
}

#define LOWEST (-3.0e38f)

// A block a row; `ends` says where each row's entries end.
extern "C" __global__ void embedding(
    float* out, const float* table, const unsigned* ends, const unsigned* columns, const float* values, int dim
) {
    int row = blockIdx.x;
    unsigned from = row == 0 ? 0 : ends[row - 1], to = ends[row];
    for (int i = threadIdx.x; i < dim; i += blockDim.x) {
        float sum = 0.0f;
        for (unsigned entry = from; entry < to; entry++)
            sum += values[entry] * table[(size_t)columns[entry] * dim + i];
        out[(size_t)row * dim + i] = sum;
    }
}

// Adds to a table of zeros.
extern "C" __global__ void embedding_back(
    float* out, const float* grad, const unsigned* ends, const unsigned* columns, const float* values, int dim
) {
    int row = blockIdx.x;
    unsigned from = row == 0 ? 0 : ends[row - 1], to = ends[row];
    for (int i = threadIdx.x; i < dim; i += blockDim.x) {
        float here = grad[(size_t)row * dim + i];
        if (here == 0.0f) continue;
        for (unsigned entry = from; entry < to; entry++)
            atomicAdd(&out[(size_t)columns[entry] * dim + i], values[entry] * here);
    }
}

// A block a row.
extern "C" __global__ void rms_norm(
    float* out, const float* x, const float* gain, int dim, float epsilon
) {
    __shared__ float room[32];
    const float* row = x + (size_t)blockIdx.x * dim;
    float squares = 0.0f;
    for (int i = threadIdx.x; i < dim; i += blockDim.x) squares += row[i] * row[i];
    float scale = rsqrtf(block_sum(squares, room) / dim + epsilon);
    for (int i = threadIdx.x; i < dim; i += blockDim.x) out[(size_t)blockIdx.x * dim + i] = row[i] * scale * gain[i];
}

// A block for several rows and a thread for each of `dim`; `out_gain` begins as zeros.
extern "C" __global__ void rms_norm_back(
    float* out, float* out_gain, const float* x, const float* gain, const float* grad, int rows, int each,
    int dim, float epsilon
) {
    __shared__ float room[32];
    int i = threadIdx.x;
    bool mine = i < dim;
    float own_gain = mine ? gain[i] : 0.0f, sum = 0.0f;
    for (int row = blockIdx.x * each; row < min(rows, (blockIdx.x + 1) * each); row++) {
        float here = mine ? x[(size_t)row * dim + i] : 0.0f, from = mine ? grad[(size_t)row * dim + i] : 0.0f;
        float scale = rsqrtf(block_sum(here * here, room) / dim + epsilon);
        float along = block_sum(from * own_gain * here, room) * scale * scale / dim;
        if (mine) out[(size_t)row * dim + i] = scale * (from * own_gain - here * along);
        sum += from * here * scale;
    }
    if (mine) atomicAdd(&out_gain[i], sum);
}

// A thread a number of the result.
extern "C" __global__ void swiglu(float* out, const float* x, int total, int hidden) {
    int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= total) return;
    size_t row = at / hidden, i = at % hidden;
    float gate = x[row * 2 * hidden + i], value = x[row * 2 * hidden + hidden + i];
    out[at] = gate / (1.0f + expf(-gate)) * value;
}

extern "C" __global__ void swiglu_back(float* out, const float* x, const float* grad, int total, int hidden) {
    int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= total) return;
    size_t row = at / hidden, i = at % hidden, here = row * 2 * hidden + i;
    float gate = x[here], value = x[here + hidden], open = 1.0f / (1.0f + expf(-gate));
    out[here] = grad[at] * value * open * (1.0f + gate * (1.0f - open));
    out[here + hidden] = grad[at] * gate * open;
}

// A thread a pair; a row's angles are 32 cosines and 32 sines.
extern "C" __global__ void turn(
    float* out, const float* x, const float* angles, int total, int width, float direction
) {
    int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= total) return;
    int pairs = width / 2, pair = at % 32;
    size_t row = at / pairs, here = row * width + (at % pairs) / 32 * 64 + pair;
    float cosine = angles[row * 64 + pair], sine = angles[row * 64 + 32 + pair] * direction;
    float low = x[here], high = x[here + 32];
    out[here] = low * cosine - high * sine;
    out[here + 32] = low * sine + high * cosine;
}

// A thread a pair: rows of queries, keys and values to (3, sequences, heads, length, 64), the first
// two turned.
extern "C" __global__ void split_heads(
    float* out, const float* qkv, const float* angles, int total, int sequences, int length, int heads
) {
    int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= total) return;
    int pair = at % 32, head = at / 32 % heads, which = at / (32 * heads) % 3;
    int row = at / (96 * heads), sequence = row / length, place = row % length;
    size_t from = (((size_t)row * 3 + which) * heads + head) * 64 + pair;
    size_t to = ((((size_t)which * sequences + sequence) * heads + head) * length + place) * 64 + pair;
    float cosine = 1.0f, sine = 0.0f;
    if (which < 2) cosine = angles[(size_t)row * 64 + pair], sine = angles[(size_t)row * 64 + 32 + pair];
    float low = qkv[from], high = qkv[from + 32];
    out[to] = low * cosine - high * sine;
    out[to + 32] = low * sine + high * cosine;
}

extern "C" __global__ void split_heads_back(
    float* out, const float* grad, const float* angles, int total, int sequences, int length, int heads
) {
    int at = blockIdx.x * blockDim.x + threadIdx.x;
    if (at >= total) return;
    int pair = at % 32, head = at / 32 % heads, which = at / (32 * heads) % 3;
    int row = at / (96 * heads), sequence = row / length, place = row % length;
    size_t to = (((size_t)row * 3 + which) * heads + head) * 64 + pair;
    size_t from = ((((size_t)which * sequences + sequence) * heads + head) * length + place) * 64 + pair;
    float cosine = 1.0f, sine = 0.0f;
    if (which < 2) cosine = angles[(size_t)row * 64 + pair], sine = -angles[(size_t)row * 64 + 32 + pair];
    float low = grad[from], high = grad[from + 32];
    out[to] = low * cosine - high * sine;
    out[to + 32] = low * sine + high * cosine;
}

// A block a query: its scores with `length` keys to weights, zero where the window hides the key.
extern "C" __global__ void band_softmax(float* out, const float* scores, int length, int window, float scale) {
    __shared__ float room[32];
    int query = blockIdx.x % length, first = max(0, query + 1 - window);
    scores += (size_t)blockIdx.x * length;
    out += (size_t)blockIdx.x * length;
    float top = LOWEST, sum = 0.0f;
    for (int key = threadIdx.x; key <= query; key += blockDim.x)
        if (key >= first) top = fmaxf(top, scores[key]);
    top = block_max(top, room);
    for (int key = threadIdx.x; key <= query; key += blockDim.x)
        if (key >= first) sum += expf((scores[key] - top) * scale);
    float share = 1.0f / block_sum(sum, room);
    for (int key = threadIdx.x; key < length; key += blockDim.x)
        out[key] = key >= first && key <= query ? expf((scores[key] - top) * scale) * share : 0.0f;
}

extern "C" __global__ void band_softmax_back(
    float* out, const float* weights, const float* grad, int length, float scale
) {
    __shared__ float room[32];
    size_t row = (size_t)blockIdx.x * length;
    float mean = 0.0f;
    for (int key = threadIdx.x; key < length; key += blockDim.x) mean += weights[row + key] * grad[row + key];
    mean = block_sum(mean, room);
    for (int key = threadIdx.x; key < length; key += blockDim.x)
        out[row + key] = scale * weights[row + key] * (grad[row + key] - mean);
}

// The symbol that a reader takes from an earlier prediction, or -1 where it may not see it.
__device__ int copied(
    const int* intervals, const int* known_from, int reader, int key, int shift, int symbols
) {
    int symbol = intervals[key] + shift;
    return known_from[key] <= reader && symbol >= 0 && symbol < symbols ? symbol : -1;
}

// A block a reader. Shared memory holds a number for each symbol and one for each key.
extern "C" __global__ void copies(
    float* out, const float* scores, const int* intervals, const int* shifts, const int* known_from,
    int length, int window, int symbols, float strength, float scale
) {
    extern __shared__ float shared[];
    __shared__ float room[32];
    float *shares = shared, *weights = shared + symbols;
    int reader = blockIdx.x % length, first = max(0, reader - window), shift = shifts[blockIdx.x];
    scores += (size_t)blockIdx.x * length;
    out += (size_t)blockIdx.x * symbols;
    intervals += blockIdx.x - reader;
    known_from += blockIdx.x - reader;
    for (int symbol = threadIdx.x; symbol < symbols; symbol += blockDim.x) shares[symbol] = 0.0f;
    float top = LOWEST, sum = 0.0f;
    for (int key = first + threadIdx.x; key < reader; key += blockDim.x) {
        bool seen = copied(intervals, known_from, reader, key, shift, symbols) >= 0;
        weights[key] = seen ? scores[key] * scale : LOWEST;
        top = fmaxf(top, weights[key]);
    }
    top = block_max(top, room);
    for (int key = first + threadIdx.x; key < reader; key += blockDim.x) {
        weights[key] = weights[key] == LOWEST ? 0.0f : expf(weights[key] - top);
        sum += weights[key];
    }
    sum = block_sum(sum, room);
    for (int key = first + threadIdx.x; key < reader; key += blockDim.x)
        if (weights[key] > 0.0f) atomicAdd(&shares[intervals[key] + shift], weights[key] / sum);
    __syncthreads();
    for (int symbol = threadIdx.x; symbol < symbols; symbol += blockDim.x)
        out[symbol] = log1pf(strength * shares[symbol]);
}

extern "C" __global__ void copies_back(
    float* grad_scores, const float* scores, const float* out, const float* grad, const int* intervals,
    const int* shifts, const int* known_from, int length, int window, int symbols, float strength, float scale
) {
    extern __shared__ float shared[];
    __shared__ float room[32];
    float *grad_shares = shared, *weights = shared + symbols;
    int reader = blockIdx.x % length, first = max(0, reader - window), shift = shifts[blockIdx.x];
    scores += (size_t)blockIdx.x * length;
    grad_scores += (size_t)blockIdx.x * length;
    out += (size_t)blockIdx.x * symbols;
    grad += (size_t)blockIdx.x * symbols;
    intervals += blockIdx.x - reader;
    known_from += blockIdx.x - reader;
    // d ln(1 + s c) / dc = s / (1 + s c) = s · e^-result
    for (int symbol = threadIdx.x; symbol < symbols; symbol += blockDim.x)
        grad_shares[symbol] = grad[symbol] * strength * expf(-out[symbol]);
    float top = LOWEST, sum = 0.0f, mean = 0.0f;
    for (int key = first + threadIdx.x; key < reader; key += blockDim.x) {
        bool seen = copied(intervals, known_from, reader, key, shift, symbols) >= 0;
        weights[key] = seen ? scores[key] * scale : LOWEST;
        top = fmaxf(top, weights[key]);
    }
    top = block_max(top, room);
    for (int key = first + threadIdx.x; key < reader; key += blockDim.x) {
        weights[key] = weights[key] == LOWEST ? 0.0f : expf(weights[key] - top);
        sum += weights[key];
        if (weights[key] > 0.0f) mean += weights[key] * grad_shares[intervals[key] + shift];
    }
    sum = block_sum(sum, room);
    mean = block_sum(mean, room);
    float share = sum > 0.0f ? 1.0f / sum : 0.0f;
    mean *= share;
    for (int key = threadIdx.x; key < length; key += blockDim.x) {
        bool seen = key >= first && key < reader;
        // A thread wrote the weights of other keys than these, which the sums waited for.
        float weight = seen ? weights[key] * share : 0.0f;
        grad_scores[key] = weight > 0.0f ? scale * weight * (grad_shares[intervals[key] + shift] - mean) : 0.0f;
    }
}

// A block a row; a target below zero is none.
extern "C" __global__ void cross_entropy(float* out, const float* logits, const int* targets, int symbols) {
    __shared__ float room[32];
    const float* row = logits + (size_t)blockIdx.x * symbols;
    int target = targets[blockIdx.x];
    float top = LOWEST, sum = 0.0f;
    for (int symbol = threadIdx.x; symbol < symbols; symbol += blockDim.x) top = fmaxf(top, row[symbol]);
    top = block_max(top, room);
    for (int symbol = threadIdx.x; symbol < symbols; symbol += blockDim.x) sum += expf(row[symbol] - top);
    sum = block_sum(sum, room);
    if (threadIdx.x == 0) out[blockIdx.x] = target < 0 ? 0.0f : logf(sum) + top - row[target];
}

extern "C" __global__ void cross_entropy_back(
    float* out, const float* logits, const int* targets, const float* grad, int symbols
) {
    __shared__ float room[32];
    size_t from = (size_t)blockIdx.x * symbols;
    const float* row = logits + from;
    int target = targets[blockIdx.x];
    float top = LOWEST, sum = 0.0f, weight = target < 0 ? 0.0f : grad[blockIdx.x];
    for (int symbol = threadIdx.x; symbol < symbols; symbol += blockDim.x) top = fmaxf(top, row[symbol]);
    top = block_max(top, room);
    for (int symbol = threadIdx.x; symbol < symbols; symbol += blockDim.x) sum += expf(row[symbol] - top);
    sum = block_sum(sum, room);
    for (int symbol = threadIdx.x; symbol < symbols; symbol += blockDim.x)
        out[from + symbol] = weight * (expf(row[symbol] - top) / sum - (symbol == target ? 1.0f : 0.0f));
}
