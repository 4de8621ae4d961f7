#!/usr/bin/env python3
"""Makes the goldens of TapGoldenTests: what TransformerLens sees at its hook points, and what its patches do.

    python3 -m venv /tmp/taps && /tmp/taps/bin/pip install torch transformers safetensors transformer_lens==3.9.0
    /tmp/taps/bin/python scripts/goldens/make_tap_goldens.py [Tests/OrreryModelsTests/Goldens]

3.9.0 is the last release with HookedTransformer, whose names and meanings TransformerBridge keeps as aliases. Weights go through TransformerLens's own
converters, and nothing is folded or centred: fold_ln, center_writing_weights, center_unembed and fold_value_biases are off.

Each model gets a directory taps-<name> with config.json, model.safetensors (float32, Hugging Face's names) and taps.safetensors:

  input_ids          [2, T] int32; of t5 [1, T], the decoder's in decoder_input_ids
  logits             [2, T, V]; of bert the last layer's vectors [2, T, D]
  at.<name>          the tensor at the hook point, as TransformerLens shapes it
  patched.<name>     [2, V] of the last position where element i of the tensor, flat, is multiplied by 0.5 + 0.05 (i // 3 mod 7)

Points of theirs that Orrery has not got:

  hook_tokens        ids, not a tensor of the pass
  mlm_head, pooler, nsp_head, unembed of BERT
                     heads of other tasks, which are left out here
  mlp.hook_mid, ln   SoLU's norm inside the network: no such architecture here
  hook_attn_input    shortformer positions: no such architecture here
  rel_pos_hook       T5's terms, which attention adds tile by tile; the scores show them
  mlp.experts.<e>.hook_gate, hook_pre, hook_post
                     rows of one expert inside; mlp.hook_expert_out has what each chosen expert says

and hook_attn_in of a model with grouped queries, where TransformerLens itself fails. It also fails with hook_cross_attn_in and the inputs of T5's heads, which
are therefore not frozen here; BERT has no hook_attn_in there. A patch of T5's hook_mlp_in changes the residual stream there, unlike anywhere else: not frozen.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from transformer_lens import HookedEncoder, HookedEncoderDecoder, HookedTransformer
from transformer_lens.config.hooked_transformer_config import HookedTransformerConfig
from transformer_lens.pretrained import weight_conversions as convert
from transformers import AutoConfig, AutoModelForCausalLM, BertForPreTraining, T5ForConditionalGeneration
from transformers.utils import logging

T = 7
ROTARY = dict(positional_embedding_type="rotary", normalization_type="RMS", final_rms=True, gated_mlp=True)

# name: Hugging Face's configuration, TransformerLens's beyond the sizes, its converter
MODELS = {
    "gpt2": (
        "gpt2", dict(vocab_size=37, n_embd=18, n_layer=2, n_head=3, n_inner=31, n_positions=20, layer_norm_epsilon=1e-4),
        dict(d_model=18, n_layers=2, n_heads=3, d_head=6, d_mlp=31, n_ctx=20, d_vocab=37, eps=1e-4, act_fn="gelu_new",
             normalization_type="LN"), convert.convert_gpt2_weights),
    "llama": (
        "llama", dict(vocab_size=41, hidden_size=20, intermediate_size=29, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=4,
                      head_dim=6, max_position_embeddings=20, rms_norm_eps=1e-5, rope_theta=300.0),
        dict(d_model=20, n_layers=2, n_heads=4, d_head=6, d_mlp=29, n_ctx=20, d_vocab=41, eps=1e-5, act_fn="silu", rotary_dim=6,
             rotary_base=300, **ROTARY), convert.convert_llama_weights),
    "qwen3": (
        "qwen3", dict(vocab_size=43, hidden_size=22, intermediate_size=27, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=2,
                      head_dim=8, max_position_embeddings=20, rms_norm_eps=1e-5, rope_theta=200.0, tie_word_embeddings=False),
        dict(d_model=22, n_layers=2, n_heads=6, d_head=8, n_key_value_heads=2, d_mlp=27, n_ctx=20, d_vocab=43, eps=1e-5, act_fn="silu",
             rotary_dim=8, rotary_base=200, use_qk_norm=True, **ROTARY), convert.convert_qwen3_weights),
    "gemma3": (
        "gemma3_text", dict(
            vocab_size=39, hidden_size=20, intermediate_size=33, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=6,
            max_position_embeddings=20, rms_norm_eps=1e-5, query_pre_attn_scalar=9, sliding_window=4,
            layer_types=["sliding_attention", "full_attention"],
            rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 500.0},
                             "sliding_attention": {"rope_type": "default", "rope_theta": 90.0}}),
        dict(d_model=20, n_layers=2, n_heads=4, d_head=6, n_key_value_heads=2, d_mlp=33, n_ctx=20, d_vocab=39, eps=1e-5,
             act_fn="gelu_pytorch_tanh", rotary_dim=6, rotary_base=500, rotary_base_local=90, attn_scale=3.0, window_size=4,
             use_local_attn=True, attn_types=["local", "global"], use_normalization_before_and_after=True, use_qk_norm=True, **ROTARY),
        convert.convert_gemma_weights),
    "bert": (
        "bert", dict(vocab_size=40, hidden_size=18, num_hidden_layers=2, num_attention_heads=3, intermediate_size=31, max_position_embeddings=20,
                     layer_norm_eps=1e-5, hidden_act="gelu"),
        dict(d_model=18, n_layers=2, n_heads=3, d_head=6, d_mlp=31, n_ctx=20, d_vocab=40, eps=1e-5, act_fn="gelu",
             attention_dir="bidirectional", normalization_type="LN"), convert.convert_bert_weights),
    "t5": (
        "t5", dict(vocab_size=38, d_model=16, d_kv=5, d_ff=29, num_layers=2, num_decoder_layers=2, num_heads=3, feed_forward_proj="relu",
                   relative_attention_num_buckets=8, relative_attention_max_distance=12, layer_norm_epsilon=1e-5, decoder_start_token_id=0,
                   tie_word_embeddings=True),
        dict(d_model=16, n_layers=2, n_heads=3, d_head=5, d_mlp=29, n_ctx=20, d_vocab=38, eps=1e-5, act_fn="relu",
             positional_embedding_type="relative_positional_bias", relative_attention_num_buckets=8, relative_attention_max_distance=12,
             attention_dir="bidirectional", use_attn_scale=False, tie_word_embeddings=True, normalization_type="RMS"),
        convert.convert_t5_weights),
}
CLASSES = {"bert": (BertForPreTraining, HookedEncoder), "t5": (T5ForConditionalGeneration, HookedEncoderDecoder)}


def make(kind, options):
    config = AutoConfig.for_model(kind, **options)
    config._attn_implementation = "eager"
    make = CLASSES[kind][0] if kind in CLASSES else AutoModelForCausalLM.from_config
    model = make(config).float().eval()
    with torch.no_grad():  # larger than the initialiser's, so that a mistake shows
        for name, p in model.named_parameters():
            if p.dim() > 1:
                # T5's are large already: more of it would leave attention with one key each.
                p.mul_(1.5 if kind == "t5" else 4.0 if any(e in name for e in ("wte", "wpe", "embed_tokens", "lm_head")) else 10.0)
            else:
                p.add_(0.2 * torch.randn_like(p))
    return model


def lens(hf, kind, options, converter):
    cfg = HookedTransformerConfig(**options, original_architecture=type(hf).__name__, device="cpu", dtype=torch.float32)
    state = {k: v.detach().clone() for k, v in converter(hf, cfg).items()}
    if kind in CLASSES:
        model = CLASSES[kind][1](cfg, tokenizer=None, move_to_device=False)
        unknown = model.load_state_dict(state, strict=False).unexpected_keys
        assert not unknown, unknown
        return model.eval()
    model = HookedTransformer(cfg, move_to_device=False)
    model.load_and_process_state_dict(
        state, fold_ln=False, center_writing_weights=False, center_unembed=False, fold_value_biases=False)
    return model.eval()


def patch(x, hook):
    return x * (0.5 + 0.05 * (torch.arange(x.numel()) // 3 % 7)).reshape(x.shape)


def passes(model):
    """The flags under which a point exists, one after the other: the plain pass first, whose tensors are kept where two have a point."""
    cfg = model.cfg
    flags = [dict(use_attn_result=True, use_hook_mlp_in=True)]
    if not isinstance(model, HookedEncoderDecoder):
        flags.append(dict(use_split_qkv_input=True))
        if cfg.n_key_value_heads is None and not isinstance(model, HookedEncoder):
            flags.append(dict(use_attn_in=True))
    names = ["use_attn_result", "use_hook_mlp_in", "use_split_qkv_input", "use_attn_in"]
    for chosen in flags:
        for name in names:
            setattr(cfg, name, chosen.get(name, False))
        yield chosen


def runner(model, kind, inputs):
    """What a pass with these hooks ends in."""
    def run(hooks):
        if kind != "bert":
            return model.run_with_hooks(*inputs, fwd_hooks=hooks)
        kept = []
        last = (f"blocks.{model.cfg.n_layers - 1}.hook_normalized_resid_post", lambda x, hook: kept.append(x))
        model.run_with_hooks(*inputs, fwd_hooks=hooks + [last])
        return kept[0]
    return run


def seen(model, run):
    """The points of a pass, in its order, and their tensors."""
    tensors = {}

    def keep(name):
        def hook(x, hook):
            tensors[name] = x.clone()
        return (name, hook)

    others = ("mlm_head", "pooler", "nsp_head") + (("unembed",) if isinstance(model, HookedEncoder) else ())
    def fits(name):
        flags = {"attn_in": "use_attn_in", "mlp_in": "use_hook_mlp_in", "_input": "use_split_qkv_input", "result": "use_attn_result"}
        return not name.startswith(others) and all(getattr(model.cfg, flag) for end, flag in flags.items() if name.endswith(end))
    result = run([keep(name) for name in model.hook_dict if fits(name)])
    return result, tensors


def golden(model, run):
    tensors = {}
    for flags in passes(model):
        logits, points = seen(model, run)
        tensors.setdefault("logits", logits)
        # Others than the plain pass are made for the points that it has not got.
        for name, x in points.items():
            if f"at.{name}" in tensors or name.endswith("rel_pos_hook"):
                continue
            if "use_attn_result" not in flags and not name.endswith(("attn_in", "_input")):
                continue
            tensors[f"at.{name}"] = x
            if isinstance(model, HookedEncoderDecoder) and name.endswith("hook_mlp_in"):
                continue  # its T5 adds the network's result to the patched input, where its other blocks keep the residual stream
            out = run([(name, patch)])
            assert (out[:, -1] - logits[:, -1]).abs().max() > 1e-3, f"a patch of {name} does nothing"
            tensors[f"patched.{name}"] = out[:, -1]
    return tensors


def reference(hf, kind, inputs):
    if kind == "t5":
        return hf(inputs[0], decoder_input_ids=inputs[1]).logits
    return hf.bert(inputs[0]).last_hidden_state if kind == "bert" else hf(inputs[0]).logits


def main(out):
    for seed, (name, (kind, options, lens_options, converter)) in enumerate(MODELS.items()):
        torch.manual_seed(500 + seed)
        hf = make(kind, options)
        inputs = [torch.randint(0, options["vocab_size"], (1 if kind == "t5" else 2, T)) for _ in range(2 if kind == "t5" else 1)]
        with torch.no_grad():
            model = lens(hf, kind, lens_options, converter)
            tensors = golden(model, runner(model, kind, inputs))
            error = (tensors["logits"] - reference(hf, kind, inputs)).abs().max().item()
        assert error < 1e-4, f"{name}: TransformerLens is {error} away from transformers"
        directory = out / f"taps-{name}"
        hf.save_pretrained(directory)
        (directory / "generation_config.json").unlink(missing_ok=True)
        config = json.loads((directory / "config.json").read_text())
        config.pop("transformers_version", None)
        (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        ids = dict(zip(["input_ids", "decoder_input_ids"], [x.int() for x in inputs]))
        save_file(ids | {k: v.contiguous().clone() for k, v in tensors.items()}, directory / "taps.safetensors")
        size = sum(f.stat().st_size for f in directory.iterdir())
        points = sum(k.startswith("at.") for k in tensors)
        print(f"{name}: {hf.num_parameters()} parameters, {points} points, {size / 1e3:.0f} kB, {error:.1e} from transformers")


if __name__ == "__main__":
    torch.set_num_threads(1)
    logging.disable_progress_bar()
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Tests/OrreryModelsTests/Goldens"))
