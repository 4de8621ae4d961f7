import Foundation
import OrreryFiles
import OrreryGrammar
import OrreryTerminal
import OrreryTokenizers

/// Schemas with instances, a line each, as a test suite has them.
struct SchemaCases {
    let options: SchemaOptions
    let vocabulary: SchemaVocabulary?

    func run(_ path: String) throws {
        let name = path == "-" ? "standard input" : path
        let bytes = path == "-" ? Array(try StandardInput.text().utf8) : try WholeFile.read(path)
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
            let answer = try answer(Array(line), file: "\(name), line \(index + 1)")
            try Terminal.standardOutput.writeLine(JSONValue.object(answer).text(.compact))
        }
    }

    private func answer(_ line: [UInt8], file: String) throws -> JSONObject {
        let (schema, instances) = try read(line, file: file)
        var answer = JSONObject()
        do {
            let start = ContinuousClock.now
            let grammar = try Grammar.schema(schema, options: options)
            let compiled = try? vocabulary.map { try grammar.compiled(for: $0.vocabulary) }
            let compileTime = ContinuousClock.now - start
            let accepted = instances.map { grammar.accepts($0) }
            answer["refused"] = .null
            answer["accepted"] = .array(accepted.map { .bool($0) })
            answer["compile_us"] = .double(microseconds(compileTime))
            var times: [Double] = []
            if let compiled {
                for (instance, isAccepted) in zip(instances, accepted) where isAccepted {
                    times += try maskTimes(compiled, instance)
                }
            }
            answer["mask_us_mean"] = times.isEmpty ? .null : .double(times.reduce(0, +) / Double(times.count))
            answer["mask_us_max"] = JSONValue(times.max())
            answer["masks"] = JSONValue(times.count)
        } catch let error as GrammarError {
            answer["refused"] = .object([
                "keyword": .string(error.keyword), "place": .string(error.place), "reason": .string(error.reason),
            ])
        }
        return answer
    }

    /// The texts of a line's schema and instances, as they are spelt.
    private func read(_ line: [UInt8], file: String) throws -> (schema: [UInt8], instances: [[UInt8]]) {
        try line.withUnsafeBytes { buffer in
            var reader = JSONReader(buffer, file: file)
            var schema: [UInt8]?
            var instances: [[UInt8]] = []
            try reader.object { reader, key, _ in
                switch key {
                case "schema": schema = try reader.text()
                case "instances": try reader.array { instances.append(try $0.text()) }
                default: try reader.skip()
                }
            }
            try reader.end()
            guard let schema else { throw InputError("\(file): expected a field \"schema\"") }
            return (schema, instances)
        }
    }

    /// How long each mask along an instance took, the one behind its end included.
    ///
    /// - Throws: `InputError` where a mask denies what the automaton takes.
    private func maskTimes(_ compiled: CompiledGrammar, _ instance: [UInt8]) throws -> [Double] {
        guard let vocabulary else { return [] }
        let text = String(decoding: instance, as: UTF8.self)
        let ids = try vocabulary.tokenizer.encode(
            text, options: EncodingOptions(recognizesSpecialTokens: false, addsSpecialTokens: false))
        var state = compiled.start
        var times: [Double] = []
        for id in ids {
            let start = ContinuousClock.now
            let mask = state.mask()
            times.append(microseconds(ContinuousClock.now - start))
            let isAllowed = mask.contains(id)
            guard state.advance(id) == isAllowed else {
                throw InputError("a mask is wrong about token \(id) of \(text)")
            }
            // A spelling that is read but not generated ends here.
            if !isAllowed { return times }
        }
        let start = ContinuousClock.now
        _ = state.mask()
        return times + [microseconds(ContinuousClock.now - start)]
    }

    private func microseconds(_ duration: Duration) -> Double {
        ((duration / .microseconds(1)) * 1000).rounded() / 1000
    }
}
