// Logits that llama.cpp computes for given ids: its half of check_gguf.py.
// usage: llama_logits MODEL.gguf IDS OUT      IDS: int32, one sequence; OUT: float32 [positions, vocabulary]
// c++ -O1 llama_logits.cpp -I LLAMA/include -I LLAMA/ggml/include -L BUILD/bin -lllama -lggml -lggml-base -Wl,-rpath,BUILD/bin -o llama_logits

#include "llama.h"

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

static void silent(ggml_log_level, const char *, void *) {}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    llama_log_set(silent, nullptr);
    std::ifstream file(arguments[2], std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    const int32_t n = (int32_t)(bytes.size() / 4);
    const int32_t *ids = (const int32_t *)bytes.data();

    llama_model_params model_parameters = llama_model_default_params();
    llama_model *model = llama_model_load_from_file(arguments[1], model_parameters);
    if (!model) return 1;
    llama_context_params parameters = llama_context_default_params();
    parameters.n_ctx = 512;
    parameters.n_batch = parameters.n_ubatch = 512;
    parameters.n_threads = parameters.n_threads_batch = 1;
    parameters.type_k = parameters.type_v = GGML_TYPE_F32;
    parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    llama_context *context = llama_init_from_model(model, parameters);
    if (!context) return 1;

    llama_batch batch = llama_batch_init(n, 0, 1);
    batch.n_tokens = n;
    for (int32_t i = 0; i < n; i++) {
        batch.token[i] = ids[i];
        batch.pos[i] = i;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = 0;
        batch.logits[i] = 1;
    }
    if (llama_decode(context, batch)) return 1;
    const int32_t vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    std::FILE *out = std::fopen(arguments[3], "wb");
    for (int32_t i = 0; i < n; i++) std::fwrite(llama_get_logits_ith(context, i), 4, vocabulary, out);
    std::fclose(out);
    return 0;
}
