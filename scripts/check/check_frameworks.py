#!/usr/bin/env python3
"""Programs that people use on top of OpenAI's API, unmodified, with the base address of `orrery serve`: LangChain and `llm`.

usage: check_frameworks.py MODEL.gguf [--encoder DIR] [--orrery PATH]
  MODEL.gguf   a chat model (../peers/real has SmolLM2)
  --encoder    a sentence encoder, for embeddings
Needs: pip install langchain-openai llm. Prints a line for each check; exit status 1 if one fails.
"""
import argparse, asyncio, os, subprocess, sys, tempfile

from served import check, failures, serve

p = argparse.ArgumentParser()
p.add_argument("model"); p.add_argument("--encoder"); p.add_argument("--orrery", default=".build/release/orrery")
a = p.parse_args()

server, url = serve(a.orrery, a.model, a.encoder)

question = "What is the capital of France?"

# LangChain.
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompts import ChatPromptTemplate
from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings

common = dict(model="writer", base_url=url + "/v1", api_key="none", temperature=0, max_retries=0)
chat = ChatOpenAI(**common, max_tokens=20)
answer = chat.invoke(question)
text = answer.content
check("LangChain: invoke", "Paris" in text and answer.usage_metadata["output_tokens"] > 3
      and answer.response_metadata["finish_reason"] == "stop", str(answer))
check("LangChain: stream", "".join(piece.content for piece in chat.stream(question)) == text)
check("LangChain: batch", [reply.content for reply in chat.batch([question, "Hello"])][0] == text)


async def pieces():
    return "".join([piece.content async for piece in chat.astream(question)])


check("LangChain: astream", asyncio.run(pieces()) == text)
check("LangChain: system message", chat.invoke([SystemMessage("Answer shortly."), HumanMessage(question)]).content != "")
chain = ChatPromptTemplate.from_messages([("human", "What is the capital of {country}?")]) | chat
check("LangChain: chain", chain.invoke({"country": "France"}).content == text)
told = ChatOpenAI(**common, max_tokens=6, logprobs=True, top_logprobs=2).invoke(question)
check("LangChain: logprobs", len(told.response_metadata["logprobs"]["content"]) == 6)
replied = ChatOpenAI(**common, max_tokens=20, use_responses_api=True).invoke(question)
check("LangChain: responses", replied.text == text, str(replied))
writer = OpenAI(**common, max_tokens=5)
check("LangChain: completion", "Paris" in writer.invoke("The capital of France is"))
check("LangChain: completion, streamed", "Paris" in "".join(writer.stream("The capital of France is")))
if a.encoder:
    embed = OpenAIEmbeddings(model="encoder", base_url=url + "/v1", api_key="none", check_embedding_ctx_length=False)
    x = embed.embed_documents(["A cat sits on a mat.", "A kitten rests on a rug.", "Shares fell sharply."])
    dot = lambda u, v: sum(i * j for i, j in zip(u, v))
    check("LangChain: embeddings", dot(x[0], x[1]) > 0.5 > dot(x[0], x[2]) and len(embed.embed_query("A cat.")) == len(x[0]))

# llm, the command.
with tempfile.TemporaryDirectory() as home:
    with open(os.path.join(home, "extra-openai-models.yaml"), "w") as file:
        file.write(f"- model_id: orrery\n  model_name: writer\n  api_base: {url}/v1\n"
                   f"- model_id: orrery-text\n  model_name: writer\n  api_base: {url}/v1\n  completion: true\n")
    environment = {**os.environ, "LLM_USER_PATH": home, "OPENAI_API_KEY": "none"}

    def llm(*words):
        done = subprocess.run([sys.executable, "-m", "llm", *words], env=environment, capture_output=True, text=True, timeout=120)
        return done.stdout.strip() if done.returncode == 0 else f"exit {done.returncode}: {done.stderr[-300:]}"

    said = llm("-m", "orrery", question, "-o", "temperature", "0", "-o", "max_tokens", "20")
    check("llm: prompt", said == text, said)
    said = llm("-m", "orrery", question, "--no-stream", "-o", "temperature", "0", "-o", "max_tokens", "20")
    check("llm: prompt, at once", said == text, said)
    said = llm("-m", "orrery", "-s", "Answer shortly.", question, "-o", "temperature", "0", "-o", "max_tokens", "20")
    check("llm: system prompt", said and not said.startswith("exit"), said)
    said = llm("-c", "And of Italy?", "-o", "temperature", "0", "-o", "max_tokens", "20")
    check("llm: the conversation continues", said and not said.startswith("exit"), said)
    said = llm("-m", "orrery-text", "The capital of France is", "-o", "temperature", "0", "-o", "max_tokens", "5")
    check("llm: completion", "Paris" in said, said)

server.terminate()
check("SIGTERM: exit 0", server.wait(timeout=40) == 0, str(server.returncode))
sys.exit(1 if failures else 0)
