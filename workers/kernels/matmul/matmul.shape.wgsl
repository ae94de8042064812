// What every matmul kernel is told, and the three small tensors beside a, b and c. Left operand A[m, k], right operand B[k, n], each at any strides.
struct Shape {
  m: u32, n: u32, k: u32,
  chunk: u32,                          // workgroup z sums k in z·chunk … (z+1)·chunk
  a_offset: u32, a_row: u32, a_k: u32, // A's element (row, k) lies at a_offset + row·a_row + k·a_k
  b_offset: u32, b_col: u32, b_k: u32, // B's element (k, col) lies at b_offset + col·b_col + k·b_k
  c_offset: u32, c_row: u32, c_col: u32,
  c_chunk: u32,                        // elements between the outputs of two chunks
  alpha: f32,
}
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(UNIFORMS) var<uniform> s: Shape;
