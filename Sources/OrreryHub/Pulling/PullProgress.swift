/// How far a download has come.
public struct PullProgress: Sendable, Equatable {
    /// The file that is downloaded now, by its path in the repository.
    public internal(set) var file: String
    /// The number of that file, from 1.
    public internal(set) var fileNumber: Int
    /// How many files the model has.
    public internal(set) var fileCount: Int
    /// The bytes of the model that are here.
    public internal(set) var completedBytes: Int
    /// The bytes of the whole model; nil where the hub does not say.
    public internal(set) var totalBytes: Int?
    /// The bytes that have come over the network since the download began.
    public internal(set) var receivedBytes: Int
    /// The model, once it is here.
    public internal(set) var model: PulledModel?

    /// The part of the model that is here, from 0 to 1; nil where the hub does not say how large it is.
    public var fraction: Double? {
        totalBytes.map { $0 > 0 ? min(1, Double(completedBytes) / Double($0)) : 1 }
    }
}

/// A model that has been downloaded, or was here already.
public struct PulledModel: Sendable, Equatable {
    /// What the model is called where a path may stand.
    public let name: String
    /// The commit of the repository.
    public let commit: String
    /// Where the model lies: a directory or a file.
    public let path: String
    /// Its files, by their paths in the repository.
    public let files: [String]
    /// The bytes of all files.
    public let byteCount: Int
    /// The bytes that came over the network for it.
    public let receivedBytes: Int
    /// The files for whose content the hub had no hash to compare with.
    public let uncheckedFiles: [String]
}
