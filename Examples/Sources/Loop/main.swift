// The loop of every language model: each line of its pseudocode is a line of Swift.
// swift run -c release Loop MODEL PROMPT...
import Orrery

let model = try TextModel.open(CommandLine.arguments[1])
let prompt = CommandLine.arguments.dropFirst(2).joined(separator: " ")
let maxLength = 60
let sampler = try Sampler(SamplingOptions(temperature: 0.7, topP: 0.9))

var tokens = try model.tokenizer.encode(prompt)

while true {
    let logits = model(tokens)
    let nextToken = try sampler.sample(logits[-1], position: tokens.count)
    if model.endTokens.contains(nextToken) || tokens.count >= maxLength { break }
    tokens.append(nextToken)
}
print(try model.tokenizer.decode(tokens))

// The same text without computing anything twice: keys and values of what was read are kept, and each turn reads the
// newest token alone.
let cache = model.makeState(capacity: maxLength)
var cached = try model.tokenizer.encode(prompt)
var unread = cached

while true {
    let logits = model(unread, continuing: cache)
    let nextToken = try sampler.sample(logits[-1], position: cached.count)
    if model.endTokens.contains(nextToken) || cached.count >= maxLength { break }
    cached.append(nextToken)
    unread = [nextToken]
}
print(cached == tokens ? "The same with a cache." : "Different with a cache!")
