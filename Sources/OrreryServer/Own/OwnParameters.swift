import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryNN

/// What a request asks for under `orrery`: `{"trace": ["candidates", "cache", "layers", "blocks.*.hook_resid_post"],
/// "receipt": true}`.
struct OwnParameters: Sendable {
    var trace: TraceOptions?
    var wantsReceipt = false
    /// Whether tensors come as base64 of float32, the lowest byte first.
    var isBase64 = false

    /// The most names of a trace.
    private static let mostNames = 64

    /// - Throws: `APIError` that names a member which is unknown, or a point that the model has not got.
    init(_ fields: RequestFields, _ model: TextModel) throws {
        guard let own = try fields.object("orrery") else { return }
        wantsReceipt = try own.bool("receipt") ?? false
        isBase64 = try Self.isBase64(own)
        let candidates = try own.int("candidates", in: 1 ... TraceOptions.mostCandidates)
        if let names = try own.strings("trace"), !names.isEmpty {
            guard names.count <= Self.mostNames else {
                throw APIError.invalid(
                    "orrery.trace", "orrery.trace has \(names.count) names; expected at most \(Self.mostNames)")
            }
            var options = TraceOptions()
            for name in names {
                switch name {
                case "candidates": options.candidates = candidates ?? 10
                case "cache": options.cache = true
                case "layers": options.layers = true
                default: options.points.append(name)
                }
            }
            try Self.check(options.points, of: model, "orrery.trace")
            trace = options
        }
        if let unknown = own.unread.first {
            throw APIError.invalid(
                own.name(unknown),
                "\(own.name(unknown)) is not known; expected trace, candidates, encoding_format or receipt")
        }
    }

    static func check(_ points: [String], of model: TextModel, _ parameter: String) throws {
        do { for name in points { _ = try model.model.tapPoints.sites(named: name) } } catch let error as TapError {
            throw APIError.invalid(
                parameter, "\(parameter): \(error); expected a point, or candidates, cache or layers")
        }
    }

    static func isBase64(_ fields: RequestFields) throws -> Bool {
        switch try fields.string("encoding_format") {
        case nil, "float": return false
        case "base64": return true
        default: throw fields.wrong("encoding_format", "float or base64")
        }
    }
}
