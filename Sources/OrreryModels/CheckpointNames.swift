import OrreryFiles

/// Where a checkpoint keeps what a model asks for: under that name, or under one that other classes, other times or
/// other tools have saved it by.
struct CheckpointNames {
    /// By the name without what tools put around it.
    private let plain: NameTable<String>
    private let otherPrefixes: [String: [String]]

    /// - Parameter otherPrefixes: see `Architecture.otherPrefixes`.
    init(_ names: [String], otherPrefixes: [String: [String]]) {
        self.otherPrefixes = otherPrefixes
        // A tensor's own name goes before what another may be taken for.
        plain = NameTable(names.map { ($0, $0) } + names.map { (Self.plain($0), $0) })
    }

    /// The name in the file; nil where there is none.
    func stored(_ name: String) -> String? {
        if let found = plain[name] { return found }
        for (prefix, others) in otherPrefixes where name.hasPrefix(prefix) {
            for other in others { if let found = plain[other + name.dropFirst(prefix.count)] { return found } }
        }
        return nil
    }

    /// Without the wrappers that compiled and distributed modules leave in names, and with norms called as they have
    /// been since 2019.
    private static func plain(_ name: String) -> String {
        var parts = name.split(separator: ".", omittingEmptySubsequences: false).filter {
            !wrappers.contains(String($0))
        }
        if parts.first == "module" { parts.removeFirst() }
        switch parts.last {
        case "gamma": parts[parts.count - 1] = "weight"
        case "beta": parts[parts.count - 1] = "bias"
        default: break
        }
        return parts.joined(separator: ".")
    }

    private static let wrappers: Set<String> = [
        "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module",
    ]
}
