// Ids that llama.cpp's vocabularies give to documents: llama.cpp's half of compare_gguf.py, which compiles this with a few of its sources.
// usage: llama_ids MODEL.gguf TEXTS ENDS OUT ADD_SPECIAL PARSE_SPECIAL
// TEXTS holds the documents one after the other, ENDS the end of each (int64); OUT gets the ids (int32), OUT.ends their ends.

#include "llama-arch.h"
#include "llama-model-loader.h"
#include "llama-vocab.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// What the sources name but a vocabulary never calls.
extern "C" {
ggml_backend_dev_t ggml_backend_dev_by_type(enum ggml_backend_dev_type) { return nullptr; }
bool ggml_backend_buffer_is_meta(void *) { return false; }
bool ggml_backend_buft_is_meta(void *) { return false; }
void ggml_backend_meta_buffer_set_usage(void *, int) {}
void *ggml_backend_meta_alloc_ctx_tensors_from_buft(void *, void *) { return nullptr; }
int32_t llama_split_prefix(char *, size_t, const char *, int32_t, int32_t) { return 0; }
int32_t llama_split_path(char *, size_t, const char *, int32_t, int32_t) { return 0; }
}

static void silent(ggml_log_level, const char *, void *) {}

static std::string contents(const char *path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

int main(int count, char **arguments) {
    if (count != 7) return 2;
    ggml_log_set(silent, nullptr);
    llama_log_set(silent, nullptr);
    std::vector<std::string> splits;
    llama_model_loader loader(nullptr, nullptr, nullptr, arguments[1], splits, nullptr, (llama_load_mode) 0, false, true, false, nullptr, nullptr);
    llama_vocab vocab;
    vocab.load(loader, LLM_KV(LLM_ARCH_UNKNOWN));

    std::string texts = contents(arguments[2]), ends = contents(arguments[3]), out = arguments[4];
    FILE *ids_file = fopen(out.c_str(), "wb"), *ends_file = fopen((out + ".ends").c_str(), "wb");
    if (!ids_file || !ends_file) return 1;
    int64_t start = 0, total = 0;
    double seconds = 0;
    for (size_t i = 0; i < ends.size() / 8; ++i) {
        int64_t end = reinterpret_cast<const int64_t *>(ends.data())[i];
        auto clock = std::chrono::steady_clock::now();
        auto ids = vocab.tokenize(texts.substr(start, end - start), atoi(arguments[5]), atoi(arguments[6]));
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - clock).count();
        start = end;
        total += ids.size();
        fwrite(ids.data(), sizeof(int32_t), ids.size(), ids_file);
        fwrite(&total, sizeof total, 1, ends_file);
    }
    printf("llama.cpp: %.1f MB/s\n", texts.size() / 1e6 / seconds);
    return fclose(ids_file) | fclose(ends_file);
}
