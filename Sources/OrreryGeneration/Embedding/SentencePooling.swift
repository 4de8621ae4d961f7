import OrreryFiles

/// How vectors per position become one, as `1_Pooling/config.json` says: one way, or several whose results stand one
/// after another.
///
/// Source: sentence-transformers, `sentence_transformer/modules/pooling.py`.
package struct SentencePooling: Sendable, Hashable {
    package enum Mode: String, Sendable, CaseIterable {
        /// that of the first token, [CLS]
        case first = "cls"
        /// the largest of each element
        case largest = "max"
        case mean
        /// the sum over the square root of the number
        case meanSquareRoot = "mean_sqrt_len_tokens"
        /// the mean with the weights 1, 2, 3 and so on
        case weightedMean = "weightedmean"
        /// that of the last token
        case last = "lasttoken"

        /// What `orrery embed` calls it.
        package var name: String { "\(self)" }

        /// The older key that asks for it, with true.
        fileprivate var flag: String {
            switch self {
            case .first: "pooling_mode_cls_token"
            case .largest: "pooling_mode_max_tokens"
            case .mean: "pooling_mode_mean_tokens"
            case .meanSquareRoot: "pooling_mode_mean_sqrt_len_tokens"
            case .weightedMean: "pooling_mode_weightedmean_tokens"
            case .last: "pooling_mode_lasttoken"
            }
        }
    }

    package var modes: [Mode]
    /// Whether the positions of a prompt count.
    package var includesPrompt = true

    init(_ modes: [Mode]) { self.modes = modes }

    package init(_ json: JSONFields) throws {
        let key = "pooling_mode"
        if json.has(key) {
            let names = if case .array? = json.object[key] { try json.strings(key) } else { [try json.string(key)] }
            modes = names.compactMap(Mode.init)
            guard modes.count == names.count, !modes.isEmpty else {
                throw json.error(
                    key, expected: "one or several of \(Mode.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        } else {
            let chosen = try Mode.allCases.filter { try json.boolIfPresent($0.flag) == true }
            modes = chosen.isEmpty ? [.mean] : chosen
        }
        includesPrompt = try json.boolIfPresent("include_prompt") ?? true
    }

    /// - Parameters:
    ///   - states: [positions, D]
    ///   - prompt: the number of positions at the start that are a prompt's.
    package func callAsFunction(_ states: [Float], positions: Int, prompt: Int) -> [Float] {
        let D = states.count / positions, start = includesPrompt ? 0 : min(prompt, positions)
        return modes.flatMap { mode in (0 ..< D).map { Self.pooled(mode, states, $0, D, start ..< positions) } }
    }

    /// Element `i` of the vectors at the positions `counted`. Where a prompt is all there is, the reference's masks
    /// give what is written here.
    private static func pooled(_ mode: Mode, _ states: [Float], _ i: Int, _ D: Int, _ counted: Range<Int>) -> Float {
        func value(_ position: Int) -> Float { states[position * D + i] }
        func sum(_ weight: (Int) -> Double) -> Double { counted.reduce(0) { $0 + weight($1) * Double(value($1)) } }
        let count = Double(counted.count)
        switch mode {
        case .first: return value(counted.isEmpty ? 0 : counted.lowerBound)
        case .largest: return counted.reduce(-.infinity) { max($0, value($1)) }
        case .mean: return Float(sum { _ in 1 } / max(count, 1e-9))
        case .meanSquareRoot: return Float(sum { _ in 1 } / max(count, 1e-9).squareRoot())
        case .weightedMean: return Float(sum { Double($0 + 1) } / max(counted.reduce(0) { $0 + Double($1 + 1) }, 1e-9))
        case .last: return counted.isEmpty ? 0 : value(counted.upperBound - 1)
        }
    }
}
