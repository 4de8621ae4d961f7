// All kernels of one instruction set, and the table of them. The including file defines VL, MR, NV, BLOCK_MR, BLOCK_NP,
// FLOAT_MR, FLOAT_NR, ISA_NAME and ISA_TABLE.
#include "vector.h"
#include "coefficients.h"
#include "mathematics.h"
#include "product.h"
#include "pack.h"
#include "elementwise.h"
#include "activation.h"
#include "norm.h"
#include "rotary.h"
#include "loss.h"
#include "sampling.h"
#include "random.h"
#include "attention.h"
#include "optimizer.h"
#include "blocks/layout.h"
#include "blocks/lanes.h"
#include "blocks/formats.h"
#include "blocks/quantise.h"
#include "blocks/product.h"
#include "blocks/floats.h"
#include "blocks/halves.h"
#include "blocks/fit.h"
#include "blocks/limits.h"
#include "cache.h"

static const orrery_kernels table = {
    .name = ISA_NAME,
    .panel_rows = MR,
    .panel_columns = NV * VL,
    .native_bf16 = NATIVE_PAIRS,
    .vector_length = VL,
    .pack = pack,
    .product = product,
    .peak = peak,
    .convert = convert,
    .add = add,
    .multiply = multiply,
    .scale = scale,
    .activation = activation,
    .activation_gradient = activation_gradient,
    .swiglu = swiglu,
    .swiglu_gradient = swiglu_gradient,
    .dropout = dropout,
    .dropout_mask = dropout_mask,
    .rms_norm = rms_norm,
    .rms_norm_gradient = rms_norm_gradient,
    .layer_norm = layer_norm,
    .layer_norm_gradient = layer_norm_gradient,
    .column_sum = column_sum,
    .rotary = rotary,
    .log_sum_exp = log_sum_exp,
    .cross_entropy_gradient = cross_entropy_gradient,
    .sampling_weights = sampling_weights,
    .softmax_tile = softmax_tile,
    .softmax_finish = softmax_finish,
    .softmax_merge = softmax_merge,
    .score_gradient_tile = score_gradient_tile,
    .row_dot = row_dot,
    .cache_write = cache_write,
    .expand_keys = expand_keys,
    .expand_values = expand_values,
    .adamw = adamw,
    .sum_of_squares = sum_of_squares,
    .axpby = axpby,
    .fit_scale = fit_scale,
    .fit_scale_and_offset = fit_scale_and_offset,
    .fit_error = fit_error,
    .fit_codes = fit_codes,
    .block_stored_bytes = block_stored_bytes,
    .block_quantise = block_quantise,
    .block_few_rows = block_few_rows,
    .block_product_few = block_product_few,
    .expanded_bytes = 1 + MULTIPLIES_PAIRS,
    .block_expand = block_expand_panel,
    .block_product = block_product_tiles,
    .float_rows = float_rows,
    .half_pack = half_pack,
    .half_product_row = half_product_row,
    .half_expand = half_expand,
    .block_peak = block_peak,
    .read_bytes = read_bytes,
};

const orrery_kernels *ISA_TABLE(void) { return &table; }
