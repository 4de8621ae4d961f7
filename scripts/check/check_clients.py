#!/usr/bin/env python3
"""Runs the official `openai` and `anthropic` clients (PyPI), unmodified, over what `orrery serve` answers.

usage: check_clients.py MODEL.gguf [--encoder DIR] [--orrery PATH]
  MODEL.gguf   a chat model (../peers/real has SmolLM2)
  --encoder    a sentence encoder, for embeddings
Needs: pip install openai anthropic. Prints a line for each check; exit status 1 if one fails.
"""
import argparse, signal, sys, time

from served import check, failures, serve

p = argparse.ArgumentParser()
p.add_argument("model"); p.add_argument("--encoder"); p.add_argument("--orrery", default=".build/release/orrery")
a = p.parse_args()

import openai

server, url = serve(a.orrery, a.model, a.encoder, "--max-queue", "64")
client = openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0)
ask = [{"role": "user", "content": "What is the capital of France?"}]

check("models", [m.id for m in client.models.list()][0] == "writer" and client.models.retrieve("writer").id == "writer")

whole = client.chat.completions.create(model="writer", messages=ask, temperature=0, max_completion_tokens=20)
text = whole.choices[0].message.content
check("chat", "Paris" in text and whole.choices[0].finish_reason == "stop" and whole.usage.completion_tokens > 3, text)
again = client.chat.completions.create(model="writer", messages=ask, temperature=0, max_completion_tokens=20)
check("chat again, from the cache", again.choices[0].message.content == text
      and again.usage.prompt_tokens_details.cached_tokens == whole.usage.prompt_tokens - 1)
stream = list(client.chat.completions.create(model="writer", messages=ask, temperature=0, max_completion_tokens=20,
                                             stream=True, stream_options={"include_usage": True}))
check("chat, streamed", "".join(c.choices[0].delta.content or "" for c in stream if c.choices) == text)
check("chat, streamed: the last piece has usage and no choices",
      stream[-1].choices == [] and stream[-1].usage.completion_tokens == whole.usage.completion_tokens)
check("chat, streamed: role first, reason last", stream[0].choices[0].delta.role == "assistant"
      and stream[-2].choices[0].finish_reason == "stop")
parts = client.chat.completions.create(model="writer", temperature=0, max_tokens=20, messages=[
    {"role": "developer", "content": "Answer shortly."},
    {"role": "user", "content": [{"type": "text", "text": "What is the capital of France?"}]}])
system = client.chat.completions.create(model="writer", temperature=0, max_tokens=20, messages=[
    {"role": "system", "content": "Answer shortly."}, *ask])
check("developer and content in parts", parts.choices[0].message.content == system.choices[0].message.content != "")

many = client.chat.completions.create(model="writer", messages=ask, n=3, seed=5, temperature=1.5, max_tokens=12)
check("n", [c.index for c in many.choices] == [0, 1, 2] and len({c.message.content for c in many.choices}) > 1)
same = client.chat.completions.create(model="writer", messages=ask, n=3, seed=5, temperature=1.5, max_tokens=12)
check("seed", [c.message.content for c in many.choices] == [c.message.content for c in same.choices])
logs = client.chat.completions.create(model="writer", messages=ask, temperature=0, max_tokens=6, logprobs=True, top_logprobs=4)
content = logs.choices[0].logprobs.content
check("logprobs", len(content) == 6 and all(len(t.top_logprobs) == 4 and t.top_logprobs[0].token == t.token
      and abs(t.top_logprobs[0].logprob - t.logprob) < 1e-9 for t in content)
      and "".join(t.token for t in content) == logs.choices[0].message.content)
stop = client.chat.completions.create(model="writer", messages=ask, temperature=0, max_tokens=20, stop=["is Par"])
check("stop", stop.choices[0].message.content == text.split("is Par")[0] and stop.choices[0].finish_reason == "stop",
      stop.choices[0].message.content)
short = client.chat.completions.create(model="writer", messages=ask, temperature=0, max_tokens=2)
check("length", short.choices[0].finish_reason == "length" and short.usage.completion_tokens == 2)

done = client.completions.create(model="writer", prompt="The capital of France is", temperature=0, max_tokens=5, logprobs=2)
check("completion", "Paris" in done.choices[0].text and len(done.choices[0].logprobs.tokens) == 5, done.choices[0].text)
check("completion, streamed", "".join(c.choices[0].text for c in client.completions.create(
    model="writer", prompt="The capital of France is", temperature=0, max_tokens=5, stream=True)) == done.choices[0].text)
two = client.completions.create(model="writer", prompt=["One, two,", "Monday, Tuesday,"], temperature=0, max_tokens=4, n=2, echo=True)
check("completion: several prompts, n, echo", [c.index for c in two.choices] == [0, 1, 2, 3]
      and two.choices[2].text.startswith("Monday, Tuesday,"))


def refused(name, kind, call, says):
    try:
        call()
        check(name, False, "was not refused")
    except kind as error:
        check(name, says in str(error), str(error))


refused("error: model", openai.NotFoundError if a.encoder else Exception, lambda: client.chat.completions.create(model="other", messages=ask) if a.encoder
        else (_ for _ in ()).throw(Exception("not served")), "not served")
refused("error: parameter", openai.BadRequestError, lambda: client.chat.completions.create(model="writer", messages=ask, temperature=-1), "temperature")
refused("error: no messages", openai.BadRequestError, lambda: client.chat.completions.create(model="writer", messages=[]), "messages")
refused("error: image", openai.BadRequestError, lambda: client.chat.completions.create(model="writer", messages=[
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]), "image_url")
refused("error: history", openai.BadRequestError, lambda: client.chat.completions.create(model="writer", messages=[
    {"role": "assistant", "content": "", "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{"}}]}, *ask]), "arguments")
refused("error: too long", openai.BadRequestError, lambda: client.completions.create(model="writer", prompt="word " * 20000), "context")

# Responses and conversations.
replied = client.responses.create(model="writer", input="What is the capital of France?", temperature=0, max_output_tokens=20,
                                  metadata={"topic": "towns"})
check("response", replied.output_text == text and replied.status == "completed" and replied.id.startswith("resp_")
      and replied.usage.output_tokens == whole.usage.completion_tokens and replied.metadata == {"topic": "towns"}, str(replied))
events = list(client.responses.create(model="writer", input=ask, temperature=0, max_output_tokens=20, stream=True))
kinds = [e.type for e in events]
deltas = [e for e in events if e.type == "response.output_text.delta"]
check("response, streamed: every event in order", kinds == ["response.created", "response.in_progress", "response.output_item.added",
      "response.content_part.added"] + ["response.output_text.delta"] * len(deltas) + ["response.output_text.done",
      "response.content_part.done", "response.output_item.done", "response.completed"], str(kinds))
check("response, streamed: numbers", [e.sequence_number for e in events] == list(range(len(events))))
check("response, streamed: text", "".join(e.delta for e in deltas) == text == events[-4].text == events[-3].part.text
      == events[-2].item.content[0].text == events[-1].response.output_text)
with client.responses.stream(model="writer", input=ask, temperature=0, max_output_tokens=20) as live:
    check("response, the client's own stream", live.get_final_response().output_text == text)
cut = client.responses.create(model="writer", input=ask, temperature=0, max_output_tokens=2)
check("response: incomplete", cut.status == "incomplete" and cut.incomplete_details.reason == "max_output_tokens")
told = client.responses.create(model="writer", input=ask, temperature=0, max_output_tokens=20, top_logprobs=3,
                               include=["message.output_text.logprobs"]).output[0].content[0]
check("response: logprobs", "".join(t.token for t in told.logprobs) == text and all(len(t.top_logprobs) == 3 for t in told.logprobs))

kept = client.responses.retrieve(replied.id)
check("response: retrieve", kept.output_text == text and kept.usage == replied.usage and kept.created_at == replied.created_at)
history = [*ask, {"role": "assistant", "content": text}, {"role": "user", "content": "And of Italy?"}]
plain = client.chat.completions.create(model="writer", messages=history, temperature=0, max_tokens=20)
then = client.responses.create(model="writer", input="And of Italy?", previous_response_id=replied.id, temperature=0, max_output_tokens=20)
check("response: previous_response_id", then.output_text == plain.choices[0].message.content
      and then.usage.input_tokens == plain.usage.prompt_tokens and then.previous_response_id == replied.id, then.output_text)
read = client.responses.input_items.list(then.id, order="asc").data
check("response: input_items", [i.role for i in read] == ["user", "assistant", "user"] and read[2].content[0].text == "And of Italy?")
check("response: input_items, in pages", [i.id for i in client.responses.input_items.list(then.id, limit=1)] == [i.id for i in reversed(read)])
back = client.responses.create(model="writer", input=[{"type": "item_reference", "id": i.id} for i in read], temperature=0, max_output_tokens=20)
check("response: item_reference", back.output_text == then.output_text)
echo = client.responses.create(model="writer", input=[*ask, *[o.model_dump() for o in replied.output], {"role": "user", "content": "And of Italy?"}],
                               temperature=0, max_output_tokens=20)
check("response: its output comes back as input", echo.output_text == then.output_text)
spoken = client.responses.create(model="writer", input="Hello", instructions="Answer shortly.", temperature=0, max_output_tokens=20)
system = client.chat.completions.create(model="writer", temperature=0, max_tokens=20, messages=[
    {"role": "system", "content": "Answer shortly."}, {"role": "user", "content": "Hello"}])
check("response: instructions", spoken.output_text == system.choices[0].message.content and spoken.instructions == "Answer shortly.")
counted = client.responses.input_tokens.count(model="writer", input="And of Italy?", previous_response_id=replied.id)
check("response: input_tokens", counted.input_tokens == then.usage.input_tokens)
gone = client.responses.create(model="writer", input="Hello", store=False, max_output_tokens=5)
refused("response: store false", openai.NotFoundError, lambda: client.responses.retrieve(gone.id), "not found")
client.responses.delete(replied.id)
refused("response: delete", openai.NotFoundError, lambda: client.responses.retrieve(replied.id), "not found")
refused("response: continuing what was deleted", openai.BadRequestError, lambda: client.responses.create(
    model="writer", input="x", previous_response_id=then.id), replied.id)
refused("response: cancel", openai.BadRequestError, lambda: client.responses.cancel(then.id), "background")
refused("response: background", openai.BadRequestError, lambda: client.responses.create(model="writer", input="x", background=True), "background")
refused("response: tools", openai.BadRequestError, lambda: client.responses.create(model="writer", input="x", tools=[
    {"type": "function", "name": "f", "parameters": {}}]), "tools")
refused("response: image", openai.BadRequestError, lambda: client.responses.create(model="writer", input=[
    {"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]), "input[0].content[0].type")
refused("response: history", openai.BadRequestError, lambda: client.responses.create(model="writer", input=[
    {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{"}, *ask]), "input[0].arguments")
long = [{"role": "user" if n % 2 == 0 else "assistant", "content": f"{n} " + "word " * 200} for n in range(101)]
refused("response: too long", openai.BadRequestError, lambda: client.responses.create(model="writer", input=long), "truncation")
fits = client.responses.create(model="writer", input=long, truncation="auto", max_output_tokens=8, temperature=0)
check("response: truncation auto", fits.usage.input_tokens > 1000 and "dropped" in fits.warnings[0], str(fits.model_extra))
skipped = client.responses.create(model="writer", input=ask, max_output_tokens=4, tools=[{"type": "web_search"}], extra_body={"colour": "red"})
check("response: warnings", [w.split()[0] for w in skipped.warnings] == ["tools[0]:", "colour"], str(skipped.warnings))

talk = client.conversations.create(metadata={"topic": "towns"}, items=[{"role": "system", "content": "Answer shortly."}])
check("conversation", client.conversations.retrieve(talk.id).metadata == {"topic": "towns"})
first = client.responses.create(model="writer", input="What is the capital of France?", conversation=talk.id, temperature=0, max_output_tokens=20)
second = client.responses.create(model="writer", input="And of Italy?", conversation={"id": talk.id}, temperature=0, max_output_tokens=20)
told = client.chat.completions.create(model="writer", temperature=0, max_tokens=20, messages=[
    {"role": "system", "content": "Answer shortly."}, *ask, {"role": "assistant", "content": first.output_text},
    {"role": "user", "content": "And of Italy?"}])
check("conversation: responses join it", second.output_text == told.choices[0].message.content and second.conversation.id == talk.id)
items = list(client.conversations.items.list(talk.id, order="asc", limit=2))
check("conversation: items", [i.role for i in items] == ["system", "user", "assistant", "user", "assistant"])
added = client.conversations.items.create(talk.id, items=[{"role": "user", "content": "Thanks."}]).data[0]
check("conversation: an item", client.conversations.items.retrieve(added.id, conversation_id=talk.id).content[0].text == "Thanks.")
client.conversations.items.delete(added.id, conversation_id=talk.id)
refused("conversation: a deleted item", openai.NotFoundError, lambda: client.conversations.items.retrieve(added.id, conversation_id=talk.id), "not found")
check("conversation: update", client.conversations.update(talk.id, metadata={"a": "b"}).metadata == {"a": "b"}
      and client.conversations.retrieve(talk.id).metadata == {"a": "b"})
check("conversation: delete", client.conversations.delete(talk.id).deleted)
refused("conversation: deleted", openai.NotFoundError, lambda: client.responses.create(model="writer", input="x", conversation=talk.id), "not found")

# A client that leaves frees its place: with one place a second request is answered at once.
live = client.chat.completions.create(model="writer", messages=[{"role": "user", "content": "Tell a very long story."}],
                                      max_tokens=4000, stream=True, extra_body={"ignore_eos": True})
for _, chunk in zip(range(3), live):
    pass
live.close()
time.sleep(0.5)
metrics = openai.OpenAI(base_url=url, api_key="x").get("/metrics", cast_to=str)
check("cancelled", "orrery_sequences_running{model=\"writer\"} 0" in metrics, metrics[:400])

if a.encoder:
    texts = ["A cat sits on a mat.", "A kitten rests on a rug.", "Shares fell sharply."]
    made = client.embeddings.create(model="encoder", input=texts)   # asks for base64
    plain = client.embeddings.create(model="encoder", input=texts, encoding_format="float")
    dot = lambda x, y: sum(i * j for i, j in zip(x.embedding, y.embedding))
    check("embeddings, base64 and float", all(max(abs(i - j) for i, j in zip(x.embedding, y.embedding)) < 1e-7
          for x, y in zip(made.data, plain.data)))
    check("embeddings mean something", dot(made.data[0], made.data[1]) > 0.5 > dot(made.data[0], made.data[2]))
    cut = client.embeddings.create(model="encoder", input=texts[0], dimensions=8)
    check("embeddings: dimensions", len(cut.data[0].embedding) == 8 and abs(dot(cut.data[0], cut.data[0]) - 1) < 1e-5)
    refused("embeddings: token ids", openai.BadRequestError, lambda: client.embeddings.create(model="encoder", input=[1, 2, 3]), "token ids")

import anthropic

claude = anthropic.Anthropic(base_url=url, api_key="none", max_retries=0)
told = claude.messages.create(model="writer", max_tokens=20, extra_body={"temperature": 0}, messages=ask)
check("messages", told.content[0].text == text and told.stop_reason == "end_turn"
      and told.usage.output_tokens == whole.usage.completion_tokens, str(told))
check("messages: tokens in the cache", told.usage.cache_read_input_tokens + told.usage.input_tokens == whole.usage.prompt_tokens)
check("messages: count_tokens", claude.messages.count_tokens(model="writer", messages=ask).input_tokens == whole.usage.prompt_tokens)
with claude.messages.stream(model="writer", max_tokens=20, extra_body={"temperature": 0}, messages=ask) as live:
    pieces = "".join(live.text_stream)
    final = live.get_final_message()
check("messages, streamed", pieces == text == final.content[0].text and final.stop_reason == "end_turn"
      and final.usage.output_tokens == told.usage.output_tokens)
cut = claude.messages.create(model="writer", max_tokens=20, extra_body={"temperature": 0}, stop_sequences=["Paris"], messages=ask)
check("messages: stop sequence", cut.stop_reason == "stop_sequence" and cut.stop_sequence == "Paris" and "Paris" not in cut.content[0].text)
begun = claude.messages.create(model="writer", max_tokens=8, extra_body={"temperature": 0}, system=[{"type": "text", "text": "You are helpful."}],
                               messages=[*ask, {"role": "assistant", "content": "The capital of France is"}])
check("messages: an answer that is begun continues", "Paris" in begun.content[0].text, str(begun))
refused("messages: error", anthropic.BadRequestError, lambda: claude.messages.create(model="writer", max_tokens=5, messages=[
    {"role": "system", "content": "x"}]), "role")
refused("messages: error without max_tokens", anthropic.BadRequestError, lambda: claude.post(
    "/v1/messages", body={"model": "writer", "messages": ask}, cast_to=object), "max_tokens")

# kill -TERM under load: the stream finishes, new requests are refused, exit 0.
live = client.chat.completions.create(model="writer", messages=[{"role": "user", "content": "Tell a long story."}],
                                      max_tokens=300, stream=True, extra_body={"ignore_eos": True}, temperature=0)
next(iter(live))
server.send_signal(signal.SIGTERM)
time.sleep(0.3)
late = None
try:
    openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0).models.list()
except Exception as error:
    late = error
rest = list(live)
check("SIGTERM: the running stream finishes", rest[-1].choices[0].finish_reason == "length", str(rest[-1]))
check("SIGTERM: a new request is refused", late is not None)
check("SIGTERM: exit 0", server.wait(timeout=40) == 0, str(server.returncode))

sys.exit(1 if failures else 0)
