import Foundation
import OrreryEngine
import OrreryFiles
import OrreryTokenizers

/// A trace as responses carry it; docs/serving-traces.md.
struct TraceJSON {
    let tokenizer: any Tokenizer
    let isBase64: Bool

    func json(_ trace: EngineTrace) -> JSONValue {
        var json = JSONObject()
        if let cache = trace.cache {
            json["cache"] = [
                "cached_tokens": JSONValue(cache.cachedTokens), "from_files": JSONValue(cache.tokensFromFiles),
                "from_running_requests": JSONValue(cache.tokensMeanwhile), "reason": JSONValue("\(cache.reason)"),
            ]
        }
        if trace.choices.contains(where: { !$0.isEmpty }) {
            json["candidates"] = .array(
                trace.choices.map { steps in
                    .array(
                        steps.map { step in
                            var json = step.json(text)
                            json["candidates"] = .array(step.candidates.map { .object($0.json(text)) })
                            return .object(json)
                        })
                })
        }
        if let machine = trace.machine {
            json["machine"] = [
                "bandwidth_gb_per_s": JSONValue(machine.bandwidth), "peak_gops": JSONValue(machine.peak),
            ]
        }
        if !trace.passes.isEmpty { json["passes"] = .array(trace.passes.map(pass)) }
        if !trace.tensors.isEmpty {
            json["tensors"] = .array(
                trace.tensors.map {
                    [
                        "point": JSONValue($0.point), "choice": JSONValue($0.choice),
                        "position": JSONValue($0.firstPosition), "shape": JSONValue($0.shape),
                        "values": numbers($0.values),
                    ]
                })
        }
        if !trace.leftOut.isEmpty { json["left_out"] = JSONValue(trace.leftOut) }
        json["overhead_ms"] = JSONValue(trace.overheadSeconds * 1000)
        return .object(json)
    }

    private func text(_ token: TokenID) -> String { String(decoding: tokenizer.piece(for: token) ?? [], as: UTF8.self) }

    private func pass(_ pass: PassTrace) -> JSONValue {
        [
            "choice": JSONValue(pass.choice), "position": JSONValue(pass.firstPosition), "rows": JSONValue(pass.rows),
            "ms": JSONValue(pass.parts.reduce(0) { $0 + $1.seconds } * 1000),
            "parts": .array(
                pass.parts.map {
                    [
                        "part": JSONValue($0.name), "ms": JSONValue($0.seconds * 1000), "bytes": JSONValue($0.bytes),
                        "operations": JSONValue($0.operations),
                        "limit_share": JSONValue($0.seconds > 0 ? $0.leastSeconds / $0.seconds : 0),
                    ]
                }),
        ]
    }

    /// Numbers, or the base64 of their bytes. What JSON has no number for is null.
    func numbers(_ values: [Float]) -> JSONValue {
        guard isBase64 else { return .array(values.map { $0.isFinite ? JSONValue($0) : .null }) }
        return .base64(values)
    }
}

extension JSONValue {
    /// The base64 of float32 numbers, the lowest byte first.
    static func base64(_ values: [Float]) -> JSONValue {
        var bytes = Data(capacity: 4 * values.count)
        for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) } }
        return JSONValue(bytes.base64EncodedString())
    }
}
