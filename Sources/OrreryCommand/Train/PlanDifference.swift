import Foundation
import OrreryFiles
import OrreryTraining

/// A flag that asks a resumed run for something else than what it began with.
package struct PlanDifference: Equatable, CustomStringConvertible {
    package let flag: String
    /// What is asked for, and what the run has.
    package let asked: String, kept: String

    package var description: String { "\(flag) \(asked) (the run has \(kept))" }

    /// Flags whose names are not those of the plan's fields.
    private static let names = ["compute_type": "dtype"]

    /// - Parameter given: the words of the command line. Of fields that follow from others only those are named that
    ///   were given; where none was by its long name, all are.
    package static func all(from kept: TrainingPlan, to asked: TrainingPlan, given: [String]) throws -> [PlanDifference]
    {
        guard kept != asked else { return [] }
        let (old, new) = (try fields(kept), try fields(asked))
        let all = Set(old.keys).union(new.keys).sorted().compactMap { key -> PlanDifference? in
            let (old, new) = (old[key] ?? "none", new[key] ?? "none")
            return old == new
                ? nil
                : PlanDifference(flag: "--" + (names[key] ?? key).replacing("_", with: "-"), asked: new, kept: old)
        }
        let named = all.filter { difference in
            given.contains { $0 == difference.flag || $0.hasPrefix(difference.flag + "=") }
        }
        return named.isEmpty ? all : named
    }

    /// The plan's fields and those of its model, as texts.
    private static func fields(_ plan: TrainingPlan) throws -> [String: String] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        let json = try JSONValue(parsing: String(decoding: encoder.encode(plan), as: UTF8.self), file: "plan")
        var fields: [String: String] = [:]
        func add(_ value: JSONValue?) {
            guard case .object(let object)? = value else { return }
            for (key, value) in object.members {
                fields[key] = if case .string(let text) = value { text } else { value.text(.compact) }
            }
        }
        add(json)
        fields["model"] = nil
        add(json["model"])
        return fields
    }
}
