import Foundation
import Testing

/// Whatever comes in, one line says what is wrong with it, and nothing is broken or half made.
@Suite struct BadInputTests {
    static let data: [BadInput] = [
        .failure("train --json --out @out --data @missing.txt", "missing.txt: does not exist; expected a text file"),
        .failure(
            "train --json --out @out --data @empty.txt", "empty.txt: the file is empty; expected text",
            files: ["empty.txt": ""]),
        .failure(
            "train --json --out @out --context 100 --data @short.txt",
            "short.txt: 90 tokens to train on are fewer than one context of 100",
            files: ["short.txt": String(repeating: "ab", count: 50)]),
        .failure(
            "train --json --out @out --context 50 --data @short.txt",
            "short.txt: 10 tokens to validate on are fewer than one context of 50",
            files: ["short.txt": String(repeating: "ab", count: 50)]),
        .failure(
            "train --json --out @out --tokenizer char --data @latin.txt",
            "latin.txt: line 1, byte 4 of it: 0xE9 is not UTF-8",
            bytes: ["latin.txt": Array("caf\u{e9}".unicodeScalars.map { UInt8($0.value) }) + Array(Example.text.utf8)]),
        .failure(
            "train --json --out @out --data @folder", "folder: no text file in this directory; expected",
            bytes: ["folder/picture.png": [0x89, 0x50, 0, 0, 1], "folder/nothing.txt": []]),
        .failure("train --json --out @text.txt --data @text.txt", "text.txt: is not a directory"),
        .failure(
            "train --json --out @text.txt/model --data @text.txt --context 16",
            "text.txt/model: cannot create the directory: a part of the path is not a directory"),
        .usage(
            "train --json --out @out --data @text.txt --tokenizer @missing.json",
            "--tokenizer: expected char, byte, bpe:SIZE", "missing.json"),
        .failure(
            "train --json --out @out --data @text.txt --tokenizer @bad.json", "bad.json", files: ["bad.json": "{"]),
        .failure("train --json --out @model --data @text.txt", "model: holds a run already", "--resume", "--overwrite"),
        .failure("train --json --out @mine --data @text.txt", "mine: holds model.safetensors already", "--overwrite")
            .with(file: "mine/model.safetensors"),
        .failure("train --json --out @mine --data @text.txt", "mine: holds tensorboard already", "--overwrite").with(
            file: "mine/tensorboard/events"),
        .failure(
            "train --json --out @mine --data @text.txt",
            "mine: holds \"notes.txt\", which is not part of a model or a run; name another --out; --overwrite writes next"
        ).with(file: "mine/notes.txt"),
        BadInput(arguments: ["train", "--out", ""], status: 2, says: ["--out: expected a directory, found nothing"]),
        .failure(
            "train --json --out @out --data @rows.csv",
            "rows.csv: this is CSV, not text; name the field to read with --field NAME (found: id, text)",
            files: ["rows.csv": "id,text\n1,x\n"]),
        .failure(
            "train --json --out @out --data @lines.jsonl --field body",
            "lines.jsonl: there is no field \"body\" (found: text)", files: ["lines.jsonl": "{\"text\": \"x\"}\n"]),
        .failure(
            "train --json --out @out --data @rows.csv --field text",
            "there is no field \"text\" (found: id;text); the fields seem to be separated by semicolons",
            files: ["rows.csv": "id;text\n1;x\n"]),
        .failure("train --json --out @out --data @text.txt --field text", "text.txt: --field is for files that end in"),
        .failure(
            "eval @model --data @rows.csv", "rows.csv: this is CSV, not text", files: ["rows.csv": "id,text\n1,x\n"]),
        .failure("train --json --out @out --data @text.txt --from @missing", "missing: does not exist"),
        .failure(
            "train --json --out @out --data @text.txt --from @experts", "experts: this is an encoder",
            files: ["experts/config.json": "{\"model_type\": \"bert\"}"]),
        .usage(
            "train --json --out @model --overwrite --data @text.txt --from @model",
            "model is the model to start from: name another directory"),
        .usage(
            "train --json --from @model --data @text.txt --layers 3",
            "--from keeps the model's architecture: omit --layers"),
        .usage(
            "train --json --from @model --data @text.txt --tokenizer byte",
            "--from keeps the model's tokenizer: omit --tokenizer"),
        .usage(
            "train --json --from @model --data @text.txt --preset demo", "--from has a plan of its own: omit --preset"),
        .usage("train --json --from @model --resume @model", "--resume continues a run and --from starts a new one"),
        .usage("train --json --out @out --from @model --context 17 --data @text.txt", "--context: expected at most 16"),
        .failure("train --json --resume @missing", "missing: does not exist; expected the directory of a training run"),
        .failure("train --json --resume @text.txt", "text.txt: is a file; expected the directory of a training run"),
        .failure(
            "train --json --resume @model --steps 9",
            "model/training/state.safetensors: the file is cut off or damaged; start",
            bytes: ["model/training/state.safetensors": [200, 0, 0]]),
        .failure(
            "train --json --resume @model --steps 9",
            "model/training/plan.json: not a training state: it is not JSON; start",
            files: ["model/training/plan.json": "{"]),
        .failure(
            "generate @begun", "begun: is a training run that has no weights yet; resume it with --resume",
            files: ["begun/training/plan.json": "{}"]),
        .failure(
            "eval @model --data @one.txt", "the text is 1 token long; expected at least 2", files: ["one.txt": "s"]),
    ]

    static let trainFlags: [BadInput] = [
        .usage("train --no-such-flag", "--no-such-flag"),
        .usage("train --preset gpt5", "--preset: expected nanogpt-cpu, nanogpt-gpu, shakespeare, demo, found gpt5"),
        .usage("train --architecture mamba", "--architecture: expected gpt2, qwen3, orrery, found mamba"),
        .usage("train --steps many", "many"),
        .usage("train --steps=0", "--steps: expected"), .usage("train --steps=-1", "--steps: expected"),
        .usage("train --steps=9223372036854775807", "--steps: expected"),
        .usage("train --batch=0", "--batch: expected"),
        .usage("train --batch=9223372036854775807", "--batch: expected"),
        .usage("train --batch=6 --micro-batch=4", "--micro-batch: expected a divisor of --batch 6, found 4"),
        .usage("train --micro-batch=0", "--micro-batch: expected"),
        .usage("train --context=0", "--context: expected"),
        .usage("train --context=9223372036854775807", "--context: expected"),
        .usage("train --layers=0", "--layers: expected"), .usage("train --width=-8", "--width: expected"),
        .usage("train --width=9223372036854775807", "--width: expected"),
        .usage("train --heads=0", "--heads: expected"),
        .usage("train --heads=9223372036854775807", "--heads: expected"),
        .usage("train --key-value-heads=3 --heads=4", "--key-value-heads: expected a divisor of --heads 4, found 3"),
        .usage("train --head-size=7", "--head-size: rotary positions need an even number, found 7"),
        .usage(
            "train --heads=1048576 --head-size=1048576 --key-value-heads=1048576",
            "--heads: expected at most 1 heads of size 1048576"),
        .usage(
            "train --architecture=gpt2 --width=100 --heads=7", "--heads: expected a divisor of --width 100, found 7"),
        .usage("train --intermediate=0", "--intermediate: expected"),
        .usage(
            "train --width=1048576 --layers=1048576 --heads=1 --head-size=64 --intermediate=1048576",
            "this run needs about", "of memory"),
        .usage("train --learning-rate=0", "--learning-rate: expected"),
        .usage("train --learning-rate=nan", "--learning-rate: expected"),
        .usage("train --learning-rate=inf", "--learning-rate: expected"),
        .usage("train --final-learning-rate=2", "--final-learning-rate: expected"),
        .usage("train --warmup-steps=-1", "--warmup-steps: expected"),
        .usage("train --warmup-steps=9223372036854775807", "--warmup-steps: expected"),
        .usage("train --decay-fraction=1.5", "--decay-fraction: expected"),
        .usage("train --beta1=1", "--beta1"), .usage("train --beta2=-0.5", "--beta2"),
        .usage("train --epsilon=0", "--epsilon: expected"),
        .usage("train --weight-decay=-1", "--weight-decay: expected"), .usage("train --clip=nan", "--clip: expected"),
        .usage("train --dropout=1", "--dropout: expected"),
        .usage("train --muon-learning-rate=0", "--muon-learning-rate: expected"),
        .usage("train --muon-momentum=1", "--muon-momentum: expected"),
        .usage("train --muon-weight-decay=-1", "--muon-weight-decay: expected"),
        .usage("train --average-fraction=1", "--average-fraction: expected"),
        .usage("train --validate-every=-1", "--validate-every: expected"),
        .usage("train --validation=some", "--validation: expected sample, whole, random, found some"),
        .usage("train --validation-fraction=-1", "--validation-fraction: expected"),
        .usage("train --validation-fraction=nan", "--validation-fraction: expected"),
        .usage("train --schedule=step", "--schedule: expected"),
        .usage("train --optimizer=sgd", "--optimizer: expected"), .usage("train --seed=-2", "-2"),
        .usage("train --dtype=float16", "--dtype: expected float32 or bfloat16, found float16"),
        .usage("train --threads=0", "--threads: expected 1 to 1024, found 0"),
        .usage("train --checkpoint-every=0", "--checkpoint-every: expected"),
        .usage("train --time=0s", "--time: expected"), .usage("train --time=1e300h", "--time: expected"),
        .usage("train --time=soon", "--time: expected"), .usage("train --time=nan", "--time: expected"),
        .usage("train --time=5s --steps=3", "omit --steps"), .usage("train --bias", "--bias: qwen3"),
        .usage("train --architecture=gpt2 --no-tied-embeddings", "--no-tied-embeddings: gpt2"),
        .usage("train --clip=inf", "--clip: expected"),
        .usage("train --resume @model --out @other", "omit --out"),
        .usage("train --resume @model --overwrite", "omit one of them"),
        .usage("train --resume @model --time 1s", "--time: the time is that of the whole run, which has taken"),
        .usage("train --resume @model --preset demo", "omit --preset"),
        .usage("train --resume @model --steps 3", "--steps: expected more than the 4 that the run has done, found 3"),
        .usage("train --resume @model --batch 3", "omit --batch 3 (the run has 4)"),
        .failure("train --data @text.txt", "ORRERY_ISA").with(prelude: "export ORRERY_ISA=sse9"),
    ]

    static let models: [BadInput] = [
        .failure("generate @missing", "missing: does not exist; name a GGUF file or a model directory"),
        .failure("generate @text.txt", "text.txt: byte 0: expected \"GGUF\"", "this is not a GGUF file"),
        .failure("explain @missing Once", "missing: does not exist; name a GGUF file or a model directory"),
        .failure(
            "logits @missing --ids @ids.json --out @out.safetensors",
            "missing: does not exist; name a GGUF file or a model directory"),
        .failure("generate @model", "model/config.json", files: ["model/config.json": "{\"model_type\": \"qwen3\","]),
        .failure(
            "generate @model", "model/config.json", "mamba", files: ["model/config.json": "{\"model_type\": \"mamba\"}"]
        ),
        .failure(
            "generate @model", "model/model.safetensors",
            bytes: ["model/model.safetensors": [255, 255, 255, 255, 255, 255, 255, 127]]),
        .failure("generate @model", "model/tokenizer.json", files: ["model/tokenizer.json": "[]"]),
        .failure("generate @model --prompt ☃", "the prompt: character U+2603", "at byte 0"),
        .failure("generate @model --prompt " + String(repeating: "sun", count: 20), "prompt", "60", "16"),
        .failure("explain @model " + String(repeating: "sun", count: 20), "prompt", "60", "16"),
        .usage("explain @model sun --layer 9 --head 0", "--layer: expected 0 to 1, found 9"),
        .usage("explain @model sun --layer 0 --head=-1", "--head: expected 0 to 1, found -1"),
        .usage("explain @model sun --layer 0", "--layer and --head: expected both or neither"),
        .usage("explain @model sun --max-tokens 0", "--max-tokens: expected 1 to 1000, found 0"),
        .usage("explain @model sun --top 0", "--top: expected 1 to 100, found 0"),
        .usage("generate @model --max-tokens 0", "--max-tokens: expected at least 1, found 0"),
        .usage("generate @model --temperature=-1", "--temperature is -1.0; expected"),
        .usage("generate @model --temperature nan", "--temperature is nan; expected"),
        .usage("generate @model --top-k=-1", "--top-k is -1"),
        .usage("generate @model --top-p 1.5", "--top-p is 1.5"),
        .usage("generate @model --repetition-penalty 0", "--repetition-penalty is 0.0"),
        .usage("generate @model --min-p 2", "--min-p is 2.0"),
        .usage("generate @model --typical-p 2", "--typical-p is 2.0"),
        .usage("generate @model --top-n-sigma=-1", "--top-n-sigma is -1.0"),
        .usage("chat @model --mirostat 3", "--mirostat is 3; expected 0 (none), 1 or 2"),
        .usage("generate @model --logit-bias 5", "--logit-bias"),
        .usage("generate @model --logit-bias 5=101", "the --logit-bias of token 5 is 101.0; expected -100 ... 100"),
        .failure("generate @model --prompt sun --logit-bias 5000=1", "--logit-bias is 5000; expected 0 to"),
        .usage("generate @model --greedy --temperature 1", "--greedy: expected no --temperature with it, found 1.0"),
        .usage("generate @model --seed x", "seed"), .usage("generate @model --dtype int4", "--dtype: expected"),
        .usage("generate @model --activations int4", "--activations: expected int8 or int16, found int4"),
        .usage("generate @model --threads 100000", "--threads: expected"),
        .usage("gradcheck --operation teleport", "--operation: expected one of"),
        .usage("bench kernels --seconds 0", "--seconds: expected"),
        .usage("bench kernels --seconds nan", "--seconds: expected"),
        .usage("bench kernels --only nothing", "--only: no product"),
        .usage("bench training --steps 0 --data @text.txt", "--steps: expected"),
        .usage("quickstart --seconds 0", "--seconds: expected"),
    ]

    static let ids: [BadInput] =
        [
            ("", "expected"), ("{}", "expected a list of lists of token ids"), ("[]", "at least one list"),
            ("[[]]", "at least one token id"), ("[1, 2]", "[0]"),
            ("[[1], [1, 2]]", "expected 1 ids as in [0], found 2"), ("[[-1]]", "[0][0]"), ("[[1, 99999]]", "[0][1]"),
            ("[[\"a\"]]", "[0][0]"), ("[[1.5]]", "[0][0]"),
            ("[[1e400]]", "ids.json"), ("[[99999999999999999999999]]", "ids.json"), ("[[1, 2", "ids.json: byte"),
            ("[[1]] [[2]]", "ids.json: byte"), ("\u{feff}[[1]]", "ids.json"),
            (String(repeating: "[", count: 100_000), "ids.json"),
            ("[[" + String(repeating: "1,", count: 16) + "1]]", "at most 16 ids, the model's context"),
        ].map { .failure("logits @model --ids @ids.json --out @out.safetensors", $1, files: ["ids.json": $0]) } + [
            .failure(
                "logits @model --ids @missing.json --out @out.safetensors", "missing.json: cannot open for reading"),
            .failure("logits @model --ids @model --out @out.safetensors", "model: is a directory"),
            .failure(
                "logits @model --ids @ids.json --out @missing/out.safetensors", "missing/out.safetensors",
                files: ["ids.json": "[[1]]"]),
            .failure(
                "logits @model --ids @ids.json --out @model", "model: is a directory", files: ["ids.json": "[[1]]"]),
            .missing("logits @model --ids @ids.json", "--out <file>"),
        ]

    static let trainers: [BadInput] = [
        .usage(
            "tokenizer train --kind bpf --data @text.txt --out @t.json",
            "--kind: expected bpe, sentencepiece-bpe, unigram, wordpiece, wordlevel, found bpf"),
        .usage(
            "tokenizer train --kind bpe --data @text.txt --out @t.bin",
            "--out: expected a directory that is there, or a name that ends in .json, vocab.json or .tiktoken"),
        .usage(
            "tokenizer train --kind bpe --data @text.txt --out @t.json --byte-fallback",
            "--byte-fallback is for sentencepiece-bpe and unigram"),
        .usage(
            "tokenizer train --kind bpe --data @text.txt --out @t.json --vocab 0",
            "vocabulary size: expected 1 to 2097151, found 0"),
        .usage(
            "tokenizer train --kind bpe --data @text.txt --out @t.json --threads 0",
            "--threads: expected 1 to 1024, found 0"),
        .usage(
            "tokenizer train --kind bpe --data @text.txt --out @t.json --word-memory 0",
            "--word-memory: expected 1 to 4194304 MB, found 0"),
        .usage(
            "tokenizer train --kind bpe --data @text.txt --out @t.json --word-memory 4194304",
            "--word-memory: learning from words of"),
        .usage(
            "tokenizer train --kind bpe --data @text.txt --out @t.json --pattern (",
            "the pattern \"(\" is not a regular expression"),
        .missing("tokenizer train --kind bpe --out @t.json", "--data <data> ..."),
        .usage(
            "tokenizer train --kind bpe --data @text.txt --out @t.json --vocab 200",
            "vocabulary size 200 has no room for 256 bytes"),
        .failure(
            "tokenizer train --kind bpe --data @missing.txt --out @t.json",
            "missing.txt: no such file; expected a text file"),
        .failure(
            "tokenizer train --kind bpe --data @folder --out @t.json", "folder", "has no text file in it",
            bytes: ["folder/picture.png": [0x89, 0]]),
        .failure(
            "tokenizer train --kind bpe --data @empty.txt --out @t.json", "there is no text to train on",
            files: ["empty.txt": ""]),
        .failure(
            "tokenizer train --kind bpe --data @text.txt --out @nowhere/t.json",
            "nowhere/t.json: is in no directory; create"),
        .usage(
            "train --json --out @out --data @text.txt --tokenizer bpe:100",
            "--tokenizer bpe:100: vocabulary size 100 has no room for 256 bytes"),
        .usage(
            "train --json --out @out --data @text.txt --tokenizer bpe:many",
            "--tokenizer: expected char, byte, bpe:SIZE as in bpe:4096", "found bpe:many"),
    ]

    @Test(arguments: trainers) func badTokenizerTraining(_ input: BadInput) async throws { try await input.check() }
    @Test(arguments: data) func badData(_ input: BadInput) async throws { try await input.check() }
    @Test(arguments: trainFlags) func badFlagsOfTrain(_ input: BadInput) async throws { try await input.check() }
    @Test(arguments: models) func badModelsAndFlags(_ input: BadInput) async throws { try await input.check() }
    @Test(arguments: ids) func badIDs(_ input: BadInput) async throws { try await input.check() }
}
