/// Where the value of a setting comes from.
enum SettingSource: Sendable, Equatable {
    case commandLine
    case environment(variable: String)
    case file(path: String, key: String)
    case standard

    /// The kind of place, as --print-config names it.
    var kind: String {
        switch self {
        case .commandLine: "command line"
        case .environment: "environment"
        case .file: "file"
        case .standard: "default"
        }
    }

    /// What a person changes to change the value; nil for the command line and for defaults.
    var place: String? {
        switch self {
        case .commandLine, .standard: nil
        case .environment(let variable): variable
        case .file(let path, let key): "\(path): \(key)"
        }
    }
}
