// What llama.cpp computes for given ids: its half of check_gguf.py and check_perplexity.py.
// usage: llama_logits MODEL.gguf IDS OUT [--embeddings | --decoder IDS | --greedy N]
//   IDS are int32, one sequence. OUT receives float32 logits [positions, vocabulary]; with --embeddings the vectors [positions, width] of an encoder; with
//   --decoder the logits of a decoder's ids, after an encoder has read the first; with --greedy int32 ids, N more than were given.
// c++ -O1 llama_logits.cpp -I LLAMA/include -I LLAMA/ggml/include -L BUILD/bin -lllama -lggml -lggml-base -Wl,-rpath,BUILD/bin -o llama_logits

#include "llama.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

static void silent(ggml_log_level, const char *, void *) {}

static std::vector<int32_t> ids_in(const char *path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    const int32_t *ids = (const int32_t *)bytes.data();
    return {ids, ids + bytes.size() / 4};
}

static llama_batch batch_of(const std::vector<int32_t> &ids, int32_t first, bool all) {
    const int32_t n = (int32_t)ids.size() - first;
    llama_batch batch = llama_batch_init(n, 0, 1);
    batch.n_tokens = n;
    for (int32_t i = 0; i < n; i++) {
        batch.token[i] = ids[first + i];
        batch.pos[i] = first + i;
        batch.n_seq_id[i] = 1;
        batch.seq_id[i][0] = 0;
        batch.logits[i] = all || i == n - 1;
    }
    return batch;
}

int main(int count, char **arguments) {
    if (count != 4 && count != 5 && count != 6) return 2;
    const std::string mode = count > 4 ? arguments[4] : "";
    llama_log_set(silent, nullptr);
    std::vector<int32_t> ids = ids_in(arguments[2]);

    llama_model *model = llama_model_load_from_file(arguments[1], llama_model_default_params());
    if (!model) return 1;
    llama_context_params parameters = llama_context_default_params();
    parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = 512;
    parameters.n_threads = parameters.n_threads_batch = 1;
    parameters.type_k = parameters.type_v = GGML_TYPE_F32;
    parameters.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
    if (mode == "--embeddings") {
        parameters.embeddings = true;
        parameters.pooling_type = LLAMA_POOLING_TYPE_NONE;
    }
    llama_context *context = llama_init_from_model(model, parameters);
    if (!context) return 1;
    const int32_t vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(model));
    std::FILE *out = std::fopen(arguments[3], "wb");

    if (mode == "--greedy") {
        int32_t first = 0;
        for (int left = std::atoi(arguments[5]); left > 0; left--) {
            if (llama_decode(context, batch_of(ids, first, false))) return 1;
            const float *logits = llama_get_logits_ith(context, -1);
            int32_t best = 0;
            for (int32_t i = 1; i < vocabulary; i++) if (logits[i] > logits[best]) best = i;
            first = (int32_t)ids.size();
            ids.push_back(best);
        }
        std::fwrite(ids.data(), 4, ids.size(), out);
    } else if (mode == "--embeddings") {
        if (llama_encode(context, batch_of(ids, 0, true))) return 1;
        const int32_t width = llama_model_n_embd(model);
        for (size_t i = 0; i < ids.size(); i++) std::fwrite(llama_get_embeddings_ith(context, (int32_t)i), 4, width, out);
    } else {
        if (mode == "--decoder") {
            if (llama_encode(context, batch_of(ids, 0, true))) return 1;
            ids = ids_in(arguments[5]);
        }
        if (llama_decode(context, batch_of(ids, 0, true))) return 1;
        for (size_t i = 0; i < ids.size(); i++) std::fwrite(llama_get_logits_ith(context, (int32_t)i), 4, vocabulary, out);
    }
    std::fclose(out);
    return 0;
}
