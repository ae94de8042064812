// A few rows times a matrix, with what stands around such a product in a decoder: x may be normalised first, the output gated, biased and added to.
// x: [m, k]; w: [n, k] ([2·n, k] when GATED: gate rows, then up rows), rows `stride` apart; gain: [k]; bias: [n] ([2·n]); add: [m, n]; y: [m, n], rows `row` apart.
// k and stride are multiples of four; w is read by w4 (see kernels/packed).
struct Shape { m: u32, n: u32, k4: u32, stride: u32, offset: u32, row: u32, first: u32, inverseWidth: f32, eps: f32 } // first: of the columns' workgroups
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> gain: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> add: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(SHAPE) var<uniform> s: Shape;

const COLUMNS = select(4u, 2u, GATED);

/// Where row `i` of a lane's four weight rows begins: four columns, or two gates and their two ups. What lies beyond the edge repeats the last column.
fn weight_at(column: u32, i: u32) -> u32 {
  if (GATED) { return (min(column + (i & 1u), s.n - 1u) + select(0u, s.n, i > 1u)) * s.stride; }
  return min(column + i, s.n - 1u) * s.stride;
}

/// sums[i] += Σ over four k of w[i] · u, k ascending; t holds one vector of the four columns per k.
fn step(sums: vec4f, t: mat4x4f, u: vec4f) -> vec4f {
  return fma(vec4f(u.w), t[3], fma(vec4f(u.z), t[2], fma(vec4f(u.y), t[1], fma(vec4f(u.x), t[0], sums))));
}

fn squares(sum: f32, u: vec4f) -> f32 {
  return fma(u.w, u.w, fma(u.z, u.z, fma(u.y, u.y, fma(u.x, u.x, sum))));
}

/// 1 / sqrt(mean(x²) + eps) of a row from the sum of its squares.
fn rstd_of(sum: f32) -> f32 { return inverseSqrt(fma(sum, s.inverseWidth, s.eps)); }

fn put(row: u32, column: u32, sums: vec4f, rstd: f32) {
  if (row >= s.m) { return; }
  var v = sums;
  if (NORM) { v *= rstd; }
  for (var i = 0u; i < COLUMNS; i++) {
    let at = column + i;
    if (at < s.n) {
      var one = v.x;
      if (BIAS) { one += bias[at]; }
      if (GATED) {
        var up = v.z;
        if (BIAS) { up += bias[s.n + at]; }
        one = one / (1.0 + exp(-one)) * up;
      }
      let place = s.offset + row * s.row + at;
      if (ADD) { one += add[place]; }
      y[place] = one;
    }
    v = v.yzwx;
  }
}
